"""Journey: a visitor finds nothing yet; the secretariat opens a consultation, a forum and enters ministries."""

from datetime import timedelta

from allauth.account.models import EmailAddress

from consultations.models import Consultation, Forum, Stakeholder
from ncm_portal import workflow
from tests.browser.journey.walk import Person, Walk, in_nairobi
from tests.factories import make_head, make_secretariat, make_user

TITLE = "Kenya’s position on the crossing of lakes (sample)"
MINUTE = "%Y-%m-%dT%H:%M"  # as a browser's field for a day and an hour wants it
THEMES = ("Drivers of migration", "Human rights of migrants")
ROADS, HIRING = "Ministry of Roads and Crossings (sample)", "Ministry of Fair Hiring (sample)"


def somebody_has_an_account(walk: Walk, name: str, make=make_user) -> Person:
    """Create a person with a confirmed account who has not signed in yet."""
    person = walk.person(name)
    account = make(email=person.email, name=f"{name} (sample)")
    EmailAddress.objects.create(user=account, email=account.email, verified=True, primary=True)
    return person


def a_visitor_finds_nothing_open(walk: Walk) -> None:
    visitor = walk.person("Visitor")
    visitor.go("/")
    assert visitor.heading == "Kenya’s position on migration"
    assert "No consultation has been opened yet" in visitor.text
    for address in ("/inputs/", "/papers/", "/roles/", "/privacy/", "/accessibility/", "/verify/"):
        visitor.go(address)
    visitor.go("/themes/T1/")


def the_secretariat_sets_up_a_second_factor(walk: Walk) -> None:
    amina = somebody_has_an_account(walk, "Amina", make_secretariat)
    amina.sign_in()
    amina.go("/desk/")  # nothing opens before the second factor is there
    amina.set_up_an_app()
    amina.press("Sign out", within=amina.window.locator(".rail"))
    walk.later(seconds=31)  # a code works once
    amina.sign_in()
    assert (amina.heading, amina.window.url) == ("For you", f"{walk.base}/for-you/")
    amina.go("/desk/")
    assert (amina.heading, "There is no consultation yet." in amina.text) == ("Consultations", True)


def colleagues_sign_in(walk: Walk) -> None:
    for name, make in (("Baraka", make_secretariat), ("Wairimu", make_head)):
        colleague = somebody_has_an_account(walk, name, make)
        colleague.sign_in()
        colleague.set_up_an_app()


def the_secretariat_opens_a_consultation(walk: Walk) -> None:
    amina, today = walk.person("Amina"), in_nairobi(workflow.now())
    amina.follow("Admin")
    amina.go("/admin/consultations/consultation/add/")
    amina.write(title=TITLE, short_title="Lakes (sample)", purpose="To hear what the country should stand for.")
    amina.write(opens_at=f"{today - timedelta(hours=1):{MINUTE}}", closes_at=f"{today + timedelta(days=30):{MINUTE}}")
    amina.write(quorum_groups="2", clearance_working_days="1")
    for theme in THEMES:
        pick(amina, "themes", theme)
    amina.press("Save and continue editing")
    amina.follow("Open for inputs")
    amina.press("Open for inputs")
    walk.consultation = Consultation.objects.get()
    assert walk.consultation.state == "open"


def pick(person: Person, field: str, words: str) -> None:
    """Choose the first result for `words` in an autocomplete field of the admin."""
    window = person.window
    window.locator(f".field-{field} .select2-selection").last.click()
    window.locator(".select2-search__field:visible").last.fill(words)
    window.locator(".select2-results__option", has_text=words).first.click()


def the_secretariat_announces_a_forum(walk: Walk) -> None:
    amina, day = walk.person("Amina"), in_nairobi(workflow.now()) + timedelta(days=40)
    amina.go("/admin/consultations/forum/add/")
    pick(amina, "consultation", "Lakes")
    amina.write(code="LAKES", title="Forum on the crossing of lakes (sample)", place="Kisumu")
    amina.write(contact="office@example.org")
    amina.write(starts_on=f"{day:%Y-%m-%d}", ends_on=f"{day:%Y-%m-%d}")
    sessions = [("Opening", "plenary", 9, 10), ("Group on rights", "breakout", 10, 12)]
    for row, (title, kind, starts, ends) in enumerate(sessions):
        amina.window.get_by_text("Add another Session").click()
        hours = {"starts_at": f"{day:%Y-%m-%d}T{starts:02}:00", "ends_at": f"{day:%Y-%m-%d}T{ends:02}:00"}
        for name, words in {"title": title, **hours}.items():
            amina.write(**{f"sessions__{row}__{name}": words})
        amina.choose(**{f"sessions__{row}__kind": kind})
    amina.press("Save and continue editing")
    amina.follow("Announce")
    amina.press("Announce")
    walk.forum = Forum.objects.get()
    assert (walk.forum.state, walk.forum.sessions.count()) == ("announced", 2)


def the_secretariat_enters_two_ministries(walk: Walk) -> None:
    """Each ministry is verified and leads on one theme with a confirmed mandate."""
    amina = walk.person("Amina")
    for name, theme in zip((ROADS, HIRING), THEMES, strict=True):
        amina.go("/admin/consultations/ministry/add/")
        amina.write(name=name)
        amina.choose(group="ministry")
        amina.window.locator("[name=is_ncm_member]").check()
        amina.window.get_by_text("Add another Mandate").click()
        pick(amina, "theme", theme)
        for mark in ("is_lead", "is_confirmed"):
            amina.window.locator(f"[name=mandates-0-{mark}]").check()
        amina.press("Save and continue editing")
        amina.follow("Verify")
        amina.press("Verify")
    verified = Stakeholder.objects.members().order_by("pk")
    assert [(found.name, found.mandates.get().theme.code) for found in verified] == [(ROADS, "T1"), (HIRING, "T2")]


def a_visitor_finds_the_consultation(walk: Walk) -> None:
    visitor = walk.person("Visitor")
    visitor.go("/")
    assert visitor.heading == TITLE
    visitor.look_on_a_phone("journey-home")
    assert "Inputs close on" in visitor.text
    visitor.follow("Drivers of migration")
    visitor.look_on_a_phone()
    visitor.go("/")
    visitor.follow("Forum on the crossing of lakes (sample)")
    assert "Group on rights" in visitor.text
    visitor.look_on_a_phone()
