"""Canary words: each stands in one place of one input, and whoever finds it anywhere may read that place.

The walk asks for every address of the resolver with every argument that could fit, so that a new page is in it before
anybody thinks of it.
"""

import io
import itertools
import re
import zipfile
from collections.abc import Iterator
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

from consultations.models import Attachment, MembershipRole, SessionRole
from consultations.workflow import start_draft
from ncm_portal.workflow import journal
from positions.edition import render_artefacts
from tests import factories
from tests.paper_factories import bring_paper, freeze, make_disposition, make_paper, make_paragraph, make_section
from tests.sign_in import sign_in

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
    """The canary of one place: letters only, so that no index and no page cuts it."""
    return f"{whose}{place}arinko"


OF_DRAFT = {word(DRAFT, place) for place in ("title", "body", "name")}
SENT = {word(whose, place) for whose in (SECRETARIAT, MEMBERS, HELD) for place in PLACES}
ALL = SENT | OF_DRAFT
OF_MEMBERS = {word(MEMBERS, place) for place in PLACES if place != "passage"}
PUBLIC = {word(HELD, place) for place in OPEN}


def make_input(whose: str, audience: str, world: SimpleNamespace) -> Any:
    """An accepted input with a canary in each place; its passage is held back, and so is its point where it is public."""
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
    """A draft that is nobody's but its organisation's, with a file; both are in the journal."""
    words = {"title": f"About {word(DRAFT, 'title')}", "body": word(DRAFT, "body"), "theme": factories.make_theme("T1")}
    made = start_draft(world.consultation, world.body, by=world.owner, **words)
    file = factories.make_attachment(made, name=f"{word(DRAFT, 'name')} figures.txt", data=b"Figures")
    journal("add_file", made, by=world.owner, reason=file.name)
    return made


def make_world(*, printed: bool = True) -> SimpleNamespace:
    """Three inputs of one organisation, a published paper that rests on all their points, and everybody who may ask.

    Consultation, forum and paper have one slug, so that an address with a slug is asked for once. The paper is
    `printed` only where a test opens its files.
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
    return world


def _readers(world: SimpleNamespace) -> dict[str, Any]:
    rapporteur = factories.make_user(name="rapporteur")
    SessionRole.objects.create(session=world.session, user=rapporteur, kind="rapporteur")
    return {
        "visitor": AnonymousUser(),
        "stranger": factories.make_user(),
        "rapporteur": rapporteur,
        "another organisation": factories.make_member(factories.make_stakeholder(), is_primary=True),
        "system administrator": factories.make_user("sysadmin"),
        "member": factories.make_member(world.ministry, is_primary=True),
        "clearing officer": factories.make_member(world.ministry, MembershipRole.CLEARING_OFFICER),
        "official": factories.make_user("official"),
        "owner": world.owner,
        "clearing officer of the owner": factories.make_member(world.body, MembershipRole.CLEARING_OFFICER),
        "secretariat": factories.make_secretariat(),
        "head": factories.make_head(),
    }


# Who may find what, and nothing else.
MAY_FIND = {
    **dict.fromkeys(["visitor", "stranger", "rapporteur", "another organisation"], PUBLIC),
    **dict.fromkeys(["system administrator", "clearing officer of the owner"], PUBLIC),
    **dict.fromkeys(["member", "clearing officer", "official"], PUBLIC | OF_MEMBERS),
    **dict.fromkeys(["secretariat", "head"], SENT),
    "owner": ALL,
}


# --- Asking for everything ----------------------------------------------------------------------------------------


def arguments(world: SimpleNamespace) -> dict[str, list[Any]]:
    """What could stand in an address, by the name of the argument."""
    inputs = [each.submission for each in world.inputs]
    inputs.append(world.draft)
    records = [*inputs, world.paper, world.body, world.forum, world.session, world.owner]
    records += [record for each in world.inputs for record in (each.point, each.attachment)]
    keys = [row.key for row in (*inputs, *Attachment.objects.all(), world.paragraph)]
    references = [each.reference for row in world.inputs for each in (row.submission, row.point)]
    pks = sorted({record.pk for record in records} | {1})
    return {
        "key": keys, "file": [each.attachment.key for each in world.inputs], "reference": references,
        "slug": [SLUG], "number": [world.edition.number, "1"],
        "code": ["T1"], "theme": ["T1"], "pk": pks, "membership": pks[:2],
        "sha256": [world.edition.sha256, *[row.content_sha256 for row in inputs]],
        "form": ["csv", "xlsx", "json"], "format": ["docx", "pdf"], "token": ["x"],
    }  # fmt: skip


def addresses(resolver: URLResolver, known: dict[str, list[Any]], before: str = "/") -> Iterator[str]:
    """Every address of the resolver, with every argument that is known; a form or verb of another name as a word."""
    if of_model := re.fullmatch(r"/admin/(\w+)/(\w+)/", before):
        known = {**known, "object_id": _rows(*of_model.groups())}
    for entry in resolver.url_patterns:
        for part in _filled(entry.pattern, known):
            if isinstance(entry, URLResolver):
                yield from addresses(entry, known, before + part)
            elif isinstance(entry, URLPattern):
                yield before + part


def _rows(app: str, model: str) -> list[Any]:
    """The newest records of a model, for its pages in the admin; of the journal, what is about an input or a file."""
    rows = apps.get_model(app, model)._base_manager.order_by("-pk")
    if model == "event":
        rows = rows.filter(kind__in=["consultations.submission", "consultations.attachment"])
    return list(rows.values_list("pk", flat=True)[:NEWEST])


def _filled(pattern: Any, known: dict[str, list[Any]]) -> Iterator[str]:
    if not isinstance(pattern, RoutePattern):
        return
    route = str(pattern)
    names = re.findall(r"<(?:\w+:)?(\w+)>", route)
    for values in itertools.product(*(known.get(name, ["accept"]) for name in names)):
        given = iter(values)
        yield re.sub(r"<(?:\w+:)?\w+>", lambda _found: str(next(given)), route)  # noqa: B023


def said(answer: Any) -> str:
    """All that an answer says, in any form: streamed, packed, in its headers."""
    data = b"".join(answer) if answer.streaming else answer.content
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            data = b"\n".join(packed.read(name) for name in packed.namelist())
    if data.startswith(b"%PDF"):
        return printed(data)
    return data.decode("utf-8", "replace") + str(answer.headers)


def printed(data: bytes) -> str:
    """The text of a PDF, without the breaks that the layout makes."""
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)
    return text.replace("\n", "").replace("-", "").replace("\xad", "")


def found_in(text: str) -> set[str]:
    """The canaries in a text, also where somebody changed their case."""
    lower = text.casefold()
    return {canary for canary in ALL if canary in lower}


def walk(reader: Any, world: SimpleNamespace) -> dict[str, set[str]]:
    """Each canary that `reader` finds, and the addresses at which it stands. No address may break on the way."""
    client = Client(raise_request_exception=False)
    if reader.is_authenticated:
        sign_in(client, reader)
    known, found = arguments(world), {}
    for address in sorted(set(addresses(get_resolver(), known))):
        if "logout" in address or (address.startswith("/admin/") and not getattr(reader, "is_staff", False)):
            continue
        with zeal_ignore():  # Django's own pages about a person read that person again
            answer = client.get(address)
        assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR, address
        for canary in found_in(said(answer)):
            found.setdefault(canary, set()).add(address)
    return found
