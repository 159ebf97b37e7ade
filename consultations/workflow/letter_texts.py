"""Texts of letters and mails: change one, restore the portal's, and send oneself a test."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.letter_texts import KINDS, problems
from consultations.models import Consultation, LetterText, OutgoingMail, User
from consultations.notifications.outbox import outgoing
from consultations.permissions import SECRETARIAT, is_secretariat
from consultations.queries.letterhead import letterhead_in_force
from ncm_portal.workflow import Blocked, Conflict, demand, journal, locked, now, verb


@verb
def change_letter_text(
    consultation: Consultation, kind: str, language: str, *, by: User, subject: str, body: str, number: int
) -> LetterText:
    """Change the text of a letter or mail from now on; `number` is the version that was read, 0 for the portal's.

    Raises NotAllowed, Conflict if somebody changed it meanwhile, or Blocked with every reason.
    """
    row, last = _begin(consultation, kind, language, by, number)
    subject, body = " ".join(subject.split()), body.strip()
    reasons = [words for _field, words in problems(kind, subject, body)]
    if last and (last.subject, last.body) == (subject, body):
        reasons.append(_("This changes nothing."))
    if reasons:
        raise Blocked(reasons)
    return _write(row, kind, language, last, by, subject, body)


@verb
def restore_letter_text(
    consultation: Consultation, kind: str, language: str, *, by: User, number: int, reason: str = ""
) -> LetterText:
    """Return to the text that comes with the portal; earlier versions are kept.

    Raises NotAllowed, Conflict if somebody changed it meanwhile, or Blocked.
    """
    row, last = _begin(consultation, kind, language, by, number)
    if last is None or not last.is_own:
        raise Blocked(_("The text that comes with the portal is in use already."))
    return _write(row, kind, language, last, by, reason=reason)


def _begin(
    consultation: Consultation, kind: str, language: str, by: User, number: int
) -> tuple[Consultation, LetterText | None]:
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Change the text of a letter or mail"))
    if kind not in KINDS or language not in KINDS[kind].languages:
        raise Blocked(_("There is no such letter or mail in this language."))
    row = locked(consultation)
    last = row.letter_texts.filter(kind=kind, language=language).order_by("-number").first()
    if number != (last.number if last else 0):
        raise Conflict(last)
    return row, last


def _write(
    row: Consultation,
    kind: str,
    language: str,
    last: LetterText | None,
    by: User,
    subject: str = "",
    body: str = "",
    reason: str = "",
) -> LetterText:
    made = LetterText.objects.create(
        consultation=row, kind=kind, language=language, number=last.number + 1 if last else 1,
        subject=subject, body=body, by=by, at=now(),
    )  # fmt: skip
    data = {"letter": kind, "language": language, "version": made.number}
    if body:
        data |= {"subject": subject, "text": body}
    journal("change_letter_text" if body else "restore_letter_text", row, by=by, reason=reason, data=data)
    return made


@verb
def send_test_letter(consultation: Consultation, mail: OutgoingMail, *, by: User) -> OutgoingMail:
    """Queue a previewed mail, from the sender of the letterhead, as a test to the officer who wrote it.

    Raises NotAllowed.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Change the text of a letter or mail"))
    test = outgoing(by.email, _("Test: %(subject)s") % {"subject": mail.subject}, mail.body)
    test.user = by
    if letterhead := letterhead_in_force(consultation.pk):
        test.sender, test.reply_to = letterhead.sender_name, letterhead.reply_to
    test.save()
    return test
