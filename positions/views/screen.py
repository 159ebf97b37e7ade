"""The screen of a forum: for the projector, and for the phones of those who take part. Read only."""

from functools import lru_cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from consultations.models import Forum
from consultations.permissions import is_secretariat
from positions.queries.plenary import Watched, may_watch, room_of, shown_on, watched

KEPT = 16


def _watched(request: HttpRequest, slug: str) -> Watched:
    """The forum, for whoever may watch its screen; a 404 for everybody else."""
    found = watched(slug, request.user)
    if found is None or not may_watch(request.user, found):
        raise Http404
    return found


def _forum(pk: int) -> Forum:
    return Forum.objects.select_related("consultation").get(pk=pk)


def _page(request: HttpRequest, slug: str, news: str, **more: Any) -> HttpResponse:
    found = _watched(request, slug)
    forum = _forum(found.forum_id)
    context = {
        "forum": forum,
        "version": found.version,
        "shown": shown_on(forum),
        "room": room_of(forum),
        "news": reverse(news, args=[slug]),
        **more,
    }
    return render(request, "positions/screen/page.html", context)


# What changed is made once in each server process and handed to everybody who asks, by the marks under which it stands.
@lru_cache(maxsize=KEPT)
def _text(forum: Forum, shown: int, language: str | None) -> str:
    return render_to_string("positions/screen/text.html", {"shown": shown_on(forum)})


@lru_cache(maxsize=KEPT)
def _room(forum: Forum, version: str, language: str | None) -> str:
    return render_to_string("positions/screen/room.html", {"room": room_of(forum)})


@require_safe
def screen(request: HttpRequest, slug: str) -> HttpResponse:
    """The screen on the phone of somebody who takes part."""
    return _page(request, slug, "screen_news")


@require_safe
def screen_news(request: HttpRequest, slug: str) -> HttpResponse:
    """What changed since the version that the viewer has: only those parts, or 204 where nothing did."""
    found = _watched(request, slug)
    since = request.GET.get("since", "")
    if since == found.version:
        return HttpResponse(status=204)
    shown, _dot, room = since.partition(".")
    forum, parts = _forum(found.forum_id), []
    if shown != str(found.shown):
        parts.append(_text(forum, found.shown, get_language()))
    if room != found.room or parts:
        parts.append(_room(forum, found.version, get_language()))
    return HttpResponse("".join(parts), headers={"X-Version": found.version, "Cache-Control": "no-store, private"})


@require_safe
def forum_screen(request: HttpRequest, slug: str) -> HttpResponse:
    """The screen on the projector, for the secretariat."""
    if not is_secretariat(request.user):
        raise Http404
    return _page(request, slug, "forum_screen_news", back=reverse("forum_chair", args=[slug]))


@require_safe
def forum_screen_news(request: HttpRequest, slug: str) -> HttpResponse:
    """The same news for the projector."""
    if not is_secretariat(request.user):
        raise Http404
    return screen_news(request, slug)
