"""Akoma Ntoso files of frozen editions are valid, served like the other formats and without confidential text."""

import json
from http import HTTPStatus

import pytest
from django.urls import reverse
from lxml import etree

from ncm_portal.workflow import Blocked
from positions import edition
from positions.edition import files
from positions.models import ArtefactFormat, Edition, Rule
from tests import paper_factories
from tests.paper_factories import SECRET
from tests.positions.render.akoma import complaints, find, lines


def test_sample_is_served_as_valid_akoma_ntoso(played, client):
    frozen = Edition.objects.get(paper__slug="gcm-2017", number="1.0")
    response = client.get(reverse("edition_file", args=["gcm-2017", "1.0", "akn.xml"]))
    assert (response.status_code, response["Content-Type"]) == (HTTPStatus.OK, "application/akn+xml")
    root = etree.fromstring(b"".join(response.streaming_content))
    assert complaints(root) == []
    said = [lines(each) for each in find(root, "//a:section/a:paragraph/a:content")]
    rows = [each for section in json.loads(frozen.content)["sections"] for each in section["paragraphs"]]
    assert said == [row["text"] for row in rows]


@pytest.mark.django_db
def test_complete_paper_is_valid_and_contains_nothing_confidential(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    whole = paper_factories.make_whole_paper()
    decision = paper_factories.make_decision(whole.paper, Rule.WITH_RESERVATIONS)
    fields = {"number": "1.0", "kind": "adopted", "status": "Adopted by consensus, 1 reservation"}
    frozen = edition.freeze(whole.paper, by=whole.paper.created_by, decision=decision, **fields)
    data = files.FORMS[ArtefactFormat.AKN].make(frozen)
    assert complaints(etree.fromstring(data)) == []
    assert SECRET not in data.decode()
    assert files.address(frozen) in data.decode()


def test_unwritable_content_is_refused_with_reason():
    frozen = Edition(content='{"a":"\ufffe"}', sha256="0" * 64)
    with pytest.raises(Blocked) as refused:
        files.FORMS[ArtefactFormat.AKN].make(frozen)
    assert refused.value.reasons == ["The file could not be made: This hash is not the SHA-256 of this content."]
