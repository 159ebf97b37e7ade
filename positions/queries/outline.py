"""The usual outline of a paper, and the order of its sections."""

from collections.abc import Iterable

from consultations.models import Language, OutlinePart, Theme
from positions.models import Paragraph, PositionPaper, Section, SectionPart


def usual_outline(themes: Iterable[Theme], language: str) -> list[dict[str, object]]:
    """Return the body of the usual outline, in `language` where it is translated; its part on themes becomes one
    section per theme.
    """

    def words(english: str, kiswahili: str) -> str:
        return kiswahili if kiswahili and language == Language.KISWAHILI else english

    rows: list[dict[str, object]] = []
    for part in OutlinePart.objects.filter(part="body"):
        if "by theme" in part.heading:
            called = [(theme, words(theme.title, theme.title_sw)) for theme in themes]
            rows += [{"part": SectionPart.THEME, "heading": heading, "theme": theme} for theme, heading in called]
        else:
            heading = words(part.heading, part.heading_sw).split(". ", 1)[-1]
            rows.append({"part": SectionPart.BODY, "heading": heading})
    return rows


def renumbers(paper: PositionPaper, order: Iterable[Section]) -> bool:
    """Return whether paragraphs that stand in an edition get other numbers if the sections have this order."""
    if not paper.editions.exists():
        return False
    written = set(Paragraph.objects.standing().filter(section__paper=paper).values_list("section", flat=True))
    now = [section.pk for section in paper.sections.order_by("order") if section.pk in written]
    return now != [section.pk for section in order if section.pk in written]
