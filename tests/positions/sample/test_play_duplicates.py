"""Duplicates and co-signatures in the sample."""

from consultations.models import Endorsement, Job, Likeness, Submission
from consultations.queries import in_campaign
from positions import sample


def test_campaign_is_found_and_its_points_are_undecided(played):
    """Three bodies sent one letter; in the 2017 consultation the search finds two of the six merged pairs."""
    alike = {row["key"]: row for row in sample.rows("open_round", "input")}
    texts = {alike[f"review-{name}"]["body"] for name in ("coastlegal", "ziwa", "migrantsvoice")}
    decided = Likeness.objects.filter(first_input__isnull=False)
    assert set(decided.values_list("state", "decided_by__name")) == {("merged", "Hassan Abdi Guyo (sample)")}
    assert {text for pair in decided for text in (pair.first_input.body, pair.second_input.body)} == texts
    campaign = Submission.objects.filter(body__in=texts).annotate(alike=in_campaign("merged"))
    assert set(campaign.values_list("alike", flat=True)) == {3}
    of_points = Likeness.objects.exclude(first_point=None).order_by("found_at", "pk")
    assert [(pair.state, pair.found_at.year == 2017) for pair in of_points] == [("merged", True)] * 2 + [
        ("open", False)
    ] * 3
    assert Job.objects.exclude(state="done").count() == 0


def test_organisations_co_sign_inputs_of_others(played):
    signed = Endorsement.objects.live().values_list("submission__stakeholder__name", "stakeholder__name")
    bodies = {row["key"]: row["name"] for row in sample.organisations()}
    inputs = {row["key"]: bodies[row["organisation"]] for row in sample.rows("open_round", "input")}
    rows = sample.read("open_round")["co_signature"]
    assert sorted(signed) == sorted((inputs[row["input"]], bodies[row["organisation"]]) for row in rows)
