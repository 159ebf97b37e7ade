"""make_many() runs the same checks as make() on many records."""

import pytest

from consultations.models import Event, Stakeholder
from ncm_portal.workflow import NotAllowed, make_many
from tests.factories import make_secretariat
from tests.ncm_portal.test_workflow import a_move, nobody


def begin(names, *, by, **changed):
    """Start organisations as refused in one call; those with an empty name may not start."""

    def insert(rows):
        for row in rows:  # the database lets no organisation begin as verified
            row.state = "registered"
            row.save()
            row.state = "verified"

    def stamp(row):
        row.about = f"About {row.name}"

    said = {
        "reasons_against": lambda row: [] if row.name else ["It has no name."],
        "insert": insert, "change": stamp, "verb": "verify_many", "data": {"sheet": 1}, **changed,
    }  # fmt: skip
    move = said.pop("move", a_move())
    return make_many(move, [Stakeholder(name=name, group="civil_society") for name in names], by=by, **said)


@pytest.mark.django_db
def test_many_records_are_created_at_once_and_one_refusal_does_not_affect_others():
    person = make_secretariat()
    made, refused = begin(["A", "", "B"], by=person)
    assert [(row.name, row.state, row.about) for row in made] == [
        ("A", "verified", "About A"),
        ("B", "verified", "About B"),
    ]
    assert [(row.name, row.pk, row.state, reasons) for row, reasons in refused] == [
        ("", None, "registered", ["It has no name."])
    ]
    entries = Event.objects.filter(verb="verify_many")
    assert [(each.object_id, each.before, each.after, each.by, each.data) for each in entries.order_by("number")] == [
        (str(row.pk), "registered", "verified", person, {"sheet": 1}) for row in made
    ]


@pytest.mark.django_db
def test_permission_and_state_are_checked_for_each_new_record():
    person = make_secretariat()
    with pytest.raises(NotAllowed, match="Only the chair can do this: Verify"):
        begin(["A"], by=person, move=a_move(may=nobody, who="the chair"), insert=lambda rows: pytest.fail("written"))
    made, [(_row, reasons)] = begin(["A"], by=person, move=a_move(sources=("suspended",)))
    assert (made, reasons) == ([], ["You cannot use “Verify” while this is not verified yet."])
    assert not Event.objects.filter(verb="verify_many").exists()
