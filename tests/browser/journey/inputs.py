"""Journey: inputs are sent, screened and split into points; a rapporteur records points at the forum."""

from urllib.parse import urlsplit

from playwright.sync_api import APIResponse, Route

from consultations.models import ForumSession, Submission
from tests.browser.journey.opening import somebody_has_an_account
from tests.browser.journey.people import ASKS, BUREAU, NETWORK, write_an_input
from tests.browser.journey.walk import Person, Walk

# Words that stand in inputs which are not for everybody, and must never be seen outside.
FOR_SECRETARIAT, FOR_MEMBERS = "quagga lantern", "heron ledger"


def the_focal_point_sends_with_a_double_click(walk: Walk) -> None:
    """Both clicks reach the portal, and create one input and one receipt."""
    achieng = walk.person("Achieng")
    achieng.go("/my-organisation/")
    achieng.follow("Shelter and fuel")
    achieng.follow("Continue writing")
    first = click_twice(achieng, "Send")
    assert (first.status, first.headers["location"]) == (302, urlsplit(achieng.window.url).path)
    achieng.look_on_a_phone("journey-receipt")
    sent = Submission.objects.get(reference__gt="")
    walk.public = sent
    assert (sent.state, sent.body) == ("submitted", ASKS)
    facts = achieng.facts()
    assert (facts["Reference"], facts["SHA-256"].replace(" ", "")) == (sent.reference, sent.content_sha256)
    receipt = walk.mail_to(achieng.email)
    assert sent.reference in receipt.subject + receipt.body
    assert sent.content_sha256 in receipt.body.replace(" ", "")


def click_twice(person: Person, button: str) -> APIResponse:
    """Press a button again while the first click is being processed: the second click cancels the browser's navigation.
    Returns the first response, which the person never saw.
    """
    window, lost = person.window, []
    target = window.get_by_role("button", name=button, exact=True)
    target.scroll_into_view_if_needed()
    place = target.bounding_box()

    def slow_line(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch(max_redirects=0))
            window.mouse.click(place["x"] + 5, place["y"] + 5)  # a locator would wait until the page is left
        else:
            route.continue_()

    window.page.route("**", slow_line)
    person.press(target)
    window.page.unroute("**", slow_line)
    return lost[0]


def their_organisation_sees_where_it_stands(walk: Walk) -> None:
    achieng = walk.person("Achieng")
    achieng.follow("Where it stands")
    assert "The secretariat is reading your input" in achieng.text
    achieng.go("/my-organisation/")
    assert f"{walk.public.reference} · Drivers of migration" in achieng.text
    achieng.look_on_a_phone()


def others_send_what_is_not_for_everybody(walk: Walk) -> None:
    for name, audience, theme, word in (
        ("Barasa", "secretariat", "T2", FOR_SECRETARIAT),
        ("Chebet", "members", "T1", FOR_MEMBERS),
    ):
        person = walk.person(name)
        person.go("/submit/")
        write_an_input(person, theme, audience, f"Of the {word}", f"Hands off the {word}: refund the fuel of crews.")
        person.press("Send")
        setattr(walk, audience, Submission.objects.get(audience=audience))
    barasa = walk.person("Barasa")
    barasa.go("/submit/")
    write_an_input(barasa, "T2", "public", "A song", "This is the text of a song about the lake.")
    barasa.press("Send")
    walk.song = Submission.objects.get(title="A song")


def nobody_else_reads_them(walk: Walk) -> None:
    for name in ("Visitor", "Achieng"):
        person = walk.person(name)
        for submission in (walk.secretariat, walk.members):
            person.go(f"/inputs/{submission.reference}/", refused=404)
        person.go("/inputs/NCM-1999-0001/", refused=404)


def the_desk_returns_one(walk: Walk) -> None:
    """The author reads the reason, completes the text and sends it again."""
    amina, barasa = walk.person("Amina"), walk.person("Barasa")
    amina.go("/desk/")
    amina.look_on_a_phone("journey-desk")
    open_an_input(walk, walk.secretariat)
    give_a_reason(walk, "Ask the sender", "Please say which crews you mean.")
    walk.later(minutes=12)  # the mail about a decision rests as long as it can be undone at once
    assert "Please say which crews you mean." in walk.mail_to(barasa.email).body
    barasa.go(walk.link_in(walk.mail_to(barasa.email)))
    assert barasa.heading == "Complete your input"
    barasa.write(body=f"{barasa.value('body')} We mean the crews of Mfangano.")
    barasa.press("Send again")
    assert barasa.facts()["Reference"] == walk.secretariat.reference


def open_an_input(walk: Walk, submission: Submission) -> None:
    """Open an input in the pane beside the list, and from there its own page."""
    amina = walk.person("Amina")
    amina.go(f"/desk/{walk.consultation.slug}/inputs/")
    amina.window.locator("#desk .rows").get_by_role("link", name=submission.title, exact=True).click()
    amina.window.locator("#pane h2.title", has_text=submission.title).wait_for()
    amina.look()
    amina.follow("Its page: notes, history")


def give_a_reason(walk: Walk, move: str, reason: str) -> None:
    amina = walk.person("Amina")
    folded = amina.unfold(move)
    folded.locator("[name=reason]").fill(reason)
    amina.press(move, within=folded)


def the_desk_sets_one_aside(walk: Walk) -> None:
    amina = walk.person("Amina")
    open_an_input(walk, walk.song)
    folded = amina.unfold("Set aside")
    folded.locator("[name=set_aside_for]").select_option("off_topic")
    folded.locator("[name=reason]").fill("A song is not an input to a position.")
    amina.press("Set aside", within=folded)
    walk.song.refresh_from_db()
    assert walk.song.state == "set_aside"


def the_desk_accepts_and_takes_points_out(walk: Walk) -> None:
    amina = walk.person("Amina")
    for submission, sentences in ((walk.public, [[0], [1]]), (walk.secretariat, [[0]]), (walk.members, [[0]])):
        open_an_input(walk, submission)
        amina.press("Put on file and split")
        for marked in sentences:
            for number in marked:
                amina.window.locator(f'label[for="s{number}"]').click()
            made = amina.window.locator(".pts > li:not(.fresh)").count()
            amina.window.get_by_role("button", name="Add the point").click()
            amina.window.locator(".pts > li:not(.fresh)").nth(made).wait_for()
            amina.look()
    amina.look_on_a_phone()
    said = walk.public.points.order_by("number").values_list("text", flat=True)
    assert " ".join(said) == ASKS


def the_desk_merges_two_points(walk: Walk) -> None:
    """The bureau's point is joined to the network's point."""
    amina, twin = walk.person("Amina"), f"{walk.public.reference}.2"
    amina.go(f"/desk/{walk.consultation.slug}/points/?open={walk.members.reference}.1")
    amina.follow("Its page: join it, history")
    amina.window.locator(f"[name=into][value='{twin}']").check()
    amina.window.locator("form[action$='/merge/'] [name=reason]").fill("Both ask for the fuel of crews.")
    amina.press(f"Join {walk.members.reference}.1 to it")
    assert (amina.heading, amina.facts()["Said by"]) == (twin, "2 organisations")
    assert NETWORK in amina.text
    assert BUREAU in amina.text


def the_secretariat_names_a_rapporteur(walk: Walk) -> None:
    amina, kamau = walk.person("Amina"), somebody_has_an_account(walk, "Kamau")
    walk.session = ForumSession.objects.get(kind="breakout")
    amina.go(f"/admin/consultations/forumsession/{walk.session.pk}/change/")
    amina.window.get_by_text("Add another Role in a session").click()
    amina.choose(roles__0__kind="rapporteur")
    row = amina.window.locator("#roles-0")
    row.locator(".select2-selection").click()
    amina.window.locator(".select2-search__field:visible").last.fill("Kamau")
    amina.window.locator(".select2-results__option", has_text="Kamau").first.click()
    amina.press("Save and continue editing")
    amina.follow("Open the session")
    amina.press("Open the session")
    kamau.sign_in()


def the_rapporteur_writes_down_a_point(walk: Walk) -> None:
    kamau, amina = walk.person("Kamau"), walk.person("Amina")
    kamau.go("/my-organisation/")
    kamau.follow("Group on rights")
    kamau.look_on_a_phone()
    kamau.write(text="Let passengers complain on the boat.", responsible="Harbour office (sample)")
    kamau.choose(theme="T2", kind="commitment")
    kamau.press("Save it")
    walk.spoken = walk.session.points.get()
    kamau.press(f"Hand in {walk.spoken.reference}")
    amina.go("/for-you/")
    amina.follow("Read back a point of “Group on rights”")
    amina.follow("Group on rights")
    amina.press(f"Validate {walk.spoken.reference}")
    walk.spoken.refresh_from_db()
    assert walk.spoken.state == "validated"


def the_consultation_closes(walk: Walk) -> None:
    """A member with an unfinished input keeps the text, and is shown the deadline."""
    amina, chebet = walk.person("Amina"), walk.person("Chebet")
    amina.go(f"/admin/consultations/consultation/{walk.consultation.pk}/change/")
    amina.follow("Close for inputs")
    chebet.go("/submit/")
    # all of it is saved by itself, so that nothing is left to save behind the deadline
    with chebet.window.expect_response(lambda answer: "behind+it" in (answer.request.post_data or "")):
        write_an_input(chebet, "T1", "public", "Too late", "Written before the deadline, sent behind it.")
    amina.confirm()
    chebet.press("Send", refused=409)
    assert chebet.problems[0].startswith("The consultation is not open for inputs")
    assert chebet.value("body") == "Written before the deadline, sent behind it."
