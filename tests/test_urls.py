"""Closed by default: every URL requires log-in unless its name is on the single list of public pages.

URLs are read from the resolver, so that new ones are tested automatically.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern
from django.utils.regex_helper import normalize

import consultations.urls
import positions.urls
from ncm_portal.urls import PUBLIC

SAMPLES = {
    "consultation": "gcm-2017",
    "int": "1",
    "uuid": str(UUID(int=1)),
    "slug": "sample",
    "str": "sample",
    "path": "sample",
}


@dataclass(frozen=True)
class Address:
    """One URL pattern: its namespaced name, a sample path and its view."""

    name: str
    path: str
    view: object

    def __str__(self):
        return f"{self.name or '(no name)'} {self.path}"


def sample(pattern) -> str:
    """Return a path that matches this pattern."""
    if isinstance(pattern, RoutePattern):
        return re.sub(r"<(?:(\w+):)?\w+>", lambda found: SAMPLES[found[1] or "str"], str(pattern))
    form, names = normalize(pattern.regex.pattern)[0]
    return form % dict.fromkeys(names, "1")


def addresses(resolver: URLResolver, before: str = "/", space: str = "") -> Iterator[Address]:
    for entry in resolver.url_patterns:
        path = before + sample(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry, path, space + (f"{entry.namespace}:" if entry.namespace else ""))
        elif isinstance(entry, URLPattern):
            yield Address(space + entry.name if entry.name else "", path, entry.callback)


ALL = list(addresses(get_resolver()))


def asks_to_log_in(answer) -> bool:
    return answer.status_code == 302 and answer["Location"].startswith(("/account/login/?", "/admin/login/?"))


def test_all_url_patterns_are_collected():
    names = {address.name for address in ALL}
    assert {"health", "account_login", "mfa_index", "admin:index"} <= names


def test_listed_public_names_exist():
    assert sorted(PUBLIC - {address.name for address in ALL}) == []


@pytest.mark.parametrize("app", [consultations.urls, positions.urls])
def test_public_pages_are_those_marked_login_not_required(app):
    """`public_pages` stands first in each urls.py; the middleware follows the mark on the view."""
    marked = [page.name for page in app.urlpatterns if getattr(page.callback, "login_required", True) is False]
    assert [page.name for page in app.public_pages] == marked


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_non_public_pages_require_sign_in(client, method):
    closed = [address for address in ALL if address.name not in PUBLIC]
    client.raise_request_exception = False
    assert [str(address) for address in closed if not asks_to_log_in(getattr(client, method)(address.path))] == []


@pytest.mark.django_db
def test_public_pages_require_no_sign_in(client):
    public = [address for address in ALL if address.name in PUBLIC]
    answers = {str(address): client.get(address.path) for address in public}
    assert {name: answer["Location"] for name, answer in answers.items() if asks_to_log_in(answer)} == {}
    assert {name: answer.status_code for name, answer in answers.items() if answer.status_code >= 500} == {}
