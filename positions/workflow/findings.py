"""Findings after milestones: recorded, corrected by newer ones, and released by the head."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import OF_COMPACT, Milestone, MilestoneState, Provision, User
from consultations.permissions import HEAD, SECRETARIAT
from ncm_portal.workflow import Blocked, demand, journal, locked, now, verb
from positions.models import (
    CORRECTION_LIMIT,
    NEEDS_NOTE,
    OFFICIAL_STATES,
    Edition,
    PaperState,
    Paragraph,
    PositionPaper,
    Reflection,
    ReflectionValue,
    Release,
)
from positions.permissions import may_reflect, may_release

from .conditions import final_edition
from .corrections import printed_paragraphs

FOLLOWED = (PaperState.ADOPTED, *OFFICIAL_STATES)


@verb
def reflect(
    paper: PositionPaper,
    *,
    by: User,
    milestone: Milestone,
    paragraph: Paragraph,
    provision: Provision,
    value: str,
    reference: str,
    note: str = "",
) -> Reflection:
    """Record how a milestone reflects a paragraph in an objective or guiding principle of the Compact.

    It is public once released. Raises NotAllowed, or Blocked with every reason.
    """
    demand(may_reflect(by, paper), who=SECRETARIAT, to=gettext_lazy("Record a finding"))
    row = locked(paper)
    edition = final_edition(row)
    reasons = [*_not_followed(row, edition, milestone), *wanting(value, reference, note)]
    if edition and str(paragraph.key) not in printed_paragraphs(edition):
        reasons.append(_("The paragraph is not part of this text."))
    if provision.framework not in OF_COMPACT:
        reasons.append(_("Choose one of the objectives or guiding principles of the Compact."))
    if Reflection.objects.current().filter(milestone=milestone, paragraph=paragraph, provision=provision).exists():
        reasons.append(_("This paragraph already has a finding on this provision: correct that one."))
    if reasons or edition is None:
        raise Blocked(reasons)
    return _write(
        by, "reflect", edition=edition, milestone=milestone, paragraph=paragraph, provision=provision, value=value,
        reference=reference, note=note,
    )  # fmt: skip


def _not_followed(paper: PositionPaper, edition: Edition | None, milestone: Milestone) -> list[str]:
    reasons = []
    if paper.state not in FOLLOWED or edition is None:
        reasons.append(_("The paper must be adopted first."))
    if milestone.state != MilestoneState.HELD:
        reasons.append(_("The milestone has not taken place yet."))
    return reasons


def wanting(value: str, reference: str, note: str) -> list[str]:
    """Return what a finding lacks, in plain words."""
    reasons = []
    if value not in ReflectionValue.values or value == ReflectionValue.STRUCK:
        reasons.append(_("Choose what you found."))
    if not reference.strip():
        reasons.append(_("Enter the document and its paragraph."))
    if value in NEEDS_NOTE and not note.strip():
        reasons.append(_("Enter in the note what is missing or what the document says instead."))
    return reasons


@verb
def correct_reflection(
    reflection: Reflection, *, by: User, value: str, reference: str, note: str = "", reason: str
) -> Reflection:
    """Replace a finding by a newer one; the earlier version is kept, also on the public page with the reason.

    Also restores a withdrawn finding. Raises NotAllowed, or Blocked with every reason.
    """
    row = _last_word(reflection, by)
    reasons = wanting(value, reference, note)
    if (row.value, row.reference, row.note) == (value, reference.strip(), note.strip()):
        reasons.append(_("This changes nothing."))
    return _replace(row, by, "correct_reflection", reasons, value=value, reference=reference, note=note, reason=reason)


@verb
def strike_reflection(reflection: Reflection, *, by: User, reason: str) -> Reflection:
    """Withdraw a finding that was a mistake; its text is kept.

    Raises NotAllowed, or Blocked with every reason.
    """
    row = _last_word(reflection, by)
    reasons = [_("The finding is already struck out.")] * (row.value == ReflectionValue.STRUCK)
    words = {"value": ReflectionValue.STRUCK, "reference": row.reference, "note": row.note}
    return _replace(row, by, "strike_reflection", reasons, reason=reason, **words)


def _last_word(reflection: Reflection, by: User) -> Reflection:
    """Return the latest version of the finding, with its paper locked against concurrent changes."""
    paper = PositionPaper.objects.get(editions=reflection.edition_id)
    demand(may_reflect(by, paper), who=SECRETARIAT, to=gettext_lazy("Correct a finding"))
    locked(paper)
    row = Reflection.objects.select_related("edition", "milestone", "paragraph", "provision").get(pk=reflection.pk)
    if Reflection.objects.filter(replaces=row).exists():
        raise Blocked(_("Somebody has corrected this finding since you opened it."))
    return row


def _replace(row: Reflection, by: User, name: str, reasons: list[str], *, reason: str, **words: str) -> Reflection:
    if not reason.strip():
        reasons.append(_("Enter a reason: it is kept with the correction."))
    if len(reason.strip()) > CORRECTION_LIMIT:
        reasons.append(_("Enter a reason of at most %(limit)s characters.") % {"limit": CORRECTION_LIMIT})
    if reasons:
        raise Blocked(reasons)
    about: dict[str, Any] = {field: getattr(row, field) for field in ("edition", "milestone", "paragraph", "provision")}
    return _write(by, name, replaces=row, reason=reason, **about, **words)


def _write(by: User, name: str, **fields: Any) -> Reflection:
    fields |= {field: fields[field].strip() for field in ("reference", "note", "reason") if field in fields}
    made = Reflection(**fields, by=by, at=now())
    made.clean_fields(exclude=["edition", "milestone", "paragraph", "provision", "replaces", "by"])
    made.save()
    before = fields["replaces"].value if "replaces" in fields else ""
    about = {"milestone": str(made.milestone), "paragraph": str(made.paragraph.key), "provision": made.provision.code}
    paper, reason = made.edition.paper, fields.get("reason", "")
    journal(name, paper, by=by, before=before, after=made.value, reason=reason, data=about, commits=[made])
    return made


@verb
def release_reflections(paper: PositionPaper, *, by: User, milestone: Milestone) -> Release:
    """Release the findings after a milestone to the public, and later corrections of them.

    Raises NotAllowed, or Blocked with every reason.
    """
    demand(may_release(by, paper), who=HEAD, to=gettext_lazy("Release the findings"))
    row = locked(paper)
    reasons = []
    if row.state not in OFFICIAL_STATES:
        reasons.append(_("The paper is not published yet."))
    if not Reflection.objects.standing().filter(edition__paper=row, milestone=milestone).exists():
        reasons.append(_("There are no findings yet."))
    if row.releases.filter(milestone=milestone).exists():
        reasons.append(_("The findings are already released."))
    if reasons:
        raise Blocked(reasons)
    made = Release.objects.create(paper=row, milestone=milestone, by=by, at=now())
    journal("release_reflections", row, by=by, data={"milestone": str(milestone)})
    return made
