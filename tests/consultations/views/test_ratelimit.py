"""Rate limits of exports and the feed: per reader, with a message, temporary."""

import json

import pytest
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from consultations.views import ratelimit
from positions.views import open_data
from tests.factories import make_user
from tests.pages import words
from tests.sign_in import sign_in

EXPORT, FEED = "/inputs.csv", "/feed/inputs.json"


@pytest.fixture(autouse=True)
def small(settings, monkeypatch):
    """Limit of two requests a minute, with a clock that the test moves."""
    settings.LIMITS = {"feed": (2, 60), "export": (2, 60)}
    clock = {"now": 1_000_018}  # 2 seconds before a minute is over
    monkeypatch.setattr(ratelimit.time, "time", lambda: clock["now"])
    return clock


def statuses(address, number, client=None, **who):
    return [(client or Client()).get(address, **who).status_code for _turn in range(number)]


@pytest.mark.django_db
def test_export_beyond_limit_is_refused_with_waiting_time(small, settings):
    assert statuses(EXPORT, 2) == [200, 200]
    page = Client().get(EXPORT)
    assert (page.status_code, page["Retry-After"]) == (429, "2")
    assert "came from your connection. Try again in a minute." in words(page)
    assert statuses("/inputs.json", 1) == [429]  # one share for every form
    small["now"] += 2
    assert statuses(EXPORT, 3) == [200, 200, 429]
    settings.LIMITS = {"export": (0, 600)}
    assert "Try again in 3 minutes." in words(Client().get(EXPORT))


@pytest.mark.django_db
def test_feed_limit_is_json_without_queries(django_assert_num_queries):
    assert statuses(FEED, 2) == [200, 200]
    with django_assert_num_queries(0):
        answer = Client().get(FEED)
    assert (answer.status_code, answer["Retry-After"]) == (429, "2")
    assert json.loads(answer.content) == {"error": "Too many requests: try again in 2 seconds."}
    headers = ("Access-Control-Allow-Origin", "Access-Control-Expose-Headers", "Cache-Control")
    assert [answer[name] for name in headers] == ["*", "ETag, Last-Modified, Retry-After", "no-store"]
    assert Client().options(FEED).status_code == 204
    assert statuses(EXPORT, 1) == [200]  # each has its own share
    described = {path: item["get"]["responses"] for path, item in open_data.DESCRIPTION["paths"].items()}
    assert {path: "429" in responses for path, responses in described.items()} == dict.fromkeys(described, True)


@pytest.mark.django_db
def test_rate_limits_are_per_reader(settings):
    assert statuses(FEED, 3, REMOTE_ADDR="192.0.2.1") == [200, 200, 429]
    assert statuses(FEED, 1, REMOTE_ADDR="192.0.2.2") == [200]
    people = [sign_in(Client(), make_user()) for _person in range(2)]
    assert [statuses(EXPORT, 3, each, REMOTE_ADDR="192.0.2.1") for each in people] == [[200, 200, 429]] * 2
    assert statuses(FEED, 1, people[0], REMOTE_ADDR="192.0.2.1") == [
        429
    ]  # the same for everybody, whoever is signed in
    lines = ["2001:db8::1", "2001:db8:0:0:ffff::2", "2001:db8:0:1::1"]
    assert [statuses(FEED, 2, REMOTE_ADDR=line) for line in lines] == [[200, 200], [429, 429], [200, 200]]
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert statuses(FEED, 1, REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR="192.0.2.7") == [200]


@given(st.lists(st.sampled_from("abc"), max_size=30), st.integers(1, 5), st.integers(1, 10**6))
def test_each_reader_gets_exactly_the_limit(readers, most, seconds):
    ratelimit.caches["limits"].clear()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ratelimit.settings, "LIMITS", {"feed": (most, seconds)})
        waits = [(reader, ratelimit.seconds_to_wait("feed", reader)) for reader in readers]
    for reader in set(readers):
        own = [wait for each, wait in waits if each == reader]
        assert [wait > 0 for wait in own] == [place >= most for place in range(len(own))]
        assert all(wait <= seconds for wait in own)


@pytest.mark.parametrize("address", ["", "unix:", "not an address"])
def test_unidentified_readers_share_a_limit(address):
    assert ratelimit.line_of(RequestFactory().get("/", REMOTE_ADDR=address)) == "somebody"


@pytest.mark.django_db
def test_file_beyond_those_sent_at_once_is_refused_until_one_is_closed(settings):
    settings.LIMITS, settings.AT_ONCE = {"export": (100, 60)}, {"export": 2}
    ratelimit._running.clear()
    first, second = (Client().get(EXPORT) for _turn in range(2))
    page = Client().get(EXPORT)
    assert (page.status_code, page["Retry-After"]) == (429, "60")
    assert "Others are downloading lists as files at this moment. Try again in a minute." in words(page)
    assert Client().get("/inputs.nothing").status_code == 429
    b"".join(first)  # a test client closes what it has read
    third = Client().get(EXPORT)
    assert (third.status_code, Client().get(EXPORT).status_code) == (200, 429)
    second.close()  # a reader who left before the first byte
    third.close()
    third.close()
    assert ratelimit._running["export"] == 0


@pytest.mark.django_db
def test_answer_without_a_file_does_not_count_as_one_that_is_sent(settings):
    settings.AT_ONCE = {"export": 1}
    ratelimit._running.clear()
    assert statuses("/inputs.nothing", 2) == [404, 404]
    assert ratelimit._running["export"] == 0
