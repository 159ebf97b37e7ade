"""Read queries over several models of papers: official editions, numbered text, coverage and answers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery

from consultations.models import (
    Consultation,
    Event,
    Mandate,
    Point,
    Stakeholder,
    Submission,
    SubmissionState,
    Theme,
)
from ncm_portal import workflow
from positions.models import (
    Artefact,
    ArtefactFormat,
    Disposition,
    Edition,
    Grounding,
    GroundingRelation,
    MandateChange,
    PaperState,
    Paragraph,
    PositionPaper,
    ReviewRound,
    Section,
    SectionPart,
)

# --- Editions -------------------------------------------------------------------------------------------------------


def official_editions() -> QuerySet[Edition]:
    """Return official editions, newest first, without their content; `pdf_size` is that of the PDF, if rendered."""
    pdf = Artefact.objects.filter(edition=OuterRef("pk"), format=ArtefactFormat.PDF).values("size")
    rows = Edition.objects.official().select_related("paper__consultation").defer("content")
    return rows.annotate(pdf_size=Subquery(pdf)).order_by("-frozen_at", "-pk")


def latest_edition(consultation: Consultation | None) -> Edition | None:
    """Return the newest official edition of the consultation, or of any consultation if it has none. One query."""
    result = list(official_editions()[:20])
    own = (edition for edition in result if consultation and edition.paper.consultation_id == consultation.pk)
    return next(own, result[0] if result else None)


def latest_official(paper: PositionPaper) -> Edition | None:
    """Return the official edition of `paper` in force, the newest one; None before publication. One query."""
    return official_editions().filter(paper=paper).first()


def readable_editions(user: Any, slug: str) -> list[Edition]:
    """Return the editions of the paper `slug` that `user` may read, newest first, without their content. One query."""
    rows = Edition.objects.visible_to(user).filter(paper__slug=slug).select_related("paper__forum")
    names = ("slug", "title", "short_title", "language", "state", "is_restricted", "forum__slug")
    paper = [f"paper__{name}" for name in names]
    return list(rows.only("number", "kind", "status", "sha256", "frozen_at", *paper).order_by("-frozen_at", "-pk"))


def readable_papers(user: Any) -> list[PositionPaper]:
    """Return the papers that `user` may see, newest first, with `shown`: their readable editions, and `review_closes`:
    the end of a review round that the user may read. Two queries.
    """
    rounds = ReviewRound.objects.visible_to(user).filter(paper=OuterRef("pk"), closes_at__gte=workflow.now())
    known = PositionPaper.objects.visible_to(user).order_by().values("pk")
    rows = PositionPaper.objects.annotate(closes=Subquery(rounds.order_by("closes_at").values("closes_at")[:1]))
    rows = rows.filter(Q(pk__in=known) | Q(state=PaperState.REVIEW, closes__isnull=False)).order_by("-created_at")
    consultation = ("consultation__title", "consultation__is_sample")
    fields = ("slug", "title", "language", "state", "is_restricted", "published_at", "created_at", *consultation)
    papers = list(rows.select_related("consultation").only(*fields))
    shown = Edition.objects.visible_to(user).filter(paper__in=papers).order_by("-frozen_at", "-pk")
    held = defaultdict(list)
    for edition in shown.only("paper_id", "number", "kind", "status", "frozen_at"):
        held[edition.paper_id].append(edition)
    for paper in papers:
        paper.shown = held[paper.pk]
        paper.review_closes = paper.closes if paper.state == PaperState.REVIEW else None
    return list(papers)


def may_replace(paper: PositionPaper) -> QuerySet[PositionPaper]:
    """Return the published papers that can replace `paper`: later ones of its consultation, or with it as their
    predecessor. None unless `paper` itself is published.
    """
    if paper.published_at is None:
        return PositionPaper.objects.none()
    later = Q(consultation=paper.consultation_id, published_at__gt=paper.published_at)
    published = PositionPaper.objects.filter(state=PaperState.PUBLISHED).exclude(pk=paper.pk)
    return published.filter(later | Q(predecessor=paper)).order_by("-published_at", "pk")


def successor(paper: PositionPaper) -> PositionPaper | None:
    """Return the newer paper that superseded `paper`, according to the journal. At most two queries, none for most
    papers.
    """
    if paper.state != PaperState.SUPERSEDED:
        return None
    entry = Event.objects.about(paper).filter(verb="supersede").last()
    return PositionPaper.objects.published().filter(slug=entry.data.get("newer", "")).first() if entry else None


@dataclass
class Copy:
    """What has a hash: an official edition, or one of its files (None: the text itself)."""

    edition: Edition
    files: list[Artefact]
    file: Artefact | None
    newer: Edition | None
    successor: PositionPaper | None


def find_copy(sha256: str) -> Copy | None:
    """Look up `sha256` among the official editions and their files.

    One query for an unknown hash, two for a known one, two more if a newer paper has replaced it.
    """
    rows = Edition.objects.filter(Q(sha256=sha256) | Q(artefacts__sha256=sha256))
    official = Edition.objects.official().filter(paper__in=rows.values("paper")).select_related("paper__consultation")
    paper = (
        "paper__slug",
        "paper__title",
        "paper__language",
        "paper__state",
        "paper__is_restricted",
        "paper__published_at",
        "paper__consultation__is_sample",
    )
    editions = list(
        official.only("number", "kind", "status", "sha256", "frozen_at", *paper).order_by("-frozen_at", "-pk")
    )
    files = list(Artefact.objects.filter(edition__in=editions).order_by("format")) if editions else []
    holders = [file.edition_id for file in files if file.sha256 == sha256]
    edition = next((each for each in editions if each.sha256 == sha256 or each.pk in holders), None)
    if edition is None:
        return None
    own = [file for file in files if file.edition_id == edition.pk]
    return Copy(
        edition=edition,
        files=own,
        file=next((file for file in own if file.sha256 == sha256 != edition.sha256), None),
        newer=editions[0] if editions[0] != edition else None,
        successor=successor(edition.paper),
    )


# --- The text -------------------------------------------------------------------------------------------------------


def numbered_paragraphs(
    paper: PositionPaper, *, reader: Any = None, part: Any = None, sources_of: Any = None
) -> list[Paragraph]:
    """Return the paragraphs of `paper` in reading order, each with its `number` in the whole paper. Three queries.

    Loads texts, provisions, and citations with point, input, organisation, and `answered_in`: the other papers that
    answered the point. `reader` limits citations to points which
    that person may read; without it (for verbs and editions) all are included. `part` (the `keys` of its paragraphs and
    the number of the `first`) limits the paragraphs, each with `remarks`: the number of open comments. `sources_of`, a
    key, limits citations to those of that paragraph.
    """
    groundings = Grounding.objects.annotate(answered_in=papers_that_answered(paper, "point"))
    groundings = groundings.select_related("point__submission", "point__session", "point__stakeholder")
    if reader is not None:
        groundings = groundings.filter(point__in=Point.objects.visible_to(reader).values("pk"))
    if sources_of is not None:
        groundings = groundings.filter(wording__paragraph__key=sources_of)
    rows = Paragraph.objects.standing().filter(section__paper=paper)
    if part is not None:
        rows = rows.filter(key__in=part.keys).annotate(remarks=Count("comments", Q(comments__resolved_at=None)))
    shown = rows.select_related("section__theme", "wording").prefetch_related(
        "provisions", Prefetch("wording__groundings", groundings.order_by("point__reference"))
    )
    paragraphs = list(shown)
    for number, paragraph in enumerate(paragraphs, start=part.first if part else 1):
        paragraph.number = number
    return paragraphs


def outline(paper: PositionPaper, paragraphs: Iterable[Paragraph]) -> list[Section]:
    """Return the sections of `paper` in order, each with its `standing` ones of `paragraphs` and its `number`. One
    query.

    Body and theme sections with text are numbered consecutively; sections without text, and front and end matter, have
    the number "".
    """
    held = defaultdict(list)
    for paragraph in paragraphs:
        held[paragraph.section_id].append(paragraph)
    sections, last = list(paper.sections.select_related("theme").order_by("order")), 0
    for section in sections:
        section.standing = held[section.pk]
        counts = bool(section.standing) and section.part in (SectionPart.BODY, SectionPart.THEME)
        last += counts
        section.number = str(last) if counts else ""
    return sections


def paragraph_numbers(paper: PositionPaper | int) -> dict[int, int]:
    """Return the printed number of each paragraph of `paper`, or of that with this key, by primary key. One query."""
    standing = Paragraph.objects.standing().filter(section__paper=paper).values_list("pk", flat=True)
    return {pk: number for number, pk in enumerate(standing, start=1)}


class OnTheme(NamedTuple):
    """Paragraphs of a published paper on a theme: its slug and title, and their numbers."""

    slug: str
    title: str
    numbers: list[int]


def on_theme(consultation: Consultation, theme: Theme) -> OnTheme | None:
    """Return the paragraphs on `theme` in the newest published paper of `consultation`, if any. One query."""
    papers = PositionPaper.objects.published().filter(consultation=consultation, state=PaperState.PUBLISHED)
    newest = papers.order_by("-published_at").values("pk")[:1]
    standing = Paragraph.objects.standing().filter(section__paper=Subquery(newest))
    rows = standing.values_list("section__theme", "section__paper__slug", "section__paper__title")
    numbers = [number for number, row in enumerate(rows, start=1) if row[0] == theme.pk]
    return OnTheme(rows[0][1], rows[0][2], numbers) if numbers else None


@dataclass
class Answer:
    """Answer to a point: the published disposition and its paragraphs in order, each with its `number` and text."""

    disposition: Disposition
    paragraphs: list[Paragraph]

    @property
    def numbers(self) -> list[int]:
        """Return the printed numbers of the paragraphs."""
        return [paragraph.number for paragraph in self.paragraphs]


def answers_for(points: Iterable[Point]) -> dict[int, list[Answer]]:
    """Return the published answers to `points` by primary key, those of the first paper first. A few queries, whatever
    their number.
    """
    result = defaultdict(list)
    for answer in _numbered(_published_answers().filter(point__in=[point.pk for point in points])):
        result[answer.disposition.point_id].append(answer)
    return dict(result)


def papers_that_answered(paper: PositionPaper, point: str = "pk") -> ArraySubquery:
    """Return an annotation for points, or for rows that reach one by `point`: the short titles of the other papers that
    answered it, the first one first.
    """
    answers = Disposition.objects.of_other_papers(paper).filter(point=OuterRef(point))
    return ArraySubquery(answers.order_by("answered_at", "pk").values("paper__short_title"))


def _published_answers() -> QuerySet[Disposition]:
    rows = Disposition.objects.answered().filter(paper__in=PositionPaper.objects.published())
    named = Prefetch("paragraphs", Paragraph.objects.select_related("wording"))
    return rows.select_related("paper", "point").prefetch_related(named).order_by("answered_at", "pk")


def _numbered(dispositions: QuerySet[Disposition]) -> list[Answer]:
    result = list(dispositions)
    numbers = {paper: paragraph_numbers(paper) for paper in {disposition.paper for disposition in result}}
    return [Answer(row, _standing(row, numbers[row.paper])) for row in result]


def _standing(disposition: Disposition, numbers: dict[int, int]) -> list[Paragraph]:
    named = [paragraph for paragraph in disposition.paragraphs.all() if paragraph.pk in numbers]
    for paragraph in named:
        paragraph.number = numbers[paragraph.pk]
    return sorted(named, key=lambda paragraph: paragraph.number)


# --- Sources of paragraphs --------------------------------------------------------------------------------------------


def paragraphs_without_point(paragraphs: Iterable[Paragraph]) -> list[Paragraph]:
    """Return those of `paragraphs` (as numbered) without a source that are not marked as secretariat text."""
    return [each for each in paragraphs if not each.is_secretariat_text and not carries(each)]


def carries(paragraph: Paragraph) -> bool:
    """Return whether `paragraph` (as numbered) has a supporting source; contrary points do not count."""
    sources = paragraph.wording.groundings.all() if paragraph.wording else ()
    return any(source.relation != GroundingRelation.CONTRARY for source in sources)


# --- Mandates and numbers -------------------------------------------------------------------------------------------


def ministries_of(paragraphs: Iterable[Paragraph]) -> dict[Stakeholder, list[Paragraph]]:
    """Return who clears what: each ministry with a confirmed mandate, and the paragraphs of its themes, with the
    changes for single paragraphs. Ministries by name, paragraphs in the given order. Two queries.
    """
    listed = list(paragraphs)
    by_theme = defaultdict(list)
    for paragraph in listed:
        by_theme[paragraph.section.theme_id].append(paragraph)
    confirmed = Mandate.objects.filter(is_confirmed=True, theme__in=[theme for theme in by_theme if theme])
    result: dict[Stakeholder, list[Paragraph]] = {}
    for mandate in confirmed.select_related("ministry").order_by("ministry__name", "ministry", "theme__order"):
        result.setdefault(mandate.ministry, []).extend(by_theme[mandate.theme_id])
    return _adjusted(result, listed)


def _adjusted(
    mandates: dict[Stakeholder, list[Paragraph]], listed: list[Paragraph]
) -> dict[Stakeholder, list[Paragraph]]:
    """Apply the last change for each paragraph and ministry."""
    changes = MandateChange.objects.filter(paragraph__in=listed).select_related("ministry").order_by("at", "pk")
    last = {(change.ministry, change.paragraph_id): change.adds for change in changes}
    places = {paragraph.pk: (place, paragraph) for place, paragraph in enumerate(listed)}
    for ministry in {ministry for ministry, _paragraph in last}:
        own = {each.pk for each in mandates.get(ministry, [])}
        for (body, pk), adds in last.items():
            if body == ministry:
                own = own | {pk} if adds else own - {pk}
        mandates[ministry] = [
            paragraph for _place, paragraph in sorted((places[pk] for pk in own), key=lambda at: at[0])
        ]
    kept = {ministry: paragraphs for ministry, paragraphs in mandates.items() if paragraphs}
    return dict(sorted(kept.items(), key=lambda row: (row[0].name, row[0].pk)))


def tallies(consultation: Consultation) -> dict[str, Any]:
    """Return the numbers printed in the edition: inputs on file, valid points, organisations and groups.

    Counts inputs of any audience, since a number reveals no content. Two queries.
    """
    accepted = Submission.objects.filter(consultation=consultation, state=SubmissionState.ACCEPTED).order_by()
    rows = list(accepted.values_list("theme__code", "stakeholder__group", "stakeholder").annotate(Count("pk")))
    inputs: Counter[tuple[str, str]] = Counter()
    for theme, group, _stakeholder, number in rows:
        inputs[theme, group] += number
    cells = [{"theme": theme, "group": group, "inputs": inputs[theme, group]} for theme, group in sorted(inputs)]
    return {
        "inputs": inputs.total(),
        "points": Point.objects.standing().filter(consultation=consultation).count(),
        "organisations": len({stakeholder for _theme, _group, stakeholder, _number in rows}),
        "groups": len({group for _theme, group in inputs}),
        "theme_by_group": cells,
    }
