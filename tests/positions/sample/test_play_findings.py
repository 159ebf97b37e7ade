"""The sample after adoption: the findings of four milestones and the fate of two commitments."""

import pytest

from consultations.models import Milestone
from consultations.queries import commitments
from positions import sample
from positions.models import PositionPaper, Reflection
from positions.queries import alignment


@pytest.fixture
def paper(played) -> PositionPaper:
    return PositionPaper.objects.select_related("consultation", "forum").get(slug="gcm-2017")


def test_milestones_belong_to_consultation(paper):
    assert set(Milestone.objects.exclude(consultation__slug="compact-review").filter(is_key=True)) == set(
        paper.consultation.milestones.all()
    )
    assert paper.consultation.milestones.count() == 5


def test_findings_cover_milestones_and_one_commitment_is_kept(paper):
    rows = sample.read("aftermath")
    found = Reflection.objects.public().filter(edition__paper=paper)
    assert found.count() == len(rows["finding"])
    titles = [row["title"] for row in rows["milestone"]]
    assert [each.title for each in alignment.milestones_of(paper) if each.is_released] == titles
    assert set(found.values_list("provision__framework", flat=True)) == {"GCM", "GCM-P"}
    assert [row["reference"] for row in rows["finding"] if "(sample" not in row["reference"]] == []
    promised = commitments().values_list("stakeholder__name", "due_on", "state")
    assert {(name, str(day), state) for name, day, state in promised} == {
        ("Coast Counties Working Group on Migration (sample)", "2018-12-31", "open"),
        ("Employers’ Roundtable on Labour Mobility (sample)", "2018-06-30", "done"),
    }
