"""Journey: two officers publish, authors read what became of their points, and a visitor verifies a copy."""

import re
from functools import partial
from io import BytesIO

import pikepdf

from consultations.integrity.journal import verdict
from consultations.models import Event
from consultations.templatetags.portal import spaced
from tests.browser.journey.drafting import DESK
from tests.browser.journey.inputs import FOR_MEMBERS, FOR_SECRETARIAT
from tests.browser.journey.opening import somebody_has_an_account
from tests.browser.journey.people import CREWS, NETWORK
from tests.browser.journey.walk import Walk
from tests.factories import make_user
from tests.pdf_text import pages


def the_author_knows_nothing_yet(walk: Walk) -> None:
    achieng = walk.person("Achieng")
    achieng.go(f"/my-organisation/inputs/{walk.public.key}/")
    assert achieng.window.locator("#points .status").all_inner_texts() == ["Not answered yet"] * 2
    assert "rescues only" not in achieng.text
    walk.person("Visitor").go("/papers/lakes/", refused=404)


def an_official_reads_it_before_the_public(walk: Walk) -> None:
    peter = somebody_has_an_account(walk, "Peter", partial(make_user, "official"))
    peter.sign_in()
    peter.set_up_an_app()
    peter.go("/papers/")
    peter.follow(peter.window.get_by_role("link", name=walk.paper.title))
    assert "DRAFT. Edition 1.0 is not an official text." in peter.text
    peter.follow(peter.window.get_by_role("link", name="The whole text on one page"))
    assert "Piers cost money that is not voted yet." in peter.text
    peter.go(DESK, refused=404)


def a_technician_decides_nothing(walk: Walk) -> None:
    brian = somebody_has_an_account(walk, "Brian", partial(make_user, "sysadmin"))
    brian.sign_in()
    brian.set_up_an_app()
    brian.go("/admin/consultations/outgoingmail/")
    brian.go(f"/admin/consultations/forum/{walk.forum.pk}/change/")
    assert brian.window.locator(".object-tools a[href*='/move/']").count() == 0
    brian.go(f"/admin/positions/positionpaper/{walk.paper.pk}/change/", refused=403)
    for address in (DESK, "/papers/lakes/"):
        brian.go(address, refused=404)


def one_officer_proposes(walk: Walk) -> None:
    amina = walk.person("Amina")
    amina.go(f"{DESK}publication/")
    amina.press("Make the files")
    assert amina.notices == ["The files are ready and passed their checks."]
    amina.follow("Propose publication")
    amina.press("Propose publication")
    amina.look_on_a_phone()
    amina.go(f"{DESK}moves/publish/")
    assert "Only an officer of the secretariat other than the one who proposed publication can do this" in amina.text
    assert amina.window.locator(".consequence button").count() == 0


def another_publishes(walk: Walk) -> None:
    baraka = walk.person("Baraka")
    baraka.go(f"{DESK}publication/")
    baraka.follow("Publish")
    baraka.confirm()
    walk.paper.refresh_from_db()
    assert walk.paper.state == "published"


def the_author_reads_what_became_of_each_point(walk: Walk) -> None:
    achieng = walk.person("Achieng")
    message = walk.mail_to(achieng.email)
    assert f"{walk.public.reference}.2" in message.body
    achieng.go(walk.link_in(message))
    assert "2 of 2 points answered" in achieng.text
    achieng.follow("Shelter and fuel")
    answers = achieng.window.locator("#points > ol > li").all_text_contents()
    assert ["Lakes, paragraph 2" in answers[0], "Lakes, paragraph 3" in answers[1]] == [True, True]
    assert "Fuel is paid for rescues only." in answers[1]
    achieng.look_on_a_phone("journey-my-input")


def a_visitor_reads_the_paper(walk: Walk) -> None:
    """Public sources are named beside the text; others are counted."""
    visitor = walk.person("Visitor")
    visitor.go("/")
    visitor.follow(visitor.window.get_by_role("link", name=walk.paper.title))
    visitor.look_on_a_phone("journey-public-paper")
    visitor.follow(visitor.window.get_by_role("link", name="The whole text on one page"))
    visitor.look_on_a_phone("journey-whole-text")
    rests = {
        number: re.sub(r"\s+", " ", visitor.window.locator(f"#p{number} .rests ul").inner_text()).strip()
        for number in (1, 2, 3, 4)
    }
    assert rests[1] == "Text of the secretariat"
    assert NETWORK in rests[2]
    # the bureau says the same: one organisation more, and its point is merged into the public one
    assert rests[3].endswith(f"{NETWORK} and 1 other and 1 point that is not public")
    assert rests[4].endswith("and 1 point that is not public")
    visitor.follow(visitor.window.locator("#p2 .rests a"))
    assert visitor.heading == "Shelter and fuel"


def nothing_confidential_is_to_be_found(walk: Walk) -> None:
    visitor, context = walk.person("Visitor"), walk.person("Visitor").window.context
    addresses = [
        "/",
        "/inputs/",
        "/papers/lakes/",
        "/papers/lakes/1.0/whole/",
        "/papers/lakes/1.0/position-paper.json",
        "/themes/T1/",
        "/themes/T2/",
    ]
    said = [context.request.get(walk.base + address).text() for address in addresses]
    walk.pdf = context.request.get(f"{walk.base}/papers/lakes/1.0/position-paper.pdf").body()
    said.append("".join(pages(walk.pdf)))
    for secret in (FOR_SECRETARIAT, FOR_MEMBERS, walk.secretariat.title, CREWS, "Mfangano"):
        assert [address for address, text in zip([*addresses, "pdf"], said, strict=True) if secret in text] == []
    visitor.go(f"/inputs/{walk.secretariat.reference}/", refused=404)


def a_visitor_downloads_and_verifies(walk: Walk) -> None:
    visitor = walk.person("Visitor")
    visitor.go("/papers/lakes/")
    with visitor.window.expect_download() as download:
        visitor.window.get_by_role("link", name=re.compile("Download PDF")).click()
    copy = download.value.path().read_bytes()
    assert copy == walk.pdf
    printed = "".join(pages(copy))
    groups = spaced(walk.edition.sha256)
    assert groups.replace(" ", "") in re.sub(r"\s", "", printed)
    visitor.follow(visitor.window.locator("footer").get_by_role("link", name="Verify a copy"))
    visitor.write(hash=groups)
    visitor.press("Verify")
    assert visitor.heading == "An official edition has this hash"
    assert "Official, in force" in visitor.text
    visitor.look_on_a_phone("journey-verified")
    visitor.go("/verify/")
    visitor.window.set_input_files("[name=file]", download.value.path())
    visitor.press("Check the file")
    assert visitor.heading == "This file is genuine"


def a_visitor_scans_the_code(walk: Walk) -> None:
    """The QR code opens the page with the hash filled in; a wrong hash is reported."""
    visitor = walk.person("Visitor")
    address = f"{walk.base}/verify/{walk.edition.sha256}/"
    assert address in links(walk.pdf)
    visitor.go(address)
    assert visitor.heading == "An official edition has this hash"
    visitor.go("/verify/")
    visitor.write(hash="0" * 64)
    visitor.press("Verify", refused=404)
    assert visitor.heading == "This is not an edition of ours"


def links(pdf: bytes) -> list[str]:
    """Return the link targets of a PDF."""
    with pikepdf.open(BytesIO(pdf)) as document:
        notes = [note for page in document.pages for note in page.get("/Annots", [])]
        return [str(note.A.URI) for note in notes if "/URI" in note.get("/A", {})]


VERBS = """
accept accept_amendment add_forum add_milestone add_session adopt announce answer ask ask_again begin_consultation
begin_session check_in circulate_communique clear_communique clear_paper close_consultation close_forum
close_registration close_review close_session confirm confirm_grounding confirm_mandate count_quorum create
date_milestone decide dispose draft draft_communique edit enter finish_action fix_clearance_text freeze give_part
ground hand_in invite join lay_before_forum make_files merge nominate note_action open_consultation open_forum
open_review open_session print_restricted propose_amendment propose_publication publish publish_communique reflect
register release_reflections reopen_text replace_stances report_forum request_clearance reserve return_for_completion
reword seal_access_log set_aside submit take_stance validate verify write write_brief
"""


def the_journal_tells_it_all(walk: Walk) -> None:
    assert verdict().complaint == ""
    difference = set(Event.objects.values_list("verb", flat=True)) ^ set(VERBS.split())
    assert not difference, difference
