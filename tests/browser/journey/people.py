"""Journey: organisations and their people register, and the secretariat verifies them."""

from consultations.models import Membership, MembershipRole, Stakeholder
from tests.browser.journey.opening import HIRING, ROADS, somebody_has_an_account
from tests.browser.journey.walk import Person, Walk
from tests.factories import PASSWORD

NETWORK, CREWS, BUREAU = (
    "Coast Reception Network (sample)",
    "Union of Ferry Crews (sample)",
    "Lake Region Bureau (sample)",
)
ASKS = "Landing sites have no shelter: build one at every landing site. Crews carry people unpaid: refund their fuel."


def a_focal_point_signs_up(walk: Walk) -> None:
    achieng = walk.person("Achieng")
    achieng.go("/submit/")
    assert achieng.heading == "Sign in"
    achieng.follow("Create an account")
    achieng.look_on_a_phone()
    sign_up(achieng)
    assert achieng.heading == "Inputs come from organisations"


def sign_up(person: Person) -> None:
    """Create an account, and confirm its address by the link in the mail."""
    person.write(name=f"{person.name}’ (sample)", email=person.email, password1=PASSWORD, password2=PASSWORD)
    person.press("Create my account")
    assert person.heading == "Check your mail"
    person.go(person.walk.link_in(person.walk.mail_to(person.email)))
    person.press("Yes, it is mine")


def the_focal_point_registers_the_organisation(walk: Walk) -> None:
    achieng = walk.person("Achieng")
    achieng.follow("Register an organisation")
    register(achieng, NETWORK, "civil_society")
    assert "The secretariat will verify it and e-mail you" in achieng.notices[0]
    achieng.look_on_a_phone()


def register(person: Person, name: str, group: str) -> None:
    person.write(name=name, contact_email=f"office-{person.email}", about="It works at the landing sites of the lake.")
    person.choose(group=group)
    person.press("Register")
    assert person.heading == name


def the_focal_point_cannot_send_yet(walk: Walk) -> None:
    achieng = walk.person("Achieng")
    achieng.follow("Send an input")
    achieng.look_on_a_phone("journey-submit")
    write_an_input(achieng, "T1", "public", "Shelter and fuel", ASKS)
    achieng.press("Send", refused=409)
    assert achieng.problems == [f"The secretariat has not verified {NETWORK}"]
    assert (achieng.value("title"), achieng.value("body")) == ("Shelter and fuel", ASKS)
    achieng.press("Save")


def write_an_input(person: Person, theme: str, audience: str, title: str, body: str) -> None:
    person.choose(theme=theme, audience=audience)
    person.write(title=title, body=body)


def others_register_too(walk: Walk) -> None:
    for name, body, group in (("Barasa", CREWS, "workers"), ("Chebet", BUREAU, "state_agency")):
        person = somebody_has_an_account(walk, name)
        person.sign_in()
        person.go("/organisations/register/")
        register(person, body, group)


def the_secretariat_verifies_them(walk: Walk) -> None:
    amina = walk.person("Amina")
    amina.go("/desk/")
    assert amina.heading == walk.consultation.short_title  # the only one under way
    amina.follow(amina.window.locator(".rail").get_by_role("link", name="Organisations"))
    for name in (NETWORK, CREWS, BUREAU):
        amina.go("/desk/organisations/")
        amina.follow(amina.window.locator(".tabset a", has_text="To verify"))
        amina.follow(name)
        amina.press("Verify")
        assert Stakeholder.objects.get(name=name).state == "verified"
    assert NETWORK in walk.mail_to(walk.person("Achieng").email).body


def the_secretariat_names_a_member(walk: Walk) -> None:
    amina = walk.person("Amina")
    amina.go(f"/admin/consultations/stakeholder/{Stakeholder.objects.get(name=BUREAU).pk}/change/")
    amina.window.locator("[name=is_ncm_member]").check()
    amina.press("Save")
    assert list(Stakeholder.objects.members().values_list("name", flat=True)) == [BUREAU, HIRING, ROADS]


def the_secretariat_invites_clearing_officers(walk: Walk) -> None:
    amina = walk.person("Amina")
    for name, ministry in (("Njoroge", ROADS), ("Otieno", HIRING)):
        amina.go("/desk/organisations/")
        amina.window.locator(".refine summary").click()
        amina.write(words=ministry)
        amina.press("Show")
        amina.follow(ministry)
        amina.follow("Invite someone")
        amina.write(email=walk.person(name).email)
        amina.choose(role="clearing_officer")
        amina.press("Send the invitation")


def a_clearing_officer_joins_with_a_new_account(walk: Walk) -> None:
    njoroge = walk.person("Njoroge")
    njoroge.go(walk.link_in(walk.mail_to(njoroge.email)))
    assert njoroge.heading == f"Act for {ROADS}"
    njoroge.follow("Create an account")
    sign_up(njoroge)
    join(njoroge)


def a_clearing_officer_joins_with_an_account(walk: Walk) -> None:
    otieno = somebody_has_an_account(walk, "Otieno")
    otieno.go(walk.link_in(walk.mail_to(otieno.email)))
    otieno.sign_in()
    otieno.go(walk.link_in(walk.mail_to(otieno.email)))
    join(otieno)


def join(person: Person) -> None:
    """Accept, and set up the second factor that a clearing officer needs."""
    person.press("Accept")
    person.set_up_an_app()
    person.go("/clearances/")
    assert "No text has been sent for clearance yet" in person.text
    assert Membership.objects.get(user=person.account).role == MembershipRole.CLEARING_OFFICER
