"""Records on which the texts of letters and mails are previewed."""

from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from consultations.models import Consultation, Delegate, Invitation, Stakeholder, Submission, User
from consultations.queries.enquiries import about as enquiries_about
from positions.models import Clearance, PositionPaper, ReviewRound

MOST = 50  # records to choose from


class Shown(NamedTuple):
    """A record of the consultation and what it is called in the list."""

    record: Any
    label: str

    @property
    def key(self) -> str:
        """Return the value of its choice."""
        return str(self.record.pk)


def records_for(about: str, consultation: Consultation, user: User) -> list[Shown]:
    """Return the newest records that `user` may read and that a letter or mail could be about. One query, or three
    where none is written.
    """
    return _READERS[about](consultation, user)


def _inputs(consultation: Consultation, _user: User) -> list[Shown]:
    sent = consultation.submissions.exclude(state=Submission.State.DRAFT).exclude(reference=None)
    rows = sent.select_related("author", "stakeholder", "consultation").order_by("-submitted_at", "-pk")
    return [Shown(row, f"{row.reference}, {row.stakeholder}") for row in rows[:MOST]]


def _letters(consultation: Consultation, _user: User) -> list[Shown]:
    rows = Invitation.objects.filter(forum__consultation=consultation).select_related("forum", "stakeholder")
    return [Shown(row, str(row.stakeholder)) for row in rows.order_by("-pk")[:MOST]] or _example(consultation)


def _example(consultation: Consultation) -> list[Shown]:
    """Return a letter, unsaved, to the first institution: before any is written."""
    forum = consultation.forums.order_by("-starts_on").first()
    body = Stakeholder.objects.verified().order_by("name", "pk").first()
    if forum is None or body is None:
        return []
    letter = Invitation(forum=forum, stakeholder=body, seats=1, respond_by=forum.respond_by or forum.starts_on)
    letter.reference = _("[reference]")
    return [Shown(letter, _("%(name)s (example)") % {"name": body})]


def _delegates(consultation: Consultation, _user: User) -> list[Shown]:
    rows = Delegate.objects.filter(forum__consultation=consultation, merged_into=None)
    named = rows.select_related("forum", "stakeholder", "user", "sits_in_for").order_by("-pk")
    return [Shown(row, f"{row.name}, {row.stakeholder}") for row in named[:MOST]]


def _organisations(_consultation: Consultation, _user: User) -> list[Shown]:
    return [Shown(row, str(row)) for row in Stakeholder.objects.verified().order_by("name", "pk")[:MOST]]


def _consultation(consultation: Consultation, _user: User) -> list[Shown]:
    return [Shown(consultation, consultation.short_title)]


def _rounds(consultation: Consultation, _user: User) -> list[Shown]:
    rows = ReviewRound.objects.filter(paper__consultation=consultation, paper__is_restricted=False)
    return [Shown(row, str(row)) for row in rows.select_related("paper").order_by("-pk")[:MOST]]


def _clearances(consultation: Consultation, _user: User) -> list[Shown]:
    rows = Clearance.objects.filter(paper__consultation=consultation).select_related("paper", "ministry")
    return [Shown(row, str(row.ministry)) for row in rows.order_by("-pk")[:MOST]]


def _papers(consultation: Consultation, _user: User) -> list[Shown]:
    rows = PositionPaper.objects.filter(consultation=consultation, is_restricted=False)
    return [Shown(row, row.short_title) for row in rows.order_by("-pk")[:MOST]]


def _enquiries(consultation: Consultation, user: User) -> list[Shown]:
    mailed = enquiries_about(user, consultation).filter(erased_at=None).exclude(email="")
    return [Shown(row, f"{row.reference}, {row.subject}") for row in mailed.order_by("-pk")[:MOST]]


_READERS = {
    "inputs": _inputs,
    "letters": _letters,
    "delegates": _delegates,
    "organisations": _organisations,
    "consultation": _consultation,
    "rounds": _rounds,
    "clearances": _clearances,
    "papers": _papers,
    "enquiries": _enquiries,
}
