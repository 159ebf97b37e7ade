"""Editions with passages in the other language: every change of language is marked for screen readers."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from positions.render import akoma_ntoso, clean, languages, paper, redline, summary
from positions.render.languages import MarkedText
from tests.positions.render import editions

THEME = {"code": "T1", "title": "Drivers", "title_sw": "Visababishi"}


@pytest.mark.parametrize(
    ("language", "heading", "expected"),
    [
        ("en", "Drivers", (MarkedText("Drivers"), MarkedText("Visababishi", "sw"))),
        ("en", "Why people leave", (MarkedText("Why people leave"), MarkedText("Visababishi", "sw"))),
        ("en", "Visababishi", (MarkedText("Visababishi", "sw"), MarkedText("Drivers"))),
        ("sw", "Visababishi", (MarkedText("Visababishi"), MarkedText("Drivers", "en"))),
        ("sw", "Kwa nini watu huondoka", (MarkedText("Kwa nini watu huondoka"), MarkedText("Drivers", "en"))),
        ("sw", "Drivers", (MarkedText("Drivers", "en"), MarkedText("Visababishi"))),
    ],
)
def test_heading_has_both_languages(language, heading, expected):
    section = {"heading": heading, "heading_sw": "", "theme": "T1"}
    assert languages.headings(section, {"T1": THEME}, language) == expected
    alone = {**section, "theme": None}
    assert languages.headings(alone, {}, language) == (MarkedText(heading), MarkedText(""))


WORDS = st.sampled_from(["", "Drivers", "Visababishi"])


@given(english=WORDS, kiswahili=WORDS, language=st.sampled_from(["en", "sw"]))
def test_title_is_first_in_language_of_edition_and_not_repeated(english, kiswahili, language):
    first, second = languages.titles(english, kiswahili, language)
    own = kiswahili if language == "sw" else english
    assert first == MarkedText(own) if own else first.text == (english or kiswahili)
    assert {first.text, second.text} - {""} == {english, kiswahili} - {""}
    assert second == MarkedText("") or first.text != second.text


# --- A mixed paper --------------------------------------------------------------------------------------------------


def mixed(language):
    """Return a paper of a page or two whose second and third paragraphs are in the other language."""
    content = editions.edition(themes=2, paragraphs=12, points=6, participants=2, ministries=1) | {"language": language}
    own = {"en": "Said in English.", "sw": "Imesemwa kwa Kiswahili."}
    for section in content["sections"]:
        for each in section["paragraphs"]:
            each["lang"] = languages.other(language) if each["number"] in (2, 3) else language
            each["text"] = f"{own[each['lang']]} {each['number']}."
            each |= {"strength": "calls_for", "verb": ""}
    content["reservations"] = [{"organisation": "Union", "paragraph": 2, "text": "Reserved."}]
    return content


def runs_with_language(page):
    """Return each run of text with the language marked for it."""
    root = html.document_fromstring(page)
    for element in root.iter():
        for words, holder in ((element.text, element), (element.tail, element.getparent())):
            if isinstance(element.tag, str) and words and words.strip() and holder is not None:
                tongue = next(each.get("lang") for each in (holder, *holder.iterancestors()) if each.get("lang"))
                yield " ".join(words.split()), tongue


def forms(content):
    """Return the HTML of every print of an edition."""
    sha256, address = editions.digest(content), editions.address(content)
    before = copy.deepcopy(content)
    before["edition"]["number"] = "0.9"
    for section in before["sections"]:
        for each in section["paragraphs"]:
            each["text"] = each["text"].replace(".", " kabla.", 1)
    order = redline.order(before, content, hashes=(editions.digest(before), sha256))
    values = {"sha256": sha256, "address": address}
    return {
        "paper": paper.html(content, **values),
        "clean": paper.fill("print/clean.html", content, lambda: clean.book(content, **values), address=address),
        "summary": summary.html(content, summary.MEASURES[0], **values),
        "redline": paper.fill(
            "print/redline.html", content, lambda: redline.book(order, address=address), address=address
        ),
    }


@pytest.mark.parametrize("language", ["en", "sw"])
def test_every_passage_is_marked_with_its_language(language):
    for form, page in forms(mixed(language)).items():
        spoken = list(runs_with_language(page))
        said = [(words, tongue) for words, tongue in spoken if words.startswith(("Said in", "Imesemwa kwa"))]
        assert [each for each in said if each[1] != ("en" if each[0].startswith("Said") else "sw")] == [], form
        assert {tongue for _words, tongue in said} == {"en", "sw"}, form


@pytest.mark.parametrize(
    ("language", "reservation", "lines"),
    [("en", "Reservation.", ("Line ", "Lines ")), ("sw", "Pingamizi lenye masharti.", ("Mstari ", "Mistari "))],
)
def test_surrounding_text_is_in_language_of_edition(language, reservation, lines):
    found = forms(mixed(language))
    for form in ("paper", "clean"):
        spoken = dict(runs_with_language(found[form]))
        assert (spoken["Drivers of migration"], spoken["Visababishi vya uhamaji"]) == ("en", "sw")
        assert spoken[reservation] == language
    (beside,) = html.document_fromstring(found["paper"]).xpath("//*[@id='paragraph-2']/..//aside")
    told = list(beside.iter("p"))[-1]
    assert told.text.startswith(lines)
    assert next(each.get("lang") for each in (told, *told.iterancestors()) if each.get("lang")) == language


def test_english_only_texts_are_marked_in_kiswahili_paper():
    spoken = dict(runs_with_language(forms(mixed("sw"))["paper"]))
    assert spoken["Drivers"] == "en"  # the name of an objective, in Annex A
    assert [words for words in spoken if words.startswith("2 Drivers")] == []  # and in no running words
    assert spoken["Yaliyomo"] == "sw"


def test_akoma_ntoso_names_the_language_of_each_heading():
    content = mixed("sw")
    data = akoma_ntoso.render(content, sha256=editions.digest(content), address=editions.address(content)).decode()
    assert '<heading xml:lang="en">Drivers of migration</heading>' in data
    assert "<subheading>Visababishi vya uhamaji</subheading>" in data
