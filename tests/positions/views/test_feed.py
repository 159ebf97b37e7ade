"""Feed: public inputs and points for other programs, as described in its documentation."""

import json
import re
from datetime import timedelta

import jsonschema
import pytest
from django.conf import settings
from django.urls import get_resolver, reverse

from consultations.models import Audience, Channel, Event, Group, Language, PointKind, PointState
from positions.models import Outcome, ReasonCode
from positions.views import open_data
from tests import factories
from tests.positions.views.test_open_data import answered  # noqa: F401  # the same world
from tests.sign_in import sign_in

FEEDS = {"feed_inputs": "Inputs", "feed_points": "Points"}


def get(client, name, headers=None, **asked):
    return client.get(reverse(name, query=asked), headers=headers)


def validator(name):
    schema = {"$ref": f"#/components/schemas/{name}", "components": open_data.DESCRIPTION["components"]}
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


def all_pages(client, name, kind):
    rows, address = [], reverse(name)
    while address:
        page = client.get(address).json()
        rows += page[kind]
        address = page["next"] and page["next"].removeprefix(settings.PORTAL_ADDRESS)
    return rows


# --- As described -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.usefixtures("answered")
def test_responses_match_description(client):
    session = factories.make_session()
    factories.make_point(session=session, stakeholder=None)
    into = factories.make_point()
    factories.make_point(state="merged", into=into)
    for name, schema in FEEDS.items():
        found = get(client, name).json()
        assert next(iter(found.values())) != []
        validator(schema).validate(found)
    validator("Error").validate(get(client, "feed_inputs", after="x").json())
    validator("Export").validate(client_json(client, "/inputs.json"))
    sign_in(client, factories.make_secretariat())
    factories.make_submission(state="returned", audience="secretariat")
    validator("Export").validate(client_json(client, "/inputs.json"))


def client_json(client, address):
    return json.loads(b"".join(client.get(address)))


@pytest.mark.django_db
def test_description_refuses_invalid_responses(client):
    factories.make_submission()
    found = get(client, "feed_inputs").json()
    for wrong in (
        {"inputs": [{**found["inputs"][0], "author": "x"}]},
        {"inputs": [{**found["inputs"][0], "state": "x"}]},
    ):
        assert not validator("Inputs").is_valid({**found, **wrong})


def test_described_paths_equal_url_patterns():
    names = [name for name in get_resolver().reverse_dict if isinstance(name, str)]
    served = {reverse(name) for name in names if name.startswith("feed_") or name == "openapi"}
    assert set(open_data.DESCRIPTION["paths"]) == served | {reverse("inputs_export", args=["json"])}


def test_description_lists_every_choice():
    known = open_data.DESCRIPTION["components"]["schemas"]
    enums = {
        "group": (known["Organisation"], Group.values),
        "outcome": (known["Answer"], Outcome.values),
        "reason_code": (known["Answer"], ["", *ReasonCode.values]),
        "kind": (known["Point"], PointKind.values),
        "language": (known["Input"], Language.values),
        "channel": (known["Input"], Channel.values),
        "audience": (known["Input"], Audience.values),
    }
    assert {name: schema["properties"][name]["enum"] for name, (schema, _values) in enums.items()} == {
        name: values for name, (_schema, values) in enums.items()
    }
    assert set(known["Point"]["properties"]["state"]["enum"]) == {
        PointState.VALIDATED, PointState.MERGED, PointState.DISPOSED,
    }  # fmt: skip


@pytest.mark.django_db
def test_description_is_served_with_portal_url(client):
    found = get(client, "openapi").json()
    assert (found["openapi"], found["servers"]) == ("3.1.0", [{"url": settings.PORTAL_ADDRESS}])
    used = set(re.findall(r"#/components/schemas/(\w+)", str(found)))
    assert used == set(found["components"]["schemas"])


# --- What stands in it --------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["visitor", "secretariat", "organisation"])
def test_feed_contains_public_data_only(client, answered, who):  # noqa: F811
    for audience in ("members", "secretariat"):
        factories.make_point(factories.make_submission(audience=audience))
    factories.make_submission(state="submitted")
    if who != "visitor":
        sign_in(client, answered.author if who == "organisation" else factories.make_secretariat())
    (found,) = get(client, "feed_inputs").json()["inputs"]
    assert (found["reference"], found["body"]) == (answered.reference, "Open. [passage held back]")
    assert [point["text"] for point in get(client, "feed_points").json()["points"]] == ["Fair work.", "Fair pay."]


@pytest.mark.django_db
def test_pages_are_contiguous_without_repeats(client, monkeypatch):
    monkeypatch.setattr(open_data, "PAGE", 2)
    made = [factories.make_submission() for _turn in range(5)]
    same_moment = made[1].decided_at
    for submission in made[1:4]:
        factories.change(submission, decided_at=same_moment)
    for submission in made:
        factories.make_point(submission)
    expected = [made[turn].reference for turn in (0, 1, 2, 3, 4)]
    assert [row["reference"] for row in all_pages(client, "feed_inputs", "inputs")] == expected
    assert [row["input"] for row in all_pages(client, "feed_points", "points")] == [row.reference for row in made]


@pytest.mark.django_db
def test_input_accepted_later_follows_others(client):
    early, late = factories.make_submission(), factories.make_submission()
    factories.change(early, decided_at=late.decided_at + timedelta(seconds=1))
    assert [row["reference"] for row in all_pages(client, "feed_inputs", "inputs")] == [late.reference, early.reference]


@pytest.mark.django_db
@pytest.mark.parametrize("name", FEEDS)
@pytest.mark.parametrize("after", ["x", "1-", "-1", "1-2-3", "9" * 30, "²-²", "1 2"])
def test_unknown_cursor_is_bad_request(client, name, after):
    answer = get(client, name, after=after)
    assert (answer.status_code, list(answer.json())) == (400, ["error"])


# --- Asking again -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("name", [*FEEDS, "openapi"])
def test_unchanged_response_is_not_modified(client, name):
    Event.objects.record("entered", factories.make_point(), by=None)
    first = get(client, name)
    again = get(client, name, headers={"If-None-Match": first["ETag"]})
    assert (first.status_code, again.status_code, again.content, again["ETag"]) == (200, 304, b"", first["ETag"])
    since = get(client, name, headers={"If-Modified-Since": first["Last-Modified"]})
    assert since.status_code == 304


@pytest.mark.django_db
def test_changed_response_has_new_etag(client):
    first = get(client, "feed_inputs")
    factories.make_submission()
    changed = get(client, "feed_inputs", headers={"If-None-Match": first["ETag"]})
    assert (changed.status_code, changed["ETag"] == first["ETag"]) == (200, False)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "sw"])
def test_feed_does_not_depend_on_language(client, answered, language):  # noqa: F811
    found = get(client, "feed_inputs", headers={"Accept-Language": language}).json()
    assert found["inputs"][0]["body"] == "Open. [passage held back]"


@pytest.mark.django_db
@pytest.mark.parametrize("name", [*FEEDS, "openapi"])
def test_cross_origin_reading_is_allowed_and_no_cookie_is_set(client, name):
    asked = client.options(reverse(name), headers={"Origin": "https://elsewhere.example"})
    assert (asked.status_code, asked["Access-Control-Allow-Headers"]) == (204, "If-None-Match, If-Modified-Since")
    answer = get(client, name, headers={"Origin": "https://elsewhere.example"})
    told = [answer[each] for each in ("Access-Control-Allow-Origin", "Cross-Origin-Resource-Policy", "Cache-Control")]
    assert told == ["*", "cross-origin", "public, max-age=60"]
    assert answer.cookies == {}
    assert client.post(reverse(name)).status_code == 405
