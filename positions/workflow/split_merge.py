"""Split and merge paragraphs with their sources, answers and history."""

from collections.abc import Iterable, Sequence
from uuid import UUID, uuid4

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Stakeholder, User
from ncm_portal.workflow import Blocked, Conflict, journal, locked, now, verb
from positions.models import Amendment, Descent, Lineage, MandateChange, Paragraph
from positions.queries.papers import ministries_of

from .amendments import outdate_all
from .drafting import _carry, _locked, _place, _word

WHY = gettext_lazy("Enter a reason: it is kept in the history of both paragraphs.")


@verb
def split_paragraph(
    paragraph: Paragraph, *, by: User, texts: Sequence[str], why: str, base: int | None = None, key: UUID | None = None
) -> list[Paragraph]:
    """Split a paragraph: the first of `texts` keeps its key, the others follow under new ones.

    Each keeps the sources of the whole, unconfirmed, answers the same points and is cleared by the same ministries;
    open amendments to the text become stale. `base` is the wording the drafter read: raises Conflict if it is not the
    present one. `key` is the second paragraph's: resending a form splits once. Raises NotAllowed, or Blocked with every
    reason.
    """
    row = _locked(paragraph, by, gettext_lazy("Split a paragraph"))
    if key and row.successions.filter(successor__key=key, kind=Descent.SPLIT).exists():
        return [row, *Paragraph.objects.filter(key=key)]
    if base is not None and base != row.wording_id:
        raise Conflict(row)
    reasons = [] if len(texts) > 1 and all(text.strip() for text in texts) else [_("Enter text for both parts.")]
    reasons += [] if why.strip() else [str(WHY)]
    if reasons:
        raise Blocked(reasons)
    whole = row.present_wording
    result = [row]
    for text in texts[1:]:
        result.append(_cut_off(row, text, by=by, why=why, after=result[-1], key=key if len(result) == 1 else None))
    if texts[0].strip() != whole.text:
        _carry(whole, _word(row, texts[0], by, why), by)
        outdate_all(row, by=by)
    words = row.present_wording
    data = {"from": whole.sha256, "to": words.sha256, "into": [str(each.key) for each in result[1:]]}
    journal("split", row, by=by, reason=why, data=data, commits=[row, words])
    return result


def _cut_off(row: Paragraph, text: str, *, by: User, why: str, after: Paragraph, key: UUID | None) -> Paragraph:
    """Return a new paragraph after `after` with the marks of `row`, from which it came."""
    is_taken = key is not None and Paragraph.objects.filter(key=key).exists()
    made = Paragraph.objects.create(
        key=uuid4() if key is None or is_taken else key,
        section=row.section,
        order=_place(row.section, after),
        strength=row.strength,
        is_secretariat_text=row.is_secretariat_text,
        language=row.language,
    )
    made.provisions.add(*row.provisions.all())
    _carry(row.present_wording, _word(made, text, by, why), by)
    made.dispositions.add(*row.dispositions.all())
    _came_out_of(row, made, Descent.SPLIT, by, why)
    cleared, clearing = set(ministries_of([row])), set(ministries_of([made]))
    _let_clear(made, cleared - clearing, adds=True, by=by, why=why)
    _let_clear(made, clearing - cleared, adds=False, by=by, why=why)
    data = {"split_from": str(row.key)}
    journal("write", made, by=by, reason=why, data=data, commits=[made, made.present_wording])
    return made


def _let_clear(row: Paragraph, ministries: Iterable[Stakeholder], *, adds: bool, by: User, why: str) -> None:
    """Set the mandate changes of `ministries` on a paragraph like those of its predecessor."""
    paper = row.section.paper
    for ministry in sorted(ministries, key=lambda body: body.pk):
        MandateChange.objects.create(
            paper=paper, paragraph=row, ministry=ministry, adds=adds, reason=why.strip(), by=by, at=now()
        )
        data = {"paragraph": str(row.key), "ministry": ministry.name}
        journal("add_mandate" if adds else "take_mandate_out", paper, by=by, reason=why, data=data)


def _came_out_of(predecessor: Paragraph, successor: Paragraph, kind: str, by: User, why: str) -> None:
    Lineage.objects.create(
        predecessor=predecessor,
        successor=successor,
        kind=kind,
        wording=predecessor.present_wording,
        by=by,
        at=now(),
        why=why.strip(),
    )


@verb
def merge_paragraphs(
    paragraph: Paragraph, other: Paragraph, *, by: User, text: str, why: str, bases: Sequence[int] = ()
) -> Paragraph:
    """Merge two paragraphs: `paragraph` gets `text`, `other` is removed from the text.

    The remaining one has the sources of both, unconfirmed, the answers and open comments of both, and the ministries of
    both. `bases` are the two wordings that the drafter read: raises Conflict if they changed. Raises NotAllowed, or
    Blocked with every reason.
    """
    row = _locked(paragraph, by, gettext_lazy("Merge two paragraphs"))
    if other.pk == row.pk or other.section.paper_id != row.section.paper_id:
        raise Blocked(_("Choose another paragraph of this paper."))
    gone = locked(other)
    if gone.removed_at:
        raise Blocked(_("This paragraph was removed from the text."))
    if bases and {row.wording_id, gone.wording_id} != set(bases):
        raise Conflict(row)
    reasons = [*_held_by(gone), *([] if why.strip() else [str(WHY)])]
    if reasons:
        raise Blocked(reasons)
    before = row.present_wording
    if text.strip() != before.text:
        _carry(before, _word(row, text, by, why), by)
        outdate_all(row, by=by)
    words = row.present_wording
    _carry(gone.present_wording, words, by)
    _move_references(gone, row)
    _let_clear(row, set(ministries_of([gone])) - set(ministries_of([row])), adds=True, by=by, why=why)
    _came_out_of(gone, row, Descent.MERGE, by, why)
    gone.removed_at = now()
    gone.save(update_fields=["removed_at"])
    data = {"from": before.sha256, "to": words.sha256, "of": str(gone.key)}
    journal("merge", row, by=by, reason=why, data=data, commits=[row, words])
    journal("remove", gone, by=by, reason=why, data={"into": str(row.key)})
    return row


def _held_by(gone: Paragraph) -> list[str]:
    """Return what must be resolved before a paragraph can be merged into another, because it refers to its text."""
    reasons = []
    own = Amendment.objects.filter(paragraph=gone)
    if (own.open() | own.untaken()).exists():
        reasons.append(_("An amendment to the paragraph that you remove waits for a decision. Decide on it first."))
    if gone.reservations.filter(withdrawn_at=None).exists():
        reasons.append(
            _("An organisation has a reservation on the paragraph that you remove. Keep that paragraph instead.")
        )
    return reasons


def _move_references(gone: Paragraph, row: Paragraph) -> None:
    """Move the marks, answers and open comments of one paragraph to another."""
    row.provisions.add(*gone.provisions.all())
    row.dispositions.add(*gone.dispositions.all())
    if row.is_secretariat_text and not gone.is_secretariat_text:
        row.is_secretariat_text = False
        row.save(update_fields=["is_secretariat_text"])
    gone.comments.open().update(paragraph=row)
