import copy

from hypothesis import given
from hypothesis import strategies as some

from positions.render import charts
from tests.positions.render import editions

THEMES = ["T1", "T2", "T3"]
GROUPS = ["faith", "academia", "ministry", "diaspora"]
CELLS = some.dictionaries(some.tuples(some.sampled_from(THEMES), some.sampled_from(GROUPS)), some.integers(0, 99))


def counted(cells):
    return {
        "themes": [{"code": code, "title": f"Theme {code}"} for code in THEMES],
        "groups": {group: group.title() for group in GROUPS},
        "tallies": {
            "theme_by_group": [
                {"theme": theme, "group": group, "inputs": inputs} for (theme, group), inputs in cells.items()
            ]
        },
    }


@given(CELLS)
def test_table_totals_are_consistent(cells):
    table = charts.table(counted(cells))
    assert table["total"] == sum(cells.values()) == sum(table["sums"]) == sum(row["sum"] for row in table["rows"])
    assert all(row["sum"] == sum(row["cells"]) for row in table["rows"])


@given(CELLS)
def test_chart_shows_numbers_of_table(cells):
    content = counted(cells)
    table, chart = charts.table(content), charts.chart(content, all_themes="All", words="words")
    if chart is None:
        assert table["total"] == 0
        return
    columns = list(zip(*(row["cells"] for row in table["rows"]), strict=True))
    shown = [tuple(bar.count for bar in column.bars) for column in chart["columns"]]
    assert shown == [*columns, tuple(row["sum"] for row in table["rows"])]
    assert [name for _, _, name in chart["rows"]] == [row["name"] for row in table["rows"]]


@given(CELLS)
def test_bars_are_to_scale_within_column(cells):
    chart = charts.chart(counted(cells), all_themes="All", words="")
    columns = chart["columns"] if chart else []
    wide = (charts.WIDTH - charts.LABELS) // (len(THEMES) + 1)
    bars = [bar for column in columns if not column.sums for bar in column.bars]
    most = max((bar.count for bar in bars), default=0)
    assert all(abs(bar.length - wide * charts.BAR * bar.count / most) < 4.5 for bar in bars)
    assert all(bar.length > 0 for bar in bars if bar.count)
    assert all(column.left >= charts.LABELS and column.left + wide <= charts.WIDTH for column in columns)
    assert all(bar.top + charts.THICKNESS <= chart["height"] for bar in bars)


def test_groups_are_sorted_by_size_and_empty_ones_left_out():
    table = charts.table(counted({("T1", "faith"): 1, ("T2", "academia"): 3, ("T1", "ministry"): 0}))
    assert [row["name"] for row in table["rows"]] == ["Academia", "Faith"]


def test_no_chart_without_inputs():
    content = copy.deepcopy(editions.edition())
    content["tallies"]["theme_by_group"] = []
    assert charts.chart(content, all_themes="All", words="") is None
