"""Drafters' comments on paragraphs."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import User
from consultations.permissions import SECRETARIAT
from ncm_portal.workflow import Blocked, demand, journal, locked, now, verb
from positions.models import Comment, Paragraph
from positions.permissions import may_draft


@verb
def comment(paragraph: Paragraph, *, by: User, text: str) -> Comment:
    """Comment on a paragraph in its present wording, in any state of the paper. Repeating the same text has no effect.

    Raises NotAllowed, or Blocked if the text is empty or the paragraph was removed.
    """
    demand(may_draft(by, paragraph), who=SECRETARIAT, to=gettext_lazy("Comment on a paragraph"))
    row = locked(paragraph)
    reasons = [] if text.strip() else [_("Enter a comment.")]
    reasons += [_("This paragraph was removed from the text.")] if row.removed_at else []
    if reasons:
        raise Blocked(reasons)
    existing = row.comments.open().filter(by=by, text=text.strip(), wording=row.wording_id).first()
    if existing:
        return existing
    assert row.wording_id is not None  # every paragraph is written with words
    made = Comment(paragraph=row, wording_id=row.wording_id, text=text.strip(), by=by, at=now())
    made.clean_fields()
    made.save()
    journal("comment", row, by=by, data={"comment": made.pk})
    return made


@verb
def resolve_comment(comment: Comment, *, by: User, resolution: str = "") -> Comment:
    """Resolve a comment, optionally with a note. Repeating it has no effect."""
    demand(may_draft(by, comment), who=SECRETARIAT, to=gettext_lazy("Resolve a comment"))
    row = locked(comment)
    if row.resolved_at:
        return row
    row.resolved_by, row.resolved_at, row.resolution = by, now(), resolution.strip()
    row.clean_fields()
    row.save(update_fields=["resolved_by", "resolved_at", "resolution"])
    journal("resolve_comment", row.paragraph, by=by, reason=resolution, data={"comment": row.pk})
    return row
