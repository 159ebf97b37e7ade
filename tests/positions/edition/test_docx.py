"""Word files of frozen editions are served like the other formats and without confidential text."""

import io
import json
import zipfile
from http import HTTPStatus

import pytest
from django.urls import reverse
from docx import Document

from ncm_portal.workflow import Blocked
from positions import edition
from positions.edition import files
from positions.models import ArtefactFormat, Edition, Rule
from tests import paper_factories
from tests.paper_factories import SECRET


def test_sample_is_served_with_text_and_fixed_numbers(played, client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    frozen = Edition.objects.get(paper__slug="gcm-2017", number="1.0")
    response = client.get(reverse("edition_file", args=["gcm-2017", "1.0", "docx"]))
    assert (response.status_code, response["Content-Disposition"]) == (
        HTTPStatus.OK, 'inline; filename="gcm-2017-1.0.docx"',
    )  # fmt: skip
    document = Document(io.BytesIO(b"".join(response.streaming_content)))
    said = [each.text for each in document.paragraphs if each.style.name == "Numbered Paragraph"]
    rows = [each for section in json.loads(frozen.content)["sections"] for each in section["paragraphs"]]
    assert said == [f"{row['number']}.\t{row['text']}" for row in rows]


@pytest.mark.django_db
def test_complete_paper_contains_nothing_confidential(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    whole = paper_factories.make_whole_paper()
    decision = paper_factories.make_decision(whole.paper, Rule.WITH_RESERVATIONS)
    fields = {"number": "1.0", "kind": "adopted", "status": "Adopted by consensus, 1 reservation"}
    frozen = edition.freeze(whole.paper, by=whole.paper.created_by, decision=decision, **fields)
    with zipfile.ZipFile(io.BytesIO(files.FORMS[ArtefactFormat.DOCX].make(frozen))) as package:
        parts = [package.read(name).decode() for name in package.namelist() if name.endswith((".xml", ".rels"))]
    whole_text = "".join(parts)
    assert [word for word in SECRET.split("-") if word in whole_text] == []
    assert [frozen.sha256 in whole_text, files.address(frozen) in whole_text] == [True, True]


def test_unwritable_content_is_refused_with_reason():
    content = '{"a":"b"}'
    with pytest.raises(Blocked) as refused:
        files.FORMS[ArtefactFormat.DOCX].make(Edition(content=content, sha256="0" * 64))
    assert refused.value.reasons == ["The file could not be made: This hash is not the SHA-256 of this content."]
