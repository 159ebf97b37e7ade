"""Texts of letters and mails at the desk: list, change with preview, test mail, versions, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.html import escape, linebreaks
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consultations import workflow
from consultations.forms.letter_texts import LetterTextForm
from consultations.letter_texts import FIELDS, KINDS, fill, own_words, written
from consultations.models import Consultation, Language, LetterText, OutgoingMail, Reminder, User
from consultations.notifications import delegates, enquiries, invitations, recipients, submissions
from consultations.notifications.letter_texts import previewed
from consultations.notifications.outbox import outgoing
from consultations.permissions import SignedInRequest
from consultations.queries.delegates import refusal_reasons
from consultations.queries.invitations import open_actions
from consultations.queries.letter_texts import texts_in_force, versions_of
from consultations.queries.programme import calendar_address
from consultations.views.decorators import INVALID, NOTHING_DONE, Outcome, attempt, consultation_at, for_secretariat
from ncm_portal.workflow import Conflict, now
from positions import notifications
from positions.queries.letter_texts import Shown, records_for

OPEN, CLOSE = "\ue000", "\ue001"  # marks around values in a preview
NO_CONSULTATION = gettext_lazy(
    "A text belongs to one consultation. Mails about questions on no consultation keep the text that comes with the "
    "portal."
)
GROUPS = [  # of the list, by the records that the letters are about
    (gettext_lazy("Forum"), ("letters", "delegates")),
    (gettext_lazy("Inputs"), ("organisations", "consultation", "inputs")),
    (gettext_lazy("Position paper"), ("rounds", "clearances", "papers")),
    (gettext_lazy("Questions to the secretariat"), ("enquiries",)),
]


class Letter(NamedTuple):
    """A text that can be changed: of a consultation, in a language, with its versions, the last first."""

    consultation: Consultation
    kind: str
    language: str
    versions: list[LetterText]

    @property
    def number(self) -> int:
        """Return the number of its last version, 0 if it was never changed."""
        return self.versions[0].number if self.versions else 0

    @property
    def is_own(self) -> bool:
        """Return whether the office's text is in force."""
        return bool(self.versions) and self.versions[0].is_own

    def reread(self) -> Letter:
        """Return it with the versions that there are by now."""
        return self._replace(versions=versions_of(self.consultation.pk, self.kind, self.language))

    def words(self, number: int | None = None) -> tuple[str, str]:
        """Return subject and text in force, or those of a version."""
        chosen = next((each for each in self.versions if each.number == number), None)
        last = chosen or (self.versions[0] if self.versions else None)
        if last and last.is_own:
            return last.subject, last.body
        with translation.override(self.language):
            return own_words(self.kind)


# --- Preview ----------------------------------------------------------------------------------------------------------


def _mark(value: str) -> str:
    return "\n".join(f"{OPEN}{line}{CLOSE}" if line.strip() else line for line in value.splitlines())


def _shown(text: str) -> SafeString:
    """Show a text with the values of its fields marked, escaped."""
    html = linebreaks(escape(text))
    return SafeString(html.replace(OPEN, '<b class="filled">').replace(CLOSE, "</b>"))


def _letter_mail(record: Any) -> OutgoingMail | None:
    actions = open_actions(record.forum, [record.stakeholder_id])[record.stakeholder_id]
    record.email = record.email or "-"
    return invitations.invitation_mail(record, invitations.short_programme(record), actions)


def _reminder_mail(record: Any) -> OutgoingMail | None:
    record.email = record.email or "-"
    return invitations.reminder_mail(record)


def _printed(record: Any) -> OutgoingMail:
    return outgoing("", *invitations.printed_words(record))


def _seat(state: str) -> Callable[[Any], OutgoingMail]:
    def mail(record: Any) -> OutgoingMail:
        record.state, record.calendar = state, calendar_address(record)
        record.reason = refusal_reasons([record]).get(record.pk) or _("[the reason]")
        return delegates.mail_to_person(record)

    return mail


def _about_input(tell: Callable[[Any], None]) -> Callable[[Any], None]:
    def mail(record: Any) -> None:
        record.state_reason = record.state_reason or _("[the reason]")
        tell(record)

    return mail


def _ask(number: int) -> Callable[[Any, Consultation], None]:
    def mail(record: Any, consultation: Consultation) -> None:
        reminder = Reminder(consultation=consultation, stakeholder=record, number=number, at=now())
        submissions.input_asked_for(reminder, recipients.people_of(record))

    return mail


def _enquiry_answered(record: Any) -> None:
    record.answer = record.answer or _("[the answer]")
    enquiries.enquiry_answered(record)


def _answered(record: Any) -> None:
    first = record.dispositions.filter(point__submission__author__is_active=True).order_by("pk").first()
    if first:
        notifications.answered(record, only=first.point.submission.author)


ASKED = {"input_asked_for": _ask(0), "input_reminder": _ask(1)}
MAILS: dict[str, Callable[[Any], OutgoingMail | None]] = {
    "invitation_letter": _printed,
    "forum_invitation": _letter_mail,
    "forum_reminder": _reminder_mail,
    "seat_confirmed": _seat("confirmed"),
    "seat_waitlisted": _seat("waitlisted"),
    "seat_refused": _seat("refused"),
    "seat_withdrawn": _seat("withdrawn"),
    "deadline_extended": recipients.deadline_extended,
    "receipt": submissions.receipt,
    "returned": _about_input(submissions.returned),
    "accepted": submissions.accepted,
    "set_aside": _about_input(submissions.set_aside),
    "enquiry_received": enquiries.enquiry_received,
    "enquiry_answered": _enquiry_answered,
    "review_opened": notifications.review_opened,
    "review_extended": notifications.review_extended,
    "clearance_requested": lambda record: notifications.clearance_requested([record]),
    "answered": _answered,
}


def _preview(letter: Letter, subject: str, body: str, record: Any, mark: Callable[[str], str] = str) -> OutgoingMail:
    """Return the mail of these words about a record, unsaved; without one, the names of the fields stand for values."""
    draft = LetterText(kind=letter.kind, language=letter.language, subject=subject, body=body)
    with previewed(draft, mark=mark) as mails:
        ask = ASKED.get(letter.kind)
        if record is None:
            mail = None
        elif ask:
            mail = ask(record, letter.consultation)
        else:
            mail = MAILS[letter.kind](record)
    if mail := mail or next(iter(mails), None):
        return mail
    labels = {name: mark(f"[{FIELDS[name].label}]") for name in KINDS[letter.kind].fields}
    return outgoing("", fill(subject, labels), fill(body, labels))


def test_mail(consultation: Consultation, kind: str, user: User) -> OutgoingMail:
    """Return the mail of the text in force, in English, about the first record that `user` may read, unsaved."""
    language = Language.ENGLISH
    letter = Letter(consultation, kind, language, versions_of(consultation.pk, kind, language))
    records = records_for(KINDS[kind].about, consultation, user)
    return _preview(letter, *letter.words(), records[0].record if records else None)


# --- Pages ------------------------------------------------------------------------------------------------------------


@for_secretariat
@require_safe
def desk_letters(request: HttpRequest, slug: str) -> HttpResponse:
    """List the letters and mails of a consultation, and say which texts the office changed."""
    consultation = consultation_at(request, slug)
    texts = texts_in_force(consultation.pk)

    def row(code: str) -> dict[str, Any]:
        kind = KINDS[code]
        states = [(language, texts.get((code, language))) for language in kind.languages]
        return {"code": code, "label": kind.label, "states": states}

    groups = [
        (name, [row(code) for code in KINDS if KINDS[code].about in about], "enquiries" in about)
        for name, about in GROUPS
    ]
    changed = sum(each.is_own for each in texts.values())
    context = {"consultation": consultation, "groups": groups, "changed": changed, "note": NO_CONSULTATION}
    return render(request, "positions/letter_texts/letters.html", context)


def _letter(request: HttpRequest, slug: str, kind: str, language: str) -> Letter:
    consultation = consultation_at(request, slug)
    if kind not in KINDS or language not in KINDS[kind].languages:
        raise Http404
    return Letter(consultation, kind, language, versions_of(consultation.pk, kind, language))


class Typed(NamedTuple):
    """What was typed about a letter, and the record that it is shown for."""

    form: LetterTextForm
    records: list[Shown]

    @property
    def record(self) -> Any:
        """Return the chosen record, or the first; None if there is none."""
        chosen = self.form["record"].value()
        return next((each.record for each in self.records if each.key == chosen), None) or (
            self.records[0].record if self.records else None
        )


def _typed(request: SignedInRequest, letter: Letter, **changed: str) -> Typed:
    records = records_for(KINDS[letter.kind].about, letter.consultation, request.user)
    choices = [(each.key, each.label) for each in records]
    if request.method == "POST":
        data = {**request.POST.dict(), **changed}
        return Typed(LetterTextForm(data, kind=letter.kind, records=choices), records)
    version = request.GET.get("version", "")
    subject, body = letter.words(
        int(version) if version.isascii() and version.isdecimal() and len(version) < 9 else None
    )
    initial = {"subject": subject, "body": body, "number": letter.number, "record": request.GET.get("record", "")}
    return Typed(LetterTextForm(kind=letter.kind, records=choices, initial=initial), records)


def _show(
    request: HttpRequest,
    letter: Letter,
    typed: Typed,
    outcome: Outcome = NOTHING_DONE,
    theirs: LetterText | None = None,
) -> HttpResponse:
    form, kind = typed.form, KINDS[letter.kind]
    subject, body = (str(form[name].value() or "")[:20_000] for name in ("subject", "body"))
    mail = _preview(letter, subject, body, typed.record, _mark)
    context = {
        "consultation": letter.consultation,
        "letter": letter,
        "kind": kind,
        "languages": [(code, name) for code, name in Language.choices if code in kind.languages],
        "fields": [
            (written(name), FIELDS[name].label, name in (*kind.required, *kind.in_subject), FIELDS[name].in_subject)
            for name in kind.fields
        ],
        "form": form,
        "reasons": outcome.reasons,
        "theirs": theirs,
        "subject": _shown(mail.subject),
        "body": _shown(mail.body),
        "to": mail.to,
        "is_real": typed.record is not None,
        "note": NO_CONSULTATION if kind.about == "enquiries" else "",
    }
    return render(request, "positions/letter_texts/letter.html", context, status=outcome.status)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_letter_text(request: SignedInRequest, slug: str, kind: str, language: str) -> HttpResponse:
    """Show a text with its preview and versions; POST saves it as the next version."""
    letter = _letter(request, slug, kind, language)
    typed = _typed(request, letter)
    if request.method != "POST":
        return _show(request, letter, typed)
    if not typed.form.is_valid():
        return _show(request, letter, typed, INVALID)
    data = {name: typed.form.cleaned_data[name] for name in ("subject", "body", "number")}
    theirs: list[LetterText | None] = []

    def save() -> None:
        try:
            workflow.change_letter_text(letter.consultation, kind, language, by=request.user, **data)
        except Conflict as conflict:
            theirs.append(conflict.theirs)
            raise

    outcome = attempt(save)
    if not outcome.reasons:
        messages.success(request, _("Saved. It is used from now on; what was sent before stays as it was."))
        return redirect("desk_letter_text", slug, kind, language)
    if theirs:  # shown beside: saving again replaces it knowingly
        letter = letter.reread()
        typed = _typed(request, letter, number=str(letter.number))
    return _show(request, letter, typed, outcome, theirs[0] if theirs else None)


@for_secretariat
@require_POST
def desk_letter_preview(request: SignedInRequest, slug: str, kind: str, language: str) -> HttpResponse:
    """Show what was typed as it will be read, without saving it."""
    letter = _letter(request, slug, kind, language)
    typed = _typed(request, letter)
    return _show(request, letter, typed, NOTHING_DONE if typed.form.is_valid() else INVALID)


@for_secretariat
@require_POST
def desk_letter_test(request: SignedInRequest, slug: str, kind: str, language: str) -> HttpResponse:
    """Send what was typed to oneself, without saving it."""
    letter = _letter(request, slug, kind, language)
    typed = _typed(request, letter)
    if not typed.form.is_valid():
        return _show(request, letter, typed, INVALID)
    data = typed.form.cleaned_data
    mail = _preview(letter, data["subject"], data["body"], typed.record)
    outcome = attempt(lambda: workflow.send_test_letter(letter.consultation, mail, by=request.user))
    if not outcome.reasons:
        sent = _("A test is on its way to %(address)s. The text is not saved yet.") % {"address": request.user.email}
        messages.success(request, sent)
    return _show(request, letter, typed, outcome if outcome.reasons else NOTHING_DONE)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_letter_restore(request: SignedInRequest, slug: str, kind: str, language: str) -> HttpResponse:
    """Show the text that comes with the portal beside the present one; POST returns to it."""
    letter = _letter(request, slug, kind, language)
    outcome = NOTHING_DONE
    if request.method == "POST":
        number = request.POST.get("number", "")
        read = int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else -1
        outcome = attempt(
            lambda: workflow.restore_letter_text(letter.consultation, kind, language, by=request.user, number=read)
        )
        if not outcome.reasons:
            messages.success(request, _("The text that comes with the portal is in use again."))
            return redirect("desk_letter_text", slug, kind, language)
        letter = letter.reread()
    with translation.override(language):
        subject, body = own_words(kind)
    context = {
        "consultation": letter.consultation,
        "letter": letter,
        "kind": KINDS[kind],
        "subject": subject,
        "body": body,
        "reasons": outcome.reasons,
    }
    return render(request, "positions/letter_texts/restore.html", context, status=outcome.status)
