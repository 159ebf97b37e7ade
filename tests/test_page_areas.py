"""A kept page that names the areas it depends on reads nothing that verbs of another area write."""

import re
from contextlib import suppress

import pytest
from django.apps import apps
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q
from django.urls import get_resolver, reverse

from consultations.models import User
from consultations.queries import forums, submissions
from consultations.queries.changes import EVERY_AREA, PAPERS, SHARED, area_of
from consultations.queries.inbox import OTHER_AREAS, kinds
from positions.models import Edition
from tests.journal_writes import writes

# Every verb writes the journal; a page that shows entries shows those about its own records.
TABLES = {model._meta.db_table for model in apps.get_models(include_auto_created=True)} - {"consultations_event"}


def tables_of(sql: str) -> set[str]:
    return TABLES & set(re.findall(r"\w+", sql))


def kept_views():
    """Return the areas of each view with fewer than all, by the name of its URL."""
    found = {}
    for pattern in get_resolver().url_patterns:
        for each in getattr(pattern, "url_patterns", [pattern]):
            areas = getattr(each.callback, "areas", EVERY_AREA)
            if areas != EVERY_AREA:
                found[each.name] = areas
    return found


def addresses():
    """Return an address of the sample for each of these views."""
    edition = Edition.objects.filter(paper__state="published").latest("pk")
    slug = {"slug": edition.paper.slug}
    number = slug | {"number": edition.number}
    given = {
        "paper": slug, "papers": {}, "paper_history": slug, "paper_compare": slug, "paper_alignment": slug,
        "paper_edition": number, "edition_whole": number, "edition_section": number | {"place": 1},
        "edition_lines": number, "edition_line": number | {"line": 5}, "roles": {}, "role_rules": {},
        "paper_explore": number, "paper_paragraph": number | {"paragraph": 1}, "verify_hash": {"sha256": edition.sha256},
    }  # fmt: skip
    return {name: reverse(name, kwargs=arguments) for name, arguments in given.items()}


def unsafe(reads, areas, written):
    """Return the tables that a page of these areas reads and that verbs of no such area write."""
    return {(kind, table) for kind, tables in written.items() if not area_of(kind) & areas for table in tables & reads}


def test_pages_read_nothing_that_another_area_writes(played, client):
    found, ways = {}, addresses()
    assert ways.keys() == kept_views().keys()
    for name, areas in kept_views().items():
        reads: set[str] = set()

        def note(execute, sql, *rest, reads=reads):
            reads |= tables_of(sql)
            return execute(sql, *rest)

        with connection.execute_wrapper(note):
            assert client.get(ways[name]).status_code == 200, name
        found[name] = unsafe(reads, areas, writes())
    assert {name: tables for name, tables in found.items() if tables} == {}


@pytest.mark.parametrize("value", [forums._announced_rounds, submissions._choices_for_all])
def test_kept_values_read_nothing_that_another_area_writes(played, value):
    reads: set[str] = set()

    def note(execute, sql, *rest):
        reads.update(tables_of(sql))
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        value()
    assert (bool(reads), unsafe(reads, {SHARED}, writes())) == (True, set())


# A mail is kept by the minute: neither sending it nor its failure is an entry.
BY_THE_MINUTE = {"consultations_outgoingmail"}


@pytest.mark.usefixtures("played")
def test_what_waits_reads_nothing_of_inputs_unless_it_says_so():
    people = User.objects.filter(Q(memberships__isnull=False) | ~Q(office="")).distinct()
    reads: dict[str, set[str]] = {}
    for person in people:
        for kind in kinds().values():
            if kind.may(person) and not kind.depends_on_inputs:
                with suppress(EmptyResultSet):
                    statement, _values = kind.read(person).query.sql_with_params()
                    reads.setdefault(kind.code, set()).update(tables_of(statement) - BY_THE_MINUTE)
    assert set(reads) == {code for code, kind in kinds().items() if not kind.depends_on_inputs}
    results = {code: unsafe(tables, set(OTHER_AREAS), writes()) for code, tables in reads.items()}
    assert {code: tables for code, tables in results.items() if tables} == {}


def test_page_that_reads_what_another_area_writes_is_found():
    written = {"consultations.submission": {"consultations_point"}, "positions.edition": {"positions_edition"}}
    reads = {"consultations_point", "positions_edition"}
    assert unsafe(reads, {PAPERS}, written) == {("consultations.submission", "consultations_point")}


@pytest.mark.usefixtures("played")
def test_writes_of_verbs_were_recorded():
    recorded = writes()
    assert "consultations_tally" in recorded["consultations.submission"]  # written by a trigger
    assert "positions_edition" in recorded["positions.positionpaper"]
