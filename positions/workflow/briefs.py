"""Briefs for milestones: written and rewritten, with earlier texts kept."""

import hashlib
from collections.abc import Sequence
from io import BytesIO

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Milestone, MilestoneState, User
from consultations.permissions import SECRETARIAT
from ncm_portal.workflow import Blocked, demand, journal, locked, now, verb
from positions.models import BRIEF_PART, Brief, BriefParagraph, Edition, Paragraph, PositionPaper
from positions.permissions import may_reflect
from positions.queries import briefs
from positions.render import pdf
from positions.render.brief import MOST_PAGES
from positions.text.canonical import canonical

from .conditions import final_edition
from .corrections import printed_paragraphs
from .findings import FOLLOWED

SECONDS = 30


def printed(brief: Brief) -> bytes:
    """Return a brief as PDF, deterministic. Raises RenderFailed."""
    made = briefs.content(brief)
    sha256 = hashlib.sha256(canonical(made)).hexdigest()
    return pdf.render_apart(made, sha256, made["address"], document="brief", seconds=SECONDS)


@verb
def write_brief(
    paper: PositionPaper,
    *,
    by: User,
    milestone: Milestone,
    paragraphs: Sequence[Paragraph],
    ask: str,
    flexibility: str = "",
    red_line: str = "",
    speaking_points: str = "",
) -> Brief:
    """Write or rewrite the brief of a paper for a milestone; earlier texts are kept.

    Only officials, the secretariat and its head can read it. It is printed once to check that it fits two pages. Raises
    NotAllowed, or Blocked with every reason; then nothing is stored.
    """
    demand(may_reflect(by, paper), who=SECRETARIAT, to=gettext_lazy("Write a brief"))
    row = locked(paper)
    edition = final_edition(row)
    words = {"ask": ask, "flexibility": flexibility, "red_line": red_line, "speaking_points": speaking_points}
    words = {part: text.strip() for part, text in words.items()}
    reasons = _reasons(row, edition, milestone, list(paragraphs), words)
    if reasons or edition is None:
        raise Blocked(reasons)
    last = Brief.objects.filter(edition=edition, milestone=milestone).aggregate(last=Max("number"))["last"] or 0
    made = Brief.objects.create(edition=edition, milestone=milestone, number=last + 1, by=by, at=now(), **words)
    BriefParagraph.objects.bulk_create(
        BriefParagraph(brief=made, paragraph=each, order=order) for order, each in enumerate(paragraphs, start=1)
    )
    _fits(made)
    # the journal has more readers: no text of the brief
    data = {"milestone": str(milestone), "version": made.number}
    journal("write_brief", row, by=by, data=data, commits=[made])
    return made


def _reasons(
    paper: PositionPaper,
    edition: Edition | None,
    milestone: Milestone,
    paragraphs: list[Paragraph],
    words: dict[str, str],
) -> list[str]:
    reasons = []
    if paper.state not in FOLLOWED or edition is None:
        reasons.append(_("The paper must be adopted first."))
    if milestone.state == MilestoneState.CANCELLED:
        reasons.append(_("The milestone was cancelled."))
    if not words["ask"]:
        reasons.append(_("Enter what Kenya asks."))
    limits = {"speaking_points": 2 * BRIEF_PART}
    if any(len(text) > limits.get(part, BRIEF_PART) for part, text in words.items()):
        reasons.append(_("One part of the brief is too long. Shorten it."))
    if not paragraphs or len(set(paragraphs)) < len(paragraphs):
        reasons.append(_("Choose each paragraph of the brief only once."))
    elif edition and {str(each.key) for each in paragraphs} - set(printed_paragraphs(edition)):
        reasons.append(_("One of the paragraphs is not part of this text."))
    return reasons


def _fits(brief: Brief) -> None:
    import pikepdf

    try:
        data = printed(brief)
    except pdf.RenderFailed as failure:
        first, *more = failure.reasons
        raise Blocked([_("The portal could not print the brief: %(reason)s") % {"reason": first}, *more]) from failure
    with pikepdf.open(BytesIO(data)) as document:
        pages = len(document.pages)
    if pages > MOST_PAGES:
        words = _("The brief has %(pages)s pages, and the limit is %(most)s. Shorten it or choose fewer paragraphs.")
        raise Blocked(words % {"pages": pages, "most": MOST_PAGES})
