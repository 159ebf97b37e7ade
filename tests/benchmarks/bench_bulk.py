"""Benchmark: a bulk act on 500 inputs at the desk: its preview, the act, and undoing it at once.

Through the whole stack, as an officer who marks all of the list. Each author has an organisation and gets a mail. SIZE
is the number of other inputs; the bound holds for any.
"""

import statistics

import pytest
from django.urls import reverse

from consultations.models import Event, OutgoingMail, Stakeholder, Submission
from consultations.views.bulk_screening import MOST
from tests.benchmarks.bench_floor import make_rows
from tests.benchmarks.figures import SIZE, record, taken
from tests.crowd import NAME, wait_many
from tests.database_roles import as_superuser
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS, MOST_SECONDS = 5, 3


def test_500_inputs_are_decided_and_undone_in_less_than_3_seconds(client, settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if not name.startswith("zeal.")]
    crowd, people = make_rows()
    slug = crowd.consultation.slug
    waiting = wait_many(crowd.consultation, list(Stakeholder.objects.filter(name__startswith=NAME)[:200]), MOST)
    with as_superuser() as cursor:
        cursor.execute("VACUUM ANALYZE")
    sign_in(client, people["staff"])
    form = {"do": "accept", "consultation": slug, "list": "saved=to-read"}
    keys = [str(each.key) for each in waiting]

    def preview() -> None:
        page = client.post(reverse("desk_bulk"), {**form, "all": "1"})
        assert (len(page.context["inputs"]), page.context["refused"]) == (MOST, [])

    def act() -> None:
        assert client.post(reverse("desk_bulk"), {**form, "inputs": keys, "confirm": "yes"}).status_code == 302

    def undo() -> None:
        assert client.post(reverse("desk_bulk_undo", args=[slug]), form).status_code == 302

    steps = {"preview": preview, "put on file": act, "undo all": undo}
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in steps}
    for turn in range(1, ROUNDS + 1):
        for name, step in steps.items():
            times[name].append(taken(step))
        assert Event.objects.filter(verb="undo_at_once").count() == MOST * turn
    assert set(Submission.objects.filter(key__in=keys).values_list("state")) == {("submitted",)}
    assert OutgoingMail.objects.filter(state="cancelled").count() == MOST * ROUNDS
    medians = {name: [statistics.median(each) for each in zip(*taken_, strict=True)] for name, taken_ in times.items()}
    rows = [[name, f"{spent:.2f}", f"{clock:.2f}", MOST_SECONDS] for name, (spent, clock) in medians.items()]
    record(f"{MOST} inputs at once among {SIZE:,}", ["step", "s", "s, clock", "at most, s"], rows)
    assert {name: spent for name, (spent, _clock) in medians.items() if spent > MOST_SECONDS} == {}
