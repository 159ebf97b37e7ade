"""The letters of invitation of a forum to print: one, or all of them in one file."""

import hashlib
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from consultations.models import Forum, Invitation
from consultations.notifications import invitations
from consultations.queries.invitations import letters_of, open_actions
from consultations.views.decorators import for_secretariat
from ncm_portal.workflow import now
from positions.render.paper import canonical
from positions.render.sandbox import RenderFailed, render_apart

from .paper_intake import later, refusals

KEPT, PRINTING = 15 * 60, 90
Content = dict[str, Any]


@for_secretariat
@require_safe
def forum_letter_pdf(request: HttpRequest, slug: str, key: UUID) -> HttpResponse:
    """The letter to one institution."""
    forum = _forum(slug)
    letter = get_object_or_404(letters_of(forum), key=key)
    return _answer(request, forum, [letter], slugify(letter.reference.replace("/", "-")))


@for_secretariat
@require_safe
def forum_letters_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """All letters of the forum behind each other, by institution."""
    forum = _forum(slug)
    letters = list(letters_of(forum))
    if not letters:
        raise Http404
    return _answer(request, forum, letters, f"letters-{slug}")


def _forum(slug: str) -> Forum:
    return get_object_or_404(Forum.objects.select_related("consultation"), slug=slug)


def content(forum: Forum, letters: list[Invitation]) -> Content:
    """All that stands on the letters: the same values give the same bytes."""
    actions = open_actions(forum, [each.stakeholder_id for each in letters])
    today = timezone.localdate(now())
    sessions = forum.sessions.all()[: invitations.PROGRAMME]
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
        "letters": [_letter(forum, each, actions.get(each.stakeholder_id, []), today) for each in letters],
    }


def _date(letter: Invitation, today: Any) -> str:
    return (timezone.localdate(letter.sent_at) if letter.sent_at else today).isoformat()


def _session(session: Any) -> Content:
    starts, ends = timezone.localtime(session.starts_at), timezone.localtime(session.ends_at)
    times = {"day": starts.date().isoformat(), "starts": f"{starts:%H:%M}", "ends": f"{ends:%H:%M}"}
    return {**times, "title": session.title}


def _letter(forum: Forum, letter: Invitation, actions: list[Any], today: Any) -> Content:
    return {
        "reference": letter.reference,
        "date": _date(letter, today),
        "addressee": letter.addressee,
        "organisation": letter.stakeholder.name,
        "text": letter.words,
        "seats": letter.seats,
        "respond_by": letter.respond_by.isoformat(),
        "link": invitations.link_of(letter),
        "actions": [{"text": each.text, "due": each.due_on.isoformat() if each.due_on else ""} for each in actions],
    }


def _answer(request: HttpRequest, forum: Forum, letters: list[Invitation], name: str) -> HttpResponse:
    with translation.override("en"):
        made = content(forum, letters)
    try:
        data = _printed(made)
    except RenderFailed as failure:
        for why in refusals(failure):
            messages.error(request, why)
        return redirect("forum_letters", forum.slug)
    if data is None:
        return later(_("Another file of letters is being printed. Try again in a few seconds."))
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"', "Cache-Control": "private, no-store"}
    return HttpResponse(data, content_type="application/pdf", headers=headers)


def _printed(made: Content) -> bytes | None:
    """The PDF, from the cache where it lies ready; None while another one is being printed."""
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
