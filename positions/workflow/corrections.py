"""After adoption: corrections by two officers, and restricted annexes."""

import json
from collections.abc import Mapping
from typing import Any

from django.db.models import Max, Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from consultations.models import User
from consultations.permissions import SECRETARIAT
from ncm_portal.workflow import Blocked, Condition, Move, demand, either, journal, locked, make, now, table, verb
from positions import edition
from positions.models import (
    Correction,
    Corrigendum,
    CorrigendumState,
    Edition,
    EditionKind,
    Grounding,
    PaperState,
    Paragraph,
    PositionPaper,
    RestrictedAnnex,
    Wording,
    wording_sha256,
)
from positions.permissions import CORRECTORS, ISSUERS, may_run
from positions.text.editorial import MOST_WORDS, weigh

from .conditions import final_edition

C = CorrigendumState


def paper_is_published(corrigendum: Corrigendum) -> list[Condition]:
    """The paper is published, and the corrected edition is still in force."""
    paper = PositionPaper.objects.get(pk=corrigendum.paper_id)
    last = final_edition(paper)
    in_force = last is not None and last.pk == corrigendum.base_id
    return [
        either(paper.state == PaperState.PUBLISHED, _("The paper is published"), _("The paper is not published")),
        either(in_force, _("The edition is the one in force"), _("Another edition is now in force")),
    ]


CORRIGENDUM_MOVES = table(
    Move(
        "issue_corrigendum",
        gettext_lazy("Issue the corrected edition"),
        (C.PROPOSED,),
        C.ISSUED,
        ISSUERS,
        paper_is_published,
    ),
    Move(
        "decline_corrigendum",
        gettext_lazy("Do not issue"),
        (C.PROPOSED,),
        C.DECLINED,
        CORRECTORS,
        needs_reason=True,
    ),
)


def printed_paragraphs(frozen: Edition) -> dict[str, dict[str, Any]]:
    """Return the paragraphs of an edition by key, in order: number, text, operative words."""
    content = json.loads(frozen.content)
    return {each["key"]: each for section in content["sections"] for each in section["paragraphs"]}


def against(before: str, after: str, operative: str = "") -> list[str]:
    """Return why a change of text is not editorial."""
    result = weigh(before, after, operative)
    reasons = []
    if result.changed > MOST_WORDS:
        words = ngettext(
            "A correction changes at most %(most)s words of a paragraph; %(count)s word changes here.",
            "A correction changes at most %(most)s words of a paragraph; %(count)s words change here.",
            result.changed,
        )
        reasons.append(words % {"most": MOST_WORDS, "count": result.changed})
    if result.weighty:
        words = _("These words carry the meaning, so a correction cannot add or remove them: %(words)s.")
        reasons.append(words % {"words": ", ".join(result.weighty)})
    if not result.keeps_operative:
        reasons.append(_("The operative words must stay as adopted: %(words)s.") % {"words": operative})
    return reasons


@verb
def propose_corrigendum(paper: PositionPaper, *, by: User, reason: str, texts: Mapping[Paragraph, str]) -> Corrigendum:
    """Propose, as the first of two officers, corrections of the edition in force: editorial changes only.

    `texts` gives the whole corrected text of each paragraph. Raises NotAllowed, or Blocked with every reason.
    """
    demand(may_run(by, paper), who=SECRETARIAT, to=gettext_lazy("Propose a correction"))
    row = locked(paper)
    base = final_edition(row)
    printed = printed_paragraphs(base) if base else {}
    changed = {
        each: text.strip() for each, text in texts.items() if text.strip() != printed.get(str(each.key), {}).get("text")
    }
    reasons = _reasons(row, reason, changed, printed)
    if reasons or base is None:
        raise Blocked(reasons)
    made = Corrigendum.objects.create(paper=row, base=base, reason=reason.strip(), proposed_by=by, proposed_at=now())
    corrections = Correction.objects.bulk_create(
        Correction(corrigendum=made, paragraph=each, before=printed[str(each.key)]["text"], after=text)
        for each, text in changed.items()
    )
    journal("propose_corrigendum", made, by=by, after=made.state, reason=reason, commits=[made, *corrections])
    return made


def _reasons(
    paper: PositionPaper, reason: str, changed: Mapping[Paragraph, str], printed: Mapping[str, dict[str, Any]]
) -> list[str]:
    reasons = []
    if paper.state != PaperState.PUBLISHED:
        reasons.append(_("The paper must be published before you can correct it."))
    if paper.corrigenda.filter(state=C.PROPOSED).exists():
        reasons.append(_("Another correction already waits for a second officer."))
    if not reason.strip():
        reasons.append(_("Enter what the mistake was: everyone can read this next to the corrected edition."))
    if not changed:
        reasons.append(_("This changes nothing."))
    for paragraph, text in changed.items():
        known = printed.get(str(paragraph.key))
        if known is None:
            reasons.append(_("The paragraph is not part of this text."))
            continue
        words = _("Paragraph %(number)s: %(reason)s")
        result = against(known["text"], text, known["verb"]) if text else [_("Enter the text of the paragraph.")]
        reasons += [words % {"number": known["number"], "reason": each} for each in result]
    return reasons


@verb
def issue_corrigendum(corrigendum: Corrigendum, *, by: User) -> Corrigendum:
    """Issue the corrected edition with its files, as the second officer: it is in force from then on, and the previous
    edition stays at its URL. Raises NotAllowed, or Blocked with every reason; then nothing is issued.
    """

    def freeze(row: Corrigendum) -> None:
        corrections = list(row.corrections.select_related("paragraph__wording"))
        texts = {str(each.paragraph.key): each.after for each in corrections}
        number = edition.next_number(row.paper, EditionKind.CORRECTED)
        row.edition = edition.corrected(row.base, number=number, texts=texts, reason=row.reason, by=by)
        row.decided_by, row.decided_at = by, now()
        written.append(row.edition)
        for each in corrections:
            written.extend(_reword(each, row, by))

    written: list[Model] = []
    row = make(CORRIGENDUM_MOVES["issue_corrigendum"], corrigendum, by=by, change=freeze, commits=written)
    assert row.edition is not None
    edition.render_artefacts(row.edition)
    data, files = {"edition": row.edition.number}, row.edition.artefacts.all()
    journal("issue_corrigendum", row.paper, by=by, reason=row.reason, data=data, commits=files)
    return row


def _reword(correction: Correction, corrigendum: Corrigendum, by: User) -> tuple[Paragraph, Wording]:
    """Give the paragraph the corrected text wherever it is shown; its sources stay."""
    paragraph, before = correction.paragraph, correction.paragraph.wording
    assert before is not None
    last = paragraph.wordings.aggregate(last=Max("number"))["last"]
    after = Wording.objects.create(
        paragraph=paragraph, number=last + 1, text=correction.after, sha256=wording_sha256(correction.after), by=by,
        at=now(), why=corrigendum.reason[:500],
    )  # fmt: skip
    Grounding.objects.bulk_create(
        Grounding(
            wording=after, point_id=old.point_id, relation=old.relation, is_confirmed=old.is_confirmed, by=by, at=now()
        )
        for old in before.groundings.all()
    )
    paragraph.wording = after
    paragraph.save(update_fields=["wording"])
    return paragraph, after


@verb
def decline_corrigendum(corrigendum: Corrigendum, *, by: User, reason: str) -> Corrigendum:
    """Refuse a proposed correction; the proposal is kept."""

    def stamp(row: Corrigendum) -> None:
        row.decided_by, row.decided_at = by, now()

    return make(CORRIGENDUM_MOVES["decline_corrigendum"], corrigendum, by=by, reason=reason, change=stamp)


# --- For officials only -----------------------------------------------------------------------------------------------


@verb
def write_annex(paper: PositionPaper, *, by: User, title: str, text: str, number: int | None = None) -> RestrictedAnnex:
    """Add a restricted annex to a paper, or rewrite annex `number`; earlier texts are kept.

    It is in no edition: only officials, the secretariat and its head can read it. Raises NotAllowed, or Blocked with
    every reason.
    """
    demand(may_run(by, paper), who=SECRETARIAT, to=gettext_lazy("Write a restricted annex"))
    row = locked(paper)
    reasons = []
    if row.state == PaperState.WITHDRAWN:
        reasons.append(_("The paper was withdrawn."))
    if not title.strip():
        reasons.append(_("Enter the title."))
    if not text.strip():
        reasons.append(_("Enter the text."))
    replaced = [] if number is None else list(row.restricted_annexes.filter(number=number, replaced_at=None))
    if number is not None and not replaced:
        reasons.append(_("There is no such annex."))
    if reasons:
        raise Blocked(reasons)
    for each in replaced:
        each.replaced_at = now()
        each.save(update_fields=["replaced_at"])
    if number is None:
        number = 1 + (row.restricted_annexes.aggregate(last=Max("number"))["last"] or 0)
    made = RestrictedAnnex(paper=row, number=number, title=title.strip(), text=text.strip(), by=by, at=now())
    made.clean_fields(exclude=["paper", "by"])
    made.save()
    # the journal has more readers: no text of the annex
    journal("write_annex", row, by=by, data={"annex": number}, commits=[made, *replaced])
    return made
