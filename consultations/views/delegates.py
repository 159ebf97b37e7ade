"""Delegates of a forum at the desk: list, decisions and their effect on seats, single people, imports and
notifications.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from consultations import workflow
from consultations.forms import ReasonForm
from consultations.forms.delegates import DelegateFilterForm, DelegateForm, ListForm, PersonForm, TwinsForm
from consultations.imports import NamesForm, RowState, UploadFolder, enter_refused_files, read_sheet, suggestions
from consultations.imports.delegates import DelegateReader, DelegateTrial, try_list
from consultations.imports.row_validation import TriedRow
from consultations.imports.spreadsheets import Sheet
from consultations.models import Delegate, DelegateState, Event, Forum, Group
from consultations.notifications.delegates import News, news_of
from consultations.permissions import SignedInRequest
from consultations.queries import page_behind
from consultations.queries.delegates import (
    CURRENT,
    Seated,
    SeatPlan,
    after,
    awaiting_notice,
    badges,
    balance,
    first_check_ins,
    pair_of,
    people_of,
    seat_plan,
    twins_of,
)
from consultations.uploads.disk_space import NoRoom
from consultations.workflow import DELEGATE_MOVES
from ncm_portal.workflow import Blocked, Move, check, moves_open_to, needs_of

from .decorators import INVALID, NOTHING_DONE, Outcome, attempt, for_secretariat
from .forums import desk_forum
from .imports import STATES

PAGE, MOST = 200, 500


@for_secretariat
@require_safe
def forum_delegates(request: HttpRequest, slug: str) -> HttpResponse:
    """List everybody named for a forum, with the seat plan; several can be selected and decided together."""
    forum, form = desk_forum(slug), DelegateFilterForm(request.GET)
    result = people_of(forum, **form.filters)
    rows, last = page_behind(result, request.GET.get("after", ""), order="name", size=PAGE)
    plan = seat_plan(forum)
    kept = {name: value for name, value in request.GET.items() if name != "after"}
    context = {
        "forum": forum,
        "form": form,
        "narrowed": bool(form.filters),
        "people": rows,
        "number": result.count(),
        "next": reverse("forum_delegates", args=[slug], query={**kept, "after": last}) if last else "",
        "plan": plan,
        "balance": balance(plan),
        "badges": badges(forum),
        "not_notified": awaiting_notice(forum).count(),
        "moves": DELEGATE_MOVES,
    }
    return render(request, "consultations/delegates/delegates.html", context)


# --- Deciding on one or several -------------------------------------------------------------------------------------


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_delegates_decide(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show the effect of a move on the seats for all selected delegates; with `confirm` in the form, make it."""
    forum = desk_forum(slug)
    if request.method != "POST":
        return redirect("forum_delegates", slug)
    move = DELEGATE_MOVES.get(request.POST.get("do", ""))
    if move is None:
        raise Http404
    marked = _marked(request, forum)
    if not marked:
        messages.error(request, _("Choose at least one person."))
        return redirect("forum_delegates", slug)
    form = ReasonForm(request.POST if "confirm" in request.POST else None)
    if "confirm" not in request.POST or not form.is_valid():
        return _preview(request, forum, move, marked, form, INVALID if form.is_bound else NOTHING_DONE)
    given = {"move": move.verb, "delegates": marked, "reason": form.cleaned_data["reason"]}
    outcome = attempt(lambda: workflow.decide_delegates(forum, by=request.user, **given))
    if outcome.reasons:
        return _preview(request, forum, move, marked, form, outcome)
    done = ngettext("%(move)s: %(n)s person.", "%(move)s: %(n)s people.", len(marked))
    messages.success(request, done % {"move": move.label, "n": len(marked)})
    return redirect("forum_delegates", slug)


def _marked(request: HttpRequest, forum: Forum) -> list[Delegate]:
    typed = request.POST.getlist("delegates")[:MOST]
    chosen = [int(pk) for pk in typed if pk.isascii() and pk.isdigit() and len(pk) < 10]
    return list(people_of(forum).select_related("forum").filter(pk__in=chosen).order_by("name", "pk"))


def _preview(
    request: HttpRequest, forum: Forum, move: Move, marked: list[Delegate], form: ReasonForm, outcome: Outcome
) -> HttpResponse:
    """Return the effect: who cannot move, and the seats before and after."""
    result = [(each, _refusal(move, each, request.user)) for each in marked]
    ready = [each for each, reasons in result if not reasons]
    before = seat_plan(forum)
    then = after(before, [_seated(each) for each in ready if each.sits_in_for_id is None], move.target or "")
    context = {
        "forum": forum,
        "move": move,
        "form": form,
        "reasons": outcome.reasons,
        "people": result,
        "ready": ready,
        "plan": then,
        "rows": _side_by_side(before, then),
        "balance": balance(then),
        "over": move.verb == "confirm" and any(row.over for row in then.groups),
        "takes_reason": move.verb != "waitlist",
    }
    return render(request, "consultations/delegates/delegates_decide.html", context, status=outcome.status)


def _refusal(move: Move, delegate: Delegate, user: Any) -> list[str]:
    try:
        check(move, delegate, by=user)
    except Blocked as refusal:
        return refusal.reasons
    return []


def _seated(delegate: Delegate) -> Seated:
    return Seated(delegate.group, delegate.county.name if delegate.county else "", delegate.state)


def _side_by_side(before: SeatPlan, then: SeatPlan) -> list[tuple[Any, Any]]:
    rows = {row.group: row for row in before.groups}
    return [(rows.get(row.group, row), row) for row in then.groups]


# --- One person -----------------------------------------------------------------------------------------------------


def _person(slug: str, pk: int) -> Delegate:
    rows = Delegate.objects.select_related(
        "forum", "forum__consultation", "stakeholder", "county", "sits_in_for", "merged_into", "invitation"
    )
    return get_object_or_404(rows, forum__slug=slug, pk=pk)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_delegate(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Show one delegate: details to correct, substitute and possible moves."""
    person = _person(slug, pk)
    form = DelegateForm(request.POST if request.method == "POST" else None, initial=DelegateForm.says(person))
    if request.method != "POST" or not form.is_valid():
        return _show(request, person, INVALID if form.errors else NOTHING_DONE, form=form)
    outcome = attempt(lambda: workflow.edit_delegate(person, by=request.user, **form.cleaned_data))
    if outcome.reasons:
        return _show(request, person, outcome, form=form)
    messages.success(request, _("Saved."))
    return redirect("forum_delegate", slug, pk)


def _show(
    request: HttpRequest, person: Delegate, outcome: Outcome = NOTHING_DONE, *, form: Any = None, sits: Any = None
) -> HttpResponse:
    next_in = person.forum.delegates.filter(state=DelegateState.WAITLISTED, group=person.group).order_by("pk").first()
    context = {
        "person": person,
        "forum": person.forum,
        "reasons": outcome.reasons,
        "form": form or DelegateForm(initial=DelegateForm.says(person)),
        "sits_form": sits or PersonForm(prefix="sits"),
        "sits": list(person.substitutes.order_by("pk")),
        "merged": list(person.merged.select_related("stakeholder")),
        "check_ins": first_check_ins(person),
        "next_in": next_in if person.state == DelegateState.CONFIRMED and not person.sits_in_for_id else None,
        "moves": moves_open_to(DELEGATE_MOVES, person, request.user),
        "needs": needs_of(DELEGATE_MOVES, person),
        "events": Event.objects.about(person).reverse()[:20],
    }
    return render(request, "consultations/delegates/delegate.html", context, status=outcome.status)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_delegate_move(request: SignedInRequest, slug: str, pk: int, verb: str) -> HttpResponse:
    """Set or end a substitute, or give the seat to the first on the reserve list."""
    person = _person(slug, pk)
    acts = {"substitute": _substitute, "end_substitute": _end, "promote": _promote}
    if verb not in acts:
        raise Http404
    return acts[verb](request, person) if request.method == "POST" else redirect("forum_delegate", slug, pk)


def _substitute(request: SignedInRequest, person: Delegate) -> HttpResponse:
    form = PersonForm(request.POST, prefix="sits")
    if not form.is_valid():
        return _show(request, person, INVALID, sits=form)
    outcome = attempt(lambda: workflow.substitute(person, by=request.user, **form.cleaned_data))
    if outcome.reasons:
        return _show(request, person, outcome, sits=form)
    words = {"name": form.cleaned_data["name"], "principal": person.name}
    messages.success(request, _("%(name)s sits in for %(principal)s.") % words)
    return redirect("forum_delegate", person.forum.slug, person.pk)


def _end(request: SignedInRequest, person: Delegate) -> HttpResponse:
    principal = person.sits_in_for or person
    outcome = attempt(lambda: workflow.end_substitute(person, by=request.user))
    if outcome.reasons:
        return _show(request, person, outcome)
    messages.success(request, _("%(name)s no longer sits in.") % {"name": person.name})
    return redirect("forum_delegate", person.forum.slug, principal.pk)


def _promote(request: SignedInRequest, person: Delegate) -> HttpResponse:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _show(request, person, Outcome(form.problems, 422))
    made: list[Delegate] = []
    given = {"instead_of": person, "reason": form.cleaned_data["reason"]}
    outcome = attempt(lambda: made.append(workflow.promote(person.forum, by=request.user, **given)), person)
    if outcome.reasons:
        return _show(request, person, outcome)
    words = {"gone": person.name, "name": made[0].name, "badge": made[0].badge_number}
    messages.success(request, _("%(gone)s is withdrawn. %(name)s now has the seat, with badge %(badge)s.") % words)
    return redirect("forum_delegate", person.forum.slug, made[0].pk)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_promote(request: SignedInRequest, slug: str) -> HttpResponse:
    """Give a free seat to the first on the reserve list of a group."""
    forum = desk_forum(slug)
    if request.method == "POST":
        made: list[Delegate] = []
        group = request.POST.get("group", "")
        if group not in ("", *Group.values):
            raise Http404
        outcome = attempt(lambda: made.append(workflow.promote(forum, by=request.user, group=group)))
        for reason in outcome.reasons:
            messages.error(request, reason)
        if made:
            words = {"name": made[0].name, "badge": made[0].badge_number}
            messages.success(request, _("%(name)s now has a seat, with badge %(badge)s.") % words)
    return redirect("forum_delegates", slug)


# --- Entries that may be one person ---------------------------------------------------------------------------------


@for_secretariat
@require_safe
def forum_twins(request: HttpRequest, slug: str) -> HttpResponse:
    """List entries of a forum that may be one person, across organisations."""
    forum = desk_forum(slug)
    return render(request, "consultations/delegates/duplicates.html", {"forum": forum, "pairs": twins_of(forum)})


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_twin(request: SignedInRequest, slug: str, first: int, second: int) -> HttpResponse:
    """Compare two entries and choose the right value of each differing field; then merge them."""
    forum = desk_forum(slug)
    pair = pair_of(forum, first, second)
    if pair is None:
        raise Http404
    form = TwinsForm(request.POST if request.method == "POST" else None, pair=pair, names=workflow.TOLD_BY_TWO)
    outcome = INVALID if form.errors else NOTHING_DONE
    if request.method == "POST" and form.is_valid():
        made: list[Delegate] = []
        outcome = attempt(lambda: made.append(workflow.merge_delegates(*pair, by=request.user, chosen=form.chosen)))
        if made:
            messages.success(
                request, _("The two entries of %(name)s are merged. Nothing was lost.") % {"name": made[0].name}
            )
            return redirect("forum_delegate", slug, made[0].pk)
    context = {"forum": forum, "pair": pair, "form": form, "reasons": outcome.reasons}
    return render(request, "consultations/delegates/duplicate.html", context, status=outcome.status)


# --- Import of delegates ----------------------------------------------------------------------------------------------


SALT, HOURS = "list of delegates", 12
Uploaded = tuple[str, str]  # name of the uploaded list, and encoding of a CSV file


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_import(request: SignedInRequest, slug: str) -> HttpResponse:
    """Upload, preview and confirm a list of delegates."""
    forum = desk_forum(slug)
    if request.method == "POST" and "rows" in request.POST:
        try:
            return _preview_or_keep(request, forum)
        except NoRoom as full:
            messages.error(request, str(full))
            return redirect("forum_import", slug)
    form = ListForm(request.POST, request.FILES) if request.method == "POST" else ListForm()
    if form.is_bound and form.is_valid():
        folder = UploadFolder()
        try:
            folder.save(form.content)
            return _preview_import(request, forum, (folder.name, form.cleaned_data["encoding"]), form.sheet)
        except NoRoom as full:
            form.add_error("file", str(full))
    enter_refused_files(request, form, forum)
    columns = [(name, name in DelegateReader.needed) for name in DelegateReader.columns]
    outcome = INVALID if form.errors else NOTHING_DONE
    context = {"forum": forum, "form": form, "columns": columns}
    return render(request, "consultations/delegates/import.html", context, status=outcome.status)


def _preview_or_keep(request: SignedInRequest, forum: Forum) -> HttpResponse:
    try:
        file, encoding = signing.loads(request.POST["rows"], salt=f"{SALT} {forum.pk}", max_age=HOURS * 3600)
        sheet = read_sheet(UploadFolder(file).read(), encoding)
    except (signing.BadSignature, FileNotFoundError):  # altered, old or of another forum
        messages.error(request, _("The preview has expired or was changed. Upload the list again."))
        return redirect("forum_import", forum.slug)
    form = NamesForm(request.POST, suggested=suggestions(try_list(forum, sheet).unknown))
    names = form.confirmed if form.is_valid() else {}
    if "confirm" not in request.POST:
        return _preview_import(request, forum, (file, encoding), sheet, names)
    done: list[DelegateTrial] = []
    read = partial(try_list, forum, sheet, names)
    outcome = attempt(lambda: done.append(workflow.import_delegates(forum, by=request.user, read=read)))
    if not done:
        return _preview_import(request, forum, (file, encoding), sheet, names, outcome)
    tally = done[0].tally()
    words = {"new": tally["new"], "changed": tally["changed"], "wrong": tally["error"]}
    messages.success(request, _("%(new)s nominated, %(changed)s corrected, %(wrong)s skipped.") % words)
    return redirect("forum_delegates", forum.slug)


def _preview_import(
    request: HttpRequest,
    forum: Forum,
    uploaded: Uploaded,
    sheet: Sheet,
    names: Mapping[str, int] | None = None,
    outcome: Outcome = NOTHING_DONE,
) -> HttpResponse:
    names = names or {}
    trial = try_list(forum, sheet, names)
    suggested = suggestions((try_list(forum, sheet) if names else trial).unknown)
    initial = {f"name-{number}": str(names.get(name, "")) for number, name in enumerate(suggested)}
    context = {
        "forum": forum,
        "reasons": outcome.reasons,
        "sections": [
            (label, list(map(_preview_row, trial.whole(trial.of(state)))), state) for state, label in STATES.items()
        ],
        "names_form": NamesForm(suggested=suggested, initial=initial) if suggested else None,
        "carried": signing.dumps(uploaded, salt=f"{SALT} {forum.pk}", compress=True),
        "ready": len(trial.of(RowState.NEW)) + len(trial.of(RowState.CHANGED)),
    }
    return render(request, "consultations/delegates/import_preview.html", context, status=outcome.status)


def _preview_row(row: TriedRow) -> tuple[TriedRow, list[Any]]:
    """Return a preview row: organisation and name, then the changes."""
    changes = ", ".join(f"{name}: {value}" for name, value in row.changes.items())
    return row, [row.cells["organisation"] or "", row.cells["name"] or "", changes]


# --- Mail to delegates ------------------------------------------------------------------------------------------------


WHOLE = 3  # mails shown unfolded in the preview


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_tell(request: SignedInRequest, slug: str) -> HttpResponse:
    """Preview every notification of decisions and the unreachable people; POST sends the selected ones."""
    forum = desk_forum(slug)
    if request.method == "POST":
        keys = [key for value in request.POST.getlist("key") for key in value.split(",")]
        _report(request, workflow.tell_delegates(forum, by=request.user, keys=keys))
        return redirect("forum_tell", slug)
    news = news_of(awaiting_notice(forum))
    mailed = [each for each in news if each.mail]
    context = {
        "forum": forum,
        "current": forum.state in CURRENT,
        "number": sum(len(each.people) for each in news),
        "mailed": mailed,
        "whole": mailed[:WHOLE],
        "folded": mailed[WHOLE:],
        "unreached": [each for each in news if not each.mail],
    }
    return render(request, "consultations/delegates/tell.html", context)


def _report(request: HttpRequest, notifications: list[News]) -> None:
    mails = sum(each.mail is not None for each in notifications)
    others = len(notifications) - mails
    if mails:
        message = ngettext("%(n)s mail is being sent.", "%(n)s mails are being sent.", mails)
        messages.success(request, message % {"n": mails})
    if others:
        message = ngettext("%(n)s person is marked as notified.", "%(n)s people are marked as notified.", others)
        messages.success(request, message % {"n": others})
    if not notifications:
        messages.warning(
            request,
            _("Nobody was notified: no one was chosen, they had already been notified, or the decision has changed."),
        )
