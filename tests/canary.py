"""Canary words: each marks one place of one input, and only permitted readers may find it.

The walk requests every URL of the resolver with every fitting argument, so that new pages are included automatically.
"""

import io
import itertools
import re
import zipfile
from collections.abc import Container, Iterator
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern
from pypdf import PdfReader
from zeal import zeal_ignore

from consultations.models import Attachment, MembershipRole, Milestone, SessionRole
from consultations.workflow import start_draft
from ncm_portal.workflow import journal
from positions.edition import render_artefacts
from positions.models import Brief, BriefParagraph, Reflection
from tests import factories
from tests.paper_factories import bring_paper, freeze, make_disposition, make_paper, make_paragraph, make_section
from tests.sign_in import always

PLACES = ("title", "body", "wording", "passage", "point", "file", "name", "ask")
SECRETARIAT, MEMBERS, HELD, DRAFT = (
    "zq",
    "vx",
    "wj",
    "dk",
)  # how the words of each input begin; nothing else here begins so
# What the audience of a public input does not hold back: its own words.
OPEN = ("title", "body", "wording", "file", "name", "ask")


SLUG = "canary"
NEWEST = 8  # records of a model whose pages in the admin are asked for


def word(whose: str, place: str) -> str:
    """Return the canary of one place: letters only, so that no index or page splits it."""
    return f"{whose}{place}arinko"


BRIEF, FINDING = word("bq", "ask"), word("uf", "note")  # of a brief; of a finding that was not released
OF_DRAFT = {word(DRAFT, place) for place in ("title", "body", "name")}
SENT = {word(whose, place) for whose in (SECRETARIAT, MEMBERS, HELD) for place in PLACES}
ALL = SENT | OF_DRAFT | {BRIEF, FINDING}
OF_MEMBERS = {word(MEMBERS, place) for place in PLACES if place != "passage"}
PUBLIC = {word(HELD, place) for place in OPEN}


def make_input(whose: str, audience: str, world: SimpleNamespace) -> Any:
    """Create an input on file with a canary in each place; its passage is held back, and so is its point if public."""
    canary = {place: word(whose, place) for place in PLACES}
    made = factories.make_submission(
        world.consultation, world.body, author=world.owner, audience=audience, title=f"About {canary['title']}",
        body=f"We ask for {canary['body']}. [[We know {canary['passage']}.]]",
        proposed_wording=f"The State shall {canary['wording']}.",
    )  # fmt: skip
    factories.make_attachment(
        made,
        name=f"{canary['name']} figures.txt",
        data=f"Figures {canary['file']}".encode(),
        text=f"Figures {canary['file']}",
    )
    point = factories.make_point(made, text=f"Ask {canary['point']}.", held_back=audience == "public")
    ask = factories.make_point(made, text=f"Ask {canary['ask']}.")
    return SimpleNamespace(submission=made, point=point, ask=ask, attachment=made.attachments.get())


def make_draft(world: SimpleNamespace) -> Any:
    """Create a draft with a file, visible to its organisation only; both are in the journal."""
    words = {"title": f"About {word(DRAFT, 'title')}", "body": word(DRAFT, "body"), "theme": factories.make_theme("T1")}
    made = start_draft(world.consultation, world.body, by=world.owner, **words)
    file = factories.make_attachment(made, name=f"{word(DRAFT, 'name')} figures.txt", data=b"Figures")
    journal("add_file", made, by=world.owner, reason=file.name)
    return made


def make_world(*, printed: bool = True) -> SimpleNamespace:
    """Create three inputs of one organisation, a published paper that cites their points, and all readers.

    Consultation, forum and paper share a slug, so that URLs with a slug are requested once. The paper is `printed` only
    if a test opens its files.
    """
    world = SimpleNamespace(body=factories.make_stakeholder("Owner"))
    world.consultation = factories.make_consultation(slug=SLUG)
    world.owner = factories.make_member(world.body, is_primary=True)
    world.forum = factories.make_forum(world.consultation, state="in_session", slug=SLUG)
    world.session = factories.make_session(world.forum, theme=factories.make_theme("T1"))
    world.ministry = factories.make_ministry()
    world.readers = _readers(world)
    world.inputs = [make_input(SECRETARIAT, "secretariat", world), make_input(MEMBERS, "members", world)]
    world.inputs.append(make_input(HELD, "public", world))
    world.paper = make_paper(world.consultation, slug=SLUG)
    section = make_section(world.paper, factories.make_theme("T1"))
    world.draft = make_draft(world)
    points = tuple(point for each in world.inputs for point in (each.point, each.ask))
    world.paragraph = make_paragraph(section, points=points)
    for point in points:
        make_disposition(
            world.paper, point, "noted", world.paragraph, reason="It was heard.", answered_at=point.created_at
        )
    bring_paper(world.paper, "adopted")
    world.edition = freeze(world.paper)
    if printed:
        render_artefacts(world.edition)
    bring_paper(world.paper, "published")
    world.milestone = _follow(world)
    return world


def _follow(world: SimpleNamespace) -> Milestone:
    """Create a held milestone with its brief and unreleased findings."""
    milestone = Milestone.objects.create(
        title="Meeting", kind="meeting", level="global", actual_start=world.forum.starts_on, state="held", is_key=True
    )
    officer, now = factories.make_secretariat(), world.edition.frozen_at
    about = {"edition": world.edition, "milestone": milestone, "by": officer, "at": now}
    brief = Brief.objects.create(number=1, ask=f"We ask for {BRIEF}.", **about)
    BriefParagraph.objects.create(brief=brief, paragraph=world.paragraph, order=1)
    for code in ("GCM-02", "GCM-P-f"):
        Reflection.objects.create(
            paragraph=world.paragraph, provision=factories.make_provision(code), value="contrary", reference="Report",
            note=f"They say {FINDING}.", **about,
        )  # fmt: skip
    return milestone


def _readers(world: SimpleNamespace) -> dict[str, Any]:
    """Return one person of each kind of rights."""
    neighbour = factories.make_member(factories.make_stakeholder(), is_primary=True)
    SessionRole.objects.create(session=world.session, user=neighbour, kind="rapporteur")
    official = factories.make_member(
        world.ministry, MembershipRole.CLEARING_OFFICER, user=factories.make_user("official")
    )
    return {
        "visitor": AnonymousUser(),
        "rapporteur of another organisation": neighbour,
        "system administrator": factories.make_user("sysadmin"),
        "member": factories.make_member(world.ministry, is_primary=True),
        "official and clearing officer": official,
        "owner": world.owner,
        "clearing officer of the owner": factories.make_member(world.body, MembershipRole.CLEARING_OFFICER),
        "head": factories.make_head(),
    }


# Who may find what, and nothing else.
MAY_FIND = {
    **dict.fromkeys(["visitor", "rapporteur of another organisation"], PUBLIC),
    **dict.fromkeys(["system administrator", "clearing officer of the owner"], PUBLIC),
    "member": PUBLIC | OF_MEMBERS,
    "official and clearing officer": PUBLIC | OF_MEMBERS | {BRIEF},
    "head": SENT | {BRIEF, FINDING},
    "owner": SENT | OF_DRAFT,
}


# --- Asking for everything ----------------------------------------------------------------------------------------


Record = dict[str, list[Any]]  # what could stand in an address about one record, by the name of the argument


def records(world: SimpleNamespace) -> list[Record]:
    """Return each record with URLs as the arguments that name it, with the common ones."""
    common = {
        "slug": [SLUG], "number": [world.edition.number, "1"], "code": ["T1"], "theme": ["T1"], "token": ["x"],
        "form": ["csv", "xlsx", "json"], "format": ["docx", "pdf"], "pk": [1], "paragraph": [1], "sha256": [world.edition.sha256],
    }  # fmt: skip
    first, files = world.inputs[0], [each.attachment for each in world.inputs]
    common |= {"key": [first.submission.key], "file": [files[0].key], "reference": [first.submission.reference]}
    rows = [each.submission for each in world.inputs]
    own = [
        {"key": [row.key], "reference": [row.reference], "pk": [row.pk], "sha256": [row.content_sha256]}
        | {"file": [file.key], "membership": [row.pk]}
        for row, file in zip(rows, files, strict=True)
    ]
    own += [
        {"reference": [point.reference], "pk": [point.pk]} for each in world.inputs for point in (each.point, each.ask)
    ]
    own += [{"key": [row.key], "pk": [row.pk]} for row in (world.draft, *Attachment.objects.all())]
    sources = world.paragraph.wording.groundings.values_list("pk", flat=True)
    own += [{"key": [world.paragraph.key], "pk": list(sources)}]
    own += [{"pk": [row.pk]} for row in (world.paper, world.body, world.forum, world.session, world.owner)]
    findings = list(world.milestone.reflections.values_list("pk", flat=True))
    own += [{"pk": [world.milestone.pk], "finding": findings, "table": ["findings"]}]
    return [common | each for each in own]


def addresses(resolver: URLResolver, known: list[Record], before: str = "/") -> Iterator[str]:
    """Return every URL of the resolver for every known record; other forms and verbs by name."""
    if of_model := re.fullmatch(r"/admin/(\w+)/(\w+)/", before):
        known = [{"object_id": _newest(*of_model.groups())}]
    for entry in resolver.url_patterns:
        for part in _filled(entry.pattern, known):
            if isinstance(entry, URLResolver):
                yield from addresses(entry, known, before + part)
            elif isinstance(entry, URLPattern):
                yield before + part


def _newest(app: str, model: str) -> list[Any]:
    """Return the newest records of a model for its admin pages; of the journal, those about an input or file."""
    rows = apps.get_model(app, model)._base_manager.order_by("-pk")
    if model == "event":
        rows = rows.filter(kind__in=["consultations.submission", "consultations.attachment"])
    return list(rows.values_list("pk", flat=True)[:NEWEST])


def _filled(pattern: Any, known: list[Record]) -> list[str]:
    if not isinstance(pattern, RoutePattern):
        return []
    route = str(pattern)
    names, empty = re.findall(r"<(?:\w+:)?(\w+)>", route), re.sub(r"<(?:\w+:)?\w+>", "{}", route)
    values = (itertools.product(*(record.get(name, ["accept"]) for name in names)) for record in known)
    return list(dict.fromkeys(empty.format(*each) for product in values for each in product))


def said(answer: Any) -> str:
    """Return the whole response as text: streamed, compressed, and headers."""
    data = b"".join(answer) if answer.streaming else answer.content
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            data = b"\n".join(packed.read(name) for name in packed.namelist())
    if data.startswith(b"%PDF"):
        return printed(data)
    return data.decode("utf-8", "replace") + str(answer.headers)


def printed(data: bytes) -> str:
    """Return the text of a PDF without layout breaks."""
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)
    return text.replace("\n", "").replace("-", "").replace("\xad", "")


def found_in(text: str) -> set[str]:
    """Return the canaries in a text, in any case."""
    lower = text.casefold()
    return {canary for canary in ALL if canary in lower}


class Walk:
    """What one reader met at every URL: canaries and where, and 404s. No URL may fail."""

    def __init__(self, reader: Any, world: SimpleNamespace, *, leave_out: Container[str] = ()) -> None:
        self.found: dict[str, set[str]] = {}
        self.nothing_at: set[str] = set()
        with always(reader) as client:
            for address in sorted(set(addresses(get_resolver(), records(world)))):
                if "logout" in address or (address.startswith("/admin/") and not getattr(reader, "is_staff", False)):
                    continue
                if address not in leave_out:
                    self._ask(client, address)

    def _ask(self, client: Client, address: str) -> None:
        with zeal_ignore():  # Django's own pages about a person read that person again
            answer = client.get(address)
        assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR, address
        assert answer.status_code != HTTPStatus.TOO_MANY_REQUESTS, address  # nothing was read there
        if answer.status_code == HTTPStatus.NOT_FOUND:
            self.nothing_at.add(address)
        for canary in found_in(said(answer)):
            self.found.setdefault(canary, set()).add(address)
