"""Admin list URLs accept the offered filters only, and expose no hidden column."""

import itertools
import logging
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, get_fields_from_path
from django.db.models import Field, Model
from django.http import HttpResponseBadRequest
from django.urls import reverse
from django.utils.timezone import localtime
from zeal import zeal_ignore

from consultations.admin import base
from consultations.models import AccessEntry, MembershipInvitation, OutgoingMail, Point, Submission, User
from ncm_portal import urls
from positions.models import Edition
from tests import factories
from tests.consultations.admin.test_admin import records
from tests.sign_in import always, sign_in

pytestmark = pytest.mark.django_db

STAFF = ("secretariat", "head", "sysadmin")
READERS = ("secretariat", "sysadmin")  # the head's lists are an officer's
SITES: dict[type[Model], Any] = admin.site._registry
LOOKUPS = ("", "__startswith", "__regex", "__contains", "__gt", "__in", "__isnull", "__year", "__length")
NEVER_SHOWN = [(User, "password"), (MembershipInvitation, "token_hash"), (OutgoingMail, "body"), (Edition, "content")]
REFUSED, CLOSED = 400, 403  # the second: a list that is not open to this person at all


def address(model: type[Model], name: str = "changelist", *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def paths(model: Any, further: int, before: str = "") -> Iterator[str]:
    """Return every column of a model and of related models over `further` relations, forwards and backwards."""
    for field in model._meta.get_fields():
        yield before + field.name
        if further and field.is_relation and field.related_model:
            yield from paths(field.related_model, further - 1, f"{before}{field.name}__")


def asked_by(office: str, rf: Any) -> Any:
    request = rf.get("/")
    request.user = factories.make_user(office)
    return request


def narrowed_by(site: Any, request: Any) -> set[str]:
    """Return the columns used by a list's filters and date hierarchy."""
    items = [item[0] if isinstance(item, tuple) else item for item in site.get_list_filter(request)]
    return {*items, *([site.date_hierarchy] if site.date_hierarchy else [])}


def shown_of(model: type[Model], request: Any) -> set[str]:
    """Return the columns of a model shown on its own pages or as inline rows."""
    rows = [set(inline.fields) for site in SITES.values() for inline in site.inlines if inline.model is model]
    for shown, site in SITES.items():
        if shown._meta.concrete_model is model._meta.concrete_model:
            form = flatten_fieldsets(site.get_fieldsets(request, shown()))
            rows.append({*form, *site.get_list_display(request), site.date_hierarchy})
    return set().union(*rows)


@pytest.fixture
def short_refusals(monkeypatch):
    """Shorten refusals to their status: 1,500 times the same page and a traceback in the log took half the time."""
    monkeypatch.setattr(urls, "handler400", lambda request, exception: HttpResponseBadRequest(), raising=False)
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


# --- What is closed -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("office", STAFF)
def test_no_lookup_is_open_but_those_of_the_filters(office, rf, monkeypatch):
    monkeypatch.setattr(base, "_lookups_of", cache(base._lookups_of))  # asked 100,000 times about 50 filters
    request, tried = asked_by(office, rf), 0
    for model, site in SITES.items():
        columns = narrowed_by(site, request)
        for path, lookup in itertools.product(paths(model, 2), LOOKUPS):
            tried += 1
            if site.lookup_allowed(path + lookup, "2017", request):
                assert path.removesuffix("__id") in columns, (model, path)
                assert lookup in ("", "__isnull", "__year"), (model, path, lookup)
    assert tried > 300_000


@pytest.mark.parametrize("office", READERS)
@pytest.mark.usefixtures("short_refusals")
@zeal_ignore()
def test_no_list_answers_a_lookup_on_a_column(office):
    with always(factories.make_user(office)) as visitor:
        for model in SITES:
            lookups = itertools.cycle(LOOKUPS[1:6])
            for lookup in (field.name + next(lookups) for field in model._meta.concrete_fields):
                status = visitor.get(address(model), {lookup: "a"}).status_code
                assert status in (REFUSED, CLOSED), (model, lookup)
                if status == CLOSED:
                    break


def hidden_values() -> dict[tuple[type[Model], str], str]:
    """Create a record for each hidden column and return the column's value."""
    made = records()
    made[MembershipInvitation] = MembershipInvitation.objects.create(
        stakeholder=factories.make_stakeholder(), email="a@example.org", role="alternate", token_hash="f" * 64,
        invited_by=made[User], expires_at=made[Submission].submitted_at,
    )  # fmt: skip
    return {(model, name): str(getattr(made[model], name)) for model, name in NEVER_SHOWN}


@pytest.mark.parametrize("office", READERS)
@pytest.mark.usefixtures("short_refusals")
@zeal_ignore()
def test_what_a_list_answers_does_not_depend_on_what_is_hidden(office):
    values, tried = hidden_values(), 0
    hidden = [
        (model, path, values[column.model, column.name])
        for model in SITES
        for path in paths(model, 1)
        if isinstance(column := get_fields_from_path(model, path)[-1], Field) and (column.model, column.name) in values
    ]
    with always(factories.make_user(office)) as visitor:
        for model, path, value in hidden:
            for lookup, right, wrong in (("__startswith", value[:3], "~~~"), ("__regex", f"^{value[0]}", "^~")):
                answers = [visitor.get(address(model), {path + lookup: said}) for said in (right, wrong)]
                assert {answer.status_code for answer in answers} in ({REFUSED}, {CLOSED}), (model, path)
                tried += 1
    assert tried > 40


@pytest.mark.parametrize("office", STAFF)
def test_lists_search_narrow_and_sort_only_by_what_their_reader_is_shown(office, rf):
    request = asked_by(office, rf)
    for model, site in SITES.items():
        if not site.has_view_permission(request):
            continue
        for path in {*site.get_search_fields(request), *narrowed_by(site, request)}:
            *way, column = get_fields_from_path(model, path)
            owner = way[-1].related_model if way else model
            told = {*shown_of(owner, request), "is_sample"}  # that one by its filter
            assert column.is_relation or column.name in told, (model, path)
            assert (owner, column.name) not in NEVER_SHOWN


def test_words_that_are_held_back_are_found_by_no_technician(client):
    factories.make_submission(state="accepted", audience="public", body="We ask. [[Zanzibar knows.]]")
    sign_in(client, factories.make_user("sysadmin"))
    assert client.get(address(Submission), {"q": "Zanzibar"}).context["cl"].result_count == 0
    assert client.get(address(Submission), {"body__contains": "Zanzibar"}).status_code == REFUSED
    complete = {"app_label": "consultations", "model_name": "point", "field_name": "submission", "term": "Zanzibar"}
    assert client.get(reverse("admin:autocomplete"), complete).json()["results"] == []


def test_no_record_is_named_by_a_hidden_column(client, rf):
    """`_to_field` selects the column that identifies a record: the primary key only."""
    request, person = asked_by("secretariat", rf), factories.make_user()
    for model, site in SITES.items():
        allowed = [field for field in model._meta.concrete_fields if site.to_field_allowed(request, field.name)]
        assert [field.primary_key for field in allowed] == [True], model
    sign_in(client, request.user)
    for page in (address(User), address(User, "change", person.pk)):
        assert client.get(page, {"_to_field": "password", "_popup": 1}).status_code == REFUSED


@zeal_ignore()
def test_an_order_that_the_list_does_not_offer_changes_nothing():
    with always(factories.make_secretariat()) as client:
        for model in SITES:
            page = client.get(address(model), {"o": f"password.-body.99.1.-2.x..-.{'9' * 30}"})
            assert page.status_code == 200, model


EXPORTED = [model for model, site in SITES.items() if hasattr(site, "export_action")]


@pytest.mark.parametrize("model", EXPORTED, ids=lambda model: model.__name__)
def test_an_export_is_narrowed_by_the_same_lookups(model, client):
    sign_in(client, factories.make_secretariat())
    page = address(model, "export")
    for column in paths(model, 0):
        assert client.get(page, {f"{column}__startswith": "a"}).status_code == REFUSED, column
    assert client.get(page).status_code == 200
    narrowed = {"what__exact": "refusal"} if model is AccessEntry else {"state__exact": "verified"}
    assert client.get(page, narrowed).status_code == 200


# --- What stays open ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("office", READERS)
@zeal_ignore()
def test_each_choice_of_each_filter_answers(office):
    for _turn in range(2):
        factories.make_point()
    records()
    opened = 0
    with always(factories.make_user(office)) as visitor:
        for model in SITES:
            page = visitor.get(address(model))
            if page.status_code == CLOSED:
                continue
            changes = page.context["cl"]
            for spec in changes.filter_specs:
                *_first, choice = spec.choices(changes)
                assert visitor.get(address(model) + choice["query_string"]).status_code == 200, (model, choice)
                opened += 1
    assert opened > 20


def test_the_calendar_of_the_inputs_answers(client):
    sent = localtime(factories.make_submission(state="submitted").submitted_at)
    sign_in(client, factories.make_secretariat())
    day = {f"submitted_at__{part}": getattr(sent, part) for part in ("year", "month", "day")}
    for parts in (1, 2, 3):
        assert client.get(address(Submission), dict(list(day.items())[:parts])).context["cl"].result_count == 1


@pytest.mark.parametrize("value", ["abc", "\x00", "9" * 30, "", "\ud800", "%", "-1"])
@zeal_ignore()
def test_a_value_that_no_filter_offers_is_no_fault(client, value):
    factories.make_point()
    sign_in(client, factories.make_secretariat())
    for model, lookups in {
        Submission: ["state__exact", "consultation__id__exact", "submitted_at__year", "stakeholder__group"],
        Point: ["theme__id__exact", "theme__isnull"],
        User: ["is_active__exact"],
    }.items():
        for lookup in lookups:
            for page in (address(model), *([address(model, "export")] if model in EXPORTED else [])):
                sent = {lookup: value.encode("utf-8", "surrogatepass")}
                assert client.get(page, sent).status_code in (200, 302, REFUSED), (page, lookup)
