"""The sample produces the same bytes on every machine; the expected hashes are in this file.

After a change of the sample's texts, update the hashes. Other bytes for the same texts mean a new renderer version,
which must be declared.
"""

import hashlib
import json
import zlib

import pytest
from weasyprint.text.ffi import harfbuzz, pango

from positions.models import Artefact, ArtefactFormat, Edition
from positions.render import akoma_ntoso, tables
from positions.render.paper import RENDERER_VERSION

CONTENT = "af777ba2a2e85bde44097d2c97a05a4af9b8465fd437df51483a73860ad0f632"
AKN = ("ncm-akn 1.1", "db59a2e07aeb4a043c1ca6abf653c5b0e8b888eeafe7174ff14e11b7e785af4a")
TABLES = (
    "ncm-tables 1.1",
    {
        "Paragraphs": "2f501158290b7143fdaaab8b95a024db896b3b1bda925c03949226d3e88aed21",
        "Points": "99cdc1041a44e989516398b6ced91e2638166b1c71e7191a7fae6efb0234497e",
        "Dispositions": "28d96cddd6060687a8013ec35d0e1247fd5103bc23016335689e5e90aef817ad",
        "Clearances": "e8e777260bba8df4e376de2b941ca6798b91923e2d7dc8fd8352b57b87feeaf3",
        "Reservations": "34f147fb8af545fa581f67f3726aefe557593f74290a697f0de4fa7af3682045",
    },
)
PDF = ("ncm-pdf 1.5, WeasyPrint 70.0", "61a3c137e45226e9a7e97091e95f4086419f5868aacadfb643b268634b7e3025")
# What sets and packs the letters and is no package of ours: Debian 13's. Another may break a line elsewhere.
LIBRARIES = {"zlib": "1.3.1", "pango": 15603, "harfbuzz": True}


@pytest.fixture
def frozen(played) -> Edition:
    return Edition.objects.get(paper__slug="gcm-2017", number="1.0")


def address(frozen):
    return f"https://portal.example.go.ke/verify/{frozen.sha256}/"


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def test_content_bytes_are_unchanged(frozen):
    assert (frozen.sha256, sha256(frozen.content.encode())) == (CONTENT, CONTENT)


def test_akoma_ntoso_bytes_are_unchanged(frozen):
    data = akoma_ntoso.render(json.loads(frozen.content), sha256=frozen.sha256, address=address(frozen))
    assert (akoma_ntoso.RENDERER_VERSION, sha256(data)) == AKN


def test_table_bytes_are_unchanged(frozen):
    content = json.loads(frozen.content)
    made = (tables.PARAGRAPHS, tables.POINTS, tables.DISPOSITIONS, tables.CLEARANCES, tables.RESERVATIONS)
    hashes = {each.name(): sha256(tables.render(content, table=each, sha256=frozen.sha256)) for each in made}
    assert (tables.RENDERER_VERSION, hashes) == TABLES


def test_pdf_bytes_are_unchanged_with_debian_libraries(frozen):
    found = {
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
        "pango": pango.pango_version(),
        "harfbuzz": bool(harfbuzz.hb_version_atleast(10, 2, 0)) and not harfbuzz.hb_version_atleast(10, 3, 0),
    }
    if found != LIBRARIES:
        pytest.skip(f"other libraries than those of Debian 13: {found}")
    printed = Artefact.objects.get(edition=frozen, format=ArtefactFormat.PDF)
    assert (RENDERER_VERSION, printed.sha256) == PDF
