"""Data of an edition for the print templates: the frozen content in reading order, fully formatted.

Pure. Templates only place what is here and decide nothing.
"""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from positions.render import annexes, charts
from positions.render.labels import rule_words, with_values
from positions.render.languages import foreign, with_titles
from positions.render.plain import blocks, day, days, groups_of_four, unbroken
from positions.render.rulings import older_words, rulings
from positions.render.sections import sections

FINAL = ("adopted", "corrected")
STATEMENT = "position-paper.akn.xml"  # names of the files embedded in the whole paper beside its content
DISPOSITIONS = "position-paper.dispositions.csv"
Content = dict[str, Any]


def is_final(content: Content) -> bool:
    """Return whether the text is adopted; every other edition is a draft."""
    return content["edition"]["kind"] in FINAL


def warnings(content: Content) -> list[str]:
    """Return the warnings for every page: sample or draft."""
    lines = []
    if content.get("sample"):
        lines.append(_("SAMPLE: not a position of the Government of Kenya"))
    if not is_final(content):
        lines.append(_("DRAFT, edition %(number)s") % {"number": content["edition"]["number"]})
    return lines


def edition_line(content: Content) -> str:
    """Return the edition in a few words, for the cover and the margins."""
    number = content["edition"]["number"]
    adoption = content.get("adoption")
    if is_final(content) and adoption:
        return _("Edition %(number)s, adopted %(day)s") % {"number": number, "day": day(adoption["at"])}
    return _("Edition %(number)s, frozen %(day)s") % {"number": number, "day": day(content["edition"]["frozen_at"])}


def title(content: Content) -> str:
    """Return the document title with its warnings, which screen readers read first."""
    return " – ".join([content["paper"]["title"], edition_line(content), *warnings(content)])


def counted(content: Content) -> str:
    """Return the figures that the paper is based on as a phrase."""
    tallies = content["tallies"]
    parts = [
        ngettext("%(n)s input", "%(n)s inputs", tallies["inputs"]) % {"n": tallies["inputs"]},
        ngettext("%(n)s point", "%(n)s points", tallies["points"]) % {"n": tallies["points"]},
        ngettext("%(n)s organisation", "%(n)s organisations", tallies["organisations"])
        % {"n": tallies["organisations"]},
    ]
    groups = ngettext("%(n)s group", "%(n)s groups", tallies["groups"]) % {"n": tallies["groups"]}
    return _("%(parts)s in %(groups)s") % {"parts": ", ".join(parts), "groups": groups}


def figures(content: Content) -> list[tuple[int, str]]:
    """Return the four figures of the page on participation."""
    tallies = content["tallies"]
    return [
        (tallies["inputs"], ngettext("input", "inputs", tallies["inputs"])),
        (tallies["points"], ngettext("point", "points", tallies["points"])),
        (tallies["organisations"], ngettext("organisation", "organisations", tallies["organisations"])),
        (tallies["groups"], ngettext("group", "groups", tallies["groups"])),
    ]


def cover_facts(content: Content) -> list[tuple[str, str]]:
    """Return a summary of the adoption record, or the purpose of a draft."""
    adoption, forum, paper = content.get("adoption"), content.get("forum") or {}, content["paper"]
    facts = [(_("Edition"), edition_line(content))]
    if adoption:
        facts += [
            (_("Adopted at"), ", ".join(filter(None, [forum.get("title", ""), adoption["place"]]))),
            (_("Rule applied"), rule_words(adoption["rule"])),
            (_("Quorum"), adoption["quorum"]),
            (_("In the chair"), adoption["chair"]),
        ]
    facts += [
        (_("Consultation"), f"{paper['consultation']}, {days(paper['opened'], paper['closed'])}"),
        (_("Purpose"), paper["purpose"]),
        (_("Rests on"), counted(content)),
    ]
    return [(term, unbroken(value)) for term, value in with_values(*facts)]


def entry(section: Content) -> Content:
    """Return a contents entry without its number."""
    return {"id": section["id"], "title": section["heading"], "lang": section["lang"], "part": section["part"]}


def contents(printed: list[Content]) -> list[Content]:
    """Return the contents: sections first, then annexes."""
    entries = [{"number": section["number"], **entry(section)} for section in printed if section["part"] != "annex"]
    annexes = [
        ("annex-a", "A", _("Themes, objectives, SDG targets and leads")),
        ("annex-b", "B", _("Programme of the forum")),
        ("annex-c", "C", _("Participants")),
        ("annex-d", "D", _("Disposition of points")),
        ("annex-e", "E", _("Reservations")),
        ("annex-f", "F", _("Record of adoption and clearances")),
    ]
    entries += [{"id": place, "number": letter, "title": words, "part": "annex"} for place, letter, words in annexes]
    entries += [{"number": "", **entry(section)} for section in printed if section["part"] == "annex"]
    return [*entries, {"id": "verify", "number": "", "title": _("How to verify this copy"), "part": "back"}]


def frame(content: Content, *, sha256: str, address: str) -> Content:
    """Return the data for the cover, the margins and the verification of an edition."""
    return {
        "content": content,
        "title": title(content),
        "warnings": warnings(content),
        "edition_line": edition_line(content),
        "final": is_final(content),
        "foreign": foreign(content),
        "facts": cover_facts(content),
        "digest": groups_of_four(sha256),
        "short_digest": groups_of_four(sha256)[0][:9],
        "sha256": sha256,
        "address": address,
    }


def book(content: Content, *, sha256: str, address: str) -> Content:
    """Return the data for templates/print/paper.html. Raises KeyError for invalid content."""
    printed, content = sections(content), with_titles(content)
    return {
        **frame(content, sha256=sha256, address=address),
        "numbers": {paragraph["number"] for section in printed for paragraph in section["paragraphs"]},
        "sections": printed,
        "contents": contents(printed),
        "figures": figures(content),
        "counts": charts.table(content),
        "matrix": annexes.matrix(content),
        "programme": annexes.programme(content),
        "forum": content.get("forum"),
        "participants": annexes.participants(content),
        "participation": annexes.participation_table(content),
        "dispositions": annexes.dispositions(content),
        "summary": annexes.summary(content),
        "method_note": annexes.method_note(content),
        "reservations": content.get("reservations", []),
        "adoption": annexes.adoption_facts(content),
        "roll_call": annexes.roll_call(content),
        "rulings": rulings(content),
        "older_words": older_words(content),
        "explanations": [{**each, "text": blocks(each["text"])} for each in content.get("explanations", [])],
        "clearances": annexes.clearances(content),
        "objections": content.get("objections_resolved", []),
        "clearance_note": blocks(content.get("clearance_note") or ""),
        "acronyms": content.get("acronyms", []),
        "statement": STATEMENT,
        "answers": DISPOSITIONS if content.get("points") else "",
        "chart": charts.chart(content, all_themes=_("All"), words=chart_words(content)),
    }


def chart_words(content: Content) -> str:
    """Return the text alternative of the chart."""
    counts = charts.count(content)
    most = max(counts.themes, key=lambda theme: counts.of_theme(theme["code"]), default=None)
    if most is None or not counts.groups:
        return ""
    leading = content["groups"].get(counts.groups[0], counts.groups[0])
    return _(
        "Bar charts: how many inputs each group sent in under each theme. The theme with most inputs is %(theme)s"
        " (%(theme_count)s); the group with most inputs is %(group)s (%(group_count)s). The table that follows gives"
        " every number."
    ) % {
        "theme": most["title"],
        "theme_count": counts.of_theme(most["code"]),
        "group": leading,
        "group_count": counts.of_group(counts.groups[0]),
    }
