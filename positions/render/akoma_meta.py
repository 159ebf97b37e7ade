"""Metadata of an edition in Akoma Ntoso: identification, workflow, references and sources."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from lxml import etree
from lxml.builder import ElementMaker

from positions.render.akoma_names import NAMESPACE, Content, Names, akn, name, paragraph_key, resource, three_letters
from positions.render.labels import rule_words, vote_words
from positions.render.plain import NAIROBI
from positions.render.printable import is_final

OURS = "urn:x-ncm-portal:edition:1"
FORMAT = "application/akn+xml"
AUTHOR = "#ncm"
VOTES = ("yes", "no", "abstain")
ours = ElementMaker(namespace=OURS, nsmap={"ncm": OURS})


def meta(content: Content, called: Names, *, sha256: str, address: str) -> Any:
    """Return the `meta` element of an edition with its hash and verification URL."""
    parts = [
        identification(content, called, component="main", aliases={"sha256": sha256, "verification": address}),
        akn.lifecycle(
            akn.eventRef(eId="eref_1", date=_day(content["edition"]["frozen_at"]), source=AUTHOR, type="generation"),
            source=AUTHOR,
        ),
        *_workflow(content, called),
        *_analysis(content, called),
        akn.references(*_references(content, called), source=AUTHOR),
        akn.proprietary(*_proprietary(content, sha256, address), source=AUTHOR),
    ]
    return akn.meta(*parts)


def identification(content: Content, called: Names, *, component: str, aliases: dict[str, str] | None = None) -> Any:
    """Return the identification of a document (naming convention, 4); `component` is its part: main,
    reservations ...
    """
    frozen = content["edition"]["frozen_at"]
    work = akn.FRBRWork(
        akn.FRBRthis(value=f"{called.work}/!{component}"),
        akn.FRBRuri(value=called.work),
        akn.FRBRdate(date=content["paper"]["opened"], name="consultation"),
        akn.FRBRauthor({"href": AUTHOR, "as": "#author"}),
        akn.FRBRcountry(value="ke"),
        akn.FRBRnumber(value=content["paper"]["slug"]),
        akn.FRBRname(value=content["paper"]["short_title"]),
        akn.FRBRprescriptive(value="false"),
    )
    expression = akn.FRBRExpression(
        akn.FRBRthis(value=f"{called.expression}/!{component}"),
        akn.FRBRuri(value=called.expression),
        *(akn.FRBRalias(name=kind, value=value) for kind, value in (aliases or {}).items()),
        akn.FRBRdate(date=frozen, name="frozen"),
        *(akn.FRBRdate(date=adoption["at"], name="adopted") for adoption in [content.get("adoption")] if adoption),
        akn.FRBRauthor({"href": AUTHOR, "as": "#author"}),
        akn.FRBRversionNumber(value=content["edition"]["number"]),
        akn.FRBRauthoritative(value="true" if is_final(content) and not content.get("sample") else "false"),
        # Without a URI it says that the names in wId precede all editions.
        akn.FRBRmasterExpression(href="", showAs=_("Keys of the paragraphs")),
        *(akn.FRBRlanguage(language=language) for language in _languages(content)),
    )
    manifestation = akn.FRBRManifestation(
        akn.FRBRthis(value=f"{called.expression}/!{component}.xml"),
        akn.FRBRuri(value=f"{called.expression}/.xml"),
        akn.FRBRdate(date=frozen, name="frozen"),
        akn.FRBRauthor({"href": AUTHOR, "as": "#editor"}),
        akn.FRBRformat(value=FORMAT),
    )
    return akn.identification(work, expression, manifestation, source=AUTHOR)


def hash_within(data: bytes) -> str:
    """Return the hash of the content that an Akoma Ntoso file names as its source; empty if none."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        return ""
    path = "a:*/a:meta/a:identification/a:FRBRExpression/a:FRBRalias[@name='sha256']"
    result = root.find(path, {"a": NAMESPACE})
    return "" if result is None else str(result.get("value"))


def _languages(content: Content) -> list[str]:
    """Return the language of the edition, then those of passages in others."""
    own = str(content["language"])
    used = sorted({str(paragraph.get("lang", own)) for paragraph in _paragraphs(content)})
    return list(dict.fromkeys(map(three_letters, [own, *used])))


def _paragraphs(content: Content) -> Iterator[Content]:
    for section in content["sections"]:
        yield from section["paragraphs"]


def _day(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(NAIROBI).date().isoformat()


# --- The course of the text -----------------------------------------------------------------------------------------


def _workflow(content: Content, called: Names) -> Iterator[Any]:
    """Return which office answered when, and the adoption."""
    answered = [row for row in content.get("clearances", []) if row["answered_on"]]
    steps = [
        akn.step(date=row["answered_on"], by=f"#{called.organisations[row['ministry']]}", refersTo="#clearance")
        for row in sorted(answered, key=lambda row: row["answered_on"])
    ]
    adoption = content.get("adoption")
    if adoption:
        outcome = "#" + name("rule", adoption["rule"])
        steps.append(
            akn.step(
                {
                    "date": adoption["at"],
                    "by": "#chair",
                    "as": "#in-the-chair",
                    "refersTo": "#adoption",
                    "outcome": outcome,
                }
            )
        )
    if steps:
        yield akn.workflow(*steps, source=AUTHOR)


def _analysis(content: Content, called: Names) -> Iterator[Any]:
    """Return the count at the meeting, and the sources of each paragraph."""
    adoption = content.get("adoption")
    sources = [
        _source(source, called.paragraphs[paragraph["number"]])
        for paragraph in _paragraphs(content)
        for source in paragraph.get("sources", [])
    ]
    parts = [
        *([akn.parliamentary(*_counts(adoption))] if adoption else []),
        *([akn.otherReferences(*sources, source=AUTHOR)] if sources else []),
    ]
    if parts:
        yield akn.analysis(*parts, source=AUTHOR)


def _counts(adoption: Content) -> Iterator[Any]:
    yield akn.quorumVerification(
        akn.quorum(value=str(adoption["groups_required"]), refersTo="#groups"),
        akn.count(value=str(adoption["groups_present"]), refersTo="#groups"),
        akn.count(value=str(adoption["members_present"]), refersTo="#members"),
        eId="quorum",
    )
    call = adoption.get("roll_call")
    if call:
        counts = [akn.count(value=str(call[vote]), refersTo="#" + name("vote", vote)) for vote in VOTES]
        yield akn.voting(*counts, eId="roll-call", outcome="#" + name("rule", adoption["rule"]))


def _source(source: Content, paragraph: str) -> Any:
    """Return a point and its relation to the paragraph. Its organisation is named only if that is public."""
    shown = f"{source['point']}, {source['organisation']}" if source["organisation"] else source["point"]
    return akn.implicitReference(
        {"for": f"#{paragraph}", "refersTo": "#" + name("relation", source["relation"]), "showAs": shown}
    )


# --- What is spoken of ----------------------------------------------------------------------------------------------


def _references(content: Content, called: Names) -> Iterator[Any]:
    """Return everything that other parts refer to with "#", once."""
    yield _known(
        "TLCOrganization",
        "ncm",
        resource("organization", "ke", "ncm"),
        _("National Coordination Mechanism on Migration, Republic of Kenya"),
    )
    for body, eid in called.organisations.items():
        yield _known("TLCOrganization", eid, resource("organization", "ke", body), body)
    yield _known("TLCRole", "author", resource("role", "author"), _("Author"))
    yield _known("TLCRole", "editor", resource("role", "editor"), _("Editor"))
    yield from _concepts(content)
    if content.get("adoption"):
        yield from _meeting(content["adoption"])
    if content.get("clearances"):
        yield _known("TLCProcess", "clearance", resource("process", "clearance"), _("Clearance"))


def _known(kind: str, eid: str, href: str, shown: str) -> Any:
    return akn(kind, eId=eid, href=href, showAs=shown)


def _concepts(content: Content) -> Iterator[Any]:
    """Return the strengths, relations, provisions and themes that the text uses."""
    rows = list(_paragraphs(content))
    for strength in sorted({row["strength"] for row in rows} - {""}):
        yield _known(
            "TLCConcept",
            name("strength", strength),
            resource("concept", "strength", strength),
            strength.replace("_", " "),
        )
    for relation in sorted({source["relation"] for row in rows for source in row.get("sources", [])}):
        yield _known(
            "TLCConcept",
            name("relation", relation),
            resource("concept", "relation", relation),
            relation.replace("_", " "),
        )
    known = {each["code"]: each for each in content["provisions"]}
    for code in sorted({code for row in rows for code in row.get("provisions", [])}):
        shown = known.get(code, {}).get("title") or code
        yield _known("TLCConcept", name("provision", code), resource("concept", "provision", code), shown)
    for theme in content["themes"]:
        yield _known(
            "TLCConcept", name("theme", theme["code"]), resource("concept", "theme", theme["code"]), theme["title"]
        )


def _meeting(adoption: Content) -> Iterator[Any]:
    yield _known("TLCRole", "in-the-chair", resource("role", "chair"), _("In the chair"))
    yield _known("TLCPerson", "chair", resource("person", "ke", adoption["chair"]), adoption["chair"])
    yield _known("TLCLocation", "place", resource("location", "ke", adoption["place"]), adoption["place"])
    yield _known("TLCProcess", "adoption", resource("process", "adoption"), _("Adoption"))
    rule = adoption["rule"]
    yield _known("TLCConcept", name("rule", rule), resource("concept", "rule", rule), rule_words(rule))
    yield _known("TLCConcept", "groups", resource("concept", "groups"), _("Groups present"))
    yield _known("TLCConcept", "members", resource("concept", "members"), _("Members present"))
    if adoption.get("roll_call"):
        for vote in VOTES:
            yield _known("TLCConcept", name("vote", vote), resource("concept", "vote", vote), vote_words(vote))


# --- What the standard has no word for ------------------------------------------------------------------------------


def _proprietary(content: Content, sha256: str, address: str) -> Iterator[Any]:
    """Return the proprietary metadata: the edition in our own terms, secretariat text, and descent of paragraphs."""
    edition = content["edition"]
    yield ours.edition(
        schema=content["schema"],
        number=edition["number"],
        kind=edition["kind"],
        status=edition["status"],
        adopted="true" if is_final(content) else "false",
        sample="true" if content.get("sample") else "false",
        sha256=sha256,
        verification=address,
    )
    for row in _paragraphs(content):
        data = {"secretariatText": "true"} if row.get("secretariat_text") else {}
        if row.get("came_from"):
            data["cameFrom"] = " ".join(map(paragraph_key, row["came_from"]))
        if data:
            yield ours.paragraph(wId=paragraph_key(row["key"]), **data)
