"""Reading back: points one by one, validated by the session's chair or sent back with a note."""

import pytest
from django.test import Client

from consultations.models import Point
from tests.factories import make_point, make_secretariat, make_session, make_stakeholder, make_theme, make_user
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    made = make_session(theme=make_theme("T1"), title="A breakout")
    made.forum.consultation.themes.add(made.theme)
    made.points_of_it = [
        make_point(session=made, state=state, text=text, stakeholder=make_stakeholder(name="A Union"))
        for state, text in (("validated", "Said first."), ("submitted", "Said next."), ("submitted", "Said last."))
    ]
    for name, kind in (("chair", "chair"), ("rapporteur", "rapporteur")):
        setattr(made, name, sign_in(Client(), made.roles.create(user=make_user(), kind=kind).user))
    return made


def at(session, *more):
    return "/".join([f"/sessions/{session.pk}/read-back", *map(str, more), ""])


def test_chair_validates_points_one_by_one(session):
    first = words(session.chair.get(at(session)))
    assert "2 points to read back." in first
    assert "Point 2 of 3 · Recommendation · A Union" in first
    assert "Said next." in first
    done = words(session.chair.post(at(session, 2, "validate"), follow=True))
    assert f"{session.points_of_it[1].reference} is validated." in done
    assert "Said last." in done
    session.chair.post(at(session, 3, "validate"))
    assert "Every point that was handed in has been read back." in words(session.chair.get(at(session)))
    assert set(Point.objects.values_list("state", flat=True)) == {"validated"}
    assert "Said first." in words(session.chair.get(f"{at(session)}?point=1"))
    assert session.chair.get(f"{at(session)}?point=nine").status_code == 200


def test_point_sent_back_with_note_is_corrected_and_resubmitted(session):
    silent = session.chair.post(at(session, 2, "send_back"), {"move": "send_back", "reason": " "})
    assert (silent.status_code, "Enter a reason" in words(silent)) == (409, True)
    session.chair.post(at(session, 2, "send_back"), {"reason": "It was the <b>union</b>."})
    page = f"/sessions/{session.pk}/points/"
    told = session.rapporteur.get(page)
    assert "Sent back: It was the &lt;b&gt;union&lt;/b&gt;." in words(told)
    correct = f"{page}2/correct/"
    assert "Said next.</textarea>" in session.rapporteur.get(correct).content.decode()
    empty = session.rapporteur.post(correct, {"text": " ", "kind": "finding", "theme": "T1"})
    assert (empty.status_code, "What the point says: Enter what the point says." in words(empty)) == (422, True)
    said = {"text": "The union said so.", "kind": "finding", "theme": "T1"}
    again = session.rapporteur.post(correct, said, follow=True)
    assert "Corrected. Hand it in" in words(again)
    session.rapporteur.post(f"{page}2/hand_in/")
    assert "The union said so." in words(session.chair.get(at(session)))


def test_only_chair_validates_and_only_rapporteur_corrects(session):
    assert "Validate" not in session.rapporteur.get(at(session)).content.decode()
    assert session.rapporteur.post(at(session, 2, "validate")).status_code == 404
    page = session.chair.get(f"/sessions/{session.pk}/points/")
    assert (page.status_code, "Record a point" in words(page)) == (200, False)
    Point.objects.filter(pk=session.points_of_it[1].pk).update(state="validated")
    assert session.chair.get(f"/sessions/{session.pk}/points/2/correct/").status_code == 404


def test_page_is_404_for_chair_of_other_session_but_open_to_secretariat(session):
    other = sign_in(Client(), make_session().roles.create(user=make_user(), kind="chair").user)
    for address in (at(session), f"/sessions/{session.pk}/points/", f"/sessions/{session.pk}/points/2/correct/"):
        assert other.get(address).status_code == 404
    assert other.post(at(session, 2, "validate")).status_code == 404
    officer = sign_in(Client(), make_secretariat())
    assert officer.post(at(session, 2, "validate")).status_code == 302
    assert officer.post(at(session, 2, "shout")).status_code == 404
    assert officer.get(at(session, 3, "validate"))["Location"] == at(session)
    assert Point.objects.get(number=3).state == "submitted"


def test_session_without_points_is_reported(session):
    bare = make_session()
    assert "There are no points yet." in words(sign_in(Client(), make_secretariat()).get(at(bare)))
