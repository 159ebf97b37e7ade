"""Load the reference frame: themes, the Compact's objectives and principles, SDG targets, instruments, terms,
outline.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from django.db.models import Model
from django.utils.dateformat import format as written

from consultations.models import (
    Evidence,
    Framework,
    Instrument,
    OutlinePart,
    Provision,
    Relation,
    Term,
    Theme,
    ThemeProvision,
)

from .reading import Cell, Draft, Row, codes, day, drafts, evidence, look_up, one_of, rows, text, weakest, whole_number
from .saving import Tally, link, remove_others, save

SOURCES = {"evidence": Cell("evidence", evidence), "source": Cell("source")}


def load(folder: Path) -> Iterator[Tally]:
    """Load the reference frame from the files of `folder`. Raises BadRow."""
    yield _themes(folder)
    yield save("GCM objectives", Provision, ["code"], _objectives(folder))
    yield save("GCM principles", Provision, ["code"], _principles(folder))
    yield save("SDG targets", Provision, ["code"], _targets(folder))
    yield _theme_provisions(folder)
    yield _targets_of_objectives(folder)
    yield save("instruments", Instrument, ["code"], _instruments(folder))
    yield _themes_of_instruments(folder)
    yield save("terms", Term, ["term"], _terms(folder))
    yield save("outline of a paper", OutlinePart, ["order"], _outline(folder))


def ids(model: type[Model], field: str = "code") -> dict[str, int]:
    """Return the ids of a table's records by their code."""
    return dict(model._default_manager.exclude(**{field: None}).values_list(field, "pk"))


# --- Themes -------------------------------------------------------------------------------------------------------


def _themes(folder: Path) -> Tally:
    """Load themes. Their titles come from the article and have the mark S; the introductions are our own."""
    sessions = {text(row, "number"): _session(row) for row in rows(folder, "sessions.csv")}
    introductions = {text(row, "code"): text(row, "introduction") for row in rows(folder, "theme_introductions.csv")}
    result = drafts(
        Theme,
        rows(folder, "themes.csv"),
        code=Cell("code"),
        order=Cell("order", whole_number),
        title=Cell("title"),
        title_sw=Cell("title_sw"),
        introduction=Cell("code", one_of(introductions, "introduction to")),
        gcm_session=Cell("gcm_session_number", one_of(sessions, "session")),
        lead_bodies=Cell("kenyan_lead_bodies"),
        evidence=Cell("code", lambda row, column: Evidence.ARTICLE),
        source=Cell("source"),
    )
    return save("themes", Theme, ["code"], result)


def _session(row: Row) -> str:
    start = day(row, "date_start")
    assert start is not None  # every session has its day
    return (
        f"Session {text(row, 'number')}, {text(row, 'place')}, {written(start, 'j F Y')}: {text(row, 'official_title')}"
    )


# --- Provisions ---------------------------------------------------------------------------------------------------


def _objectives(folder: Path) -> list[Draft]:
    return drafts(
        Provision,
        rows(folder, "objectives.csv"),
        framework=Cell("code", lambda row, column: Framework.GCM_OBJECTIVE),
        code=Cell("code"),
        order=Cell("number", whole_number),
        label=Cell("short_label"),
        title=Cell("official_title"),
        reference=Cell("resolution_paragraph"),
        evidence=Cell("title_evidence", evidence),
        source=Cell("source"),
    )


def _principles(folder: Path) -> list[Draft]:
    return drafts(
        Provision,
        rows(folder, "principles.csv"),
        framework=Cell("letter", lambda row, column: Framework.GCM_PRINCIPLE),
        code=Cell("letter", lambda row, column: f"GCM-P-{text(row, column)}"),
        order=Cell("letter", lambda row, column: ord(text(row, column)[:1] or "`") - ord("`")),
        label=Cell("title"),
        title=Cell("title"),
        reference=Cell("resolution_paragraph"),
        **SOURCES,
    )


def _targets(folder: Path) -> list[Draft]:
    return drafts(
        Provision,
        rows(folder, "sdg_targets.csv"),
        framework=Cell("target", lambda row, column: Framework.SDG),
        code=Cell("target", lambda row, column: f"SDG-{text(row, column)}"),
        order=Cell("target", _target_order),
        label=Cell("short_description_own_words"),
        title=Cell("short_description_own_words"),
        evidence=Cell("migration_link_evidence", evidence),
        source=Cell("source"),
    )


def _target_order(row: Row, column: str) -> int:
    """Return the official sort key: within a goal numbers come before letters (10.7 before 10.c)."""
    match = re.fullmatch(r"(\d{1,2})\.(?:(\d{1,2})|([a-z]))", text(row, column))
    if not match:
        raise row.bad(column, f"“{text(row, column)}” is not an SDG target (like 10.7 or 10.c)")
    goal, number, letter = match.groups()
    return int(goal) * 100 + (int(number) if number else ord(letter) - ord("a") + 51)


def _target_codes(row: Row, column: str) -> list[str]:
    return [f"SDG-{code}" for code in codes(row, column)]


def _targets_of_objectives(folder: Path) -> Tally:
    known, links = ids(Provision), {}
    own = set(Provision.objects.filter(evidence=Evidence.OWN).values_list("code", flat=True))
    for row in rows(folder, "objectives.csv"):
        if text(row, "code") not in own:
            targets = _target_codes(row, "sdg_targets")
            result = {look_up(row, "sdg_targets", code, known, "SDG target") for code in targets}
            links[known[text(row, "code")]] = result
    through = Provision.targets.through
    return link("SDG targets of objectives", through, "from_provision_id", "to_provision_id", links)


# --- Themes and provisions ----------------------------------------------------------------------------------------


def _theme_provisions(folder: Path) -> Tally:
    """Load lead and related objectives and SDG targets of each theme, each link with its own mark."""
    themes, provisions = ids(Theme), ids(Provision)
    result = []
    for row in rows(folder, "themes.csv"):
        theme = themes[text(row, "code")]
        for column, code, relation, mark in _links(row):
            provision = look_up(row, column, code, provisions, "provision")
            result.append(
                Draft(row, {"theme_id": theme, "provision_id": provision, "relation": relation, "evidence": mark})
            )
    key = ["theme_id", "provision_id"]
    tally = save("provisions of themes", ThemeProvision, key, result)
    tally.removed = remove_others(ThemeProvision, key, result)
    return tally


def _links(row: Row) -> Iterator[tuple[str, str, str, str]]:
    mark = evidence(row, "mapping_evidence")
    for column, relation in (("lead_objectives", Relation.LEAD), ("related_objectives", Relation.RELATED)):
        for number in codes(row, column):
            yield column, f"GCM-{number:0>2}", relation, mark
    marks = _marks_of_targets(row, "sdg_evidence")
    for code in codes(row, "sdg_targets"):
        yield "sdg_targets", f"SDG-{code}", Relation.RELATED, marks.get(code, marks["others"])


def _marks_of_targets(row: Row, column: str) -> dict[str, str]:
    """Parse "5.2,16.9=R; others=G", or a single mark, into a mark for each target and one for the others."""
    given = [part if "=" in part else f"others={part}" for part in codes(row, column)]
    pairs = [part.split("=", 1) for part in given]
    marks = {code.strip(): weakest(row, column, [mark]) for names, mark in pairs for code in names.split(",")}
    return {"others": weakest(row, column, marks.values()), **marks}


# --- Instruments, terms, outline ----------------------------------------------------------------------------------


def _instruments(folder: Path) -> list[Draft]:
    return drafts(
        Instrument,
        rows(folder, "instruments.csv"),
        code=Cell("code"),
        title=Cell("title"),
        short_title=Cell("short_title"),
        level=Cell("level"),
        kind=Cell("type"),
        number=Cell("number"),
        adopted_on=Cell("adopted_or_assented_on", day),
        adopted_precision=Cell("adopted_precision"),
        status=Cell("status"),
        notes=Cell("notes"),
        **SOURCES,
    )


def _themes_of_instruments(folder: Path) -> Tally:
    themes, instruments, links = ids(Theme), ids(Instrument), {}
    own = set(Instrument.objects.filter(evidence=Evidence.OWN).values_list("code", flat=True))
    for row in rows(folder, "instruments.csv"):
        if text(row, "code") not in own:
            result = {look_up(row, "theme_codes", code, themes, "theme") for code in codes(row, "theme_codes")}
            links[instruments[text(row, "code")]] = result
    return link("themes of instruments", Instrument.themes.through, "instrument_id", "theme_id", links)


def _terms(folder: Path) -> list[Draft]:
    return drafts(
        Term,
        rows(folder, "vocabulary.csv"),
        term=Cell("term"),
        term_sw=Cell("term_sw"),
        kind=Cell("kind"),
        definition=Cell("definition_own_words"),
        note=Cell("note"),
        **SOURCES,
    )


def _outline(folder: Path) -> list[Draft]:
    return drafts(
        OutlinePart,
        rows(folder, "paper_outline.csv"),
        order=Cell("order", whole_number),
        part=Cell("part"),
        heading=Cell("heading_template"),
        heading_sw=Cell("heading_template_sw"),
        length=Cell("typical_length"),
        content=Cell("content"),
        **SOURCES,
    )
