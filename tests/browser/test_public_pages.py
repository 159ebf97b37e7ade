"""The public pages in a real browser: no rule of accessibility broken, no sideways scrolling, nothing from elsewhere."""

from datetime import timedelta

import pytest
from django.urls import reverse

from tests.crowd import make_crowd
from tests.factories import make_action, make_check_in, make_communique, make_point, make_secretariat, walk

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def addresses() -> list[str]:
    crowd = make_crowd(inputs=60, organisations=32)
    follow_up(crowd.forum)
    return [
        reverse("home"),
        reverse("theme", args=["T4"]),
        reverse("inputs") + "?theme=T1&objective=nonsense",
        reverse("inputs"),
        reverse("input", args=[crowd.answered.reference]),
        *(reverse(name, args=[crowd.forum.slug]) for name in ("forum", "communique", "figures_of_forum")),
        reverse("commitments"),
        *(reverse(name) for name in ("roles", "privacy", "accessibility")),
    ]


def follow_up(forum) -> None:
    """The forum came to its end: people came and spoke, something was promised, the communiqué is out."""
    session = forum.sessions.first()
    delegates, began = list(forum.delegates.all()[:9]), session.starts_at
    for turn, delegate in enumerate(delegates):
        make_check_in(delegate, at=began + timedelta(hours=turn))
        spoken = {"asked_at": began, "started_at": began, "ended_at": began + timedelta(minutes=turn + 1)}
        who = {"stakeholder": delegate.stakeholder, "group": delegate.group, "by": make_secretariat()}
        session.speeches.create(order=turn + 1, **who, **spoken)
    promise = make_point(session=session, kind="commitment", stakeholder=delegates[0].stakeholder)
    make_action(forum, point=promise, stakeholder=promise.stakeholder, due_on=forum.ends_on)
    make_point(session=session, kind="decision")
    make_communique(forum, state="published")
    walk(forum, "reported")


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_the_public_pages_are_for_everybody(request, addresses, size):
    window = request.getfixturevalue(size)
    for address in addresses:
        assert window.goto(address).status == 200
        window.check()


def test_the_list_is_narrowed_with_the_keyboard_alone(desktop, addresses):
    desktop.goto(reverse("inputs"))
    desktop.focus("#theme")
    desktop.keyboard.type("Theme 2")
    for _turn in range(5):
        desktop.keyboard.press("Tab")
    desktop.keyboard.press("Enter")
    desktop.wait_for_url("**theme=T2**")
    assert desktop.locator("ol.list li").count() == 7
