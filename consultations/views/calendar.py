"""The calendar of a forum as a file: for everybody, for whoever is signed in, and for a delegate without an account."""

from collections.abc import Iterable

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import translation
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from consultations.ical import Entry, calendar
from consultations.models import Delegate, Forum, ForumState
from consultations.queries.forum_calendar import calendar_of, is_signed, whole_calendar


def _announced(slug: str) -> Forum:
    known = Forum.objects.exclude(state=ForumState.DRAFT).select_related("consultation")
    return get_object_or_404(known, slug=slug)


def _file(forum: Forum, entries: Iterable[Entry]) -> HttpResponse:
    name = f"{slugify(forum.slug)}.ics"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(calendar(forum.title, entries), content_type="text/calendar; charset=utf-8", headers=headers)


@login_not_required
@require_safe
def forum_ics(request: HttpRequest, slug: str) -> HttpResponse:
    """The programme of an announced forum."""
    forum = _announced(slug)
    return _file(forum, whole_calendar(forum))


@require_safe
def forum_ics_mine(request: HttpRequest, slug: str) -> HttpResponse:
    """The sessions of whoever is signed in, with that person's roles."""
    forum = _announced(slug)
    own = forum.delegates.filter(user=request.user).exclude(state__in=("refused", "withdrawn")).first()
    return _file(forum, calendar_of(forum, user=request.user, delegate=own))


@login_not_required
@require_safe
def forum_ics_person(request: HttpRequest, slug: str, pk: int, signature: str) -> HttpResponse:
    """The sessions of a delegate, whom the address names and its signature vouches for; 404 for an altered one."""
    forum = _announced(slug)
    delegate = Delegate.objects.filter(forum=forum, pk=pk, merged_into=None).select_related("user").first()
    if delegate is None or not is_signed(delegate, signature):
        raise Http404
    with translation.override(delegate.user.language if delegate.user else translation.get_language()):
        return _file(forum, calendar_of(forum, delegate=delegate))
