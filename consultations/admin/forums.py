"""Admin of consultations, milestones, forums with their programmes, and delegates."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consultations import workflow
from consultations.forms.consultations import ExtendForm
from consultations.imports import DelegateResource
from consultations.models import (
    RULES,
    CheckIn,
    Consultation,
    Delegate,
    Forum,
    ForumSession,
    Milestone,
    SessionRole,
    Tally,
    User,
)
from consultations.permissions import SignedInRequest, is_secretariat
from consultations.queries.delegates import seat_plan
from consultations.queries.forum_documents import documents
from consultations.queries.forums import forum_steps
from consultations.workflow.consultation_settings import FACTS, demand_same, fingerprint
from ncm_portal.workflow import Condition, needs_of, now

from .base import ReadOnlyAdmin, RecordAdmin, RowsInline, bulk_action
from .by_verbs import SeenForm, added, typed
from .spreadsheets import SpreadsheetExport

MILESTONE_HELP = {
    "consultation": _("Leave it empty for a date that every consultation works towards."),
    "title": _("In full, as the meeting or the step is called."),
    "short_title": _("For the line of dates. Without it the title stands there."),
    "kind": _("One word, such as forum, dialogue or adoption."),
    "level": _("national, regional or global."),
    "place": _("The town."),
    "planned_start": _("The day for which it was announced. It stays when the milestone moves."),
    "planned_end": _("Only if it lasts more than a day."),
    "planned_precision": _("How exactly the planned date is known: day, month or year."),
    "actual_start": _("The day on which it began. A different planned day is shown struck through."),
    "actual_end": _("Only if it lasted more than a day."),
    "actual_precision": _("How exactly the actual date is known: day, month or year."),
    "state": _("Held, moved and cancelled are shown in words on the line of dates."),
    "is_key": _("On the home page, where everybody sees it."),
    "reference": _("Such as the number of a resolution. Public."),
}


class MilestoneForm(SeenForm):
    facts = staticmethod(workflow.words_of_milestone)


class ByMilestone:
    """Saves a milestone by the verbs of the settings. One of no consultation is added plainly."""

    def save_by_verbs(self, form: Any, by: User, *, change: bool) -> Iterable[str]:
        row, facts = form.instance, form.cleaned_data
        words, dated = workflow.MILESTONE_WORDS, ("state", *workflow.MILESTONE_DATES)
        if change:
            if typed(form, words):
                workflow.name_milestone(row, by=by, seen=facts["seen"], **{name: facts[name] for name in words})
            if typed(form, dated):
                known = {name: facts[name] for name in ("planned_precision", "actual_precision") if name in facts}
                workflow.date_milestone(row, by=by, **{name: getattr(row, name) for name in dated}, **known)
            return (*words, *dated)
        if not facts["consultation"]:
            return ()
        given = {name: facts[name] for name in (*words, *dated) if name in facts}
        added(form, workflow.add_milestone(facts["consultation"], by=by, **given))
        return ("consultation", *given)


class MilestonesInline(ByMilestone, RowsInline):
    form = MilestoneForm
    help = MILESTONE_HELP
    model = Milestone
    fields = ["short_title", "title", "kind", "place", "planned_start", "actual_start", "state", "is_key"]


class ConsultationForm(SeenForm):
    @staticmethod
    def facts(consultation: Consultation) -> dict[str, Any]:
        """Return the facts and the themes of a consultation, from which a change is made."""
        return workflow.facts_of(consultation) | workflow.themes_of(consultation)


@admin.register(Consultation)
class ConsultationAdmin(RecordAdmin):
    form = ConsultationForm
    help = {
        "slug": _("Part of the address of its pages. It stays once the consultation has opened."),
        "title": _("What it is about, as everybody reads it."),
        "short_title": _("For lists and the menu, for example Review 2026."),
        "purpose": _("Why Kenya asks, and what the answers are for. Public."),
        "opens_at": _("On this day the secretariat can open it; before it, only the head."),
        "closes_at": _("East Africa Time. Later inputs need a decision of the head."),
        "themes": _("What organisations are asked about. The questions are set at the desk."),
        "quorum_member_share": _("From 0 to 1: 0.667 stands for two thirds of the member institutions."),
        "quorum_groups": _("So many groups of organisations must be present."),
        "clearance_working_days": _("Ministries have at least so long to answer. Public holidays do not count."),
    }
    moves, verbs = workflow.CONSULTATION_MOVES, workflow
    move_forms = {"extend": ExtendForm}
    list_display = ["title", "state", "opens_at", "closes_at", "input_count"]
    list_filter = ["state"]
    search_fields = ["title", "short_title"]
    autocomplete_fields = ["themes"]
    inlines = [MilestonesInline]
    prepopulated_fields = {"slug": ["short_title"]}

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Make the rules read-only once there is a consultation, and its dates once it has opened: the desk changes
        them.
        """
        fields = super().get_readonly_fields(request, obj)
        if obj is None:
            return fields
        dates = [] if obj.state == Consultation.State.DRAFT else ["opens_at", "closes_at", "slug"]
        return [*fields, *dates, *RULES]

    def save_by_verbs(self, form: Any, by: User, *, change: bool) -> Iterable[str]:
        """Begin a consultation, change its facts and choose its themes as the desk does."""
        data = form.cleaned_data
        if not change:
            named = {name: data[name] for name in ("title", "short_title", "opens_at", "closes_at")}
            made = workflow.begin_consultation(by=by, **named)
            added(form, made)
            return (*named, *(("slug",) if data["slug"] == made.slug else ()))
        facts, themes = typed(form, FACTS), typed(form, ["themes"])
        if facts or themes:
            stored = Consultation.objects.get(pk=form.instance.pk)
            demand_same(data["seen"], ConsultationForm.facts(stored))
        if facts:
            workflow.change_facts(stored, by=by, seen=fingerprint(workflow.facts_of(stored)), **facts)
        if themes:
            seen = fingerprint(workflow.themes_of(stored))
            workflow.choose_themes(stored, by=by, seen=seen, themes=list(themes["themes"]))
        return (*facts, *themes)

    def links(self, request: HttpRequest, record: Any) -> list[tuple[Any, str]]:
        """Link to the rules, which are changed at the desk: once it has opened, by two officers."""
        if not is_secretariat(request.user):
            return []
        is_draft = record.state == Consultation.State.DRAFT
        page = ("desk_settings_page", record.slug, "rules") if is_draft else ("desk_rules", record.slug)
        return [(_("Rules of this consultation"), reverse(page[0], args=page[1:]))]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Sequence[str]]:
        return {} if obj and obj.state != Consultation.State.DRAFT else self.prepopulated_fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Consultation]:
        """Add the numbers of inputs, from the counters that the database maintains."""
        counters = Tally.objects.filter(consultation=OuterRef("pk")).order_by().values("consultation")
        numbers = Subquery(counters.annotate(number=Sum("inputs")).values("number"))
        return super().get_queryset(request).annotate(inputs=Coalesce(numbers, 0))

    @admin.display(description=_("inputs"), ordering="inputs")
    def input_count(self, consultation: Any) -> int:
        """Return the number of inputs sent."""
        return consultation.inputs


@admin.register(Milestone)
class MilestoneAdmin(ByMilestone, RecordAdmin):
    form = MilestoneForm
    help = MILESTONE_HELP
    list_display = ["__str__", "place", "planned_start", "actual_start", "state", "level", "is_key", "evidence"]
    list_filter = ["state", "level", "kind", "is_key"]
    search_fields = ["title", "short_title", "place"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Make no field read-only: whether a milestone was held, moved or cancelled is entered as a fact, not a
        move.
        """
        return [*self.readonly_fields]


SESSION_HELP = {
    "order": _("Its number within the forum, printed on registers. It is given when the session is added."),
    "starts_at": _("East Africa Time. Calendars that people subscribed to follow a change."),
    "ends_at": _("East Africa Time, after the start."),
    "title": _("As it stands in the programme, on the screen and in calendars."),
    "kind": _("A breakout works on one theme; nobody speaks in a break."),
    "theme": _("For breakouts: points taken down in it belong to this theme."),
    "room": _("As it is written on the door. Two sessions in one room at one time are a clash."),
}


class BySession:
    """Saves a session by the verbs of the programme."""

    def save_by_verbs(self, form: Any, by: User, *, change: bool) -> Iterable[str]:
        if change:
            workflow.change_session(form.instance, by=by, **typed(form, workflow.SAID))
        else:
            facts = {name: form.cleaned_data[name] for name in workflow.SAID}
            added(form, workflow.add_session(form.cleaned_data["forum"], by=by, **facts))
        return ("forum", *workflow.SAID)


class SessionsInline(BySession, RowsInline):
    help = SESSION_HELP
    model = ForumSession
    fields = ["order", "starts_at", "ends_at", "title", "kind", "theme", "room", "state"]
    readonly_fields = ["order", "state"]
    ordering = ["starts_at", "order"]
    show_change_link = True


class Part(NamedTuple):
    """What belongs to a record and is changed on a page of the desk."""

    heading: Any
    url: str
    rows: list[str]


class ForumForm(SeenForm):
    facts = staticmethod(workflow.facts_of_forum)


@admin.register(Forum)
class ForumAdmin(RecordAdmin):
    form = ForumForm
    help = {
        "title": _("For letters, badges and the public page. Announced: change it at the desk."),
        "consultation": _("It is discussed and adopted here. It stays once the forum is announced."),
        "code": _("For letters and files, such as FORUM-2027. It stays once the forum is announced."),
        "slug": _("Part of the link in each letter: it stays once the forum is announced."),
        "seats": _("For everybody together. Seats of each group are set at the desk, under Seats."),
        "starts_on": _(
            "The sessions move with it. Announced: change it at the desk. Whoever is invited is told, and the old day "
            "stays, struck through."
        ),
        "ends_on": _("The same day as the first, if it lasts one day."),
        "place": _("The town. Announced: change it at the desk, which tells whoever is invited."),
        "venue": _("The building, as a driver finds it. On letters, in calendars and on the public page."),
        "convenors": _("Who invites, on the public page and on badges."),
        "concept": _("Up to 5,000 characters, public once the forum is announced. Why it is held and what it decides."),
        "letter_text": _("Between the salutation and the programme. Announced: change it at the desk."),
        "respond_by": _("The day in letters still to be written. Letters that were sent keep theirs."),
        "contact": _("A name with a telephone number or an address, under letters and mails."),
    }
    moves, verbs = workflow.FORUM_MOVES, workflow
    list_display = ["title", "consultation", "place", "starts_on", "state", "confirmed_delegates"]
    list_filter = ["state", "consultation"]
    search_fields = ["title", "code", "place"]
    autocomplete_fields = ["consultation"]
    prepopulated_fields = {"slug": ["code"]}
    inlines = [SessionsInline]
    list_select_related = ["consultation"]
    fieldsets = [
        (_("What it is called"), {"fields": ["title", "consultation", "state", "code", "slug", "convenors"]}),
        (_("When and where"), {"fields": ["starts_on", "ends_on", "place", "venue", "seats"]}),
        (_("Letters"), {"fields": ["respond_by", "contact", "concept", "letter_text"]}),
        (_("For the records"), {"fields": ["source"]}),
    ]

    def save_by_verbs(self, form: Any, by: User, *, change: bool) -> Iterable[str]:
        """Add and change a forum in preparation as the desk does; its sessions move with its first day. The seats
        change until it is over.
        """
        forum, facts = form.instance, typed(form, workflow.FORUM_FACTS)
        if not change:
            made = workflow.add_forum(forum.consultation, by=by, code=forum.code, **facts)
            added(form, made)
            return ("consultation", "code", *facts, *(("slug",) if forum.slug == made.slug else ()))
        seats = typed(form, ["seats"])
        if seats:
            groups = {row.group: (row.seats, row.reserve) for row in forum.quotas.all()}
            workflow.set_seats(forum, by=by, groups=groups, **seats)
        if not facts:
            return seats
        workflow.change_forum(forum, by=by, seen=form.cleaned_data["seen"], **facts)
        return {**seats, **facts}

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Make what was announced read-only: the page "Change the facts" says whom a change reaches, and writes to
        them.
        """
        fields = super().get_readonly_fields(request, obj)
        is_announced = obj is not None and obj.state != Forum.State.DRAFT
        return [*fields, "consultation", "code", "slug", *workflow.ANNOUNCED_FACTS] if is_announced else fields

    def needs(self, record: Any) -> list[Condition]:
        """Return what the forum needs before its next step."""
        return needs_of(self.moves, record)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Sequence[str]]:
        return {} if obj else self.prepopulated_fields

    def links(self, request: HttpRequest, record: Any) -> list[tuple[Any, str]]:
        """Link to the desk pages of the forum."""
        if not is_secretariat(request.user):
            return []
        return [(_("Change the facts"), reverse("forum_facts", args=[record.slug]))]

    def beside(self, record: Any) -> dict[str, Any]:
        """Return the steps of the forum, its seats by group and its documents, which have pages at the desk."""
        seats = [f"{row.label}: {row.confirmed} / {row.seats or '–'}" for row in seat_plan(record).groups]
        parts = [
            Part(_("Seats by group"), reverse("forum_seats", args=[record.slug]), seats),
            Part(
                _("Documents"),
                reverse("forum_documents", args=[record.slug]),
                [str(each) for each in documents(record)],
            ),
        ]
        return {"steps": forum_steps(record), "parts": parts}

    @admin.display(description=_("confirmed"))
    def confirmed_delegates(self, forum: Forum) -> str:
        """Return the numbers of confirmed delegates and of seats."""
        return f"{forum.delegates.filter(state=Delegate.State.CONFIRMED).count()} / {forum.seats}"


class RolesInline(RowsInline):
    help = {
        "kind": _("A chair leads, a rapporteur takes points down. A part that was given is taken back at the desk."),
        "user": _("With an account, a rapporteur can record points and a chair can check them."),
        "name": _("For somebody without an account."),
        "order": _("Speakers are called in the order in which they were added."),
    }
    model = SessionRole
    autocomplete_fields = ["user"]
    fields = ["kind", "user", "name", "order"]
    readonly_fields = ["order"]

    def save_by_verbs(self, form: Any, by: User, *, change: bool) -> Iterable[str]:
        """Give a part as the desk does."""
        facts = {name: form.cleaned_data[name] for name in ("kind", "user", "name")}
        added(form, workflow.give_part(form.cleaned_data["session"], by=by, **facts))
        return ("session", *facts)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keep the roles that were given as they are: they are taken back at the desk."""
        return False


@admin.register(ForumSession)
class ForumSessionAdmin(BySession, RecordAdmin):
    help = {"forum": _("The forum in whose programme it stands."), **SESSION_HELP}
    moves, verbs = workflow.SESSION_MOVES, workflow
    readonly_fields = ["order"]
    list_display = ["title", "forum", "starts_at", "room", "theme", "state"]
    list_filter = ["forum", "kind", "state"]
    search_fields = ["title", "room"]
    autocomplete_fields = ["forum", "theme"]
    inlines = [RolesInline]
    list_select_related = ["forum", "theme"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Keep a session in its forum."""
        fields = super().get_readonly_fields(request, obj)
        return fields if obj is None else [*fields, "forum"]


@admin.register(Delegate)
class DelegateAdmin(SpreadsheetExport, RecordAdmin):
    help = {
        "forum": _("The forum that the person comes to."),
        "stakeholder": _("The organisation that the person speaks for, as it is called today."),
        "user": _("If the person has an account: decisions then reach it."),
        "name": _("As it is printed on the badge."),
        "title": _("Office or function, printed under the name."),
        "email": _("Decisions go here; without it, to the organisation."),
        "role": _("What the person does at the forum, such as delegate or observer."),
        "group": _("As of the day of the nomination. Seats are counted by it."),
        "county": _("Where the organisation has its seat. The balance of counties is counted by it."),
        "sits_in_for": _("The person whose seat this one takes."),
    }
    resource_classes = [DelegateResource]
    moves, verbs = workflow.DELEGATE_MOVES, workflow
    list_display = ["badge_number", "name", "title", "stakeholder", "group", "county", "role", "state"]
    list_display_links = ["name"]
    list_filter = ["forum", "state", "role", "group"]
    search_fields = ["name", "title", "stakeholder__name", "email"]
    autocomplete_fields = ["forum", "stakeholder", "user", "county"]
    list_select_related = ["stakeholder", "county"]
    readonly_fields = ["badge_number"]

    def __init__(self, model: Any, admin_site: Any) -> None:
        super().__init__(model, admin_site)
        self.actions = [*(self.actions or ()), bulk_action("check_in", _("Check in now"), self.check_in)]

    @staticmethod
    def check_in(site: RecordAdmin, delegate: Delegate, request: SignedInRequest) -> None:
        """Check a delegate in from the desk; repeated clicks on one day have no further effect."""
        today = timezone.localdate(now())
        key = uuid.uuid5(uuid.NAMESPACE_OID, f"delegate {delegate.pk} came on {today.isoformat()}")
        workflow.check_in(delegate, by=request.user, key=key)

    def get_export_queryset(self, request: HttpRequest) -> Any:
        return super().get_export_queryset(request).select_related("forum", "stakeholder", "county")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Nominate a new delegate through the verb, which stores today's group and county."""
        if change:
            super().save_model(request, obj, form, change)
            return
        values = {name: form.cleaned_data[name] for name in ("title", "email", "role", "user")}
        if form.cleaned_data.get("county"):
            values["county"] = form.cleaned_data["county"]
        assert isinstance(request.user, User)  # the admin is behind the log-in
        made = workflow.nominate(obj.forum, obj.stakeholder, by=request.user, name=obj.name, **values)
        obj.pk, obj.state = made.pk, made.state


@admin.register(CheckIn)
class CheckInAdmin(ReadOnlyAdmin):
    list_display = ["delegate", "channel", "at", "received_at", "device", "by", "reason"]
    list_filter = ["delegate__forum", "channel"]
    search_fields = ["delegate__name"]
    list_select_related = ["delegate", "by"]
