"""Reference data: tables match the files, reloading changes nothing, and the secretariat's edits are kept."""

import csv
import io
import shutil
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from consultations import reference_data
from consultations.models import (
    County,
    Evidence,
    Framework,
    Group,
    Instrument,
    Mandate,
    Milestone,
    MilestoneState,
    OutlinePart,
    Provision,
    PublicHoliday,
    Relation,
    Stakeholder,
    StakeholderName,
    Term,
    Theme,
    ThemeProvision,
)
from consultations.reference_data import FOLDER, reading
from tests import factories

pytestmark = pytest.mark.django_db
FORUM_DAY = date(2017, 10, 17)


def lines(file, folder=FOLDER):
    """Return the rows of a file as parsed by csv."""
    with (folder / file).open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def listed(cell):
    return cell.split(";") if cell else []


@pytest.fixture
def loaded():
    return reference_data.load()


@pytest.fixture
def folder(tmp_path):
    """Return a copy of the files to modify."""
    return shutil.copytree(FOLDER, tmp_path / "reference")


def replace_in(folder, file, old, new):
    path = folder / file
    before = path.read_bytes()
    assert before.count(old.encode()) == 1, f"{old} stands {before.count(old.encode())} times in {file}"
    path.write_bytes(before.replace(old.encode(), new.encode()))


def error_from_loading(folder):
    """Return the command's error about an invalid folder; nothing may be loaded."""
    with pytest.raises(CommandError) as failure:
        call_command("load_reference", folder=folder, stdout=io.StringIO())
    assert not Theme.objects.exists()
    return str(failure.value).removeprefix("Nothing was loaded. ")


# --- Counts -------------------------------------------------------------------------------------------------------


def test_table_counts_equal_file_counts(loaded):
    objectives = Provision.objects.filter(framework=Framework.GCM_OBJECTIVE)
    principles = Provision.objects.filter(framework=Framework.GCM_PRINCIPLE)
    targets = Provision.objects.filter(framework=Framework.SDG)
    assert {
        "themes.csv": Theme.objects.count(),
        "objectives.csv": objectives.count(),
        "principles.csv": principles.count(),
        "sdg_targets.csv": targets.count(),
        "instruments.csv": Instrument.objects.count(),
        "vocabulary.csv": Term.objects.count(),
        "paper_outline.csv": OutlinePart.objects.count(),
        "counties.csv": County.objects.count(),
    } == {
        file: len(lines(file))
        for file in (
            "themes.csv", "objectives.csv", "principles.csv", "sdg_targets.csv", "instruments.csv", "vocabulary.csv",
            "paper_outline.csv", "counties.csv",
        )
    }  # fmt: skip
    assert (Theme.objects.count(), objectives.count(), principles.count(), County.objects.count()) == (7, 23, 10, 47)


def test_only_organisations_are_loaded(loaded):
    one_body = {
        row["code"]
        for row in lines("institutions.csv")
        if row["category"] not in ("stakeholder category", "county government", "national administration")
    }
    counties = {f"CG-{row['code']}" for row in lines("counties.csv")}
    assert set(Stakeholder.objects.values_list("code", flat=True)) == one_body | counties
    assert len(one_body) == 85


def test_second_load_changes_nothing(loaded):
    out = io.StringIO()
    call_command("load_reference", stdout=out)
    *said, end = out.getvalue().splitlines()
    assert said == [f"  {tally.table}: 0 new, 0 changed, {tally.new} the same" for tally in loaded]
    assert end.startswith("Reference data loaded in 0.")
    assert sum(tally.new for tally in loaded) == sum(
        model.objects.count()
        for model in (
            Theme, Provision, ThemeProvision, Provision.targets.through, Instrument, Instrument.themes.through, Term,
            OutlinePart, County, Stakeholder, StakeholderName, Mandate, Milestone, PublicHoliday,
        )
    )  # fmt: skip


def test_loading_takes_few_queries(loaded, django_assert_max_num_queries):
    with django_assert_max_num_queries(60):
        reference_data.load()


# --- Themes and provisions ----------------------------------------------------------------------------------------


def test_every_theme_has_exactly_the_objectives_and_targets_of_the_file(loaded):
    for row in lines("themes.csv"):
        theme = Theme.objects.get(code=row["code"])
        links = {
            (link.provision.code, link.relation)
            for link in ThemeProvision.objects.filter(theme=theme).select_related("provision")
        }
        assert links == {
            *((f"GCM-{int(number):02}", Relation.LEAD) for number in listed(row["lead_objectives"])),
            *((f"GCM-{int(number):02}", Relation.RELATED) for number in listed(row["related_objectives"])),
            *((f"SDG-{target}", Relation.RELATED) for target in listed(row["sdg_targets"])),
        }


def test_every_objective_is_led_by_exactly_one_theme(loaded):
    led = list(ThemeProvision.objects.filter(relation=Relation.LEAD).values_list("provision__code", flat=True))
    assert sorted(led) == [f"GCM-{number:02}" for number in range(1, 24)]


def test_both_files_name_same_leading_theme_per_objective(loaded):
    by_objective = {row["code"]: row["lead_theme_code"] for row in lines("objectives.csv")}
    led = ThemeProvision.objects.filter(relation=Relation.LEAD).values_list("provision__code", "theme__code")
    assert dict(led) == by_objective


def test_an_objective_serves_the_targets_of_the_file(loaded):
    for row in lines("objectives.csv"):
        served = Provision.objects.get(code=row["code"]).targets.values_list("code", flat=True)
        assert set(served) == {f"SDG-{target}" for target in listed(row["sdg_targets"])}


def test_evidence_mark_is_stored_per_link(loaded):
    marks = ThemeProvision.objects.filter(theme__code="T2").values_list("provision__code", "evidence")
    assert {code: mark for code, mark in marks if code.startswith("SDG")} == {
        "SDG-5.2": "R", "SDG-10.2": "G", "SDG-10.3": "G", "SDG-16.3": "G", "SDG-16.9": "R", "SDG-16.b": "G",
    }  # fmt: skip
    assert {mark for code, mark in marks if code.startswith("GCM")} == {"I"}


def test_targets_are_in_official_order(loaded):
    ordered = Provision.objects.filter(framework=Framework.SDG, code__startswith="SDG-1").values_list("code", flat=True)
    assert list(ordered)[:3] + list(ordered)[-6:] == [
        "SDG-1.3", "SDG-1.4", "SDG-1.5", "SDG-17.3", "SDG-17.9", "SDG-17.14", "SDG-17.16", "SDG-17.17", "SDG-17.18",
    ]  # fmt: skip
    ten = Provision.objects.filter(code__startswith="SDG-10.").values_list("code", flat=True)
    assert list(ten) == ["SDG-10.2", "SDG-10.3", "SDG-10.7", "SDG-10.c"]


def test_theme_has_both_languages_introduction_and_session(loaded):
    theme = Theme.objects.get(code="T6")
    assert str(theme) == "Labour migration"
    with translation.override("sw"):
        assert str(theme) == "Uhamaji wa wafanyakazi"
    assert theme.introduction.count(".") == 2
    assert theme.gcm_session.startswith("Session 6, Geneva, 12 October 2017: Irregular migration and regular pathways")
    assert theme.evidence == Evidence.ARTICLE


def test_weaker_of_mixed_marks_is_used(loaded):
    assert Instrument.objects.get(code="V2030").evidence == Evidence.GENERAL  # S/G
    assert Milestone.objects.get(title__startswith="IGAD/SDC/IOM").evidence == Evidence.INFERRED  # R/I
    assert set(Instrument.objects.get(code="V2030").themes.values_list("code", flat=True)) == {"T1", "T7"}


@pytest.mark.parametrize(
    ("mark", "counts"), [("S", "S"), ("R2", "R2"), ("R/G", "G"), ("R+G", "G"), ("S/R", "R"), ("I/R2", "I")]
)
def test_evidence_marks_are_read(mark, counts):
    assert reading.evidence(reading.Row("f.csv", 2, {"evidence": mark}), "evidence") == counts


@pytest.mark.parametrize("mark", ["", "X", "N", "R/N", "RG", "R / G"])
def test_invalid_mark_is_refused(mark):
    with pytest.raises(reference_data.BadRow, match=r"f\.csv, line 2, column evidence: .* is not an evidence mark"):
        reading.evidence(reading.Row("f.csv", 2, {"evidence": mark}), "evidence")


# --- Institutions -------------------------------------------------------------------------------------------------


def name_on(stakeholder, day):
    """The dated name that was valid on `day`, else the present one."""
    names = [each for each in stakeholder.names.all() if each.valid_from <= day < (each.valid_to or date.max)]
    return names[0].name if names else stakeholder.name


def test_renamed_institution_keeps_history(loaded):
    interior = Stakeholder.objects.get(code="MINA")
    assert name_on(interior, FORUM_DAY) == "Ministry of Interior and Coordination of National Government"
    assert interior.name == name_on(interior, date(2022, 10, 27)) == "Ministry of Interior and National Administration"
    assert name_on(Stakeholder.objects.get(code="DRS"), FORUM_DAY) == "Refugee Affairs Secretariat"
    tourism = Stakeholder.objects.get(code="MTW")
    assert (name_on(tourism, FORUM_DAY), tourism.name) == ("Ministry of Tourism", "Ministry of Tourism and Wildlife")
    assert tourism.names.get().evidence == Evidence.INFERRED


def test_loading_verifies_and_confirms_nothing(loaded):
    assert set(Stakeholder.objects.values_list("state", flat=True)) == {"registered"}
    assert set(Mandate.objects.values_list("is_confirmed", "is_lead")) == {(False, False)}
    assert set(Mandate.objects.values_list("evidence", flat=True)) == {Evidence.INFERRED, Evidence.GENERAL}


def test_only_documented_members_are_members(loaded):
    members = Stakeholder.objects.filter(is_ncm_member=True).values_list("code", flat=True)
    assert set(members) == {"MINA", "MFDA", "MOLSP", "MGCCS", "MTW", "KNCHR"}


def test_groups_are_read(loaded):
    groups = dict(Stakeholder.objects.values_list("code", "group"))
    expected = {
        "MOH": Group.MINISTRY, "SDICS": Group.STATE_AGENCY, "OAG": Group.STATE_AGENCY, "NCM": Group.STATE_AGENCY,
        "KNCHR": Group.COMMISSION, "IOM": Group.UN, "UNNM-K": Group.UN, "GIZ": Group.PARTNER, "IGAD": Group.PARTNER,
        "COG": Group.COUNTY, "CG-023": Group.COUNTY, "KIMS": Group.ACADEMIA, "UON": Group.ACADEMIA,
        "MASENO": Group.ACADEMIA, "OSSREA": Group.RESEARCH, "IRCK": Group.FAITH, "COTU": Group.WORKERS,
        "FKE": Group.EMPLOYERS, "KDA": Group.DIASPORA, "HAART": Group.CIVIL_SOCIETY,
    }  # fmt: skip
    assert {code: groups[code] for code in expected} == expected


def test_each_county_has_its_government(loaded):
    turkana = Stakeholder.objects.get(code="CG-023")
    assert (turkana.name, turkana.county.name) == ("County Government of Turkana", "Turkana")
    assert (turkana.evidence, turkana.is_ncm_member) == (Evidence.INFERRED, False)
    governments = Stakeholder.objects.filter(code__startswith="CG-").values_list("code", "county__code")
    assert sorted(governments) == [(f"CG-{number:03}", f"{number:03}") for number in range(1, 48)]


def test_counties_are_named_as_officially(loaded):
    names = dict(County.objects.values_list("code", "name"))
    assert list(names) == [f"{number:03}" for number in range(1, 48)]
    expected = {
        "006": "Taita/Taveta", "013": "Tharaka-Nithi", "021": "Murang'a", "028": "Elgeyo/Marakwet", "047": "Nairobi City",
    }  # fmt: skip
    assert {code: names[code] for code in expected} == expected
    assert County.objects.get(code="021").alternative_spellings == "Muranga; Murang’a"
    assert County.objects.get(code="007").migration_note == "hosts Dadaab refugee complex (to be confirmed)"
    assert not County.objects.get(code="016").migration_note.endswith("(to be confirmed)")


def test_institutions_have_parents(loaded):
    chain, body = [], Stakeholder.objects.get(code="NCM-SEC")
    while body:
        chain.append(body.code)
        body = body.parent
    assert chain == ["NCM-SEC", "NCM", "DIS", "SDICS", "MINA"]


# --- Milestones ---------------------------------------------------------------------------------------------------


def test_planned_and_actual_dates_are_loaded(loaded):
    marrakech = Milestone.objects.get(place="Marrakech")
    assert (marrakech.planned_start, marrakech.planned_precision) == (date(2018, 9, 1), "month")
    assert (marrakech.actual_start, marrakech.actual_end) == (date(2018, 12, 10), date(2018, 12, 11))
    assert (marrakech.state, marrakech.evidence) == (MilestoneState.HELD, Evidence.READ)
    review = Milestone.objects.get(title__startswith="First International Migration Review Forum")
    assert (review.planned_start, review.planned_end) == (date(2022, 5, 10), date(2022, 5, 13))
    assert (review.actual_start, review.actual_end) == (date(2022, 5, 17), date(2022, 5, 20))
    plans = [row for row in lines("timeline.csv") if row["status"] == "superseded plan"]
    assert Milestone.objects.count() == len(lines("timeline.csv")) - len(plans)
    assert Milestone.objects.filter(planned_start__isnull=False, actual_start__isnull=False).count() == len(plans) == 2


def test_home_page_timeline_milestones(loaded):
    line = Milestone.objects.filter(is_key=True)
    assert [(milestone.short_title, milestone.actual_start) for milestone in line] == [
        ("Stakeholder forum, Nairobi", FORUM_DAY),
        ("African regional consultation, Addis Ababa", date(2017, 10, 26)),
        ("Stocktaking meeting, Puerto Vallarta", date(2017, 12, 4)),
        ("Intergovernmental Conference, Marrakech", date(2018, 12, 10)),
        ("Endorsement by the General Assembly, New York", date(2018, 12, 19)),
    ]


def test_announced_date_is_not_actual_date(loaded):
    only_read_as_plans = {row["title"] for row in lines("timeline.csv") if row["status"] in ("planned", "unconfirmed")}
    planned = Milestone.objects.filter(state=MilestoneState.PLANNED)
    assert {milestone.title for milestone in planned} == only_read_as_plans
    assert set(planned.values_list("actual_start", flat=True)) == {None}


def test_unverified_date_is_shown_as_month(loaded):
    assert Milestone.objects.get(title="Zero draft plus").actual_precision == "month"


# --- The secretariat's hand ---------------------------------------------------------------------------------------


def test_manually_edited_record_is_kept(loaded):
    Theme.objects.filter(code="T1").update(title_sw="Sababu za uhamaji", evidence=Evidence.OWN)
    Theme.objects.filter(code="T2").update(title_sw="overwritten", evidence=Evidence.ARTICLE)
    tally = reference_data.load()[0]
    assert str(tally) == "themes: 0 new, 1 changed, 5 the same, 1 left as the secretariat has them"
    assert Theme.objects.get(code="T1").title_sw == "Sababu za uhamaji"
    assert Theme.objects.get(code="T2").title_sw == "Haki za binadamu za wahamaji"


def test_links_of_manually_edited_record_are_kept(loaded):
    Instrument.objects.filter(code="KCIA").update(evidence=Evidence.OWN)
    Instrument.objects.get(code="KCIA").themes.set(Theme.objects.filter(code="T7"))
    objective = Provision.objects.get(code="GCM-21")
    Provision.objects.filter(pk=objective.pk).update(evidence=Evidence.OWN)
    objective.targets.clear()
    reference_data.load()
    assert [theme.code for theme in Instrument.objects.get(code="KCIA").themes.all()] == ["T7"]
    assert not objective.targets.exists()


def test_links_missing_from_files_are_removed_unless_added_manually(loaded):
    theme = Theme.objects.get(code="T4")
    for code, mark in (("GCM-22", Evidence.INFERRED), ("GCM-23", Evidence.OWN)):
        provision = Provision.objects.get(code=code)
        ThemeProvision.objects.create(theme=theme, provision=provision, relation=Relation.RELATED, evidence=mark)
    Instrument.objects.get(code="RMPF").themes.add(theme)
    said = [str(tally) for tally in reference_data.load() if tally.removed]
    assert said == [
        "provisions of themes: 0 new, 0 changed, 100 the same, 1 removed",
        "themes of instruments: 0 new, 0 changed, 91 the same, 1 removed",
    ]
    assert set(theme.links.filter(provision__code__in=["GCM-22", "GCM-23"]).values_list("provision__code")) == {
        ("GCM-23",)
    }


def test_fields_outside_the_files_are_kept(loaded):
    ministry = factories.bring(
        Stakeholder.objects.get(code="MOLSP"), "verified", contact_email="desk@labour.example.org"
    )
    Mandate.objects.filter(ministry=ministry, theme__code="T6").update(is_confirmed=True, is_lead=True)
    own = factories.make_stakeholder("Umoja Network (sample)")
    Milestone.objects.filter(is_key=True).update(consultation=factories.make_consultation())
    assert [str(tally) for tally in reference_data.load() if tally.new or tally.changed or tally.removed] == []
    ministry.refresh_from_db()
    assert (ministry.state, ministry.contact_email) == ("verified", "desk@labour.example.org")
    assert Mandate.objects.get(is_confirmed=True).is_lead
    assert Stakeholder.objects.get(pk=own.pk).name == "Umoja Network (sample)"
    assert Milestone.objects.exclude(consultation=None).count() == 5


def test_changed_file_updates_record(folder, loaded):
    replace_in(folder, "counties.csv", ",Rift Valley,Lodwar,", ",Rift Valley,Lodwar Town,")
    replace_in(folder, "institutions.csv", "state corporation,national,MOLSP,National Employment Authority",
          "state corporation,national,SDL,National Employment Authority")  # fmt: skip
    said = [str(tally) for tally in reference_data.load(folder) if tally.changed]
    assert said == ["counties: 0 new, 1 changed, 46 the same", "institutions: 0 new, 1 changed, 131 the same"]
    assert County.objects.get(code="023").headquarters == "Lodwar Town"
    assert Stakeholder.objects.get(code="NEA").parent.code == "SDL"


# --- Bad rows -----------------------------------------------------------------------------------------------------

SPOILT = [
    ("instruments.csv", "act,No. 8 of 2010,2010-01-01", "act,No. 8 of 2010,2010-13-01",
     "instruments.csv, line 5, column adopted_or_assented_on: “2010-13-01” is not a date (YYYY-MM-DD)"),
    ("instruments.csv", "PALERMO-T,", "PALERMO-TRAFFICKING-IN-PERSONS,",
     "instruments.csv, line 57, column code: Ensure this value has at most 24 characters (it has 30)."),
    ("instruments.csv", "2012-10-01,in force,T4,", "2012-10-01,in force,T4;T9,",
     "instruments.csv, line 5, column theme_codes: there is no theme “T9”"),
    ("themes.csv", "T4,4,Trafficking in persons,", "T4,four,Trafficking in persons,",
     "themes.csv, line 5, column order: “four” is not a whole number"),
    ("themes.csv", "T4,4,Trafficking in persons,", "T4,4,,",
     "themes.csv, line 5, column title: This field cannot be blank."),
    ("themes.csv", "T4,4,Trafficking in persons,", "T3,4,Trafficking in persons,",
     "themes.csv, line 5, column code: the same record stands in line 4 already"),
    ("sdg_targets.csv", "\r\n10.c,", "\r\n10.77a,",
     "sdg_targets.csv, line 22, column target: “10.77a” is not an SDG target (like 10.7 or 10.c)"),
    ("principles.csv", "c,National sovereignty,15(c),R,", "c,National sovereignty,15(c),Z,",
     "principles.csv, line 4, column evidence: “Z” is not an evidence mark (S, R, R2, I, G)"),
    ("institutions.csv", "MOH,Ministry of Health,ministry,", "MOH,Ministry of Health,miinstry,",
     "institutions.csv, line 31, column category: there is no group for the category “miinstry”"),
    ("institutions.csv", "secretariat,national,NCM,", "secretariat,national,NCMM,",
     "institutions.csv, line 3, column parent_code: there is no institution “NCMM” above it"),
    ("institutions.csv", "coordination body,national,DIS,", "coordination body,national,NCM-SEC,",
     "institutions.csv, line 2, column parent_code: there is no institution “NCM-SEC” above it"),
    ("institutions.csv", "\r\nMOE,", "\r\nMOH,",
     "institutions.csv, line 32, column code: the same record stands in line 31 already"),
    ("timeline.csv", "2018-09-01,,month,", "2030-09-01,,month,",
     "timeline.csv, line 44, column status: nothing of this kind was held after this plan"),
    ("timeline.csv", "2017-10-26,2017-10-27,", "2017-10-26,27 October,",
     "timeline.csv, line 21, column date_end: “27 October” is not a date (YYYY-MM-DD)"),
    ("timeline.csv", "2017-10-17,,day,", ",,day,",
     "timeline.csv, line 20, column date_start: a milestone needs a date"),
    ("counties.csv", "047,Nairobi City,nairobi-city,", "047,Nairobi City,extra,nairobi-city,",
     "counties.csv, line 48, column -: the row has 12 cells, the header has 11"),
    ("counties.csv", "code,name,slug,", "code,title,slug,",
     "counties.csv, line 2, column name: the file has no such column"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "expected"), SPOILT)
def test_invalid_row_is_reported_and_nothing_loaded(folder, file, old, new, expected):
    replace_in(folder, file, old, new)
    assert error_from_loading(folder) == expected


def test_missing_or_undecodable_file_is_reported(folder):
    (folder / "timeline.csv").write_bytes(b"date_start,date_end\r\n\xff\xfe")
    assert (
        error_from_loading(folder) == "timeline.csv, line 0, column -: the file is not UTF-8 text (invalid start byte)"
    )
    (folder / "timeline.csv").unlink()
    assert error_from_loading(folder) == f"timeline.csv, line 0, column -: there is no such file in {folder}"


def test_unclosed_quote_is_reported(folder):
    replace_in(folder, "sessions.csv", '6,"Irregular', '6,"Irregular" "')
    assert error_from_loading(folder) == "sessions.csv, line 7, column -: this is not CSV (',' expected after '\"')"
