"""Hidden words of an input reach no reader but its authors and the secretariat, by whatever address."""

import itertools
import json
import re

import pytest
from django.core import mail
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.exceptions import NoReverseMatch
from zeal import zeal_ignore

from consultations import workflow
from consultations.models import OutgoingMail
from positions.archive.public import export_public
from tests.factories import (
    make_attachment,
    make_likeness,
    make_member,
    make_point,
    make_secretariat,
    make_stakeholder,
    make_submission,
    make_user,
)
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
SECRET = "Zawadinyota"


@pytest.fixture
def sent():
    author = make_member(make_stakeholder("Herders (sample)"), is_primary=True)
    own = {"author": author, "stakeholder": author.memberships.get().stakeholder}
    texts = {
        "title": f"Ask {SECRET}",
        "body": f"Ask {SECRET} Barasa at the gate.",
        "proposed_wording": f"Let {SECRET} be.",
    }
    made = make_submission(**own, **texts)
    make_point(made, text=f"Let {SECRET} Barasa be heard")
    make_attachment(made, name=f"{SECRET}.pdf", text=f"About {SECRET}")
    make_likeness(made, make_submission(made.consultation, body="Ask her at the gate."))
    return made


@pytest.fixture
def hidden(sent):
    values = {"words": [SECRET], "ground": "danger"}
    made = workflow.propose(sent, act="hide_words", by=make_secretariat(), reason="She is in danger.", values=values)
    workflow.confirm_proposal(made, by=make_secretariat())
    sent.refresh_from_db()
    return sent


def patterns(resolver=None, names=()):
    """Yield the full names of all addresses of the portal with their parameters."""
    for each in (resolver or get_resolver()).url_patterns:
        if isinstance(each, URLResolver):
            yield from patterns(each, (*names, each.namespace) if each.namespace else names)
        elif isinstance(each, URLPattern) and each.name:
            yield ":".join((*names, each.name)), tuple(each.pattern.converters)


def addresses(sent):
    """Return every address that can be made from what belongs to this input."""
    point, file = sent.points.get(), sent.attachments.get()
    values = {
        "reference": [sent.reference, point.reference], "slug": [sent.consultation.slug], "code": [sent.theme.code],
        "key": [sent.key, file.key], "pk": [sent.pk, point.pk, sent.stakeholder_id], "object_id": [sent.pk],
        "kind": ["consultations.submission"],
    }  # fmt: skip
    found = set()
    for name, parameters in patterns():
        for given in itertools.product(*(values.get(each, ["1"]) for each in parameters)):
            try:
                found.add(reverse(name, kwargs=dict(zip(parameters, given, strict=True))))
            except NoReverseMatch:
                continue
    return sorted(address for address in found if "logout" not in address)


def readers(sent):
    other = make_member(make_stakeholder(is_ncm_member=True))
    return {"visitor": None, "member": other, "technician": make_user("sysadmin")}


def leaks(client, sent, person):
    if person:
        sign_in(client, person)
    for address in addresses(sent):
        with zeal_ignore():  # many pages in one test
            response = client.get(address)
            shown = count(response, SECRET)
            if response.status_code == 200 and not re.search(r"\d", address):
                echo = count(client.get(address, {"q": "Nothingsuch"}), "Nothingsuch")  # in the box and in links
                shown = max(shown, count(client.get(address, {"q": SECRET}), SECRET) - echo)
        if shown:
            yield address


def count(response, word):
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode(errors="replace").casefold().count(word.casefold())


def test_walk_meets_words_before_they_are_hidden(client, sent):
    met = list(leaks(client, sent, None))
    for page in (reverse("input", args=[sent.reference]), reverse("inputs")):
        assert any(each.startswith(page) for each in met)


@pytest.mark.parametrize("who", ["visitor", "member", "technician"])
def test_no_address_shows_hidden_words_to_readers(client, hidden, who):
    assert list(leaks(client, hidden, readers(hidden)[who])) == []


def test_public_package_and_mails_have_no_hidden_words(hidden, tmp_path):
    export_public(hidden.consultation, tmp_path / "public")
    files = [file for file in (tmp_path / "public").rglob("*") if file.is_file()]
    assert files
    assert [file.name for file in files if SECRET.encode() in file.read_bytes() or SECRET in file.name] == []
    kept = json.dumps(list(OutgoingMail.objects.values_list("subject", "body")))
    assert (SECRET in kept, mail.outbox) == (False, [])
