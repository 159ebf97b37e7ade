"""Tags of the full edition as a screen reader finds them."""

import io

import pikepdf

from positions.render import pdf_tags

CONTENT = {"P", "H1", "H2", "H3", "TH", "TD", "Lbl", "LBody", "Link", "Caption", "Figure", "Span"}


def everyone(tree):
    yield tree
    for kid in tree.kids:
        if not isinstance(kid, str):
            yield from everyone(kid)


def squeezed(text):
    return "".join(text.split())


def without_note(paragraph):
    return "".join(kid for kid in paragraph.kids if isinstance(kid, str))


def test_document_is_one_tree_in_reading_order(heard):
    headings = [heading.text() for heading in heard.tree.all("H1", "H2")]
    assert headings == [
        "Kenya’s common position on the Global Compact for Migration",
        "Contents",
        "What this position rests on",
        "1 Introduction and mandate",
        "2 The process in Kenya",
        "3 Guiding principles",
        "4 Drivers of migration",
        "5 Human rights of migrants",
        "6 Smuggling of migrants",
        "7 Trafficking in persons",
        "8 International cooperation and migration governance",
        "9 Labour migration",
        "10 Contribution of the diaspora to human and national development",
        "11 Follow-up and review",
        "Annex A Themes, objectives, SDG targets and leads",
        "Annex B Programme of the forum",
        "Annex C Participants",
        "Annex D Disposition of points",
        "Annex E Reservations",
        "Annex F Record of adoption and clearances",
        "How to verify this copy",
    ]


def test_text_is_in_elements_that_may_contain_text(heard):
    assert {node.role for node in everyone(heard.tree) if any(isinstance(kid, str) for kid in node.kids)} <= CONTENT


def test_running_headings_and_page_numbers_are_artefacts(heard):
    assert "Page 7 of" not in heard.tree.text()
    assert all(
        f"Page {number} of {len(heard.artifacts)}" in passed
        for number, passed in enumerate(heard.artifacts, 1)
        if number > 1
    )


def test_every_page_is_marked_as_sample(heard):
    sample = "SAMPLE: not a position of the Government of Kenya"
    assert [number for number, passed in enumerate(heard.artifacts, 1) if sample not in passed] == []
    assert heard.tree.all("P")[2].text() == sample


def test_long_table_is_one_table_with_one_heading(heard, content):
    points = heard.tree.table("Point and organisation")
    assert len(points.all("THead")) == 1
    assert len(points.all("TR")) == 1 + 7 + len(content["points"])
    assert [cell.text() for cell in points.all("THead")[0].all("TH")] == [
        "Point and organisation",
        "What was asked",
        "Outcome, paragraphs and reason",
    ]


def test_point_has_its_author_and_outcome(heard):
    rows = [
        [squeezed(cell.text()) for cell in row.all("TH", "TD")]
        for row in heard.tree.table("Point and organisation").all("TR")
    ]
    asked = (
        "Limit decent work for young people in the places they leave to ninety days, with judicial review.",
        "held back at the author’s request",
        "We see every week that decent work for young people in the places they leave fails at the county level. The"
        " paper should ask for one desk per county and a telephone that is answered.",
    )
    became = (
        "Noted. It is not for this paper. A matter for county legislation; sent on to the Council of Governors (sample)"
        " with a request to report back.",
        "Accepted, paragraph 64",
        "Accepted in part, paragraph 8. Those at the table did not agree. The figure is kept out of the text because no"
        " institution publishes it; the duty itself is taken up.",
    )
    who = ("0015.1 Coast Anti-Trafficking Network (sample)", "0032.2 not public", "0004.2 Office for Rights (sample)")
    assert [rows[6], rows[11], rows[3]] == [list(map(squeezed, row)) for row in zip(who, asked, became, strict=True)]


def test_every_paragraph_is_one_element_with_number_and_text(heard, content):
    spoken = {squeezed(without_note(paragraph)) for paragraph in heard.tree.all("Part")[0].all("P")}
    texts = [f"{row['number']} {row['text']}" for section in content["sections"] for row in section["paragraphs"]]
    assert [text for text in texts if squeezed(text) not in spoken] == []


def test_kiswahili_titles_are_marked_as_kiswahili(heard):
    marked = [node.text() for node in everyone(heard.tree) if node.lang == "sw"]
    assert marked.count("Haki za binadamu za wahamaji") == 2
    assert len(marked) == 14


def test_figures_have_alternative_text_and_position(heard):
    figures = heard.tree.all("Figure")
    assert [figure.words.split(" ")[0] for figure in figures] == ["QR", "Bar"]
    for figure in figures:
        left, bottom, right, top = figure.place
        assert 0 < left < right < 596
        assert 0 < bottom < top < 842


def test_links_have_descriptions(printed, content):
    with pikepdf.open(io.BytesIO(printed)) as document:
        links = [link for page in document.pages for link in page.obj.get("/Annots", [])]
        assert len(links) > 100
        assert [link for link in links if not str(link.Contents).strip() or "/StructParent" not in link] == []
        contents = [str(link.Contents) for link in document.pages[1].Annots]
        numbers = {(str(link.Contents), str(link.get("/Dest"))) for link in links if str(link.Contents).isdigit()}
    assert "4 Drivers of migration" in contents
    answered = {number for point in content["points"] for number in point["paragraphs"]}
    assert numbers == {(str(number), f"paragraph-{number}") for number in answered}


def test_notes_have_unique_names(heard):
    names = [note.identifier for note in heard.tree.all("Note")]
    assert len(names) == len(set(names)) > 40


def test_only_cells_can_be_empty(heard):
    assert {node.role for node in everyone(heard.tree) if not node.kids} <= {"TD", "TH", "Link"}


def test_only_right_to_left_text_with_vowel_signs_is_spelled_out():
    assert pdf_tags.needs_spelling("عُمَر")
    assert not any(map(pdf_tags.needs_spelling, ("Omar", "عمر", "Gĩthĩnji", "ሰላም", "e\u0301")))
