"""Create files that imitate published ones."""

import json
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pikepdf

from positions import edition
from positions.models import Edition
from positions.render import pdf
from tests import certificates, paper_factories


def pdf_with(content: bytes | None, *, signatures: int = 0, password: str = "") -> bytes:
    """Create a PDF of one empty page with `content` attached as in our files."""
    document = pikepdf.new()
    document.add_blank_page()
    if content is not None:
        document.attachments["position-paper.json"] = content
    for _turn in range(signatures):
        record = pikepdf.Dictionary(Type=pikepdf.Name.Sig, ByteRange=[0, 1, 2, 3], Contents=b"\0" * 8)
        document.Root[f"/Kept{_turn}"] = document.make_indirect(record)
    kept = BytesIO()
    document.save(kept, encryption=pikepdf.Encryption(user=password, owner=password) if password else False)
    return kept.getvalue()


def spaced(content: str) -> bytes:
    """Return the same JSON as another program would write it."""
    return json.dumps(json.loads(content), indent=2).encode()


def make_printed_paper(*, printed: bool = True, signed_by: Any = None, **fields) -> SimpleNamespace:
    """Create a published paper with its PDF as `pdf`.

    It is either really printed or one page with the same attachment; it is signed if a certificate is given.
    """
    found = paper_factories.make_whole_paper()
    paper_factories.change(found.paper, **fields)
    found.edition = paper_factories.freeze(found.paper, status="Adopted by consensus")
    found.pdf = _printed(found.edition) if printed else pdf_with(found.edition.content.encode())
    found.pdf = certificates.sign(found.pdf, signed_by) if signed_by else found.pdf
    found.files = paper_factories.make_files(found.edition, pdf=found.pdf)
    paper_factories.bring_paper(found.paper, "published")
    return found


def _printed(frozen: Edition) -> bytes:
    content = json.loads(frozen.content)
    return pdf.render(content, sha256=frozen.sha256, address=edition.address(frozen))
