"""Akoma Ntoso of editions as the portal freezes them: valid, served like every form, without a confidential word."""

import hashlib
import json
from http import HTTPStatus

import pytest
from django.urls import reverse
from lxml import etree

from ncm_portal.workflow import Blocked
from positions import edition
from positions.edition import files
from positions.models import ArtefactFormat, Edition, Rule
from positions.render import akoma_ntoso
from tests import paper_factories
from tests.paper_factories import SECRET
from tests.positions.render.akoma import complaints, find, lines


def test_the_sample_is_served_as_a_valid_statement_of_its_text(played, client):
    frozen = Edition.objects.get(paper__slug="gcm-2017", number="1.0")
    response = client.get(reverse("edition_file", args=["gcm-2017", "1.0", "akn.xml"]))
    assert (response.status_code, response["Content-Type"]) == (HTTPStatus.OK, "application/akn+xml")
    root = etree.fromstring(b"".join(response.streaming_content))
    assert complaints(root) == []
    said = [lines(each) for each in find(root, "//a:section/a:paragraph/a:content")]
    rows = [each for section in json.loads(frozen.content)["sections"] for each in section["paragraphs"]]
    assert said == [row["text"] for row in rows]


def test_the_sample_gives_the_same_bytes_on_every_machine(played):
    """Whoever changes words of the sample writes the new hashes here; other bytes from the same words are another
    version of the renderer, and say so."""
    frozen = Edition.objects.get(paper__slug="gcm-2017", number="1.0")
    address = f"https://portal.example.go.ke/verify/{frozen.sha256}/"
    data = akoma_ntoso.render(json.loads(frozen.content), sha256=frozen.sha256, address=address)
    assert (frozen.sha256, akoma_ntoso.RENDERER_VERSION, hashlib.sha256(data).hexdigest()) == (
        "af777ba2a2e85bde44097d2c97a05a4af9b8465fd437df51483a73860ad0f632",
        "ncm-akn 1.1",
        "db59a2e07aeb4a043c1ca6abf653c5b0e8b888eeafe7174ff14e11b7e785af4a",
    )


@pytest.mark.django_db
def test_a_paper_with_one_of_everything_is_valid_and_holds_nothing_confidential(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    whole = paper_factories.make_whole_paper()
    decision = paper_factories.make_decision(whole.paper, Rule.WITH_RESERVATIONS)
    fields = {"number": "1.0", "kind": "adopted", "status": "Adopted by consensus, 1 reservation"}
    frozen = edition.freeze(whole.paper, by=whole.paper.created_by, decision=decision, **fields)
    data = files.FORMS[ArtefactFormat.AKN].make(frozen)
    assert complaints(etree.fromstring(data)) == []
    assert SECRET not in data.decode()
    assert files.address(frozen) in data.decode()


def test_what_cannot_be_written_is_refused_with_the_reason():
    frozen = Edition(content='{"a":"\ufffe"}', sha256="0" * 64)
    with pytest.raises(Blocked) as refused:
        files.FORMS[ArtefactFormat.AKN].make(frozen)
    assert refused.value.reasons == ["The file could not be made: This hash is not the SHA-256 of this content."]
