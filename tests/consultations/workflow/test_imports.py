"""Imports are confirmed once by the secretariat; lists of delegates are read while the forum is locked."""

import pytest

from consultations.imports.delegates import DelegateReader, try_list
from consultations.imports.spreadsheets import Sheet
from consultations.models import Delegate, Event, Job, Stakeholder
from consultations.workflow import confirm_import, confirm_names, import_delegates, import_stakeholders, prepare_import
from ncm_portal.workflow import Blocked, NotAllowed
from tests.factories import make_consultation, make_forum, make_member, make_secretariat, make_stakeholder

pytestmark = pytest.mark.django_db
ASKED = {"name": "inputs.xlsx", "names": {}, "wrong": []}
COLUMNS = list(DelegateReader.columns)


def prepared(by):
    return prepare_import(make_consultation(), by=by, options=ASKED, rows=3)


def test_import_is_prepared_and_confirmed_by_secretariat_only():
    job, outsider = prepared(make_secretariat()), make_member()
    for act in (
        lambda: prepare_import(job.consultation, by=outsider, options=ASKED, rows=3),
        lambda: confirm_names(job, by=outsider, names={}, wrong_rows=lambda row: []),
        lambda: confirm_import(job, by=outsider),
    ):
        with pytest.raises(NotAllowed, match="Only the secretariat can do this: Import inputs"):
            act()
    assert Job.objects.get().state == "prepared"


def test_confirmed_names_are_stored_and_errors_recounted():
    officer = make_secretariat()
    job = prepared(officer)
    seen = []
    confirm_names(job, by=officer, names={"KNHCR": 4}, wrong_rows=lambda row: seen.append(row.asked["names"]) or [2])
    job.refresh_from_db()
    assert (job.asked["names"], job.asked["wrong"], seen) == ({"KNHCR": 4}, [2], [{"KNHCR": 4}])


def test_import_is_confirmed_once_and_owned_by_confirming_officer():
    job, officer = prepared(make_secretariat()), make_secretariat()
    confirmed = confirm_import(job, by=officer)
    assert (confirmed.state, confirmed.by) == ("waiting", officer)
    entry = Event.objects.about(job).get()
    assert (entry.verb, entry.data) == ("import", {"file": "inputs.xlsx", "names": {}})
    with pytest.raises(Blocked, match="already been confirmed"):
        confirm_import(job, by=officer)
    with pytest.raises(Blocked, match="already been confirmed"):
        confirm_names(job, by=officer, names={}, wrong_rows=lambda row: [])


def listed(*names, body):
    return [[body.name, name, *[""] * (len(COLUMNS) - 2)] for name in names]


def test_delegate_list_nominates_and_corrects_and_is_refused_twice():
    forum, body, officer = make_forum(), make_stakeholder(), make_secretariat()
    rows = listed("Amina Yusuf", "Brian Otieno", body=body)
    import_delegates(forum, by=officer, read=lambda: try_list(forum, Sheet(COLUMNS, rows)))
    assert sorted(Delegate.objects.values_list("name", "state")) == [
        ("Amina Yusuf", "nominated"),
        ("Brian Otieno", "nominated"),
    ]
    rows[0][COLUMNS.index("title")] = "Director"
    read = import_delegates(forum, by=officer, read=lambda: try_list(forum, Sheet(COLUMNS, rows)))
    assert Delegate.objects.get(name="Amina Yusuf").title == "Director"
    assert read.tally() == {"new": 0, "same": 1, "changed": 1, "error": 0}
    with pytest.raises(Blocked, match="Nothing in the list is new or changed"):
        import_delegates(forum, by=officer, read=lambda: try_list(forum, Sheet(COLUMNS, rows)))


def test_delegate_list_is_not_read_for_others():
    with pytest.raises(NotAllowed, match="Only the secretariat can do this: Import delegates"):
        import_delegates(make_forum(), by=make_member(), read=lambda: pytest.fail("it was read"))


def test_organisations_are_imported_by_secretariat_only():
    with pytest.raises(NotAllowed, match="Only the secretariat can do this: Import organisations"):
        import_stakeholders([{"name": "Coast Workers", "group": "workers"}], by=make_member())
    assert not Stakeholder.objects.filter(name="Coast Workers").exists()


def test_second_row_of_an_organisation_corrects_the_first():
    rows = [{"name": "Coast Workers", "group": "workers"}, {"name": "Coast Workers", "group": "media"}]
    first, second = import_stakeholders(rows, by=make_secretariat())
    assert (first.pk, Stakeholder.objects.get().group) == (second.pk, "media")
    changed = [event.data["changed"] for event in Event.objects.about(first).order_by("pk")]
    assert changed == [{"name": ["", "Coast Workers"], "group": ["", "workers"]}, {"group": ["workers", "media"]}]
