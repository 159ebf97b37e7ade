"""Load counties, and institutions with dated names and suggested mandates."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from consultations.models import County, Evidence, Group, Mandate, Stakeholder, StakeholderName, Theme

from .frame import SOURCES, ids
from .reading import Cell, Draft, Row, codes, day, drafts, evidence, look_up, one_of, required, rows, text, weakest
from .saving import Tally, refuse_doubles, save

# Groups of the file's categories. There is no group for the region's own organisations; they are with the development
# partners. Parliament and the Judiciary are with the State's bodies.
GROUPS = {
    "ministry": Group.MINISTRY,
    "constitutional commission": Group.COMMISSION,
    "UN body": Group.UN,
    "UN network": Group.UN,
    "development partner": Group.PARTNER,
    "regional economic community": Group.PARTNER,
    "continental body": Group.PARTNER,
    "intergovernmental body": Group.COUNTY,
    "county committee": Group.COUNTY,
    "academic programme": Group.ACADEMIA,
    "non-state organisation": Group.CIVIL_SOCIETY,
    **dict.fromkeys(
        ["state department", "directorate", "department", "service", "state corporation", "state agency",
         "state office", "constitutional office", "coordination body", "secretariat", "committee",
         "technical working group", "mission", "parliament", "arm of government"],
        Group.STATE_AGENCY,
    ),
}  # fmt: skip
SPECIAL_GROUPS = {
    "UON": Group.ACADEMIA,
    "MASENO": Group.ACADEMIA,
    "OSSREA": Group.RESEARCH,
    "IRCK": Group.FAITH,
    "COTU": Group.WORKERS,
    "FKE": Group.EMPLOYERS,
    "KDA": Group.DIASPORA,
}
# Rows that name several bodies, or a type of body. County governments come from the list of counties instead.
NO_ORGANISATION = ("stakeholder category", "county government", "national administration")
DOCUMENTED = (Evidence.ARTICLE, Evidence.READ, Evidence.SECONDARY)
# Categories whose mandates over themes are suggested: bodies that clear text for the Government.
CLEARING = (
    "ministry", "state department", "directorate", "department", "service", "state corporation", "state agency",
    "constitutional office",
)  # fmt: skip


def load(folder: Path) -> Iterator[Tally]:
    """Load counties and institutions from the files of `folder`. Raises BadRow."""
    yield save("counties", County, ["code"], _counties(folder))
    institutions = [row for row in rows(folder, "institutions.csv") if text(row, "category") not in NO_ORGANISATION]
    counties = _county_governments(folder)
    yield _stakeholders([*institutions, *counties])
    yield save("dated names", StakeholderName, ["stakeholder_id", "name", "valid_from"], _names(folder, institutions))
    yield save("mandates", Mandate, ["ministry_id", "theme_id"], _mandates(institutions))


def _counties(folder: Path) -> list[Draft]:
    return drafts(
        County,
        rows(folder, "counties.csv"),
        code=Cell("code"),
        name=Cell("name"),
        slug=Cell("slug"),
        alternative_spellings=Cell("alternative_spellings", lambda row, column: "; ".join(codes(row, column))),
        headquarters=Cell("headquarters"),
        former_province=Cell("former_province"),
        iso_code=Cell("iso_3166_2"),
        migration_note=Cell("migration_note", _county_note),
        **SOURCES,
    )


def _county_note(row: Row, column: str) -> str:
    """Return the note on migration, with a remark if its evidence is weaker than the county's."""
    note = text(row, column)
    doubtful = note and evidence(row, "note_evidence") not in DOCUMENTED
    return f"{note} (to be confirmed)" if doubtful else note


# --- Organisations ------------------------------------------------------------------------------------------------


def _county_governments(folder: Path) -> list[Row]:
    """Return one organisation for each county government; that each exists separately is inferred."""
    return [
        row.with_cells(
            code=f"CG-{text(row, 'code')}",
            county=text(row, "code"),
            name_current=f"County Government of {text(row, 'name')}",
            category="county government",
            evidence=Evidence.INFERRED,
            ncm_role="",
            ncm_role_evidence="",
            parent_code="",
            legal_basis="Constitution of Kenya, 2010, arts. 6, 176; County Governments Act, No. 17 of 2012",
        )
        for row in rows(folder, "counties.csv")
    ]


def _stakeholders(institutions: list[Row]) -> Tally:
    """Save the organisations top-down, so that each finds its parent."""
    tally, counties = Tally("institutions"), ids(County)
    saved: dict[str, int | None] = {"": None}
    refuse_doubles(["code"], [Draft(row, {"code": required(row, "code")}) for row in institutions])
    waiting = institutions
    while waiting:
        ready = [row for row in waiting if text(row, "parent_code") in saved]
        if not ready:
            raise waiting[0].bad("parent_code", f"there is no institution “{text(waiting[0], 'parent_code')}” above it")
        tally += save("", Stakeholder, ["code"], _organisations(ready, saved, counties))
        done = {text(row, "code") for row in ready}
        waiting = [row for row in waiting if text(row, "code") not in done]
        saved |= ids(Stakeholder)
    return tally


def _organisations(institutions: list[Row], saved: dict[str, int | None], counties: dict[str, int]) -> list[Draft]:
    return drafts(
        Stakeholder,
        institutions,
        code=Cell("code"),
        name=Cell("name_current"),
        group=Cell("category", _group),
        county_id=Cell("county", lambda row, column: counties.get(row.cells.get(column, ""))),
        parent_id=Cell("parent_code", one_of(saved, "institution")),
        is_ncm_member=Cell("ncm_role", _is_member),
        legal_basis=Cell("legal_basis"),
        **SOURCES,
    )


def _group(row: Row, column: str) -> str:
    if text(row, column) == "county government":
        return Group.COUNTY
    usual = look_up(row, column, text(row, column), GROUPS, "group for the category")
    return SPECIAL_GROUPS.get(text(row, "code"), usual)


def _is_member(row: Row, column: str) -> bool:
    """Return whether a document names the body as a member; membership inferred from its function does not count."""
    return text(row, column) == "member" and evidence(row, "ncm_role_evidence") in DOCUMENTED


# --- Names and mandates -------------------------------------------------------------------------------------------


def _names(folder: Path, institutions: list[Row]) -> list[Draft]:
    """Return names with their dates, and for bodies without any the name of 2017 if it differed."""
    dated = rows(folder, "institution_names.csv")
    known = {text(row, "institution_code") for row in dated}
    then = [_name_of_2017(row) for row in institutions if text(row, "code") not in known and _was_renamed(row)]
    return drafts(
        StakeholderName,
        [*dated, *then],
        stakeholder_id=Cell("institution_code", one_of(ids(Stakeholder), "institution")),
        name=Cell("name"),
        valid_from=Cell("valid_from", day),
        from_precision=Cell("from_precision"),
        valid_to=Cell("valid_to", day),
        to_precision=Cell("to_precision"),
        basis=Cell("basis", lambda row, column: "; ".join(filter(None, [text(row, column), text(row, "notes")]))),
        **SOURCES,
    )


def _was_renamed(row: Row) -> bool:
    then = text(row, "name_2017")
    ours = _group(row, "category") in (Group.MINISTRY, Group.STATE_AGENCY)
    return ours and then not in ("", "same", text(row, "name_current")) and not then.startswith("(")


def _name_of_2017(row: Row) -> Row:
    return row.with_cells(
        institution_code=text(row, "code"),
        name=text(row, "name_2017"),
        valid_from=date(2017, 1, 1).isoformat(),
        from_precision="year",
        valid_to=date(2018, 1, 1).isoformat(),
        to_precision="year",
        basis="name in 2017",
        notes="first and last day not researched",
        evidence=weakest(row, "evidence", [evidence(row, "evidence"), Evidence.INFERRED]),
    )


def _mandates(institutions: list[Row]) -> list[Draft]:
    """Load suggested mandates, which the secretariat confirms."""
    bodies, themes = ids(Stakeholder), ids(Theme)
    return [
        Draft(
            row,
            {
                "ministry_id": bodies[text(row, "code")],
                "theme_id": look_up(row, "theme_codes", code, themes, "theme"),
                "basis": text(row, "legal_basis"),
                "evidence": weakest(row, "evidence", [evidence(row, "evidence"), Evidence.INFERRED]),
            },
        )
        for row in institutions
        if text(row, "category") in CLEARING
        for code in codes(row, "theme_codes")
    ]
