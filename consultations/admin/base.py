"""Base classes of all record admins: no deletion, state changes only through verbs, edits written to the journal."""

import re
from collections.abc import Callable, Iterable, Mapping
from inspect import signature
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg.errors import UniqueViolation

from consultations.forms import ReasonForm
from consultations.forms.consequences import confirming
from consultations.models import User
from consultations.permissions import SignedInRequest, is_secretariat, may_enter_admin
from consultations.queries.history import desk_page, history, history_context
from ncm_portal.workflow import Blocked, Condition, Move, OpenMove, Words, journal, moves_open_to

from .by_verbs import call_verbs, officer, save_rest
from .rows import MOST_ROWS, RowsFormSet

MOST_AT_ONCE = 1000  # records that one bulk action changes, each in a transaction of its own
# Native date and time inputs work without JavaScript and on phones.
DAYS_AND_HOURS: dict[type[models.Field], dict[str, Any]] = {
    models.DateField: {"widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")},
    models.DateTimeField: {
        "form_class": forms.DateTimeField,
        "widget": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    },
}


# What stands beside the fields that many records have
HELP_FOR_ALL: dict[str, Words] = {
    "source": gettext_lazy("Where this is known from, such as a letter or a page. Staff only."),
    "state": gettext_lazy("Changes with the buttons above only."),
    "evidence": gettext_lazy("How sure this is. “Entered by the secretariat” is not replaced by an import."),
}


class RecordAdmin(admin.ModelAdmin):
    """Base admin of the secretariat's records: staff can read, the secretariat can edit, nothing can be deleted."""

    help: Mapping[str, Words] = {}  # beside the fields, in the words of whoever fills them in
    list_per_page = 40
    formfield_overrides = DAYS_AND_HOURS
    show_full_result_count = False
    moves: dict[str, Move] = {}
    verbs: Any = None  # module with the verbs of `moves`
    move_forms: dict[str, type[forms.Form]] = {}  # moves with a form of their own
    lookups: tuple[str, ...] = ()  # look-ups allowed in the list's query string besides its filters
    change_form_template = "admin/portal/change_form.html"
    object_history_template = "admin/portal/history.html"

    def __init__(self, model: Any, admin_site: Any) -> None:
        super().__init__(model, admin_site)
        self.actions = [_bulk(move) for move in self._plain_moves()]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_enter_admin(request.user)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return may_enter_admin(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_secretariat(request.user)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return is_secretariat(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Return whether the query string of the list may contain this lookup.

        Django allows any lookup on any column of the model, including columns that no page shows: with `body__regex` a
        text could be read one character at a time. Only the lookups of the list's own filters and date hierarchy are
        allowed here.
        """
        if self.date_hierarchy and lookup in [f"{self.date_hierarchy}__{part}" for part in ("year", "month", "day")]:
            return bool(re.fullmatch(r"[0-9]{1,4}", str(value)))
        offered = [offer for item in self.get_list_filter(request) for offer in _lookups_of(self.model, item)]
        return lookup in offered or lookup in self.lookups

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Make the state and its reason read-only: only verbs change them."""
        shown = [name for name in ("state", "state_reason") if hasattr(self.model, name)]
        return [*super().get_readonly_fields(request, obj), *shown]

    def save_by_verbs(self, form: Any, by: User, *, change: bool) -> Iterable[str]:
        """Call the verbs that the desk calls for what was typed, and return the fields that they saved.

        They write the journal. The other fields are saved plainly, with an entry for themselves. A new record that a
        verb adds gives its key to `form.instance`: see `added`.
        """
        return ()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Head the list with the name of its records."""
        title = capfirst(str(self.opts.verbose_name_plural))
        return super().changelist_view(request, {"title": title, "subtitle": None, **(extra_context or {})})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save what was typed by verbs. What no verb saves is recorded in the journal with its old and new values.

        Reference data edited by hand is marked as the secretariat's own, so loading the reference data again does not
        overwrite it.
        """
        if change and not form.has_changed():
            return  # only its rows
        by = officer(request)
        saved = set(call_verbs(self, form, request, change=change))
        changed = save_rest(form, saved)
        if changed or not (change or saved):
            verb = "edit" if change or saved else "enter"
            journal(verb, obj, by=by, data={"changed": changed}, commits=[obj])

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Save the inline rows of a record by verbs; the journal keeps the other changes of each row."""
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
        edited = []
        ours = [row for row in formset.initial_forms if row.instance.pk]  # without a key: a row of another record
        for row in (row for row in (*ours, *formset.extra_forms) if row.has_changed()):
            is_old = row.instance.pk is not None
            saved = set(call_verbs(formset.inline, row, request, change=is_old))
            if changed := save_rest(row, saved):
                edited.append((row.instance, changed))
            if is_old:
                formset.changed_objects.append((row.instance, row.changed_data))
            else:
                formset.new_objects.append(row.instance)
        if edited:
            data = {str(formset.model._meta.verbose_name): [[str(row), changed] for row, changed in edited]}
            journal("edit", form.instance, by=officer(request), data=data, commits=[row for row, _changed in edited])

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Leave out what the form was filled from: it stands before the fields."""
        return [name for name in super().get_fields(request, obj) if name != "seen"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Return the form with the help beside each field, also where it can only be read."""
        made = super().get_form(request, obj, change, help_texts={**HELP_FOR_ALL, **self.help}, **kwargs)
        refused = vars(request).get("refused")
        return _refusing(made, refused) if refused else made

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Show the form again with every reason if a verb refuses. Nothing is saved, what was typed stays."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Blocked as refusal:
            vars(request)["refused"] = refusal.reasons
        except IntegrityError as error:
            if not isinstance(error.__cause__, UniqueViolation):
                raise
            vars(request)["refused"] = [_("Somebody else saved the same at this moment. Look at it and save again.")]
        return super().changeform_view(request, *args, **kwargs)

    # --- Moves ---

    def open_moves(self, request: HttpRequest, record: Any) -> list[OpenMove]:
        """Return the moves that the user may make on the record now."""
        return moves_open_to(self.moves, record, request.user) if self.moves else []

    def links(self, request: HttpRequest, record: Any) -> list[tuple[Any, str]]:
        """Return links to the portal pages on which work on the record continues, as (label, URL)."""
        return []

    def _page_at_desk(self, request: HttpRequest, record: Any) -> list[tuple[Any, str]]:
        page = desk_page(record) if is_secretariat(request.user) else ""
        return [(_("Its page at the desk"), page)] if page else []

    def needs(self, record: Any) -> list[Condition]:
        """Return what the record needs before its next step, to show beside the form."""
        return []

    def beside(self, record: Any) -> dict[str, Any]:
        """Return what else stands beside the form: `steps` of the record, and `parts` that have pages of their own."""
        return {}

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        record = self.get_object(request, object_id)
        context = dict(extra_context or {})
        if record is not None:
            if consultation := getattr(record, "consultation", None):
                vars(request)["consultation"] = consultation  # the rail shows it
            context |= {
                "needs": self.needs(record),
                "title": str(record),
                "subtitle": None,
                "links": [*self._page_at_desk(request, record), *self.links(request, record)],
                "beside": self.beside(record),
                "open_moves": self.open_moves(request, record),
                "events": history(record, limit=20),
            }
        return super().change_view(request, object_id, form_url, context)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show what the journal says of the record, as the desk does: Django's own log knows nothing of verbs."""
        record = self.get_object(request, object_id)
        context = {**(extra_context or {}), **(history_context(record, request.GET) if record is not None else {})}
        return super().history_view(request, object_id, context)

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_move"
        move = path("<path:object_id>/move/<slug:verb>/", self.admin_site.admin_view(self.move_view), name=name)
        return [move, *super().get_urls()]

    def move_view(self, request: HttpRequest, object_id: str, verb: str) -> HttpResponse:
        """Ask for what a move needs, then make it. Shows every reason of a refusal and keeps the entered values."""
        move, record = self.moves.get(verb), self.get_object(request, object_id)
        if move is None or record is None or not self.has_view_permission(request, record):
            raise PermissionDenied
        effects = move.effects_on(record)
        form = confirming(self._form_of(move))(request.POST if request.method == "POST" else None, effects=effects)
        if request.method == "POST" and form.is_valid():
            try:
                self.carry_out(move, record, request, **form.values)
            except Blocked as refusal:
                form.add_error(None, refusal.reasons)
            else:
                self.message_user(request, _("Done: %(move)s, %(record)s") % {"move": move.label, "record": record})
                return HttpResponseRedirect(self._address("change", record))
        context = {
            **self.admin_site.each_context(request),
            "title": move.label,
            "opts": self.opts,
            "record": record,
            "move": move,
            "effects": effects,
            "form": form,
            "conditions": move.conditions(record),
            "back": self._address("change", record),
        }
        return TemplateResponse(request, "admin/portal/move.html", context)

    def _address(self, page: str, record: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}", args=[record.pk])

    def carry_out(self, move: Move, record: Any, request: HttpRequest, **values: Any) -> None:
        """Call the verb named after the move, with the reason if the verb takes one."""
        verb: Callable[..., Any] = getattr(self.verbs, move.verb)
        if not move.needs_reason and not values.get("reason"):
            values.pop("reason", None)
        verb(record, by=request.user, **values)

    def _form_of(self, move: Move) -> type[forms.Form]:
        """Return the form of a move: its own form, a reason form if its verb takes a reason, or an empty form."""
        takes_reason = "reason" in signature(getattr(self.verbs, move.verb)).parameters
        return self.move_forms.get(move.verb, ReasonForm if takes_reason else forms.Form)

    def _plain_moves(self) -> list[Move]:
        """Return the moves that need no input and ask nothing: each becomes a bulk action."""
        known = [move for move in self.moves.values() if hasattr(self.verbs, move.verb) and not move.asks]
        return [move for move in known if not move.needs_reason and move.verb not in self.move_forms]


def _refusing(form_class: Any, reasons: list[str]) -> Any:
    """Return the form with the reasons for which a verb refused what was sent."""

    class Refused(form_class):
        def clean(self) -> None:
            raise ValidationError(reasons)

    return Refused


def _lookups_of(model: type[models.Model], item: Any) -> list[str]:
    """Return the lookups that one entry of `list_filter` adds to the list's query string."""
    if hasattr(item, "parameter_name"):
        return [item.parameter_name]
    column = item[0] if isinstance(item, tuple | list) else item
    target = getattr(get_fields_from_path(model, column)[-1], "target_field", None)
    by_key = [f"{column}__{target.name}__exact"] if target else []
    return [column, f"{column}__exact", f"{column}__isnull", *by_key]


def _bulk(move: Move) -> Callable[..., None]:
    return bulk_action(move.verb, move.label, lambda site, record, request: site.carry_out(move, record, request))


def bulk_action(name: str, label: Any, act: Callable[[RecordAdmin, Any, SignedInRequest], Any]) -> Callable[..., None]:
    """Return a bulk action that calls `act` for each selected record and reports every refusal."""

    @admin.action(description=label)
    def carry_out_all(modeladmin: RecordAdmin, request: Any, queryset: Any) -> None:
        if queryset[: MOST_AT_ONCE + 1].count() > MOST_AT_ONCE:
            too_many = _("This can be done for up to %(most)s records at a time. Nothing was changed. Select fewer.")
            most = number_format(MOST_AT_ONCE, force_grouping=True)
            modeladmin.message_user(request, too_many % {"most": most}, messages.ERROR)
            return
        done = 0
        for record in queryset:
            try:
                act(modeladmin, record, request)
                done += 1
            except Blocked as refusal:
                words = {"record": record, "reasons": " ".join(refusal.reasons)}
                modeladmin.message_user(request, _("%(record)s: %(reasons)s") % words, messages.ERROR)
        if done:
            modeladmin.message_user(request, _("%(move)s: %(count)s done") % {"move": label, "count": done})

    carry_out_all.__name__ = name  # parameter name used by the list's form
    return carry_out_all


class RowsInline(admin.TabularInline):
    """Inline rows that can be added and changed but not deleted, paginated if there are many."""

    template = "admin/portal/rows.html"
    help: Mapping[str, Words] = {}  # of the columns, above the rows
    formset = RowsFormSet
    max_num = MOST_ROWS
    extra = 0
    can_delete = False
    formfield_overrides = DAYS_AND_HOURS
    show_change_link = False

    def save_by_verbs(self, form: Any, by: User, *, change: bool) -> Iterable[str]:
        """Save a row by verbs, as RecordAdmin does a record."""
        return ()

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Return a formset class that limits the number of forms the server builds."""
        made: Any = super().get_formset(request, obj, absolute_max=MOST_ROWS, **kwargs)
        made.inline = self
        made.page_asked = request.GET.get(f"{made.get_default_prefix()}-page", 1)
        return made

    @property
    def helps(self) -> list[tuple[str, Words]]:
        """Return the labels of the columns with the help for them."""
        names = [name for name in self.fields or () if name in self._helps]
        labels = (getattr(self.model._meta.get_field(name), "verbose_name", name) for name in names)
        return [(capfirst(str(label)), self._helps[name]) for name, label in zip(names, labels, strict=True)]

    @property
    def _helps(self) -> dict[str, Words]:
        return {**HELP_FOR_ALL, **self.help}

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Add the field's label as aria-label: the cells of Django's inline tables have no labels of their own."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            field.widget.attrs.setdefault("aria-label", str(field.label))
        widget = getattr(field, "widget", None)
        if isinstance(widget, RelatedFieldWidgetWrapper):
            for way in ("can_add_related", "can_change_related", "can_view_related"):
                setattr(widget, way, False)  # they leave no room for the field in a narrow cell
        return field

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return may_enter_admin(request.user)

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return is_secretariat(request.user)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return is_secretariat(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class ReadOnlyAdmin(RecordAdmin):
    """Read-only admin of records that are created elsewhere."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False
