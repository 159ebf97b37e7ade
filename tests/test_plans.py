"""No page reads a large table as a whole: every page of the URLconf, as a visitor, a member and an officer. A page far
back reads no more than the first one.
"""

import pytest

from tests.benchmarks import bench_finding
from tests.plans import as_if_large, read_as_a_whole, rows_read, without_statistics

pytestmark = pytest.mark.django_db(transaction=True)
DEEP, MOST_READ = ("list, deep", "theme, deep"), 100  # of 300 records of a table, on a page far back


@pytest.fixture
def queries(monkeypatch, settings):
    """Queries of each page over a record of every kind and 300 inputs, planned as among a million."""
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if not name.startswith("zeal.")]
    monkeypatch.setattr(bench_finding, "FEW", 300)
    monkeypatch.setattr(bench_finding, "SENDERS", 40)
    world = bench_finding.make_world()
    with as_if_large():  # lists of the administration ask for the plan before they ask
        yield bench_finding.asked(bench_finding.Site(world.readers), world)


def test_no_page_reads_a_large_table_as_a_whole(queries):
    assert len(queries) > 400
    assert read_as_a_whole(queries, as_it_is=True) == {}
    assert read_as_a_whole(queries) == {}
    deep = {page: max(map(rows_read, asked)) for page, asked in queries.items() if page.startswith(DEEP)}
    assert {page: rows for page, rows in deep.items() if rows > MOST_READ} == {}
    with without_statistics():
        assert read_as_a_whole(queries) == {}
