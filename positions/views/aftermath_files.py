"""What the report to a review forum is made from: milestones, findings and commitments as tables. For officials."""

from collections.abc import Callable, Iterator
from typing import Any

from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from consultations.permissions import is_secretariat
from consultations.queries import commitments
from consultations.views.sheets import SHEETS, csv_blocks
from consultations.workflow import enter_reading
from positions.models import PositionPaper, Reflection, Release
from positions.queries import alignment
from positions.workflow.conditions import final_edition
from positions.workflow.corrections import printed_paragraphs

from .corrections import trusted_paper

Rows = Iterator[list[Any]]


def milestones(paper: PositionPaper, user: Any) -> Rows:
    """Every milestone of the position with its dates and its state."""
    yield [
        _("Milestone"), _("Place"), _("Planned from"), _("Planned to"), _("Took place from"), _("Took place to"),
        _("State"), _("Findings released"), _("Reference or note"), _("Source"),
    ]  # fmt: skip
    for each in alignment.milestones_of(paper, all_written=is_secretariat(user)):
        yield [
            each.title, each.place, each.planned_start, each.planned_end, each.actual_start, each.actual_end,
            each.get_state_display(), _yes(each.is_released), each.reference, each.source,
        ]  # fmt: skip


def findings(paper: PositionPaper, user: Any) -> Rows:
    """What was found, one row for each finding that stands: all for the secretariat, for officials what is released."""
    yield [
        _("Milestone"), _("Kind of provision"), _("Provision"), _("Title of the provision"), _("Paragraph"),
        _("Words of the paragraph"), _("Finding"), _("Where it stands"), _("Note"), _("Reason for the correction"),
        _("Written"), _("Released"),
    ]  # fmt: skip
    edition = final_edition(paper)
    words = printed_paragraphs(edition) if edition else {}
    rows: Any = Reflection.objects.standing() if is_secretariat(user) else Reflection.objects.public()
    released = set(Release.objects.filter(paper=paper).values_list("milestone", flat=True))
    for each in alignment.with_names(rows.filter(edition__paper=paper)):
        printed = words.get(str(each.paragraph.key), {"number": "", "text": ""})
        yield [
            each.milestone.title, each.provision.get_framework_display(), each.provision.code, each.provision.title,
            printed["number"], printed["text"],
            each.get_value_display(), each.reference, each.note, each.reason, timezone.localdate(each.at),
            _yes(each.milestone_id in released),
        ]  # fmt: skip


def promises(paper: PositionPaper, user: Any) -> Rows:
    """What was promised at the forums of the paper's consultation, and what came of it."""
    yield [
        _("Forum"), _("Session"), _("Reference"), _("Commitment"), _("Who"), _("By when"), _("State"), _("Ended"),
        _("What came of it"),
    ]  # fmt: skip
    for each in commitments().filter(forum__consultation=paper.consultation_id):
        assert each.point is not None
        assert each.point.session is not None
        yield [
            each.forum.title, each.point.session.title, each.point.reference, each.text, each.who, each.due_on,
            each.get_state_display(), each.ended_on, each.report,
        ]  # fmt: skip


def _yes(is_so: bool) -> str:
    return _("yes") if is_so else _("no")


TABLES: dict[str, Callable[[PositionPaper, Any], Rows]] = {
    "milestones": milestones,
    "findings": findings,
    "commitments": promises,
}


@require_safe
def review_report(request: HttpRequest, slug: str, table: str) -> StreamingHttpResponse:
    """One table for the review report, as CSV. 404 for everybody but officials, the secretariat and its head."""
    paper = trusted_paper(request, slug)
    if table not in TABLES:
        raise Http404
    enter_reading(paper, by=request.user)
    rows = [["" if cell is None else cell for cell in row] for row in TABLES[table](paper, request.user)]
    answer = StreamingHttpResponse(csv_blocks(rows), content_type=SHEETS["csv"][1])
    answer["Content-Disposition"] = f'attachment; filename="{paper.slug}-{table}-{timezone.localdate()}.csv"'
    answer["Cache-Control"] = "no-store, private"
    return answer
