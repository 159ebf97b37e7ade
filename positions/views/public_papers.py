"""Public pages of papers: list, text with sources, and files of editions."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from consultations.queries.changes import PAPERS
from consultations.stored_files import NotGenuine
from consultations.views.page_cache import kept_until
from consultations.views.stored_files import Sent, not_genuine
from consultations.workflow import enter_reading
from ncm_portal.workflow import Blocked
from positions import workflow
from positions.edition.files import FORMS
from positions.models import (
    FINAL_KINDS,
    NEEDED,
    TRUSTED,
    Artefact,
    ArtefactFormat,
    Edition,
    GroundingRelation,
    PositionPaper,
)
from positions.queries import explorer
from positions.queries.papers import readable_editions, readable_papers, successor
from positions.queries.timeline import public_steps
from positions.render.languages import headings
from positions.render.rulings import rulings
from positions.render.schema import edition_schema as schema_at
from positions.text.compare import Part, compare
from positions.text.line_numbers import Block, numbered
from positions.views.edition_files import FOR_EVER, Stored, remember, send

A_DAY = "public, max-age=86400"
CONFLICT = 409


@login_not_required
@require_safe
@kept_until(PAPERS)
def papers(request: HttpRequest) -> HttpResponse:
    """List the papers that the reader may see: official ones, then those in preparation."""
    result = readable_papers(request.user)
    context = {
        "official": [paper for paper in result if paper.is_official],
        "coming": [paper for paper in result if not paper.is_official],
    }
    return render(request, "positions/public_papers/papers.html", context)


@login_not_required
@require_safe
@kept_until(PAPERS)
def paper(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the first page of a paper in the edition in force, or the newest one that the reader may see.

    Raises 404 if there is no such paper, or nothing in it for this reader.
    """
    editions = _editions(request, slug)
    return _page(request, next(filter(is_official, editions), editions[0]), editions)


@login_not_required
@require_safe
@kept_until(PAPERS)
def paper_edition(request: HttpRequest, slug: str, number: str) -> HttpResponse:
    """Show the first page of an edition. Raises 404 if there is none for this reader."""
    editions = _editions(request, slug)
    edition = next((each for each in editions if each.number == number), None)
    if edition is None:
        raise Http404
    return _page(request, edition, editions)


@login_not_required
@require_safe
@kept_until(PAPERS)
def paper_history(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the public history of a published paper. Raises 404 for others, and for readers who may not see it."""
    official = next(filter(is_official, _editions(request, slug)), None)
    if official is None:
        raise Http404
    (paper,) = PositionPaper.objects.filter(pk=official.paper_id).select_related("consultation")
    context = {"paper": paper, "steps": public_steps(paper)}
    return render(request, "positions/public_papers/paper_history.html", context)


def is_official(edition: Edition) -> bool:
    """Return whether `edition`, whose paper is loaded, is public."""
    return edition.kind in FINAL_KINDS and edition.paper.is_official


def _editions(request: HttpRequest, slug: str) -> list[Edition]:
    """Return the editions of a paper that the reader may see, newest first; raises 404 if there are none."""
    editions = readable_editions(request.user, slug)
    if not editions:
        raise Http404
    return editions


def enter_reading_of(request: HttpRequest, *editions: Edition) -> None:
    """Log who reads editions that are not public: each once a day. Raises NotLogged."""
    for edition in editions:
        if not is_official(edition) and request.user.is_authenticated:
            enter_reading(edition, by=request.user)


def _page(request: HttpRequest, edition: Edition, editions: list[Edition]) -> HttpResponse:
    if "part" in request.GET:  # where the whole text was once, as links in mails and other pages still have it
        whole = reverse("edition_whole", args=[edition.paper.slug, edition.number])
        return redirect(f"{whole}?{request.GET.urlencode()}")
    enter_reading_of(request, edition)
    context = {
        **standing(edition, editions),
        "annexes": getattr(request.user, "office", "") in TRUSTED,
        "files": {artefact.format: artefact for artefact in edition.artefacts.order_by("format")},
        "forms": [form for form in ArtefactFormat if form in FORMS and form not in NEEDED],
        "address": address_of(edition),
        "rulings": rulings(content(edition.sha256)),
    }
    return render(request, "positions/public_papers/paper.html", context)


def standing(edition: Edition, editions: list[Edition]) -> dict[str, Any]:
    """Return the position of an edition among the `editions` that the reader may see, for each of its pages."""
    in_force = next(filter(is_official, editions), None)
    return {
        "paper": edition.paper,
        "edition": edition,
        "editions": editions,
        "official": is_official(edition),
        "newer": in_force if in_force and in_force != edition else None,
        "successor": successor(edition.paper),
        "restricted": edition.paper.is_restricted,
        "frozen": facts(edition.sha256),
    }


def address_of(edition: Edition) -> str:
    """Return the URL of an edition whose paper is loaded."""
    return reverse("paper_edition", args=[edition.paper.slug, edition.number])


def part_of(request: HttpRequest, number: int) -> int:
    """Return which of `number` pages the URL asks for: the first by default."""
    requested = request.GET.get("part", "")
    return int(requested) if requested in map(str, range(1, number + 1)) else 1


@login_not_required
@require_safe
def edition_file(request: HttpRequest, slug: str, number: str, form: str) -> HttpResponseBase:
    """Return an edition as a file: the PDF and the canonical content (the bytes of the printed hash) as made with it,
    other formats on first request. Raises 404 if there is none for this reader.
    """
    if form not in FORMS:
        raise Http404
    artefact = _readable_file(request, slug, number, form)
    if artefact is not None:
        enter_reading_of(request, artefact.edition)
    if artefact is None:
        edition = _readable_edition(request, slug, number, form)
        enter_reading_of(request, edition)
        try:
            artefact = workflow.make_form(edition, form, by=request.user)
        except Blocked as refusal:
            return render(
                request,
                "positions/public_papers/no_file.html",
                {"edition": edition, "refusal": refusal},
                status=CONFLICT,
            )
        artefact.edition = edition
    return _response(request, artefact, f"{slug}-{number}.{form}")


def _response(request: HttpRequest, artefact: Artefact, name: str) -> HttpResponseBase:
    """Return the stored file; an official one is remembered for the next reader."""
    media_type = FORMS[ArtefactFormat(artefact.format)].media_type
    sent = Sent(name, media_type, etag=f'"{artefact.sha256}"', modified=int(artefact.rendered_at.timestamp()))
    stored = Stored(artefact.stored_file, sent, FOR_EVER if is_official(artefact.edition) else "private, no-cache")
    try:
        response = send(request, stored)
    except NotGenuine:
        return not_genuine(request)
    remember(request, stored)
    return response


def _readable_file(request: HttpRequest, slug: str, number: str, form: str) -> Artefact | None:
    """Return a file: an official one without checking the reader, in one query; others only for permitted readers."""
    files = Artefact.objects.filter(edition__paper__slug=slug, edition__number=number, format=form)
    shown = files.select_related("edition__paper").defer("edition__content")
    official = shown.filter(edition__in=Edition.objects.official().values("pk")).first()
    if official:
        return official
    readable: Any = Edition.objects.visible_to(request.user)
    return shown.filter(edition__in=readable.values("pk")).first()


def _readable_edition(request: HttpRequest, slug: str, number: str, form: str) -> Edition:
    """Return the edition without such a file; raises 404 if an officer has to make it, or it is not for this reader."""
    if form in NEEDED:
        raise Http404
    readable = Edition.objects.visible_to(request.user).filter(paper__slug=slug, number=number)
    return get_object_or_404(readable.select_related("paper"))


@login_not_required
@require_safe
def edition_schema(request: HttpRequest) -> HttpResponse:
    """Return the JSON Schema of the canonical content of an edition, with CORS for all origins."""
    body = schema_at(settings.PORTAL_ADDRESS + reverse("edition_schema"))
    etag = f'"{hashlib.sha256(body).hexdigest()}"'
    headers = {"ETag": etag, "Cache-Control": A_DAY, "Access-Control-Allow-Origin": "*"}
    response = HttpResponse(body, "application/schema+json", headers=headers)
    return get_conditional_response(request, etag=etag, response=response) or response


# --- The text of an edition -------------------------------------------------------------------------------------------


KEPT = 16
KEPT_WORDS = 4  # sets of editions: each holds all of their texts
MOST = 40_000  # bytes of text per page: 55 kB with markup, 11 kB compressed
POINT_OF_AN_INPUT = re.compile(r"^(?P<input>(?P<year>NCM-\d{4}-)\d+)\.\d+$")


@lru_cache(maxsize=KEPT)
def content(sha256: str) -> dict[str, Any]:
    """Return the content of the edition with this hash. At most one query; the caller has checked permission."""
    return json.loads(Edition.objects.values_list("content", flat=True).get(sha256=sha256))


def text(sha256: str, address: str, part: int = 1, *, outcomes: str = "") -> SafeString:
    """Return a part of the text of the edition with this hash as HTML in the reader's language. `address` is that of
    the edition, `outcomes` that of the page on what became of its paragraphs, if any.
    """
    return _text(sha256, address, part, outcomes, get_language() or "en")


@lru_cache(maxsize=KEPT)
def _text(sha256: str, address: str, part: int, outcomes: str, _language: str) -> SafeString:
    return rows(sha256, address, parts(sha256)[part - 1], outcomes=outcomes)


def rows(sha256: str, address: str, numbers: Collection[int], *, outcomes: str = "", headed: bool = True) -> SafeString:
    """Return the paragraphs with these numbers as HTML, `headed` by their sections."""
    shown = sections(content(sha256), numbers)
    about = {"language": content(sha256)["language"], "address": address, "outcomes": outcomes, "headed": headed}
    return SafeString(render_to_string("positions/public_papers/_text.html", {"sections": shown, **about}))


class Chapter(NamedTuple):
    """Section of an edition as it is read: its place, number and heading, and its paragraphs by page."""

    place: int
    number: str
    heading: str
    theme: str
    called: list[dict[str, str]]
    pages: list[list[int]]

    @property
    def numbers(self) -> list[int]:
        """Return the numbers of its paragraphs."""
        return [number for page in self.pages for number in page]

    @property
    def lines(self) -> list[tuple[str, list[int]]]:
        """Return the address of each page, relative to that of the edition, and the paragraphs on it."""
        at = f"sections/{self.place}/"
        return [(f"{at}?part={part}" if part > 1 else at, page) for part, page in enumerate(self.pages, start=1)]


@lru_cache(maxsize=KEPT)
def chapters(sha256: str) -> list[Chapter]:
    """Return the sections with text of the edition with this hash, in order."""
    whole = content(sha256)
    return [
        Chapter(
            int(section["id"].removeprefix("section-")),
            section["number"],
            section["heading"],
            section["theme"] or "",
            section["called"],
            explorer.sheets(whole, [each["number"] for each in section["paragraphs"]], MOST),
        )
        for section in sections(whole)
        if section["paragraphs"]
    ]


@lru_cache(maxsize=KEPT)
def parts(sha256: str) -> list[list[int]]:
    """Return the paragraph numbers on each page of the text: nearly always one page, several for a long text."""
    return explorer.sheets(content(sha256), traits(sha256), MOST)


@lru_cache(maxsize=KEPT)
def traits(sha256: str) -> dict[int, explorer.Traits]:
    """Return the filter values of the paragraphs of the edition with this hash."""
    return explorer.traits(content(sha256))


def place(sha256: str, number: int) -> str:
    """Return the address of a paragraph in its section, relative to that of the edition."""
    every = (line for chapter in chapters(sha256) for line in chapter.lines)
    return next(f"{at}#p{number}" for at, numbers in every if number in numbers)


def history(shas: tuple[str, ...], key: str) -> list[explorer.Step]:
    """Return the paragraph with this key in the editions with these hashes, the oldest first. At most one query."""
    return explorer.history(_words(shas), key)


@lru_cache(maxsize=KEPT_WORDS)
def _words(shas: tuple[str, ...]) -> list[tuple[str, dict[str, Any]]]:
    """Return the numbers of these editions, and the part of their contents that identifies paragraphs."""
    held = dict(Edition.objects.filter(sha256__in=shas).values_list("sha256", "content"))
    return [_slim(json.loads(held[sha])) for sha in shas]


def _slim(whole: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    kept = ("key", "number", "text", "came_from")
    paragraphs = [
        {name: each[name] for name in kept if name in each} for part in whole["sections"] for each in part["paragraphs"]
    ]
    return whole["edition"]["number"], {"sections": [{"paragraphs": paragraphs}]}


@lru_cache(maxsize=KEPT)
def lines(sha256: str) -> list[Block]:
    """Return the edition with this hash in numbered lines."""
    return numbered(content(sha256))


@lru_cache(maxsize=KEPT)
def changes(before: str, after: str) -> list[Part]:
    """Return the changes between the editions with these two hashes. One query."""
    return compare(*pair(before, after))


def pair(before: str, after: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the contents of the editions with these two hashes. One query; the caller has checked permission."""
    held = dict(Edition.objects.filter(sha256__in=[before, after]).values_list("sha256", "content"))
    return json.loads(held[before]), json.loads(held[after])


def facts(sha256: str) -> dict[str, Any]:
    """Return the facts above the text: figures, adoption and contents."""
    whole = content(sha256)
    adoption = whole["adoption"]
    return {
        "sample": whole["sample"],
        "language": whole["language"],
        "paper": whole["paper"],
        "tallies": whole["tallies"],
        "forum": whole["forum"],
        "adoption": adoption,
        "explanations": whole.get("explanations", []),
        "correction": whole.get("correction"),
        "adopted_at": datetime.fromisoformat(adoption["at"]) if adoption else None,
        "contents": chapters(sha256),
    }


def sections(whole: dict[str, Any], numbers: Collection[int] | None = None) -> list[dict[str, Any]]:
    """Return the sections in order, each paragraph with its sources and reservations; with `numbers` only these
    paragraphs and their sections.
    """
    reserved = defaultdict(list)
    for reservation in whole["reservations"]:
        reserved[reservation["paragraph"]].append(reservation)
    themes = {theme["code"]: theme for theme in whole["themes"]}
    return [
        {
            **section,
            "called": headings(section, themes, whole["language"]),
            "id": f"section-{place}",
            "paragraphs": [
                {**each, "reservations": reserved[each["number"]], **_sources(each["sources"])}
                for each in section["paragraphs"]
                if numbers is None or each["number"] in numbers
            ],
        }
        for place, section in enumerate(whole["sections"], start=1)
        if numbers is None or any(each["number"] in numbers for each in section["paragraphs"])
    ]


def _sources(sources: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the public sources, the number of the others, and how many asked for it or say the contrary."""
    public = [named(source) for source in sources if source["organisation"]]
    contrary = sum(source["relation"] == GroundingRelation.CONTRARY for source in sources)
    counts = {"hidden": len(sources) - len(public), "in_favour": len(sources) - contrary, "contrary": contrary}
    return {"public": public, **counts}


def named(source: dict[str, Any]) -> dict[str, Any]:
    """Return a point by its short reference; `input` is the reference of its input, if any."""
    match = POINT_OF_AN_INPUT.match(source["point"])
    return {**source, "short": short(source["point"]), "input": match["input"] if match else ""}


def short(reference: str) -> str:
    """Return the reference of a point without the part common to the consultation."""
    match = POINT_OF_AN_INPUT.match(reference)
    return reference.removeprefix(match["year"]) if match else reference
