"""Languages of the passages of an edition: it is in one language, with single passages in the other.

Pure. Marks each change of language for screen readers and programs.
"""

from typing import Any, NamedTuple

ENGLISH, KISWAHILI = "en", "sw"
Content = dict[str, Any]


class MarkedText(NamedTuple):
    """Text and its language, empty if it is that of the edition."""

    text: str
    lang: str = ""


NOTHING = MarkedText("")


def other(language: str) -> str:
    """Return the other one of the portal's two languages."""
    return ENGLISH if language == KISWAHILI else KISWAHILI


def other_language(paragraph: Content, content: Content) -> str:
    """Return the language of a paragraph if it differs from the edition's."""
    return "" if paragraph.get("lang", content["language"]) == content["language"] else paragraph["lang"]


def foreign(content: Content) -> str:
    """Return the language of texts that exist in English only, such as the names of objectives: empty in an English
    edition.
    """
    return "" if content["language"] == ENGLISH else ENGLISH


def titles(english: str, kiswahili: str, language: str) -> tuple[MarkedText, MarkedText]:
    """Return a title in the edition's language and in the other one; an untranslated title alone."""
    own, strange = (kiswahili, english) if language == KISWAHILI else (english, kiswahili)
    first, second = MarkedText(own), MarkedText(strange, other(language) if strange else "")
    return (first, second if strange != own else NOTHING) if own else (second, NOTHING)


def headings(section: Content, themes: dict[str, Content], language: str) -> tuple[MarkedText, MarkedText]:
    """Return the heading of a section, and the title of its theme in the other language."""
    theme = themes.get(section.get("theme") or "", {})
    known = section.get("heading_sw") or theme.get("title_sw", "")
    first, second = titles(theme.get("title", ""), known, language)
    if second.text and section["heading"] == second.text:
        return second, first
    beside = second if second.text else first if first.lang else NOTHING
    return MarkedText(section["heading"]), beside if beside.text != section["heading"] else NOTHING


def with_titles(content: Content) -> Content:
    """Return the content with theme titles in its language and the other language."""
    themes = []
    for theme in content["themes"]:
        first, second = titles(theme["title"], theme.get("title_sw", ""), content["language"])
        themes.append({**theme, "title": first.text, "lang": first.lang, "beside": second})
    return {**content, "themes": themes}


def labels(content: Content) -> dict[str, Content]:
    """Return the provisions by code to name them in running text: by code alone unless the edition is in English, since
    their names are English. Annex A has the names, marked as English.
    """
    return {} if foreign(content) else {provision["code"]: provision for provision in content["provisions"]}
