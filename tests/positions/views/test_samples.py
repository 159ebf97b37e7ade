"""Pages with sample text are marked as samples at the desk, for a ministry and in public."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import change
from tests.pages import words
from tests.paper_factories import make_clearance, make_letter, make_reservation
from tests.positions.clearing import make_text
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
WARNING = "SAMPLE: not a position of the Government of Kenya."
OF_A_PAPER = (
    "desk_paper", "desk_coverage", "desk_dispositions", "desk_review", "desk_clearance", "desk_adoption",
    "desk_reservation", "desk_publication", "desk_matrix", "desk_explanation",
    "desk_paper_forum",
)  # fmt: skip


@pytest.mark.parametrize("is_sample", [True, False])
def test_every_page_about_sample_has_one_notice(is_sample):
    text = make_text("in_clearance")
    change(text.paper.consultation, is_sample=is_sample)
    slug, asked = text.paper.slug, make_clearance(text.paper, text.one, text.first)
    reservation = make_reservation(text.paper, text.first, text.one, "It costs money.")
    ministry = [reverse("clearance", args=[asked.pk]), reverse("clearance_stance", args=[asked.pk, text.first.key])]
    desk = [reverse(name, args=[slug]) for name in OF_A_PAPER]
    desk += [
        reverse("desk_paper_move", args=[slug, "clear_paper"]),
        reverse("desk_reservation_withdraw", args=[slug, reservation.pk]),
        ministry[0],
        reverse("desk_mandate", args=[slug, text.first.key]),
        reverse("letter_new", args=[asked.pk]),
        reverse("letter", args=[make_letter(asked, text.first).key]),
        reverse("clearance_print", args=[asked.pk]),
    ]
    found = {}
    for person, addresses in ((text.officer_one, ministry), (text.secretariat, desk)):
        client = sign_in(Client(), person)
        found |= {(person, address): words(client.get(address)).count(WARNING) for address in addresses}
    assert found == dict.fromkeys(found, int(is_sample))
