"""Which words of an edition are in which language: an edition is in one, and single passages of it are in the other.

Pure: whoever hears the paper, or reads it by a program, is told of each passage where its language changes.
"""

from typing import Any, NamedTuple

ENGLISH, KISWAHILI = "en", "sw"
Content = dict[str, Any]


class Said(NamedTuple):
    """Words and their language, which is empty where it is that of the edition."""

    text: str
    lang: str = ""


NOTHING = Said("")


def other(language: str) -> str:
    """The other one of the two languages of the portal."""
    return ENGLISH if language == KISWAHILI else KISWAHILI


def other_language(paragraph: Content, content: Content) -> str:
    """The language of a paragraph where it differs from the edition's."""
    return "" if paragraph.get("lang", content["language"]) == content["language"] else paragraph["lang"]


def foreign(content: Content) -> str:
    """The language of what the portal knows in English only, such as the names of objectives: empty in an edition in
    English."""
    return "" if content["language"] == ENGLISH else ENGLISH


def titles(english: str, kiswahili: str, language: str) -> tuple[Said, Said]:
    """A title in the language of the edition, and in the other one; a title that is not translated stands alone."""
    own, strange = (kiswahili, english) if language == KISWAHILI else (english, kiswahili)
    first, second = Said(own), Said(strange, other(language) if strange else "")
    return (first, second if strange != own else NOTHING) if own else (second, NOTHING)


def headings(section: Content, themes: dict[str, Content], language: str) -> tuple[Said, Said]:
    """The heading of a section as its drafters wrote it, and the title of its theme in the other language."""
    theme = themes.get(section.get("theme") or "", {})
    known = section.get("heading_sw") or theme.get("title_sw", "")
    first, second = titles(theme.get("title", ""), known, language)
    if second.text and section["heading"] == second.text:
        return second, first
    beside = second if second.text else first if first.lang else NOTHING
    return Said(section["heading"]), beside if beside.text != section["heading"] else NOTHING


def with_titles(content: Content) -> Content:
    """The content with its themes under their titles in its language, and those in the other one beside them."""
    themes = []
    for theme in content["themes"]:
        first, second = titles(theme["title"], theme.get("title_sw", ""), content["language"])
        themes.append({**theme, "title": first.text, "lang": first.lang, "beside": second})
    return {**content, "themes": themes}


def labels(content: Content) -> dict[str, Content]:
    """The provisions by code, to name them in running words: elsewhere than in an edition in English by code alone,
    since their names are English. Annex A has the names, marked as English."""
    return {} if foreign(content) else {provision["code"]: provision for provision in content["provisions"]}
