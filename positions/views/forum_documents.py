"""Printed documents of a forum: letters of invitation and documents of the day."""

import hashlib
from io import BytesIO
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations.models import Delegate, Forum, Invitation, Language, Letterhead, LetterText
from consultations.notifications import invitations
from consultations.permissions import SignedInRequest
from consultations.queries.invitations import letters_of, open_actions
from consultations.queries.letter_texts import versions_of
from consultations.queries.letterhead import as_of, letterheads_of
from consultations.views.decorators import INVALID, NOTHING_DONE, Outcome, attempt, for_secretariat
from consultations.workflow import enter_export, print_paper
from ncm_portal.workflow import now
from positions.forms.forum_documents import ForWhomForm
from positions.forum_documents import PAPERS, Content, Day, Paper, content, fingerprint, prints_of
from positions.forum_documents.printed import LOTS, Printed, Standing, lot
from positions.render.day import readable
from positions.render.pdf import RenderFailed, render_apart
from positions.text.canonical import canonical

from .paper_intake import later, refusals

KEPT = 15 * 60  # seconds for which a print is cached, so that a retry after a broken connection costs nothing
PRINTING = 90  # maximum seconds of printing
LettersContent = dict[str, Any]


@for_secretariat
@require_safe
def forum_letter_pdf(request: HttpRequest, slug: str, key: UUID) -> HttpResponse:
    """Return the letter to one institution as PDF."""
    forum = _forum(slug)
    letter = get_object_or_404(letters_of(forum), key=key)
    return _answer(request, forum, [letter], slugify(letter.reference.replace("/", "-")))


@for_secretariat
@require_safe
def forum_letters_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """Return all letters of the forum in one PDF, by institution."""
    forum = _forum(slug)
    letters = list(letters_of(forum))
    if not letters:
        raise Http404
    return _answer(request, forum, letters, f"letters-{slug}")


def _forum(slug: str) -> Forum:
    return get_object_or_404(Forum.objects.select_related("consultation"), slug=slug)


def letters_content(forum: Forum, letters: list[Invitation]) -> LettersContent:
    """Return the data of the letters, deterministic."""
    actions = open_actions(forum, [each.stakeholder_id for each in letters])
    today = timezone.localdate(now())
    sessions = forum.sessions.all()[: invitations.PROGRAMME]
    texts = versions_of(forum.consultation_id, "invitation_letter", Language.ENGLISH)
    versions = letterheads_of(forum.consultation_id)
    heads = {each.pk: as_of(versions, each.sent_at) for each in letters}
    return {
        "language": "en",
        "sample": forum.consultation.is_sample,
        "as_of": max(_date(each, today) for each in letters) + "T00:00:00+03:00",
        "address": settings.PORTAL_ADDRESS + reverse("forum", args=[forum.slug]),
        "forum": {
            "title": forum.title,
            "first": forum.starts_on.isoformat(),
            "last": forum.ends_on.isoformat(),
            "place": forum.place,
            "venue": forum.venue,
            "convenors": forum.convenors,
            "contact": forum.contact,
        },
        "programme": [_session(each) for each in sessions],
        "letterheads": {str(each.number): _letterhead(each) for each in heads.values() if each},
        "letters": [
            {
                **_letter(each, actions.get(each.stakeholder_id, []), today, texts),
                "letterhead": str(head.number) if (head := heads[each.pk]) else "",
            }
            for each in letters
        ],
    }


def _letterhead(head: Letterhead) -> LettersContent:
    names = ("lines", "contact", "signatory_name", "signatory_title", "logo", "logo_type")
    return {name: getattr(head, name) for name in names}


def _date(letter: Invitation, today: Any) -> str:
    return (timezone.localdate(letter.sent_at) if letter.sent_at else today).isoformat()


def _session(session: Any) -> LettersContent:
    starts, ends = timezone.localtime(session.starts_at), timezone.localtime(session.ends_at)
    times = {"day": starts.date().isoformat(), "starts": f"{starts:%H:%M}", "ends": f"{ends:%H:%M}"}
    return {**times, "title": session.title}


def _letter(letter: Invitation, actions: list[Any], today: Any, texts: list[LetterText]) -> LettersContent:
    subject, text = invitations.printed_words(letter, texts)
    return {
        "reference": letter.reference,
        "date": _date(letter, today),
        "addressee": letter.addressee,
        "organisation": letter.stakeholder.name,
        "subject": subject,
        "text": text,
        "seats": letter.seats,
        "respond_by": letter.respond_by.isoformat(),
        "link": invitations.link_of(letter),
        "actions": [{"text": each.text, "due": each.due_on.isoformat() if each.due_on else ""} for each in actions],
    }


def _answer(request: HttpRequest, forum: Forum, letters: list[Invitation], name: str) -> HttpResponse:
    with translation.override("en"):
        made = letters_content(forum, letters)
    try:
        data = _printed(made)
    except RenderFailed as failure:
        for why in refusals(failure):
            messages.error(request, why)
        return redirect("forum_letters", forum.slug)
    if data is None:
        return later(_("The portal is printing other letters. Try again in a few seconds."))
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"', "Cache-Control": "private, no-store"}
    return HttpResponse(data, content_type="application/pdf", headers=headers)


def _printed(made: LettersContent) -> bytes | None:
    """Return the PDF from the cache or newly printed; None while another one is being printed."""
    sha256 = hashlib.sha256(canonical(made)).hexdigest()
    data = cache.get(name := f"letters-{sha256}")
    if data is not None:
        return data
    if not cache.add("letters-printing", 1, PRINTING):
        return None
    try:
        data = render_apart(made, sha256, made["address"], document="letter", seconds=PRINTING)
        cache.set(name, data, KEPT)
        return data
    finally:
        cache.delete("letters-printing")


# --- Papers of the day ------------------------------------------------------------------------------------------------


def _paper(name: str) -> Paper:
    if name not in PAPERS:
        raise Http404
    return PAPERS[name]


@for_secretariat
@require_safe
def forum_papers(request: HttpRequest, slug: str) -> HttpResponse:
    """List the documents of the forum: purpose, number of sheets, and whether anything changed since the last print."""
    forum = _forum(slug)
    printed = Printed(Day(forum))
    context = {"forum": forum, "standings": [printed.standing(paper) for paper in PAPERS.values()]}
    return render(request, "positions/forum_documents/papers.html", context)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_print(request: SignedInRequest, slug: str, paper: str) -> HttpResponse:
    """Print a document, for selected people if it is personal. The print is recorded; then the file is downloaded."""
    day, document = Day(_forum(slug)), _paper(paper)
    printed = Printed(day)
    standing = printed.standing(document)
    form = _form(request, day, standing)
    outcome = NOTHING_DONE
    if request.method == "POST":
        outcome = INVALID
        if standing.missing:
            outcome = Outcome([standing.missing], 409)
        elif form is None or form.is_valid():
            only = form.cleaned_data["only"] if form else None
            outcome, address = _print(request, day, document, only)
            if not outcome.reasons:
                return redirect(address)
    entries = printed.entries.get(document.kind, [])
    lots = [(entry, len(entry.data["people"])) for entry in reversed(entries[-LOTS:])]
    context = {"forum": day.forum, "standing": standing, "form": form, "reasons": outcome.reasons, "lots": lots}
    return render(request, "positions/forum_documents/print.html", context, status=outcome.status)


def _form(request: HttpRequest, day: Day, standing: Standing) -> ForWhomForm | None:
    if not standing.paper.for_people or standing.missing:
        return None
    people = list(Delegate.objects.filter(forum=day.forum, pk__in=standing.people))
    return ForWhomForm(request.POST if request.method == "POST" else None, people=people, new=standing.new)


def _print(request: SignedInRequest, day: Day, paper: Paper, only: set[int] | None) -> tuple[Outcome, str]:
    """Print for `only`, then record it, so that nothing is marked as printed that failed. Returns the URL of
    the file.
    """
    made = content(day, paper.slug, only=only)
    try:
        data = _printed_paper(made)
    except RenderFailed as failure:
        return Outcome(refusals(failure), 503), ""
    if data is None:
        return Outcome([_("The portal is printing another paper. Try again in a few seconds.")], 503), ""
    people = prints_of(made) if paper.for_people else {}
    result: list[Any] = []
    outcome = attempt(
        lambda: result.append(
            print_paper(
                day.forum,
                paper.slug,
                fingerprint=fingerprint(made),
                pages=pages(data),
                by=request.user,
                people=people,
                badges=people if paper.kind == "badges" else (),
            )
        )
    )
    query = {"lot": result[0].number} if result and paper.for_people else {}
    return outcome, reverse("forum_paper", args=[day.forum.slug, paper.slug], query=query)


def pages(data: bytes) -> int:
    """Return the number of pages of a PDF."""
    import pikepdf

    with pikepdf.open(BytesIO(data)) as document:
        return len(document.pages)


def _printed_paper(made: Content) -> bytes | None:
    """Return the PDF of a document from the cache or newly printed; None while another one is being printed."""
    sha256 = hashlib.sha256(canonical(made)).hexdigest()
    data = cache.get(name := f"forum-paper-{sha256}")
    if data is not None:
        return data
    if not cache.add("forum-paper-printing", 1, PRINTING):
        return None
    try:
        data = render_apart(made, sha256, made["address"], document="day")
        cache.set(name, data, KEPT)
        return data
    finally:
        cache.delete("forum-paper-printing")


@for_secretariat
@require_safe
def forum_paper(request: SignedInRequest, slug: str, paper: str) -> HttpResponse:
    """Return a document as PDF, to view or print again: for everybody, or for those of the batch `?lot=`."""
    day, document = Day(_forum(slug)), _paper(paper)
    only = _lot(request, day) if "lot" in request.GET else None
    if missing := document.missing(day):
        messages.error(request, missing)
        return redirect("forum_print", slug, paper)
    try:
        data = _printed_paper(content(day, paper, only=only))
    except RenderFailed as failure:
        for why in refusals(failure):
            messages.error(request, why)
        return redirect("forum_print", slug, paper)
    if data is None:
        return later(_("The portal is printing another paper. Try again in a few seconds."))
    enter_export(day.forum, by=request.user, list=paper, form="pdf")
    headers = {"Content-Disposition": f'inline; filename="{slug}-{paper}.pdf"', "Cache-Control": "private, no-store"}
    return HttpResponse(data, content_type="application/pdf", headers=headers)


def _lot(request: HttpRequest, day: Day) -> set[int]:
    number = request.GET["lot"]
    result = lot(day.forum, int(number)) if number.isascii() and number.isdecimal() and len(number) < 19 else None
    if result is None:
        raise Http404
    return result


@for_secretariat
@require_safe
def forum_minutes(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the minutes as a page."""
    day = Day(_forum(slug))
    with translation.override("en"):
        part = readable(content(day, "minutes"))
    return render(request, "positions/forum_documents/minutes.html", {"forum": day.forum, "part": part})
