"""Pages are written with indentation and sent without it: a template loses it when it is compiled, once per process."""

import re

from django.template import Origin
from django.template.loaders import filesystem

_BLOCKS = (
    "address|article|aside|blockquote|body|caption|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]"
    "|head|header|hr|html|legend|li|link|main|meta|nav|ol|p|section|summary|table|tbody|td|template"
    "|tfoot|th|thead|title|tr|ul"
)
_IN_TAG = r"(?:\{%.*?%\}|\{\{.*?\}\}|[^<>{]|\{(?![%{]))*>"
_PART = re.compile(
    "|".join(
        [
            r"(?P<kept><(?P<literal>pre|textarea)\b.*?</(?P=literal)>|\{% blocktrans.*?\{% endblocktrans)",
            r"^ *(?P<silent>\{% (?:load [^%\n]*|\w+ (?:[^%\n]* )?as \w+ )%\}|\{#[^#\n]*#\}) *\n\s*",
            rf"\s*(?P<block></?(?:{_BLOCKS})\b{_IN_TAG})\s*",
            rf"(?P<opens><(?:button|option)\b{_IN_TAG})\s*|\s*(?P<closes></(?:button|option)>)",
            rf"(?P<inline></?[a-z]\w*{_IN_TAG})",
            r"\s*\n\s*",
        ]
    ),
    re.ASCII | re.DOTALL | re.IGNORECASE | re.MULTILINE,
)
_BREAK_IN_TAG = re.compile(r"\s*\n\s*(>?)", re.ASCII)
_CONDITIONAL = re.compile(  # an attribute that may be missing, with the space before it
    r" (\{% if [^%]*%\})([\w-]+(?:=\"(?:\{\{.*?\}\}|\{%.*?%\}|[^\"{])*\")?\{% endif %\})(?=[ >{])"
)


def _shorter(part: re.Match[str]) -> str:
    if kept := part["kept"] or part["silent"]:
        return kept
    tag = part["block"] or part["opens"] or part["closes"] or part["inline"]
    if not tag:
        return "\n"
    return _CONDITIONAL.sub(r"\1 \2", _BREAK_IN_TAG.sub(lambda found: found[1] or " ", tag))


def without_indentation(source: str) -> str:
    """A template without white space that no browser shows: indentation, and what touches a block-level tag.

    Preformatted text stays as it is, and so do translated passages, whose words are looked up as they stand.
    """
    return _PART.sub(_shorter, source)


class Loader(filesystem.Loader):
    """Django's loader for the project's folder of templates. Mails and what is not HTML are read as they stand."""

    def get_contents(self, origin: Origin) -> str:
        """The source to compile."""
        source = super().get_contents(origin)
        name = str(origin.template_name)
        return without_indentation(source) if name.endswith(".html") and "/mail/" not in name else source
