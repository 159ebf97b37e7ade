"""The usual outline of a paper, and the order of its sections."""

from collections.abc import Iterable

from consultations.models import Language, OutlinePart, Theme
from positions.models import Paragraph, PositionPaper, Section, SectionPart


def usual_outline(themes: Iterable[Theme], language: str) -> list[dict[str, object]]:
    """Return the body of the usual outline, in `language` where it is translated; its part on themes becomes one
    section per theme.
    """

    rows: list[dict[str, object]] = []
    for part in OutlinePart.objects.filter(part="body"):
        if "by theme" in part.heading:
            rows += [_section_on(theme, language) for theme in themes]
        else:
            heading = _words(language, part.heading, part.heading_sw).split(". ", 1)[-1]
            rows.append({"part": SectionPart.BODY, "heading": heading})
    return rows


def _section_on(theme: Theme, language: str) -> dict[str, object]:
    return {"part": SectionPart.THEME, "heading": _words(language, theme.title, theme.title_sw), "theme": theme}


def _words(language: str, english: str, kiswahili: str) -> str:
    return kiswahili if kiswahili and language == Language.KISWAHILI else english


def outline_like(paper: PositionPaper, themes: Iterable[Theme]) -> list[dict[str, object]]:
    """Return the outline of another paper for these themes: sections on themes that are not asked about are left out,
    and themes without a section come after the last section on a theme.
    """
    present = list(themes)
    known = paper.sections.select_related("theme").order_by("order")
    sections = [each for each in known if each.theme is None or each.theme in present]
    rows: list[dict[str, object]] = [
        {"part": each.part, "heading": each.heading, "theme": each.theme} for each in sections
    ]
    covered = {each.theme for each in sections}
    last = max((place for place, row in enumerate(rows, 1) if row["theme"]), default=len(rows))
    missing = (theme for theme in present if theme not in covered)
    rows[last:last] = [_section_on(theme, paper.language) for theme in missing]
    return rows


def renumbers(paper: PositionPaper, order: Iterable[Section]) -> bool:
    """Return whether paragraphs that stand in an edition get other numbers if the sections have this order."""
    if not paper.editions.exists():
        return False
    written = set(Paragraph.objects.standing().filter(section__paper=paper).values_list("section", flat=True))
    now = [section.pk for section in paper.sections.order_by("order") if section.pk in written]
    return now != [section.pk for section in order if section.pk in written]
