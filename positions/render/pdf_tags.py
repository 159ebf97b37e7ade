"""Structure tree of the PDF: content and reading order for screen readers.

WeasyPrint 70 writes one tree per page, so a paragraph, list or table that spans a page break is announced twice, and
repeated table headers are read again. This module writes one tree for the whole document, from the laid-out boxes:
every HTML element becomes at most one structure element, on however many pages. Running headers, repeated table headers
and the dots of the contents become artifacts, which assistive technology skips.

External rules: ISO 32000-1 (PDF 1.7) section 14.7 and 14.8 for the tree and its roles, ISO 14289-1 (PDF/UA-1) section 7
for headings, tables, figures, links and notes. Replaces only one private name of WeasyPrint: `weasyprint.pdf.add_tags`.
"""

import threading
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pydyf
import weasyprint.pdf
from weasyprint.formatting_structure import boxes
from weasyprint.layout.absolute import AbsolutePlaceholder

from positions.render.table_heads import name_heads

SVG = "{http://www.w3.org/2000/svg}"
ROLES = {
    "main": "Part",
    "article": "Art",
    "section": "Sect",
    "aside": "Note",
    "blockquote": "BlockQuote",
    **{f"h{level}": f"H{level}" for level in range(1, 7)},
    "p": "P",
    "a": "Link",
    "ul": "L",
    "ol": "L",
    "dl": "L",
    "li": "LI",
    "dt": "Lbl",
    "dd": "LBody",
    "table": "Table",
    "caption": "Caption",
    "thead": "THead",
    "tbody": "TBody",
    "tfoot": "TFoot",
    "tr": "TR",
    "th": "TH",
    "td": "TD",
    "img": "Figure",
    f"{SVG}svg": "Figure",
}
KEPT_EMPTY = {"Document", "TH", "TD"}
POINTS_PER_PIXEL = 0.75
_writing = threading.Lock()


@dataclass(frozen=True)
class Mark:
    """Content on a page: text or a figure, by marked-content number."""

    page: int
    number: int


@dataclass(eq=False)
class Node:
    """Structure element. `kids` holds nodes, marks and link annotations in reading order."""

    role: str
    parent: "Node | None" = None
    page: int = 0
    element: Any = None
    kids: list[Any] = field(default_factory=list)
    table: dict[str, Any] = field(default_factory=dict)
    identifier: str = ""
    box: Any = None
    out: Any = None

    def children(self) -> list["Node"]:
        """Return the child nodes."""
        return [kid for kid in self.kids if isinstance(kid, Node)]

    def everyone(self) -> Iterator["Node"]:
        """Yield this node and its descendants in reading order."""
        yield self
        for child in self.children():
            yield from child.everyone()

    def nearest(self, role: str) -> "Node":
        """Return the nearest ancestor-or-self with this role; this node if there is none."""
        node: Node | None = self
        while node is not None and node.role != role:
            node = node.parent
        return node or self


class Tree:
    """Builds the nodes of one document from its laid-out pages."""

    def __init__(self) -> None:
        self.root = Node("Document")
        self.owners: dict[int, dict[int, Node | None]] = defaultdict(dict)
        self.words: dict[int, dict[int, str]] = defaultdict(dict)
        self.annotations: list[tuple[Any, int, Node]] = []
        self._nodes: dict[tuple[int, str], Node] = {}
        self._first_page_of_head: dict[int, int] = {}

    def read_page(self, page_box: Any, page: int, tags: dict[Any, Any]) -> None:
        """Add a page; `tags` maps drawn boxes to marked-content numbers, and is emptied."""
        self._visit(page_box, self.root, page, tags, silent=False)

    def _visit(self, box: Any, parent: Node, page: int, tags: dict[Any, Any], *, silent: bool) -> None:
        if isinstance(box, AbsolutePlaceholder):
            box = box._box
        silent = silent or self._is_decoration(box, page)
        node = parent if silent else self._node_for(box, parent, page)
        if box.link_annotation:
            self.annotations.append((box.link_annotation, page, node.nearest("Link")))
            node.nearest("Link").kids.append((page, box.link_annotation))
        if box in tags:
            mark = Mark(page, tags.pop(box)["mcid"])
            self.owners[page][mark.number] = None if silent else node
            if not silent:
                node.kids.append(mark)
            if needs_spelling(getattr(box, "text", "")):
                self.words[page][mark.number] = box.text
        for child in getattr(box, "children", ()):
            self._visit(child, node, page, tags, silent=silent)

    def _is_decoration(self, box: Any, page: int) -> bool:
        if isinstance(box, boxes.MarginBox) or box.is_leader:
            return True
        if box.element is None:
            return False
        if box.element_tag in ("thead", "tfoot"):
            return self._first_page_of_head.setdefault(id(box.element), page) != page
        return box.element.get("aria-hidden") == "true"

    def _node_for(self, box: Any, parent: Node, page: int) -> Node:
        """Return the node for the content of this box; created on first use, reused on later pages."""
        if box.element is None:
            return parent
        key = (id(box.element), box.element_tag)
        if key not in self._nodes:
            self._nodes[key] = self._open(box, parent, page)
        return self._nodes[key]

    def _open(self, box: Any, parent: Node, page: int) -> Node:
        if box.element_tag.endswith("::marker") and parent.role == "LBody" and parent.parent is not None:
            label = Node("Lbl", parent.parent, page)
            parent.parent.kids.insert(0, label)
            return label
        role = self._role(box, parent)
        if role is None:
            return parent
        node = Node(role, parent, page, box.element, box=box)
        parent.kids.append(node)
        if role == "LI" and box.element_tag == "li":
            body = Node("LBody", node, page)
            node.kids.append(body)
            return body
        return node

    def _role(self, box: Any, parent: Node) -> str | None:
        """Return the role of a box; None if its content belongs to the surrounding element."""
        tag = box.element_tag
        if tag == "div" and parent.role == "L":
            return "LI"
        if "::" in tag or tag in ("html", "body"):
            return None
        if box.element.get("role") == "paragraph":
            return "P"
        return ROLES.get(tag) or ("Span" if box.element.get("lang") else None)


def prune(node: Node) -> None:
    """Remove empty elements, which would be announced as blanks, except cells: a row keeps its columns."""
    for child in node.children():
        prune(child)
    node.kids = [kid for kid in node.kids if not isinstance(kid, Node) or kid.kids or kid.role in KEPT_EMPTY]


def spoken(element: Any) -> str:
    """Return the text of an element on one line."""
    return " ".join("".join(element.itertext()).split())


class Element(pydyf.Object):
    """Serialised structure element, as bytes instead of a dictionary: a long paper has tens of thousands."""

    data: bytes = b""
    name: bytes = b""  # its object reference


class Writer:
    """Writes a finished tree to the PDF objects."""

    def __init__(self, pdf: Any, document: Any) -> None:
        self.pdf = pdf
        self.document = document
        self.pages: tuple[bytes, ...] = pdf.page_references  # computed on each access

    def add(self, values: dict[str, Any]) -> Any:
        """Add a dictionary as an object of the file."""
        made = pydyf.Dictionary(values)
        self.pdf.add_object(made)
        return made

    def element(self) -> Element:
        """Add an empty structure element as an object of the file."""
        made = Element()
        self.pdf.add_object(made)
        made.name = made.reference
        return made

    def write(self, tree: Tree) -> None:
        """Add the whole tree to the catalog of the file."""
        nodes = list(tree.root.everyone())
        for node in nodes:
            node.out = self.element()
        parents = self.add({"Nums": self._parent_numbers(tree)})
        root = self.add({"Type": "/StructTreeRoot", "ParentTree": parents.reference})
        root["K"] = pydyf.Array([tree.root.out.name])
        root["ParentTreeNextKey"] = len(self.document.pages) + len(tree.annotations)
        named = {node.identifier: node.out.name for node in nodes if node.identifier}
        if named:
            names = [item for name in sorted(named) for item in (pydyf.String(name), named[name])]
            root["IDTree"] = self.add({"Names": pydyf.Array(names)}).reference
        for node in nodes:
            node.out.data = self._written(node, root.reference)
        self.pdf.catalog["StructTreeRoot"] = root.reference
        self.pdf.catalog["MarkInfo"] = pydyf.Dictionary({"Marked": "true"})
        self.pdf.catalog["ViewerPreferences"] = pydyf.Dictionary({"DisplayDocTitle": "true"})

    def _parent_numbers(self, tree: Tree) -> Any:
        """Map each piece of content and annotation to its element (ISO 32000-1, 14.7.4.4)."""
        numbers = pydyf.Array()
        for page in range(len(self.document.pages)):
            owners = (node for _, node in sorted(tree.owners[page].items(), key=lambda pair: pair[0]))
            numbers += [page, pydyf.Array([node.out.name if node else b"null" for node in owners])]
        for key, (annotation, _, node) in enumerate(tree.annotations, start=len(self.document.pages)):
            annotation["StructParent"] = key
            annotation["Contents"] = pydyf.String(spoken(node.element) if node.role == "Link" else "")
            numbers += [key, node.out.name]
        return numbers

    def _written(self, node: Node, root: bytes) -> bytes:
        """Write one element (ISO 32000-1, 14.7.2); `root` is the parent of the first."""
        kids = b" ".join([self._kid(kid, node) for kid in node.kids])
        above = node.parent.out.name if node.parent else root
        parts = [b"<</Type /StructElem/S /%b/Pg %b/K [%b]" % (node.role.encode(), self.pages[node.page], kids)]
        parts.append(b"/P " + above)
        if node.element is not None and node.element.get("lang"):
            parts.append(b"/Lang " + pydyf.String(node.element.get("lang")).data)
        if node.identifier:
            parts.append(b"/ID " + pydyf.String(node.identifier).data)
        if attributes := self._attributes(node):
            parts.append(b"/A " + attributes)
        if node.role == "Figure" and (words := alternative(node.element)):
            parts.append(b"/Alt " + pydyf.String(words).data)
        return b"".join(parts) + b">>"

    def _kid(self, kid: Any, node: Node) -> bytes:
        if isinstance(kid, Node):
            return kid.out.name
        if isinstance(kid, Mark):
            if kid.page == node.page:
                return b"%d" % kid.number
            return b"<</Type /MCR/Pg %b/MCID %d>>" % (self.pages[kid.page], kid.number)
        page, annotation = kid
        return b"<</Type /OBJR/Pg %b/Obj %b>>" % (self.pages[page], annotation.reference)

    def _attributes(self, node: Node) -> bytes:
        if node.role == "L":
            return b"<</O /List/ListNumbering /%b>>" % (b"Decimal" if node.element.tag == "ol" else b"None")
        if node.role == "Figure":
            return b"<</O /Layout/BBox %b>>" % self._place(node).data
        if node.role in ("TH", "TD"):
            return b"<</O /Table%b>>" % "".join(f"/{key} {as_pdf(value)}" for key, value in node.table.items()).encode()
        return b""

    def _place(self, node: Node) -> Any:
        """Return the rectangle of a figure in points, from the bottom of its page."""
        height = self.document.pages[node.page].height
        left, top = node.box.content_box_x(), node.box.content_box_y()
        corners = (left, height - top - node.box.height, left + node.box.width, height - top)
        return pydyf.Array([round(value * POINTS_PER_PIXEL, 2) for value in corners])


def as_pdf(value: Any) -> str:
    """Return an attribute of a cell: a number, a PDF name, or its header cells by id."""
    return f"[{' '.join(f'({name})' for name in value)}]" if isinstance(value, list) else str(value)


def alternative(element: Any) -> str:
    """Return the text alternative of a figure: the title of an SVG, the alt of an image."""
    if element.tag == f"{SVG}svg":
        title = element.find(f"{SVG}title")
        return spoken(title) if title is not None else ""
    return element.get("alt") or ""


def number_notes(root: Node) -> None:
    """Give every note a unique identifier (ISO 14289-1, 7.9)."""
    notes = (node for node in root.everyone() if node.role == "Note")
    for number, note in enumerate(notes, start=1):
        note.identifier = f"note-{number}"


def needs_spelling(text: str) -> bool:
    """Return whether a text is right-to-left with vowel signs, whose order a reader cannot reconstruct."""
    if text.isascii():
        return False
    kinds = {unicodedata.bidirectional(character) for character in text}
    return bool(kinds & {"R", "AL"}) and "NSM" in kinds


def finish(stream: list[Any], owners: dict[int, Node | None], words: dict[int, str]) -> None:
    """Turn marked content without an element into artifacts, and add ActualText where glyphs are not enough.

    A letter and its vowel sign are two glyphs at one position in the text, so they cannot be extracted one by one:
    ActualText contains them (ISO 32000-1, 14.9.4).
    """
    for index, operand in enumerate(stream):
        number = operand.get("MCID") if isinstance(operand, pydyf.Dictionary) else None
        if number is None:
            continue
        if owners[number] is None:
            stream[index - 1 : index + 1] = [b"/Artifact", b"<</Type /Pagination>>"]
        elif number in words:
            operand["ActualText"] = pydyf.String(words[number])


def add_tags(pdf: Any, document: Any, pdf_version: str, page_streams: list[Any]) -> None:
    """Replacement of `weasyprint.pdf.add_tags` that writes one tree for the whole document."""
    tree = Tree()
    for number, (page, stream) in enumerate(zip(document.pages, page_streams, strict=True)):
        tree.read_page(page._page_box, number, stream._tags)
        finish(stream.stream, tree.owners[number], tree.words[number])
    prune(tree.root)
    number_notes(tree.root)
    name_heads(tree.root)
    Writer(pdf, document).write(tree)


@contextmanager
def one_tree() -> Iterator[None]:
    """Context manager in which WeasyPrint writes our structure tree. One document at a time."""
    with _writing:
        theirs = weasyprint.pdf.add_tags
        weasyprint.pdf.add_tags = add_tags
        try:
            yield
        finally:
            weasyprint.pdf.add_tags = theirs
