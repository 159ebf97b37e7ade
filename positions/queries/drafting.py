"""Data of the drafting room: outline, points beside the text, and paragraphs to check.

Only a part of a section is loaded, and the rest counted: a long paper opens as fast as a short one.
"""

from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from consultations.models import Point, Term
from consultations.models.points import NOT_JOINED
from consultations.similarity import likeness, marked, words_of
from positions.models import Grounding, Paragraph, PositionPaper, Section, SectionPart
from positions.queries.papers import papers_that_answered
from positions.text.style_advice import Preference, preferences

PART = 20  # paragraphs of a section loaded and shown at once
PAGE = 20  # points beside the text
COMPARED = 500  # points that are compared with the open paragraph
MOST_WORDS = 10  # words of a search; more would only slow it down


def outline_at_a_glance(paper: PositionPaper) -> list[Section]:
    """Return the sections of `paper` in order with their numbers and counts. Two queries.

    `written` counts its paragraphs, `first` is the number of the first, `bare` counts those without a source,
    `doubtful` those with sources to confirm. `number` is that of the section in print, "" if it has none.
    """
    sources = Grounding.objects.filter(wording=OuterRef("wording"))
    counted = Paragraph.objects.standing().filter(section__paper=paper).order_by().values("section")
    rows = counted.annotate(
        written=Count("pk"),
        bare=Count("pk", filter=Q(is_secretariat_text=False) & Q(~Exists(sources.carrying()))),
        doubtful=Count("pk", filter=Exists(sources.filter(is_confirmed=False))),
    )
    held: dict[int, Any] = {row["section"]: row for row in rows}
    result: list[Any] = list(paper.sections.select_related("theme").order_by("order"))
    last = number = 0
    for section in result:
        row = held.get(section.pk, {})
        section.written, section.bare, section.doubtful = (row.get(name, 0) for name in ("written", "bare", "doubtful"))
        section.first, last = last + 1, last + section.written
        counts = bool(section.written) and section.part in (SectionPart.BODY, SectionPart.THEME)
        number += counts
        section.number = str(number) if counts else ""
    return result


class Part(NamedTuple):
    """Paragraphs of a section that are loaded together: all keys of the section, and the range."""

    whole: list[UUID]
    start: int
    stop: int
    offset: int  # number of paragraphs before the section

    @property
    def keys(self) -> list[UUID]:
        """Return the keys of its paragraphs."""
        return self.whole[self.start : self.stop]

    @property
    def first(self) -> int:
        """Return the number of its first paragraph."""
        return self.offset + self.start + 1

    @property
    def others(self) -> list[tuple[int, int]]:
        """Return the first and last number of each part of the section, if it has several."""
        size, ends = self.stop - self.start, len(self.whole)
        starts = range(0, ends, PART)
        return [(self.offset + at + 1, self.offset + min(at + PART, ends)) for at in starts] if size < ends else []


def part_of(section: Any, number: int) -> Part:
    """Return the part of `section` (from the outline) with the paragraph of this number, else its first. One query."""
    keys = list(Paragraph.objects.standing().filter(section=section).values_list("key", flat=True))
    at = number - section.first
    start = at // PART * PART if 0 < at < len(keys) else 0
    return Part(keys, start, min(start + PART, len(keys)), section.first - 1)


def sought_points(paper: PositionPaper, reader: Any, filters: dict[str, Any]) -> QuerySet[Point]:
    """Return the points of the paper's consultation that it can cite and `reader` may read, by reference.

    `filters` filters them: `words` in text, reference or organisation; `free` for those without a paragraph;
    `theme`, `kind`. `resting` counts the paragraphs of the paper that cite each, and `answered_in`
    names the other papers that answered it.
    """
    points: Any = Point.objects
    rows = points.visible_to(reader).filter(consultation=paper.consultation_id, state__in=NOT_JOINED)
    filters = dict(filters)
    for word in filters.pop("words", "").split()[:MOST_WORDS]:
        places = ("text", "reference", "stakeholder__name")
        rows = rows.filter(Q(*((f"{each}__icontains", word) for each in places), _connector=Q.OR))
    today = Paragraph.objects.standing().filter(section__paper=paper).order_by().values("wording")
    here = Grounding.objects.filter(point=OuterRef("pk"), wording__in=today)
    if filters.pop("free", False):
        rows = rows.filter(~Exists(here))
    resting = here.order_by().values("point").annotate(number=Count("pk")).values("number")
    answered = papers_that_answered(paper)
    shown = rows.filter(**filters).annotate(resting=Coalesce(Subquery(resting), 0), answered_in=answered)
    return shown.select_related("submission", "session", "stakeholder", "theme").order_by("reference")


def nearest_points(points: QuerySet[Point], text: str, start: int) -> tuple[list[Any], bool]:
    """Return PAGE of `points` from `start`, those most like `text` first, and whether there are more. One query.

    `pieces` are parts of the text of each, those shared with `text` marked. Only the first COMPARED are compared, so
    that the time has a bound; filters narrow a longer list.
    """
    own, stop = words_of(text), start + PAGE
    rows: list[Any] = list(points[: COMPARED if own else stop + 1])
    if own:
        rows.sort(key=lambda point: -likeness(text, point.text))
    shown = rows[start:stop]
    for point in shown:
        point.pieces = marked(point.text, own)
    return shown, len(rows) > stop


def preferred_words() -> list[Preference]:
    """Return the preferred terms of the loaded vocabulary by the terms they replace. One query."""
    stated = Term.objects.filter(Q(definition__icontains="say ") | Q(note__icontains="say "))
    return preferences(text for row in stated.values_list("definition", "note") for text in row)
