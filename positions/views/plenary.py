"""Chair's desk: screen, speakers and decisions on paragraphs."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations import workflow as consultation_workflow
from consultations.models import Forum, ForumSession, Speech
from consultations.permissions import SignedInRequest, is_secretariat
from consultations.queries import speakers
from consultations.views.decorators import INVALID, NOTHING_DONE, Outcome, attempt, carry_out, for_secretariat
from consultations.views.forums import desk_forum
from consultations.views.ratelimit import limited, seconds_to_wait
from consultations.workflow import SESSION_MOVES
from ncm_portal.workflow import moves_open_to
from positions import workflow
from positions.forms.plenary import AskFloorForm, FloorWordsForm, ItemForm, RoomCodeForm, RulingForm
from positions.models import FloorMode, PositionPaper, Screen
from positions.permissions import may_chair
from positions.queries.plenary import (
    Watched,
    holds_badge,
    may_watch,
    paper_of,
    quorum_of,
    room_of,
    shown_on,
    text_before,
    watched,
)

SESSION_VERBS: dict[str, Callable[..., Any]] = {
    "open_session": lambda session, *, by, reason: consultation_workflow.open_session(session, by=by),
    "close_session": lambda session, *, by, reason: consultation_workflow.close_session(session, by=by),
}
SPEAKER_VERBS: dict[str, Callable[..., Any]] = {
    "give": lambda speech, *, by, reason: consultation_workflow.give_floor(speech, by=by),
    "end": lambda speech, *, by, reason: consultation_workflow.end_speech(speech, by=by),
    "strike": lambda speech, *, by, reason: consultation_workflow.strike_speech(speech, by=by),
    "up": lambda speech, *, by, reason: consultation_workflow.move_speech(speech, by=by, up=True),
    "down": lambda speech, *, by, reason: consultation_workflow.move_speech(speech, by=by, up=False),
}
MODES = {
    "consensus": gettext_lazy("By consensus"),
    "show_of_hands": gettext_lazy("By a show of hands"),
    "roll_call": gettext_lazy("By a roll call"),
}


@for_secretariat
@require_safe
def forum_chair(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the present screen, the speakers, and the progress of decisions."""
    return _show(request, desk_forum(slug))


def _screen(forum: Forum) -> Screen | None:
    along = ("session", "paragraph__wording", "moved_by")
    return Screen.objects.filter(forum=forum).select_related(*along).first()


AT_ONCE = {verb: move for verb, move in SESSION_MOVES.items() if not move.asks}  # the others have pages of their own


def _show(request: HttpRequest, forum: Forum, outcome: Outcome = NOTHING_DONE, **typed: forms.Form) -> HttpResponse:
    screen, paper = _screen(forum), paper_of(forum)
    paragraphs: list[Any] = text_before(paper) if paper else []
    session = screen.session if screen else None
    now_shown = next((each for each in paragraphs if screen and each.pk == screen.paragraph_id), None)
    given = {
        "session": session.pk if session else None,
        "heading": screen.heading if screen else "",
        "paragraph": now_shown.key if now_shown else "",
    }
    forms_here = {
        "item": ItemForm(initial=given, forum=forum, paragraphs=paragraphs),
        "ask": AskFloorForm(forum=forum, auto_id="ask_%s"),
        **typed,
    }
    context = {
        "forum": forum,
        "paper": paper,
        "session": session,
        "session_moves": moves_open_to(AT_ONCE, session, request.user) if session else [],
        "shown": now_shown,
        "moved_by": screen.moved_by if screen else None,
        "following": next((each for each in paragraphs if now_shown and each.number == now_shown.number + 1), None),
        "paragraphs": paragraphs,
        "open": sum(each.ruling is None for each in paragraphs),
        "speakers": speakers(session),
        "quorum": quorum_of(forum),
        "form": next(iter(typed.values()), None),
        "reasons": outcome.reasons,
        **forms_here,
    }
    return render(request, "positions/plenary/chair.html", context, status=outcome.status)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_chair_show(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show an agenda item and a paragraph on the screen."""
    if request.method != "POST":
        return redirect("forum_chair", slug)
    forum = desk_forum(slug)
    paper = paper_of(forum)
    form = ItemForm(request.POST, forum=forum, paragraphs=text_before(paper) if paper else [])
    if not form.is_valid():
        return _show(request, forum, INVALID, item=form)
    outcome = attempt(lambda: workflow.show_on_screen(forum, by=request.user, **form.words))
    if outcome.reasons:
        return _show(request, forum, outcome, item=form)
    messages.success(request, _("The screen shows it."))
    return redirect("forum_chair", slug)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_chair_session(request: HttpRequest, slug: str, pk: int, verb: str) -> HttpResponse:
    """Open or close a session by the verb in the URL."""
    if request.method != "POST":
        return redirect("forum_chair", slug)
    forum = desk_forum(slug)
    session = get_object_or_404(forum.sessions, pk=pk)
    outcome = carry_out(request, session, verb, SESSION_VERBS)
    return _show(request, forum, outcome) if outcome.reasons else redirect("forum_chair", slug)


def _session_on_screen(forum: Forum) -> ForumSession:
    """Return the session on the screen with its speakers' list; raises 404 if there is none."""
    return get_object_or_404(forum.sessions, pk__in=Screen.objects.filter(forum=forum).values("session"))


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_chair_ask(request: SignedInRequest, slug: str) -> HttpResponse:
    """Add somebody to the speakers' list."""
    if request.method != "POST":
        return redirect("forum_chair", slug)
    forum = desk_forum(slug)
    session = _session_on_screen(forum)
    form = AskFloorForm(request.POST, forum=forum, auto_id="ask_%s")
    if not form.is_valid():
        return _show(request, forum, INVALID, ask=form)
    outcome = attempt(lambda: consultation_workflow.ask_floor(session, by=request.user, **form.words))
    if outcome.reasons:
        return _show(request, forum, outcome, ask=form)
    return redirect("forum_chair", slug)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_chair_speech(request: HttpRequest, slug: str, key: UUID, verb: str) -> HttpResponse:
    """Give the floor, end a speech, or change the list by the verb in the URL."""
    if request.method != "POST":
        return redirect("forum_chair", slug)
    forum = desk_forum(slug)
    speech = get_object_or_404(Speech.objects.select_related("session"), session__forum=forum, key=key)
    outcome = carry_out(request, speech, verb, SPEAKER_VERBS)
    return _show(request, forum, outcome) if outcome.reasons else redirect("forum_chair", slug)


# --- One paragraph ----------------------------------------------------------------------------------------------------


def _place(forum: Forum, key: UUID) -> tuple[PositionPaper, Any, list[Any]]:
    """Return the paper before the forum, the paragraph with this key, and all of its paragraphs; raises 404
    otherwise.
    """
    paper = paper_of(forum)
    paragraphs: list[Any] = text_before(paper) if paper else []
    result = next((each for each in paragraphs if each.key == key), None)
    if paper is None or result is None:
        raise Http404
    return paper, result, paragraphs


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_chair_decide(request: SignedInRequest, slug: str, key: UUID) -> HttpResponse:
    """Record the meeting's decision on a paragraph; `how` in the URL is the voting method."""
    forum = desk_forum(slug)
    paper, paragraph, _all = _place(forum, key)
    if request.method != "POST":
        return _paragraph(request, forum, paragraph)
    form = _ruling_form(request, forum, paragraph)
    if not form.is_valid():
        return _paragraph(request, forum, paragraph, INVALID, form)
    seen = form.cleaned_data["seen"] or 0
    outcome = attempt(
        lambda: workflow.decide_paragraph(paper, paragraph, by=request.user, ruling=form.ruling, seen=seen)
    )
    if outcome.reasons:
        return _paragraph(request, forum, _place(forum, key)[1], outcome, form)
    messages.success(request, _("Decision recorded: paragraph %(number)s.") % {"number": paragraph.number})
    return redirect("forum_chair", slug)


def _proposed(forum: Forum, paragraph: Any) -> dict[str, Any]:
    """Return the proposed text of a paragraph, as on the screen."""
    screen = _screen(forum)
    if screen is None or screen.paragraph_id != paragraph.pk or not screen.amendment:
        return {"amendment": "", "moved_by": None}
    return {"amendment": screen.amendment, "moved_by": screen.moved_by_id}


def _ruling_form(request: HttpRequest, forum: Forum, paragraph: Any) -> RulingForm:
    mode = request.GET.get("how", FloorMode.CONSENSUS)
    if mode not in MODES:
        raise Http404
    names = [each["name"] for each in quorum_of(forum).electorate if each["present"]]
    proposed = _proposed(forum, paragraph)
    sent = request.POST if request.method == "POST" else None
    amendment = sent.get("amendment", "") if sent is not None else proposed["amendment"]
    seen = paragraph.ruling.pk if paragraph.ruling else 0
    initial = {"seen": seen, **proposed, "words": "amended"}
    return RulingForm(sent, mode=mode, names=names, has_amendment=bool(amendment.strip()), initial=initial)


def _paragraph(
    request: HttpRequest,
    forum: Forum,
    paragraph: Any,
    outcome: Outcome = NOTHING_DONE,
    form: RulingForm | None = None,
    floor: FloorWordsForm | None = None,
) -> HttpResponse:
    proposed = _proposed(forum, paragraph)
    given = {**proposed, "amendment": proposed["amendment"] or paragraph.wording.text}
    rulings = paragraph.floor_decisions.select_related("by", "moved_by", "reservation__stakeholder").order_by("-pk")
    context = {
        "forum": forum,
        "paragraph": paragraph,
        "rulings": rulings,
        "quorum": quorum_of(forum),
        "may_decide": may_chair(request.user, paragraph.section.paper),
        "modes": MODES,
        "how": request.GET.get("how", FloorMode.CONSENSUS),
        "proposed": proposed["amendment"],
        "floor": floor or FloorWordsForm(initial=given, auto_id="floor_%s"),
        "ruling": form or _ruling_form(request, forum, paragraph),
        "form": floor or form,
        "reasons": outcome.reasons,
    }
    return render(request, "positions/plenary/decide.html", context, status=outcome.status)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_chair_words(request: SignedInRequest, slug: str, key: UUID) -> HttpResponse:
    """Show a paragraph on the screen with a wording proposed from the floor."""
    if request.method != "POST":
        return redirect("forum_chair_decide", slug, key)
    forum = desk_forum(slug)
    _paper, paragraph, _all = _place(forum, key)
    floor = FloorWordsForm(request.POST, auto_id="floor_%s")
    if not floor.is_valid():
        return _paragraph(request, forum, paragraph, INVALID, floor=floor)
    screen = _screen(forum)
    data = dict(floor.cleaned_data)
    if data["amendment"].strip() == paragraph.wording.text:
        data = {"amendment": "", "moved_by": None}
    shown: dict[str, Any] = {"session": screen.session if screen else None, "heading": screen.heading if screen else ""}
    outcome = attempt(lambda: workflow.show_on_screen(forum, by=request.user, paragraph=paragraph, **shown, **data))
    if outcome.reasons:
        return _paragraph(request, forum, paragraph, outcome, floor=floor)
    messages.success(request, _("The screen shows it."))
    return redirect("forum_chair_decide", slug, key)


# --- The screen -------------------------------------------------------------------------------------------------------


KEPT = 16


def _watched(request: HttpRequest, slug: str) -> Watched:
    """Return the forum for those who may watch its screen; raises 404 for others."""
    result = watched(slug, request.user)
    if result is None or not may_watch(request.user, result):
        raise Http404
    return result


def _forum(pk: int) -> Forum:
    return Forum.objects.select_related("consultation").get(pk=pk)


def _page(request: HttpRequest, result: Watched, slug: str, news: str, **more: Any) -> HttpResponse:
    forum = _forum(result.forum_id)
    context = {
        "forum": forum,
        "version": result.version,
        "shown": shown_on(forum),
        "room": room_of(forum),
        "news": reverse(news, args=[slug]),
        **more,
    }
    return render(request, "positions/plenary/screen.html", context)


# Changed parts are rendered once per server process and served to everybody, cached by their marks.
@lru_cache(maxsize=KEPT)
def _text(forum: Forum, shown: int, language: str | None) -> str:
    return render_to_string("positions/plenary/_screen_text.html", {"shown": shown_on(forum)})


@lru_cache(maxsize=KEPT)
def _room(forum: Forum, version: str, language: str | None) -> str:
    return render_to_string("positions/plenary/_screen_room.html", {"room": room_of(forum)})


@require_safe
def screen(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the screen on a participant's phone."""
    return _page(request, _watched(request, slug), slug, "screen_news")


@require_safe
def screen_news(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the parts changed since the viewer's version, or 204 if there are none."""
    return _news(request, _watched(request, slug))


def _news(request: HttpRequest, result: Watched) -> HttpResponse:
    since = request.GET.get("since", "")
    if since == result.version:
        return HttpResponse(status=204)
    shown, _dot, room = since.partition(".")
    forum, parts = _forum(result.forum_id), []
    if shown != str(result.shown):
        parts.append(_text(forum, result.shown, get_language()))
    if room != result.room or parts:
        parts.append(_room(forum, result.version, get_language()))
    return HttpResponse("".join(parts), headers={"X-Version": result.version, "Cache-Control": "no-store, private"})


@require_safe
def forum_screen(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the screen on the projector, for the secretariat."""
    if not is_secretariat(request.user):
        raise Http404
    return _page(request, _watched(request, slug), slug, "forum_screen_news", back=reverse("forum_chair", args=[slug]))


@require_safe
def forum_screen_news(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the changed parts for the projector."""
    if not is_secretariat(request.user):
        raise Http404
    return screen_news(request, slug)


# --- The screen on a phone, by the code of a badge -------------------------------------------------------------------


BADGE = "badge"  # cookie: the code of the badge by which a phone reads along, for one day
A_DAY = 12 * 3600  # seconds


@login_not_required
@limited("room")
@require_http_methods(["GET", "HEAD", "POST"])
def room(request: HttpRequest) -> HttpResponse:
    """Open the text in the room on a phone by the code on a badge, without an account; on a few phones a day."""
    form = RoomCodeForm(request.POST if request.method == "POST" else None)
    if not (form.is_bound and form.is_valid() and form.badge):
        status = INVALID.status if form.is_bound else 200
        return render(request, "positions/plenary/room.html", {"form": form}, status=status)
    if seconds_to_wait("badge", form.badge.ticket.hex):
        form.add_error("code", _("This badge was used on several phones today. Ask the desk to see the text."))
        return render(request, "positions/plenary/room.html", {"form": form}, status=INVALID.status)
    response = redirect("room_screen", form.badge.forum.slug)
    response.set_signed_cookie(
        BADGE,
        form.badge.ticket.hex,
        salt=BADGE,
        max_age=A_DAY,
        path=reverse("room"),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


def _by_badge(request: HttpRequest, slug: str) -> Watched:
    """Return the forum for a phone that was opened by a badge; raises 404 for others."""
    ticket = request.get_signed_cookie(BADGE, default="", salt=BADGE, max_age=A_DAY) or ""
    result = watched(slug, request.user) if ticket else None
    if result is None or not holds_badge(ticket, result.forum_id):
        raise Http404
    return result


@login_not_required
@require_safe
def room_screen(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the screen on a phone that was opened by a badge."""
    return _page(request, _by_badge(request, slug), slug, "room_news")


@login_not_required
@require_safe
def room_news(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the changed parts for a phone that was opened by a badge."""
    return _news(request, _by_badge(request, slug))
