"""Write mails into the outbox in the caller's transaction: recipients, texts and timing."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Any, NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from ..models import (
    Communique,
    Consultation,
    Job,
    Language,
    Medium,
    Membership,
    MembershipInvitation,
    MembershipRole,
    Notices,
    Office,
    OutgoingMail,
    Proposal,
    Stakeholder,
    StakeholderState,
    Submission,
    User,
)
from ..permissions import UNDO_WITHIN
from . import letter_texts
from .outbox import next_digest, one_line, outgoing, stop_link
from .sms import is_available

REST = UNDO_WITHIN + timedelta(minutes=1)  # no mail about a decision leaves while it can be undone at once


class Recipient(NamedTuple):
    """Mail recipient: address, name for the salutation (or empty), language, and the account, which chose how to get
    notices.
    """

    address: str
    name: str = ""
    language: str = Language.ENGLISH
    user: User | None = None


# --- Writing ------------------------------------------------------------------------------------------------------


def address(url_name: str, *args: object) -> str:
    """Return the full public address of a page."""
    return settings.PORTAL_ADDRESS + reverse(url_name, args=args)


def written(
    template: str,
    to: Recipient,
    *,
    about: int | None = None,
    kind: str = "",
    always: bool = False,
    optional: bool = False,
    sms: bool = False,
    **context: Any,
) -> list[OutgoingMail]:
    """Return the unsaved messages of a template for one recipient, in the recipient's language: by mail as the person
    chose (receipts and deadlines `always`), and by text message if chosen (`sms`).

    The first line of the rendered template is the subject; a text message consists of that and the link. Recipients
    without an account, and of `optional` mail, get a link to stop it. `about` is the consultation whose office may have
    changed the text of this `kind`, which is named like the template unless that has several.
    """
    if preview := letter_texts.current_preview():
        to, always, sms = to._replace(language=preview.draft.language), True, False
    optional = optional or to.user is None
    choice = Notices.AT_ONCE if always or to.user is None else to.user.notices
    context |= {"name": to.name, "portal": settings.PORTAL_ADDRESS, "bare": choice == Notices.DAILY}
    context |= {"stop": stop_link(to.address) if optional else ""}
    letterhead = letter_texts.own_letterhead(about)
    context["reply_to"] = letterhead.reply_to if letterhead else ""
    with translation.override(to.language):
        code = kind or PurePath(template).stem
        subject, body = letter_texts.render(template, code, to.language, context, letter_texts.own_texts(about))
    mail = outgoing(to.address, subject, body)
    if letterhead:
        mail.sender, mail.reply_to = letterhead.sender_name, letterhead.reply_to
    mail.user, mail.is_optional = to.user, optional
    if choice == Notices.DAILY:
        mail.in_digest, mail.due_at = True, next_digest(mail.due_at)
    made = [] if choice == Notices.NONE else [mail]
    return [*made, *(_by_telephone(to, mail.subject, str(context.get("link", ""))) if sms else [])]


def _by_telephone(to: Recipient, subject: str, link: str) -> list[OutgoingMail]:
    """Return whether the person gave a number for text messages."""
    if to.user is None or not to.user.phone or not is_available():
        return []
    text = f"{subject}: {link}" if link else subject
    return [OutgoingMail(medium=Medium.SMS, to=to.user.phone, user=to.user, subject=subject, body=text)]


def send_all(
    template: str,
    recipients: Iterable[Recipient],
    *,
    about: int | None = None,
    kind: str = "",
    always: bool = False,
    optional: bool = False,
    sms: bool = False,
    decision_on: Submission | None = None,
    **context: Any,
) -> None:
    """Queue the messages for each recipient in the caller's transaction. See `written`. Those about a decision on an
    input rest until it can no longer be undone at once.
    """
    how: dict[str, Any] = {"about": about, "kind": kind, "always": always, "optional": optional, "sms": sms}
    if preview := letter_texts.current_preview():
        first = next(iter(recipients), Recipient(""))
        preview.mails += [] if preview.mails else written(template, first, **how, **context)
        return
    with letter_texts.texts_kept():
        made = [row for to in recipients for row in written(template, to, **how, **context)]
    for row in made if decision_on else []:
        rested = row.created_at + REST
        row.submission, row.due_at = decision_on, next_digest(rested) if row.in_digest else rested
    OutgoingMail.objects.bulk_create(made, batch_size=500)


LIKE_LINKS = re.compile(r"(?<=:)(?=//)|(?<=\w[.@])(?=\w\w)|(?<=\w@)(?=\w)", re.IGNORECASE)
WORD_JOINER = "\u2060"  # zero-width: separates what a mail program would turn into a link


def typed(text: str) -> str:
    """Return one line of user input, such as a name or title, for the body of a mail, changed so that mail programs do
    not turn it into a link. Not for subjects.
    """
    return LIKE_LINKS.sub(WORD_JOINER, one_line(text))


# --- Recipients ---------------------------------------------------------------------------------------------------


def recipient(user: User) -> Recipient:
    """Return the mail recipient for a person."""
    return Recipient(user.email, typed(user.name), user.language, user)


def people_of(*stakeholders: Stakeholder) -> list[Recipient]:
    """Return the recipients for these organisations: each current focal point and alternate once.

    A verified organisation without anybody who can sign in gets mail at its contact address, if any.
    """
    result = [each for people in people_of_each(stakeholders).values() for each in people]
    return list({each.address.lower(): each for each in reversed(result)}.values())[::-1]


def people_of_each(stakeholders: Iterable[Stakeholder]) -> dict[Stakeholder, list[Recipient]]:
    """Return the recipients for each of these organisations. One query."""
    people: dict[int, list[Recipient]] = {body.pk: [] for body in stakeholders}
    speaking = (MembershipRole.FOCAL_POINT, MembershipRole.ALTERNATE)
    live = Membership.objects.live().filter(stakeholder__in=people, role__in=speaking, user__is_active=True)
    for membership in live.select_related("user").order_by("pk"):
        people[membership.stakeholder_id].append(recipient(membership.user))
    for body in stakeholders:
        if not people[body.pk] and body.contact_email and body.state == StakeholderState.VERIFIED:
            people[body.pk] = [Recipient(body.contact_email)]
    return {body: people[body.pk] for body in stakeholders}


def _invited(invitation: MembershipInvitation) -> list[Recipient]:
    known = User.objects.filter(email=invitation.email).first()
    if known is None:
        return [Recipient(invitation.email)]
    return [recipient(known)] if known.is_active else []


# --- Messages about an import ---------------------------------------------------------------------------------------

NAMED = 20  # inputs listed in a mail; the others are counted


def inputs_taken_in(consultation: Consultation, taken: Mapping[Stakeholder, list[str]]) -> None:
    """Notify each organisation once of its inputs imported from a spreadsheet, with their references."""
    mails = [
        row
        for body, people in people_of_each(list(taken)).items()
        for to in people[:1]
        for row in written(
            "consultations/mail/inputs_taken_in.txt",
            to,
            about=consultation.pk,
            always=True,  # these are receipts
            organisation=typed(body.name),
            consultation=consultation,
            references=taken[body][:NAMED],
            number=len(taken[body]),
            more=max(0, len(taken[body]) - NAMED),
            link=address("my_organisation"),
        )
    ]
    OutgoingMail.objects.bulk_create(mails, batch_size=500)


def import_done(job: Job) -> None:
    """Notify the person who confirmed an import of its result."""
    taken = sum(map(len, job.result["taken"].values()))
    send_all(
        "consultations/mail/import_done.txt",
        [recipient(job.by)],
        consultation=job.consultation,
        file=typed(job.asked["name"]),
        taken=taken,
        organisations=len(job.result["taken"]),
        left_out=job.result["tally"]["error"],
        refused=job.result["refused"][:NAMED],
        more=max(0, len(job.result["refused"]) - NAMED),
        changed=job.result["tally"]["changed"],
        link=address("job", job.key),
    )


# --- Messages about the portal itself -------------------------------------------------------------------------------


def not_as_written(number: int, first: list[str]) -> None:
    """Notify the head of the secretariat and the system administrators of integrity findings."""
    people = User.objects.filter(office__in=[Office.HEAD, Office.SYSADMIN], is_active=True).order_by("pk")
    send_all(
        "consultations/mail/not_as_written.txt",
        map(recipient, people),
        always=True,
        number=number,
        first=first,
        more=number - len(first),
        link=address("desk_checks"),
    )


# --- Messages about an account ----------------------------------------------------------------------------------------


def warning_of_account(owner: User, *, is_locked: bool, at: datetime) -> None:
    """Warn the owner of an account that it was locked, or that somebody failed the second step."""
    pages: dict[str, Any] = {"password": address("account_reset_password"), "factors": address("mfa_index")}
    pages["log"] = address("account_log")
    template = "consultations/mail/warning_of_account.txt"
    send_all(template, [recipient(owner)], always=True, is_locked=is_locked, at=at, **pages)


# --- Messages about organisations ---------------------------------------------------------------------------------


def organisation_verified(stakeholder: Stakeholder) -> None:
    """Notify an organisation that it is verified and can take part."""
    _about_organisation("organisation_verified", stakeholder, link=address("my_organisation"))


def organisation_refused(stakeholder: Stakeholder) -> None:
    """Notify an organisation that it was not verified, and why."""
    _about_organisation("organisation_refused", stakeholder, link=address("register_organisation"))


def _about_organisation(name: str, stakeholder: Stakeholder, *, link: str) -> None:
    send_all(
        f"consultations/mail/{name}.txt",
        people_of(stakeholder),
        organisation=typed(stakeholder.name),
        reason=stakeholder.state_reason,
        link=link,
    )


def membership_invitation(invitation: MembershipInvitation, token: str) -> None:
    """Invite somebody to act for an organisation, by a link that contains the secret `token`."""
    send_all(
        "consultations/mail/membership_invitation.txt",
        _invited(invitation),
        invitation=invitation,
        organisation=typed(invitation.stakeholder.name),
        inviter=typed(invitation.invited_by.name),
        link=address("join_organisation", token),
        always=True,
        optional=True,
    )


def deadline_extended(consultation: Consultation) -> None:
    """Notify every verified organisation of a later deadline."""
    send_all(
        "consultations/mail/deadline_extended.txt",
        people_of(*Stakeholder.objects.verified()),
        about=consultation.pk,
        consultation=consultation,
        title=one_line(consultation.title),
        link=address("submit"),
        sms=True,
    )


# --- Messages about a forum -----------------------------------------------------------------------------------------


def communique_circulated(communique: Communique, bodies: Iterable[Stakeholder]) -> None:
    """Send the text of a communiqué to the organisations that took part, with the address for comments."""
    send_all(
        "consultations/mail/communique_circulated.txt",
        people_of(*bodies),
        title=one_line(communique.forum.title),
        contact=one_line(communique.forum.contact),
        body=communique.body,
        link=address("communique", communique.forum.slug),
    )


def clearing_officer_named(membership: Membership) -> None:
    """Notify the institution's people, or its contact address, of its new clearing officer."""
    body, officer = membership.stakeholder, membership.user
    send_all(
        "consultations/mail/clearing_officer_named.txt",
        [to for to in people_of(body) if to.user != officer],
        always=True,
        organisation=typed(body.name),
        officer=typed(officer.name),
        officer_email=officer.email,
        letter=typed(membership.mandate_letter),
        link=address("my_organisation"),
    )


# --- Messages about what takes two people ---------------------------------------------------------------------------


def proposal_made(proposal: Proposal, people: Iterable[User]) -> None:
    """Ask those who may confirm a proposal to read it. The subject does not name the record."""
    send_all(
        "consultations/mail/proposal_made.txt",
        map(recipient, people),
        always=True,
        proposal=proposal,
        record=typed(proposal.record_label),
        proposer=typed(proposal.proposed_by.name),
        link=address("desk_proposal", proposal.key),
    )


def proposal_ended(proposal: Proposal, reason: str = "") -> None:
    """Notify the proposer that nobody confirmed a proposal, or who refused it and why."""
    send_all(
        "consultations/mail/proposal_ended.txt",
        [recipient(proposal.proposed_by)],
        proposal=proposal,
        record=typed(proposal.record_label),
        decider=typed(proposal.decided_by.name) if proposal.decided_by else "",
        reason=reason,
        link=address("desk_proposal", proposal.key),
    )


def appointed(
    person: User, before: str, by: User | None, notified: Iterable[User], *, proposed_by: User | None, reason: str
) -> None:
    """Notify all staff and the person of an appointment or its end, and who decided it."""
    offices = dict(Office.choices)
    send_all(
        "consultations/mail/appointed.txt",
        map(recipient, notified),
        always=True,
        person=typed(person.name),
        person_address=person.email,
        before=offices[before],
        after=offices[person.office],
        proposer=typed(proposed_by.name) if proposed_by else "",
        confirmer=typed(by.name) if by else "",
        own=by == person,
        reason=reason,
    )
