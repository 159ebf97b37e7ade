"""Reminders to organisations that were asked for an input, or have a draft, and have not sent one."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Consultation, Reminder, Stakeholder, Submission, User
from consultations.notifications import recipients, submissions
from consultations.permissions import SECRETARIAT, is_secretariat
from ncm_portal.workflow import Blocked, demand, journal, locked, now, verb

ESCALATED = 2  # the second reminder and later ones also go to the principal


@dataclass(frozen=True)
class Letter:
    """Next letter to an organisation: its number (0 asks, others remind), its recipients, and the reasons
    against it.
    """

    stakeholder: Stakeholder
    number: int
    people: list[recipients.Recipient] = field(default_factory=list)
    principal: str = ""
    reasons: list[str] = field(default_factory=list)


def next_letters(consultation: Consultation, stakeholders: Iterable[Stakeholder]) -> list[Letter]:
    """Return the next letter to each of `stakeholders`. Three queries, whatever their number.

    Organisations with a draft are reminded even if they were never asked; those without one are asked first.
    """
    bodies = list(stakeholders)
    last: dict[int, Reminder] = {}
    for reminder in Reminder.objects.filter(consultation=consultation, stakeholder__in=bodies).order_by("number"):
        last[reminder.stakeholder_id] = reminder
    inputs = Submission.objects.filter(consultation=consultation, stakeholder__in=bodies)
    states = set(inputs.exclude(state=Submission.State.WITHDRAWN).values_list("stakeholder", "state"))
    people = recipients.people_of_each(bodies)
    return [
        _letter(consultation, body, last.get(body.pk), {state for pk, state in states if pk == body.pk}, people[body])
        for body in bodies
    ]


def _letter(
    consultation: Consultation,
    body: Stakeholder,
    last: Reminder | None,
    states: set[str],
    people: list[recipients.Recipient],
) -> Letter:
    has_draft = Submission.State.DRAFT in states
    number = last.number + 1 if last else int(has_draft)
    known = {each.address.lower() for each in people}
    principal = body.contact_email if number >= ESCALATED and body.contact_email.lower() not in known else ""
    reasons = []
    if not consultation.takes_inputs:
        reasons.append(_("The consultation is not open for inputs."))
    if body.state != Stakeholder.State.VERIFIED:
        reasons.append(_("It is %(state)s.") % {"state": body.get_state_display()})
    if states - {Submission.State.DRAFT}:
        reasons.append(_("It has already sent an input."))
    if last and timezone.localdate(last.at) == timezone.localdate(now()):
        reasons.append(_("It has already been e-mailed today. Try again tomorrow."))
    if not people and not principal:
        reasons.append(_("It cannot be reached by mail: it has no focal point and no contact address."))
    return Letter(body, number, people, principal, reasons)


@verb
def request_input(stakeholder: Stakeholder, *, consultation: Consultation, by: User) -> Reminder:
    """Ask an organisation for its input, once. Mails its focal points. Raises NotAllowed or Blocked."""
    letter = _next(stakeholder, consultation, by)
    if letter.number:
        raise Blocked([_("It has already been asked or has started an input. Remind it instead."), *letter.reasons])
    return _write(letter, consultation, by, "request_input")


@verb
def remind(stakeholder: Stakeholder, *, consultation: Consultation, by: User) -> Reminder:
    """Remind an organisation that was asked or has a draft and has not sent an input; at most once a day.

    From the second reminder on its principal gets the letter too. Raises NotAllowed or Blocked.
    """
    letter = _next(stakeholder, consultation, by)
    if not letter.number:
        raise Blocked([_("It has not been asked yet and has not started an input."), *letter.reasons])
    return _write(letter, consultation, by, "remind")


def _next(stakeholder: Stakeholder, consultation: Consultation, by: User) -> Letter:
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Ask for inputs"))
    return next_letters(consultation, [locked(stakeholder)])[0]


def _write(letter: Letter, consultation: Consultation, by: User, name: str) -> Reminder:
    if letter.reasons:
        raise Blocked(letter.reasons)
    made = Reminder.objects.create(
        consultation=consultation,
        stakeholder=letter.stakeholder,
        number=letter.number,
        to_principal=bool(letter.principal),
        by=by,
        at=now(),
    )
    body = letter.stakeholder
    data = {"consultation": consultation.slug, "number": made.number, "to_principal": made.to_principal}
    journal(name, body, by=by, before=body.state, after=body.state, data=data)
    principal = [recipients.Recipient(letter.principal)] if letter.principal else []
    submissions.input_asked_for(made, [*letter.people, *principal])
    return made
