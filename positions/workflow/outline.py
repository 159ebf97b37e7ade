"""The outline of a paper: its sections are added, renamed, moved and removed while the text can change."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Theme, User
from ncm_portal.workflow import Blocked, Words, journal, verb
from positions.models import Amendment, PositionPaper, Section, SectionPart
from positions.queries.outline import renumbers

from .drafting import GONE, open_text


@verb
def add_section(
    paper: PositionPaper,
    *,
    by: User,
    heading: str,
    part: str = SectionPart.BODY,
    theme: Theme | None = None,
    after: Section | None = None,
) -> Section:
    """Add a section after the section `after` (default: at the end). Raises NotAllowed or Blocked."""
    row = open_text(paper.pk, by, gettext_lazy("Add a section"))
    sections = list(row.sections.order_by("order"))
    place = sections.index(after) + 1 if after in sections else len(sections)
    section = Section(paper=row, heading=heading, part=part, theme=theme)
    _put_in_order([*sections[:place], section, *sections[place:]])
    journal("add_section", row, by=by, data={"heading": heading})
    return section


@verb
def edit_section(section: Section, *, by: User, heading: str) -> Section:
    """Change the heading of a section."""
    paper, row = _locked(section, by, gettext_lazy("Edit a section"))
    row.heading = heading
    row.save(update_fields=["heading"])
    journal("edit_section", paper, by=by, data={"heading": heading})
    return row


@verb
def move_section(section: Section, *, by: User, after: Section | None, reason: str = "") -> Section:
    """Move a section after the section `after`, or to the beginning if that is None. A move to its own place has no
    effect.

    Raises NotAllowed, or Blocked: a reason is needed if paragraphs of an edition get other numbers.
    """
    paper, row = _locked(section, by, gettext_lazy("Move a section"))
    sections = list(paper.sections.order_by("order"))
    if after is not None and after not in sections:
        raise Blocked(_("Choose a place in the same paper."))
    others = [each for each in sections if each != row]
    place = sections.index(row) if after == row else others.index(after) + 1 if after else 0
    order = [*others[:place], row, *others[place:]]
    if order == sections:
        return row
    if not reason.strip() and renumbers(paper, order):
        raise Blocked(_("Enter a reason: paragraphs of an edition get other numbers. It is kept in the journal."))
    _put_in_order(order)
    data = {"heading": row.heading, "after": after.heading if after else ""}
    journal("move_section", paper, by=by, reason=reason.strip(), data=data)
    return row


@verb
def remove_section(section: Section, *, by: User) -> None:
    """Remove a section without paragraphs from the outline. Paragraphs that were removed from it before are kept with
    the section next to it. Raises NotAllowed, or Blocked with every reason.
    """
    paper, row = _locked(section, by, gettext_lazy("Remove a section"))
    others = list(paper.sections.exclude(pk=row.pk).order_by("order"))
    reasons = []
    if row.paragraphs.standing().exists():
        reasons.append(_("The section has paragraphs: move or remove them first."))
    if Amendment.objects.filter(section=row).exists():
        reasons.append(_("An amendment moves a paragraph to this section, so it stays."))
    if not others:
        reasons.append(_("A paper has at least one section."))
    if reasons:
        raise Blocked(reasons)
    before = [each for each in others if each.order < row.order]
    row.paragraphs.update(section=before[-1] if before else others[0])
    journal("remove_section", paper, by=by, data={"heading": row.heading})
    row.delete()
    _put_in_order(others)


def _locked(section: Section, by: User, what: Words) -> tuple[PositionPaper, Section]:
    """Return the paper, locked, and the section as it is now, if the text can change."""
    paper = open_text(section.paper_id, by, what)
    row = paper.sections.filter(pk=section.pk).first()
    if row is None:
        raise Blocked(str(GONE))
    return paper, row


def _put_in_order(sections: list[Section]) -> None:
    """Save the sections with their places in this order; the database compares places at the end."""
    for order, section in enumerate(sections, 1):
        if section.pk is None or section.order != order:
            section.order = order
            section.save()
