"""Drafting: papers, paragraphs, wordings, sources."""

from collections.abc import Iterable
from uuid import UUID, uuid4

from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import (
    Consultation,
    Forum,
    ForumState,
    Language,
    Point,
    Provision,
    User,
)
from consultations.models.points import NOT_JOINED
from consultations.permissions import SECRETARIAT
from ncm_portal.workflow import Blocked, Conflict, Words, demand, journal, locked, now, verb
from positions.models import (
    BEFORE_ADOPTION,
    COMMENT_LIMIT,
    Grounding,
    GroundingRelation,
    PaperState,
    Paragraph,
    PositionPaper,
    Section,
    Strength,
    Wording,
    wording_sha256,
)
from positions.permissions import may_draft, may_run
from positions.queries.outline import outline_like, usual_outline

from .amendments import outdate_all
from .comments import resolve_comment

OPEN_STATES = (PaperState.DRAFTING, PaperState.CONSOLIDATION)
BEFORE_THE_SESSION = tuple(state for state in BEFORE_ADOPTION if state != PaperState.IN_SESSION)
GONE = gettext_lazy("This section was removed from the outline.")
STEP = 1024  # order gap between two paragraphs, to insert one without renumbering


@verb
def create_paper(
    consultation: Consultation,
    *,
    by: User,
    slug: str,
    title: str,
    short_title: str,
    purpose: str = "",
    language: str = Language.ENGLISH,
    forum: Forum | None = None,
    predecessor: PositionPaper | None = None,
    like: PositionPaper | None = None,
) -> PositionPaper:
    """Create the paper of a consultation with the outline of the reference data, or that of a paper `like` it: body
    sections and one per theme. `language` is that of its editions; single paragraphs can be in the other one.
    `predecessor` is a published paper that it will replace.

    Raises NotAllowed, or Blocked with every reason.
    """
    demand(may_draft(by, consultation), who=SECRETARIAT, to=gettext_lazy("Create a position paper"))
    consultation = locked(consultation)
    reasons = []
    if PositionPaper.objects.filter(slug=slug).exists():
        reasons.append(_("Another paper has the address “%(slug)s”. Enter a different one.") % {"slug": slug})
    if consultation.papers.filter(purpose=purpose).exists():
        reasons.append(_("This consultation already has a paper for this purpose."))
    if forum and forum.consultation_id != consultation.pk:
        reasons.append(_("The forum belongs to another consultation."))
    if predecessor and predecessor.state != PaperState.PUBLISHED:
        reasons.append(_("The earlier paper must be published before another one can replace it."))
    if reasons:
        raise Blocked(reasons)
    paper = PositionPaper.objects.create(
        consultation=consultation,
        forum=forum,
        predecessor=predecessor,
        slug=slug,
        title=title,
        short_title=short_title,
        purpose=purpose,
        language=language,
        created_by=by,
        created_at=now(),
    )
    themes = consultation.themes.order_by("order")
    rows = outline_like(like, themes) if like else usual_outline(themes, language)
    Section.objects.bulk_create(Section(paper=paper, order=order, **row) for order, row in enumerate(rows, 1))
    named = {"predecessor": predecessor.slug} if predecessor else {}
    journal("create", paper, by=by, after=paper.state, data=named, commits=[paper])
    return paper


@verb
def rename_paper(
    paper: PositionPaper, *, by: User, title: str, short_title: str, purpose: str = "", language: str = Language.ENGLISH
) -> PositionPaper:
    """Change the title or purpose of a paper while its text can change. Its address stays, so that links remain valid.
    Headings of the usual outline follow the language. Unchanged values have no effect. Raises NotAllowed, or Blocked
    with every reason.
    """
    row = open_text(paper.pk, by, gettext_lazy("Rename the paper"))
    data = {"title": title, "short_title": short_title, "purpose": purpose, "language": language}
    changed = {name: [getattr(row, name), words] for name, words in data.items() if words != getattr(row, name)}
    if "purpose" in changed and locked(row.consultation).papers.filter(purpose=purpose).exists():
        raise Blocked(_("This consultation already has a paper for this purpose."))
    if changed:
        for name, words in data.items():
            setattr(row, name, words)
        row.save(update_fields=list(changed))
        if "language" in changed:
            _translate_outline(row, *changed["language"])
        journal("rename_paper", row, by=by, data={"changed": changed}, commits=[row])
    return row


@verb
def choose_forum(paper: PositionPaper, *, by: User, forum: Forum) -> PositionPaper:
    """Choose the forum that adopts the paper, until the meeting has started discussing it.

    Raises NotAllowed, or Blocked with every reason.
    """
    demand(may_run(by, paper), who=SECRETARIAT, to=gettext_lazy("Choose the forum"))
    row = locked(paper)
    reasons = []
    if row.state not in BEFORE_THE_SESSION:
        words = _("You can choose the forum only before the meeting discusses the text. Now it is %(state)s.")
        reasons.append(words % {"state": row.get_state_display()})
    if forum.consultation_id != row.consultation_id:
        reasons.append(_("The forum belongs to another consultation."))
    if forum.state == ForumState.CANCELLED:
        reasons.append(_("This forum was cancelled."))
    if reasons:
        raise Blocked(reasons)
    if forum.pk == row.forum_id:
        return row
    before, row.forum = row.forum, forum
    row.save(update_fields=["forum"])
    journal("choose_forum", row, by=by, data={"from": before.slug if before else "", "to": forum.slug})
    return row


def _translate_outline(paper: PositionPaper, before: str, after: str) -> None:
    """Give the sections that have their usual heading in the language `before` that in the language `after`."""
    themes = list(paper.consultation.themes.all())
    pairs = zip(usual_outline(themes, before), usual_outline(themes, after), strict=True)
    called = {old["heading"]: new["heading"] for old, new in pairs}
    for section in paper.sections.filter(heading__in=called):
        section.heading = str(called[section.heading])
        section.save(update_fields=["heading"])


def open_text(paper_id: int, by: User, what: Words) -> PositionPaper:
    """Return the paper, locked, if its text can change now."""
    demand(may_draft(by, None), who=SECRETARIAT, to=what)
    (paper,) = PositionPaper.objects.select_for_update(of=("self",), no_key=True).filter(pk=paper_id)
    if paper.state not in OPEN_STATES:
        raise Blocked(
            _("The text can change only while the paper is drafted or consolidated. Now it is %(state)s.")
            % {"state": paper.get_state_display()}
        )
    return paper


@verb
def add_paragraph(
    section: Section,
    *,
    by: User,
    text: str,
    strength: str = Strength.NARRATIVE,
    is_secretariat_text: bool = False,
    provisions: Iterable[Provision] = (),
    language: str | None = None,
    why: str = "",
    after: Paragraph | None = None,
    key: UUID | None = None,
) -> Paragraph:
    """Add a paragraph at the end of a section, or after the paragraph `after`. Raises NotAllowed or Blocked.

    `key` is the new paragraph's: resending a form adds one paragraph. `language` defaults to that of the paper.
    """
    paper = open_text(section.paper_id, by, gettext_lazy("Write a paragraph"))
    if not paper.sections.filter(pk=section.pk).exists():
        raise Blocked(str(GONE))
    written = Paragraph.objects.filter(key=key).select_related("section").first() if key else None
    if written and written.section.paper_id == paper.pk:
        return written
    paragraph = Paragraph.objects.create(
        key=uuid4() if written or not key else key,
        section=section,
        order=_place(section, after),
        strength=strength,
        is_secretariat_text=is_secretariat_text,
        language=language or paper.language,
    )
    paragraph.provisions.set(provisions)
    wording = _word(paragraph, text, by, why)
    journal("write", paragraph, by=by, commits=[paragraph, wording])
    return paragraph


def _place(section: Section, after: Paragraph | None, *, first: bool = False) -> int:
    """Return a free order after `after`, at the start (`first`) or at the end; renumbers if there is no gap."""
    orders = list(section.paragraphs.order_by("order").values_list("order", flat=True))
    if after is None and not first:
        return (orders[-1] if orders else 0) + STEP
    before = Paragraph.objects.get(pk=after.pk).order if after else 0
    follower = next((order for order in orders if order > before), before + 2 * STEP)
    if follower - before > 1:
        return (before + follower) // 2
    for number, paragraph in enumerate(section.paragraphs.order_by("order", "pk"), 1):
        section.paragraphs.filter(pk=paragraph.pk).update(order=number * STEP)
    before = Paragraph.objects.get(pk=after.pk).order if after else 0
    return before + STEP // 2


def _word(paragraph: Paragraph, text: str, by: User, why: str) -> Wording:
    text = text.strip()
    if not text:
        raise Blocked(_("Enter the text of the paragraph."))
    number = (paragraph.wordings.aggregate(last=Max("number"))["last"] or 0) + 1
    wording = Wording(paragraph=paragraph, number=number, text=text, by=by, at=now(), why=why.strip())
    wording.clean_fields(exclude=["paragraph", "by", "sha256"])
    wording.sha256 = wording_sha256(wording.text)
    wording.save()
    paragraph.wording = wording
    paragraph.save(update_fields=["wording"])
    return wording


def _locked(paragraph: Paragraph, by: User, what: Words) -> Paragraph:
    open_text(paragraph.section.paper_id, by, what)
    rows = Paragraph.objects.select_for_update(of=("self",), no_key=True).select_related("wording", "section")
    (row,) = rows.filter(pk=paragraph.pk)
    if row.removed_at:
        raise Blocked(_("This paragraph was removed from the text."))
    return row


@verb
def reword(paragraph: Paragraph, *, by: User, text: str, why: str, base: Wording | int | None = None) -> Paragraph:
    """Save a new wording of a paragraph. Its sources are carried over as unconfirmed.

    `base` is the wording the editor started from: raises Conflict if it is not the present one. Unchanged text has no
    effect. Raises NotAllowed or Blocked.
    """
    row = _locked(paragraph, by, gettext_lazy("Edit a paragraph"))
    base_id = base.pk if isinstance(base, Wording) else base
    if text.strip() == row.present_wording.text:
        return row
    if base_id is not None and base_id != row.wording_id:
        raise Conflict(row)
    if not why.strip():
        raise Blocked(_("Enter a reason for the change: it is kept with the wording."))
    change_words(row, by, text, why)
    return row


def change_words(paragraph: Paragraph, writer: User, text: str, why: str) -> Wording:
    """Give a locked paragraph a new wording and return it. Its sources are carried over."""
    before = paragraph.present_wording
    wording = _word(paragraph, text, writer, why)
    _carry(before, wording, writer)
    data = {"from": before.sha256, "to": wording.sha256}
    journal("reword", paragraph, by=writer, reason=why, data=data, commits=[paragraph, wording])
    outdate_all(paragraph, by=writer)
    return wording


def _carry(before: Wording, after: Wording, by: User) -> None:
    """Copy the sources of `before` to the wording `after` as unconfirmed."""
    kept = set(Grounding.objects.filter(wording=after).values_list("point", flat=True))
    Grounding.objects.bulk_create(
        Grounding(wording=after, point_id=old.point_id, relation=old.relation, is_confirmed=False, by=by, at=now())
        for old in Grounding.objects.filter(wording=before)
        if old.point_id not in kept
    )


@verb
def mark_paragraph(
    paragraph: Paragraph,
    *,
    by: User,
    strength: str | None = None,
    is_secretariat_text: bool | None = None,
    provisions: Iterable[Provision] | None = None,
    language: str | None = None,
) -> Paragraph:
    """Set a paragraph's strength, secretariat text mark, objectives and language; None leaves a value unchanged."""
    row = _locked(paragraph, by, gettext_lazy("Mark a paragraph"))
    if strength is not None:
        row.strength = strength
    if is_secretariat_text is not None:
        row.is_secretariat_text = is_secretariat_text
    if language is not None:
        row.language = language
    row.save(update_fields=["strength", "is_secretariat_text", "language"])
    if provisions is not None:
        row.provisions.set(provisions)
    data = {"strength": row.strength, "secretariat_text": row.is_secretariat_text, "language": row.language}
    journal("mark", row, by=by, data=data, commits=[row])
    return row


@verb
def move_paragraph(
    paragraph: Paragraph,
    *,
    by: User,
    section: Section | None = None,
    after: Paragraph | None = None,
    first: bool = False,
) -> Paragraph:
    """Move a paragraph after `after`, or to the end or start (`first`) of `section` (default: its own).

    Its key stays. Raises NotAllowed or Blocked.
    """
    row = _locked(paragraph, by, gettext_lazy("Move a paragraph"))
    target = after.section if after else section or row.section
    if not Section.objects.filter(pk=target.pk, paper=row.section.paper_id).exists():
        raise Blocked(_("Choose a place in the same paper."))
    if after and after.pk == row.pk:
        return row
    row.section, row.order = target, _place(target, after, first=first)
    row.save(update_fields=["section", "order"])
    journal("move", row, by=by, data={"section": target.heading})
    return row


@verb
def remove_paragraph(paragraph: Paragraph, *, by: User, reason: str) -> Paragraph:
    """Remove a paragraph from the text; its wordings and sources are kept. Raises NotAllowed, or Blocked with every
    reason, for example a reservation on it. Resolves its open comments.
    """
    row = _locked(paragraph, by, gettext_lazy("Remove a paragraph"))
    reasons = [] if reason.strip() else [_("Enter a reason. It is kept in the journal.")]
    for reservation in row.reservations.filter(withdrawn_at=None).select_related("stakeholder"):
        words = _("%(name)s has a reservation on this paragraph: ask it to withdraw the reservation first.")
        reasons.append(words % {"name": reservation.stakeholder.label})
    if reasons:
        raise Blocked(reasons)
    row.removed_at = now()
    row.save(update_fields=["removed_at"])
    journal("remove", row, by=by, reason=reason, commits=[row])
    for remark in row.comments.open():
        settled = _("The paragraph was removed: %(reason)s") % {"reason": reason.strip()}
        resolve_comment(remark, by=by, resolution=settled[:COMMENT_LIMIT])
    outdate_all(row, by=by, also_places=True)
    return row


@verb
def ground(paragraph: Paragraph, point: Point, *, by: User, relation: str = GroundingRelation.RESTS_ON) -> Grounding:
    """Cite a point in a paragraph (or record that the text goes against it). A joined point counts as the one it is
    joined to. A point that an earlier paper answered can be cited too.

    Raises NotAllowed, or Blocked if the point does not count or belongs to another consultation, or to change a
    contrary point on `by`'s own text.
    """
    row = _locked(paragraph, by, gettext_lazy("Cite a point"))
    point = point.merged_into or point
    reasons = []
    if point.consultation_id != row.section.paper.consultation_id:
        reasons.append(_("The point belongs to another consultation."))
    if point.state not in NOT_JOINED:
        reasons.append(_("%(point)s is not validated yet.") % {"point": point.reference})
    if relation != GroundingRelation.CONTRARY:
        reasons += _own_words(row, row.present_wording.groundings.filter(point=point), by)
    if reasons:
        raise Blocked(reasons)
    values = {"relation": relation, "is_confirmed": True, "by": by, "at": now()}
    grounding, _made = Grounding.objects.update_or_create(wording=row.wording, point=point, defaults=values)
    journal("ground", row, by=by, data={"point": point.reference, "relation": relation})
    return grounding


@verb
def unground(grounding: Grounding, *, by: User) -> None:
    """Remove a cited point from a paragraph; the journal keeps it.

    Raises NotAllowed, or Blocked: authors do not remove points against their own text.
    """
    row = _locked(grounding.wording.paragraph, by, gettext_lazy("Change the sources of a paragraph"))
    if grounding.wording_id != row.wording_id:
        raise Blocked(_("This belongs to an earlier wording, which cannot change."))
    if reasons := _own_words(row, row.present_wording.groundings.filter(pk=grounding.pk), by):
        raise Blocked(reasons)
    reference = grounding.point.reference
    grounding.delete()
    journal("unground", row, by=by, data={"point": reference})


def _own_words(row: Paragraph, groundings: QuerySet[Grounding], by: User) -> list[str]:
    """Return why `by` cannot remove a contrary point: authors do not decide on points against their own text."""
    against = groundings.filter(relation=GroundingRelation.CONTRARY)
    if not (row.wordings.filter(by=by).exists() and against.exists()):
        return []
    return [_("The point goes against a paragraph that you wrote: another officer must remove it.")]


@verb
def confirm_grounding(grounding: Grounding, *, by: User) -> Grounding:
    """Confirm that a source still supports the text after an edit. Raises NotAllowed or Blocked."""
    row = _locked(grounding.wording.paragraph, by, gettext_lazy("Confirm a source"))
    if grounding.wording_id != row.wording_id:
        raise Blocked(_("This belongs to an earlier wording, which cannot change."))
    grounding.is_confirmed, grounding.by, grounding.at = True, by, now()
    grounding.save()
    journal("confirm_grounding", row, by=by, data={"point": grounding.point.reference})
    return grounding
