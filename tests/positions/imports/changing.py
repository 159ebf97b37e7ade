"""Change a Word document as Word does with tracked changes."""

from io import BytesIO

from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn


def opened(data):
    return Document(BytesIO(data))


def saved(document):
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def numbered(document, number):
    """Return the paragraph of the text with this number."""
    return next(each for each in document.paragraphs if each.text.startswith(f"{number}.\t"))


def _run(text, *, deleted=False):
    run = OxmlElement("w:r")
    words = OxmlElement("w:delText" if deleted else "w:t")
    words.text = text
    words.set(qn("xml:space"), "preserve")
    run.append(words)
    return run


def tracked(kind, *runs):
    """Return inserted ("ins") or deleted ("del") runs."""
    change = OxmlElement(f"w:{kind}")
    change.set(qn("w:id"), "900")
    change.set(qn("w:author"), "Ministry")
    for run in runs:
        change.append(run)
    return change


def rewrite(paragraph, *pieces):
    """Replace the text of a paragraph by pieces: kept text, ("del", text) or ("ins", text); its bookmark stays."""
    for run in list(paragraph._p.iter(qn("w:r"))):
        run.getparent().remove(run)
    for piece in pieces:
        kind, text = piece if isinstance(piece, tuple) else ("", piece)
        run = _run(text, deleted=kind == "del")
        paragraph._p.append(tracked(kind, run) if kind else run)
    return paragraph


def mark(paragraph, kind):
    """Mark the paragraph mark as inserted or deleted."""
    marks = OxmlElement("w:rPr")
    marks.append(tracked(kind))
    properties = paragraph._p.get_or_add_pPr()
    paragraph._p.remove(properties)
    paragraph._p.insert(0, properties)
    properties.append(marks)


def behind(paragraph, *pieces):
    """Insert a new paragraph after another one: Word inserts the mark of the first, and the new one keeps the
    old mark.
    """
    new = OxmlElement("w:p")
    paragraph._p.addnext(new)
    mark(paragraph, "ins")
    return rewrite(type(paragraph)(new, paragraph._parent), *pieces)
