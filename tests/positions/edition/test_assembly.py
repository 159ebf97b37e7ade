"""Content of an edition, and what it must never contain."""

import json
from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from consultations.models import Framework, Provision, StakeholderName, Term, Theme
from positions import edition
from positions.edition.assembly import natural
from positions.models import EditionKind, Rule
from tests import factories, paper_factories
from tests.paper_factories import SECRET

pytestmark = pytest.mark.django_db
MOMENT = datetime(2017, 10, 17, 13, 40, tzinfo=UTC)


@pytest.fixture
def whole():
    return paper_factories.make_whole_paper()


def content(whole, kind="adopted", *, decision=None, frozen_at=MOMENT):
    fields = {"number": "1.0", "status": "Status", "frozen_at": frozen_at, "decision": decision}
    return edition.content(whole.paper, kind=kind, **fields)


# --- Nothing leaks --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", EditionKind.values)
def test_non_public_data_is_in_no_edition(whole, kind):
    assert SECRET in whole.members.text
    assert SECRET not in json.dumps(content(whole, kind), ensure_ascii=False)


def test_confidential_point_is_reference_without_text_and_name(whole):
    found = {point["reference"]: point for point in content(whole)["points"]}
    assert found[whole.members.reference] == {
        "reference": whole.members.reference, "kind": "recommendation", "theme": "T1", "organisation": None,
        "text": None, "outcome": "accepted_in_part", "reason_code": "other", "reason": "", "paragraphs": [2],
    }  # fmt: skip
    assert found[whole.public.reference] == {
        "reference": whole.public.reference, "kind": "recommendation", "theme": "T1",
        "organisation": "Body for public", "text": "Text of public", "outcome": "accepted", "reason_code": "",
        "reason": "",
        "paragraphs": [2],
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["draft", "review", "clearance", "forum"])
def test_dispositions_are_left_out_before_adoption(whole, kind):
    assert content(whole, kind)["points"] == []


@pytest.mark.parametrize("kind", ["draft", "review", "clearance"])
def test_text_for_comment_has_no_stances_or_participants(whole, kind):
    found = content(whole, kind)
    late = ("clearances", "objections_resolved", "reservations", "participants")
    assert {name: found[name] for name in late} == {name: [] for name in late}
    assert found["clearance_note"] == ""


def test_contact_details_are_left_out(whole):
    factories.make_delegate(whole.forum, email="someone@example.org", name="Someone")
    assert "someone@example.org" not in json.dumps(content(whole))


# --- The text -------------------------------------------------------------------------------------------------------


def test_sections_and_paragraphs_are_in_order_with_sources(whole):
    first, second, third = content(whole)["sections"]
    assert [(row["number"], row["part"], row["heading"], row["theme"]) for row in (first, second, third)] == [
        ("1", "body", "Introduction", None),
        ("2", "theme", "Theme 1", "T1"),
        ("3", "theme", "Theme 2", "T2"),
    ]
    assert second["heading_sw"] == "Mada 1"
    assert second["paragraphs"] == [
        {
            "number": 2, "key": str(whole.paragraphs[1].key), "strength": "calls_for", "verb": "calls for",
            "text": "Kenya calls for three things.", "lang": "en", "secretariat_text": False,
            "provisions": ["GCM-02"],
            "sources": [
                {"point": whole.public.reference, "relation": "rests_on", "organisation": "Body for public"},
                {"point": whole.members.reference, "relation": "rests_on", "organisation": None},
            ],
        }
    ]  # fmt: skip
    (third_paragraph,) = third["paragraphs"]
    assert [source["organisation"] for source in third_paragraph["sources"]] == ["Group 2", None]


def merged(whole, root, organisation, **fields):
    """Create a point of this organisation that is merged into `root`."""
    said = factories.make_submission(whole.consultation, stakeholder=factories.make_stakeholder(organisation), **fields)
    return factories.make_point(said, text=f"Words of {organisation}", state="merged", into=root)


def test_public_supporters_are_named_and_others_counted(whole):
    lake, coast = (merged(whole, whole.spoken, name) for name in ("Lake Union", "Coast Centre"))
    closed = merged(whole, whole.spoken, SECRET, audience="members")
    own = merged(whole, whole.spoken, "Group 2", audience="secretariat")
    adopted = content(whole)
    (paragraph,) = adopted["sections"][2]["paragraphs"]
    root, relation = whole.spoken.reference, {"relation": "rests_on"}
    assert {each["point"]: each for each in paragraph["sources"]} == {
        root: {"point": root, **relation, "organisation": "Group 2", "others": 2},
        whole.secretariat.reference: {"point": whole.secretariat.reference, **relation, "organisation": None},
        lake.reference: {"point": lake.reference, **relation, "organisation": "Lake Union", "into": root},
        coast.reference: {"point": coast.reference, **relation, "organisation": "Coast Centre", "into": root},
        closed.reference: {"point": closed.reference, **relation, "organisation": None},
        own.reference: {"point": own.reference, **relation, "organisation": None},
    }
    found = {each["reference"]: each for each in adopted["points"]}
    assert {reference: (each.get("others"), each.get("into")) for reference, each in found.items()} == {
        whole.public.reference: (None, None),
        whole.members.reference: (None, None),
        whole.secretariat.reference: (None, None),
        root: (2, None),
        lake.reference: (None, root),
        coast.reference: (None, root),
        closed.reference: (None, None),
        own.reference: (None, None),
    }
    assert SECRET not in json.dumps(adopted, ensure_ascii=False)


def test_public_points_joined_to_hidden_one_are_named_without_revealing_it(whole):
    lake = merged(whole, whole.members, "Lake Union")
    adopted = content(whole)
    (paragraph,) = adopted["sections"][1]["paragraphs"]
    assert paragraph["sources"] == [
        {"point": whole.public.reference, "relation": "rests_on", "organisation": "Body for public"},
        {"point": whole.members.reference, "relation": "rests_on", "organisation": None},
        {"point": lake.reference, "relation": "rests_on", "organisation": "Lake Union"},
    ]
    assert [each["reference"] for each in adopted["points"] if {"others", "into"} & set(each)] == []


def test_point_cited_directly_and_through_merge_is_listed_once(whole):
    lake = merged(whole, whole.public, "Lake Union")
    paper_factories.reword(whole.paragraphs[1], "Kenya calls for it.", points=(lake, whole.public))
    (paragraph,) = content(whole, "draft")["sections"][1]["paragraphs"]
    assert [each["point"] for each in paragraph["sources"]] == [whole.public.reference, lake.reference]


@pytest.mark.parametrize("kind", ["draft", "adopted"])
def test_only_groups_of_named_organisations_are_included(whole, kind):
    merged(whole, whole.public, "Lake Union")
    merged(whole, whole.public, SECRET, audience="members")
    factories.make_stakeholder("Not a word from them", group="media")
    decision = paper_factories.make_decision(whole.paper, Rule.WITH_RESERVATIONS, at=MOMENT)
    found = content(whole, kind, decision=decision if kind == "adopted" else None)
    assert found["organisations"] == {
        "Body for public": "civil_society", "Lake Union": "civil_society", "Ministry of A": "ministry",
    }  # fmt: skip
    assert found["groups"] == {"ministry": "Ministry", "civil_society": "Civil society"}


def test_organisation_that_is_only_counted_has_no_group(whole):
    closed = factories.make_submission(
        whole.consultation, stakeholder=factories.make_stakeholder(SECRET, group="diaspora"), audience="members"
    )
    merged_into = factories.make_point(closed, text=SECRET, state="merged", into=whole.public)
    paper_factories.reword(whole.paragraphs[1], "Kenya calls for it.", points=(whole.public, merged_into))
    found = content(whole)
    assert ("diaspora" in found["organisations"].values(), SECRET in found["organisations"]) == (False, False)
    assert found["groups"]["diaspora"] == "Diaspora"  # its input is counted, as every input is


def test_method_is_noted_if_search_suggested_pairs(whole):
    assert "likeness" not in content(whole)
    factories.make_likeness(whole.public, whole.members, state="dismissed")
    assert content(whole)["likeness"] == {"pairs": 1, "merged": 0, "dismissed": 1}


def test_removed_paragraphs_and_empty_sections_are_left_out(whole):
    factories.change(whole.paragraphs[1], removed_at=MOMENT)
    paper_factories.make_section(whole.paper, part="annex", heading="Annex A")
    found = content(whole)
    assert [section["heading"] for section in found["sections"]] == ["Introduction", "Theme 2"]
    assert [row["number"] for section in found["sections"] for row in section["paragraphs"]] == [1, 2]
    answered = {point["reference"]: point["paragraphs"] for point in found["points"]}
    assert answered[whole.public.reference] == []


def test_points_are_in_natural_order(whole):
    references = ["NCM-2017-0042.10", "NCM-2017-0042.2", "F1.S2.1", "NCM-2017-0009.1"]
    ordered = ["F1.S2.1", "NCM-2017-0009.1", "NCM-2017-0042.2", "NCM-2017-0042.10"]
    assert sorted(references, key=natural) == ordered


# --- The frame ------------------------------------------------------------------------------------------------------


def test_matrix_lists_objectives_targets_and_confirmed_leads(whole):
    theme = Theme.objects.get(code="T1")
    factories.make_provision("GCM-18", theme=theme, relation="related")
    target = Provision.objects.create(
        framework=Framework.SDG, code="10.7", order=107, label="Mobility", title="Mobility"
    )
    theme.links.create(provision=target, relation="lead")
    factories.make_mandate(factories.make_ministry("Ministry of B"), theme)
    factories.make_mandate(factories.make_ministry("Ministry of C"), theme, is_lead=True, is_confirmed=False)
    found = content(whole)
    assert found["themes"][0] == {
        "code": "T1", "title": "Theme 1", "title_sw": "Mada 1", "objectives": ["GCM-02"], "related": ["GCM-18"],
        "sdg": ["10.7"], "lead": ["Ministry of A"],
    }  # fmt: skip
    assert [row["code"] for row in found["provisions"]] == ["GCM-02", "GCM-18", "10.7"]


def test_institutions_have_their_name_of_that_day(whole):
    for name, start, end in [
        ("Ministry of the Past", date(2013, 1, 1), date(2018, 1, 26)),
        ("Ministry of the Future", date(2018, 1, 26), None),
    ]:
        StakeholderName.objects.create(stakeholder=whole.ministry, name=name, valid_from=start, valid_to=end)
    found = content(whole)
    assert found["clearances"][0]["ministry"] == "Ministry of the Past"
    assert found["reservations"][0]["organisation"] == "Ministry of the Past"
    assert found["participants"][0]["organisation"] == "Ministry of the Past"
    later = content(whole, frozen_at=datetime(2018, 1, 26, 9, tzinfo=UTC))
    assert later["themes"][0]["lead"] == ["Ministry of the Future"]


def test_acronyms_used_are_listed(whole):
    for term in ("Cabinet Secretary (CS)", "technical working group (TWG, TWC)", "on hold (legal hold)"):
        Term.objects.create(term=term, kind="body", definition="A definition.")
    Term.objects.create(term="IGAD", kind="body", definition="A regional body.")
    factories.make_stakeholder("Organization for Migration", code="IOM")
    factories.make_stakeholder("Another name", code="CS")
    text = "The CS and the TWC met IGAD and IOM; CSOs did not. A legal hold is no acronym."
    paper_factories.reword(whole.paragraphs[0], text)
    assert content(whole)["acronyms"] == [
        {"term": "CS", "meaning": "Cabinet Secretary"},
        {"term": "IGAD", "meaning": "A regional body."},
        {"term": "IOM", "meaning": "Organization for Migration"},
        {"term": "TWC", "meaning": "technical working group"},
    ]


# --- What offices and the meeting said ------------------------------------------------------------------------------


def test_forum_has_its_programme(whole):
    (session,) = whole.forum.sessions.all()
    factories.change(whole.forum, convenors="Directorate of Immigration, Nairobi; Agency for Movement")
    factories.make_delegate(whole.forum, state="nominated")
    found = content(whole)["forum"]
    starts, ends = found["programme"][0].pop("starts"), found["programme"][0].pop("ends")
    assert (starts, ends) == ("09:00", "10:00")
    assert found == {
        "title": whole.forum.title, "date": whole.forum.starts_on.isoformat(),
        "end_date": whole.forum.ends_on.isoformat(), "place": "Nairobi", "venue": "",
        "convenors": ["Directorate of Immigration, Nairobi", "Agency for Movement"], "representatives": 1,
        "programme": [{"title": session.title, "kind": "breakout", "theme": "T2", "room": "Room 2"}],
    }  # fmt: skip


def test_paper_without_forum_states_so():
    paper = paper_factories.make_paper()
    found = edition.content(paper, number="0.1", kind="forum", status="S", frozen_at=MOMENT)
    assert (found["forum"], found["participants"], found["adoption"]) == (None, [], None)


def test_clearances_count_stances_on_current_text(whole):
    found = content(whole, "forum")
    assert found["clearances"] == [
        {
            "ministry": "Ministry of A", "paragraphs": [2, 3],
            "stances": {
                "agree": 1, "agree_with_comment": 0, "reservation": 1, "object": 0, "abstain": 0, "recuse": 0,
                "silent": 0,
            },
            "answered_on": timezone.localdate(whole.clearance.answered_at).isoformat(),
        }
    ]  # fmt: skip
    assert found["objections_resolved"] == [
        {
            "organisation": "Ministry of A", "paragraph": 2, "objection": "Two is too few.",
            "proposed": "Three things.", "resolution": "The proposed words.",
        }
    ]  # fmt: skip


def test_withdrawn_reservations_are_left_out(whole):
    other = factories.make_ministry("Ministry of B")
    gone = paper_factories.make_reservation(whole.paper, whole.paragraphs[0], other, "No more.")
    factories.change(gone, withdrawn_at=MOMENT)
    assert content(whole)["reservations"] == [
        {"organisation": "Ministry of A", "paragraph": 3, "text": "It costs money."}
    ]


def test_adoption_record_names_who_decided_and_quorum(whole):
    decision = paper_factories.make_decision(whole.paper, Rule.WITH_RESERVATIONS, at=MOMENT)
    assert content(whole, decision=decision)["adoption"] == {
        "rule": "consensus_with_reservations", "reasons": "Two ministries reserve their position.",
        "members_present": 20, "members_total": 24, "groups_present": 9, "groups_required": 5,
        "quorum": "20 of 24 member institutions were present (16 are needed), from 9 groups (5 are needed).",
        "chair": decision.chair.name, "at": "2017-10-17T13:40:00+00:00", "place": "Nairobi",
    }  # fmt: skip


def test_sample_is_marked(whole):
    assert content(whole)["sample"] is False
    factories.change(whole.consultation, is_sample=True)
    whole.paper.refresh_from_db()
    assert content(whole)["sample"] is True


def test_participating_groups_are_named(whole):
    assert content(whole)["groups"] == {"ministry": "Ministry", "civil_society": "Civil society"}
