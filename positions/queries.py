"""What the pages read over several models of the papers: official editions, answers to points."""

from __future__ import annotations

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from consultations.models import Consultation, Point, Theme
from positions.models import Artefact, ArtefactFormat, Disposition, Edition, Paragraph, PositionPaper


def official_editions() -> QuerySet[Edition]:
    """Editions that everyone may read, newest first, without their content; `pdf_size` is that of the PDF, if made."""
    pdf = Artefact.objects.filter(edition=OuterRef("pk"), format=ArtefactFormat.PDF).values("size")
    found = Edition.objects.official().select_related("paper__consultation").defer("content")
    return found.annotate(pdf_size=Subquery(pdf)).order_by("-frozen_at", "-pk")


def latest_edition(consultation: Consultation | None) -> Edition | None:
    """The newest official edition of the consultation, or of any consultation where it has none yet. One query."""
    found = list(official_editions()[:20])
    own = (edition for edition in found if consultation and edition.paper.consultation_id == consultation.pk)
    return next(own, found[0] if found else None)


def paragraph_numbers(paper: PositionPaper) -> dict[int, int]:
    """The number that each standing paragraph of `paper` bears in print, by its primary key. One query."""
    standing = Paragraph.objects.standing().filter(section__paper=paper).values_list("pk", flat=True)
    return {pk: number for number, pk in enumerate(standing, start=1)}


def theme_paragraphs(paper: PositionPaper, theme: Theme) -> list[int]:
    """The numbers of the paragraphs in the section of `theme`. One query."""
    standing = Paragraph.objects.standing().filter(section__paper=paper).values_list("section__theme", flat=True)
    return [number for number, found in enumerate(standing, start=1) if found == theme.pk]


def with_answers(points: QuerySet[Point]) -> QuerySet[Point]:
    """`points` with `answers`: what became of each, only where that was published. Two more queries."""
    answered = Disposition.objects.answered().filter(paper__in=PositionPaper.objects.published())
    shown = answered.select_related("paper").prefetch_related("paragraphs")
    return points.prefetch_related(Prefetch("dispositions", shown, to_attr="answers"))
