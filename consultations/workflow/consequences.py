"""What grave moves of consultations, forums and sessions will do, in sentences that their pages show beforehand."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.dateformat import format as written
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consultations.models import (
    Consultation,
    ConsultationState,
    Forum,
    ForumSession,
    ForumState,
    InvitationState,
    SessionState,
    Stakeholder,
    SubmissionState,
)
from consultations.notifications.delegates import WRITTEN_TO, about_to_come
from consultations.notifications.recipients import people_of
from ncm_portal.workflow import Consequences, button_words, now


def written_day(day: date) -> str:
    """Format a date in the reader's language: "27 December 2026"."""
    return written(day, "j F Y")


def days_until(day: date) -> int:
    """Return the days in Nairobi from today until `day`; negative if it has passed."""
    return (day - timezone.localdate(now())).days


# --- Forums -----------------------------------------------------------------------------------------------------------


def of_announcing(forum: Forum) -> Consequences:
    """Everyone can see it, and it can no longer be changed in private."""
    return Consequences(
        (
            _("Everyone can see the forum with its programme, from now on."),
            *_letters_to_send(forum, _("Nothing is sent by itself.")),
            _("There is no way back to “in preparation”: the way back is to cancel it, which everyone can see."),
        )
    )


def _letters_to_send(forum: Forum, then: str) -> list[str]:
    number = forum.invitations.filter(state=InvitationState.DRAFT).count()
    words = ngettext("%(n)s letter is written and not sent.", "%(n)s letters are written and not sent.", number)
    return [f"{words % {'n': number}} {then}"] if number else []


def of_closing_registration(forum: Forum) -> Consequences:
    """No letter can be sent, and no institution can name anybody by its link."""
    return Consequences(
        (
            _("Letters of invitation can no longer be sent, and nobody can be reminded."),
            *_letters_to_send(forum, _("They will not go out.")),
            *_unanswered(forum),
            _("You can open registration again, with a reason."),
        )
    )


def _unanswered(forum: Forum) -> list[str]:
    number = forum.invitations.filter(state=InvitationState.SENT).count()
    words = ngettext(
        "%(n)s institution has not replied. Its link ends, but you can still record a letter.",
        "%(n)s institutions have not replied. Their links end, but you can still record letters.",
        number,
    )
    return [words % {"n": number}] if number else []


def of_opening(forum: Forum) -> Consequences:
    """Opening before the first day says by how many days."""
    early = days_until(forum.starts_on)
    heading = ngettext("This opens the forum %(n)s day early", "This opens the forum %(n)s days early", early)
    button = ngettext("Open %(n)s day early", "Open %(n)s days early", early)
    return Consequences(
        (
            _("The forum begins on %(day)s.") % {"day": written_day(forum.starts_on)},
            _("Letters can no longer be sent, and answers to them can no longer be recorded."),
            _("Delegates can be checked in, and the chair can start to discuss the text."),
            _("Until the first check-in you can take it back, with a reason."),
        ),
        heading % {"n": early} if early > 0 else _("This opens the forum"),
        button % {"n": early} if early > 0 else "",
    )


def of_closing(forum: Forum) -> Consequences:
    """Closing before the last day says by how many days."""
    early, sitting = days_until(forum.ends_on), forum.sessions.filter(state=SessionState.OPEN).count()
    words = ngettext("%(n)s session is still open.", "%(n)s sessions are still open.", sitting)
    heading = ngettext("This closes the forum %(n)s day early", "This closes the forum %(n)s days early", early)
    button = ngettext("Close %(n)s day early", "Close %(n)s days early", early)
    return Consequences(
        (
            _("The forum lasts until %(day)s.") % {"day": written_day(forum.ends_on)},
            *([words % {"n": sitting}] if sitting else []),
            _("Its programme can no longer be changed. Points, action points and the communiqué follow."),
            _("You can open it again, with a reason."),
        ),
        heading % {"n": early} if early > 0 else _("This closes the forum"),
        button % {"n": early} if early > 0 else "",
    )


def of_reopening_registration(forum: Forum) -> Consequences:
    """Letters can be sent, and links work again."""
    return Consequences(
        (
            _("Letters can be sent, and the links of those that were sent work again."),
            _("Organisations can name delegates again. No e-mail goes out by itself."),
        ),
        _("This opens registration again"),
    )


def of_taking_back_opening(forum: Forum) -> Consequences:
    """It is as it was before the opening."""
    return Consequences(
        (_("Registration stays closed. Nobody can be checked in until the forum opens. No e-mail goes out."),),
        _("This takes the opening back"),
    )


def of_reopening_forum(forum: Forum) -> Consequences:
    """Its programme can change, and delegates can be checked in."""
    return Consequences(
        (_("Its programme can be changed, sessions can open and delegates can be checked in again."),),
        _("This opens the forum again"),
    )


def of_reopening_session(session: ForumSession) -> Consequences:
    """What was recorded in it stays."""
    return Consequences(
        (_("People can speak in it again. Its points and speeches stay as they are."),),
        _("This opens the session again"),
    )


def of_reporting(forum: Forum) -> Consequences:
    """It is the last step of a forum."""
    return Consequences((_("The work on this forum ends. This cannot be undone."),))


def of_cancelling(forum: Forum) -> Consequences:
    """Everybody who may be about to travel gets a mail, unless it was not announced yet."""
    return Consequences(
        (
            _("Its public page says that it is cancelled. Everything stays on file."),
            _("This cannot be undone. You can copy the forum."),
        ),
        _("Cancel the forum?"),
        mails=0 if forum.state == ForumState.DRAFT else len(about_to_come(forum)),
        name=forum.code,
    )


def of_changing_forum(forum: Forum, facts: Mapping[str, Any]) -> Consequences:
    """Whoever may come gets a mail if name, place or days change; what is printed or sent stays as it is."""
    before = {name: getattr(forum, name) for name in facts}
    shown = {name for name in ("title", "place", "venue") if facts[name] != before[name]}
    days = (before["starts_on"], before["ends_on"]), (facts["starts_on"], facts["ends_on"])
    moves = days[0] != days[1]
    mails = len(about_to_come(forum)) if moves or shown else 0
    heading = _("This moves the forum from %(before)s to %(after)s") % {
        "before": _written_days(*days[0]),
        "after": _written_days(*days[1]),
    }
    return Consequences(
        (
            *(_of_other_days(forum, facts["starts_on"] != before["starts_on"]) if moves else []),
            *(_already_given_out(forum) if moves or shown else [_("No e-mail goes out.")]),
            _("The journal keeps what was announced before. You can change it back in the same way."),
        ),
        heading if moves else _("This changes what was announced"),
        button_words(_("Move the forum") if moves else _("Change the facts"), mails),
        mails=mails,
        name=forum.code,
    )


def _written_days(first: date, last: date) -> str:
    return " – ".join(dict.fromkeys([written_day(first), written_day(last)]))


def _of_other_days(forum: Forum, begins_otherwise: bool) -> list[str]:
    number = forum.sessions.count()
    words = ngettext(
        "%(n)s session of its programme moves with the first day.",
        "%(n)s sessions of its programme move with the first day.",
        number,
    )
    return [
        _("Public pages show the new days, and the earlier ones struck through."),
        *([words % {"n": number}] if number and begins_otherwise else []),
        _("Calendars that people subscribed to follow. Entries that somebody copied stay as they are."),
    ]


def _already_given_out(forum: Forum) -> list[str]:
    sent = forum.invitations.filter(state__in=WRITTEN_TO)
    letters, unreached = sent.count(), sent.filter(email="").count()
    badges = forum.delegates.filter(badge_printed_at__isnull=False).count()
    counted = [
        (
            letters,
            ngettext(
                "%(n)s letter was sent with the earlier facts. It stays on file as it was sent.",
                "%(n)s letters were sent with the earlier facts. They stay on file as they were sent.",
                letters,
            ),
        ),
        (
            unreached,
            ngettext(
                "%(n)s institution that was written to has no e-mail address: tell it by letter or telephone.",
                "%(n)s institutions that were written to have no e-mail address: tell them by letter or telephone.",
                unreached,
            ),
        ),
        (
            badges,
            ngettext(
                "%(n)s badge is printed. Look whether it must be printed again.",
                "%(n)s badges are printed. Look whether they must be printed again.",
                badges,
            ),
        ),
    ]
    return [words % {"n": number} for number, words in counted if number]


def of_cancelling_session(session: ForumSession) -> Consequences:
    """Whoever has a role in it is not told."""
    number = session.roles.count()
    words = ngettext(
        "%(n)s person has a role in it and gets no e-mail: tell them.",
        "%(n)s people have a role in it and get no e-mail: tell them.",
        number,
    )
    return Consequences(
        (
            *([words % {"n": number}] if number else []),
            _("It leaves the programme and everybody’s calendar. It stays on record."),
            _("This cannot be undone. You can add a session again."),
        ),
        _("Cancel the session?"),
        _("Cancel the session"),
    )


# --- Consultations ----------------------------------------------------------------------------------------------------


def of_opening_consultation(consultation: Consultation) -> Consequences:
    """It appears on the home page, and organisations can send inputs."""
    return Consequences((*_once_open(consultation), _lasting(consultation)))


def of_opening_early(consultation: Consultation) -> Consequences:
    """It opens now, and the planned day moves."""
    planned, last = timezone.localdate(consultation.opens_at), timezone.localdate(consultation.closes_at)
    early, left = days_until(planned), days_until(last)
    days = {"n": early, "name": consultation.short_title}
    words = ngettext(
        "It still closes on %(day)s: %(n)s day instead of %(before)s.",
        "It still closes on %(day)s: %(n)s days instead of %(before)s.",
        left,
    )
    return Consequences(
        (
            _("It opens now. It was planned for %(day)s; the journal keeps that day.") % {"day": written_day(planned)},
            *_once_open(consultation),
            words % {"day": written_day(last), "n": left, "before": left - early},
        ),
        ngettext("This opens %(name)s %(n)s day early", "This opens %(name)s %(n)s days early", early) % days,
        ngettext("Open %(n)s day early", "Open %(n)s days early", early) % days,
    )


def _once_open(consultation: Consultation) -> list[str]:
    others = Consultation.objects.filter(state=ConsultationState.OPEN).exclude(pk=consultation.pk)
    names = ", ".join(others.order_by("opens_at").values_list("short_title", flat=True))
    beside = _("It appears at once on the home page, beside %(names)s.") % {"names": names}
    return [
        beside if names else _("It appears at once on the home page."),
        _("Verified organisations can send inputs. No e-mail goes out by itself."),
        _("Its rules of quorum and adoption can then be changed by two officers only."),
    ]


def _lasting(consultation: Consultation) -> str:
    last = timezone.localdate(consultation.closes_at)
    number = days_until(last)
    words = ngettext("It closes on %(day)s: %(n)s day.", "It closes on %(day)s: %(n)s days.", number)
    return words % {"day": written_day(last), "n": number}


def of_closing_consultation(consultation: Consultation) -> Consequences:
    """No input can be sent; closing before the deadline says by how many days."""
    last = timezone.localdate(consultation.closes_at)
    early, drafts = days_until(last), consultation.submissions.filter(state=SubmissionState.DRAFT).count()
    words = ngettext(
        "%(n)s draft is not sent yet. Its author is not told.",
        "%(n)s drafts are not sent yet. Their authors are not told.",
        drafts,
    )
    heading = ngettext("This closes it %(n)s day early", "This closes it %(n)s days early", early)
    button = ngettext("Close %(n)s day early", "Close %(n)s days early", early)
    return Consequences(
        (
            _("Its deadline is %(day)s.") % {"day": written_day(last)},
            _("No organisation can send an input."),
            *([words % {"n": drafts}] if drafts else []),
            _("The head of the secretariat can open it again with a later deadline."),
        ),
        heading % {"n": early} if early > 0 else "",
        button % {"n": early} if early > 0 else "",
    )


def of_extending(consultation: Consultation) -> Consequences:
    """Every verified organisation gets a mail."""
    return Consequences(
        (_("Organisations can send inputs until the new deadline."),),
        mails=len(people_of(*Stakeholder.objects.verified())),
        name=consultation.short_title,
    )


def of_archiving(consultation: Consultation) -> Consequences:
    """It can no longer be opened."""
    return Consequences(
        (
            _("Its deadline can no longer be extended, and nothing more can be registered for it."),
            _("This cannot be undone. Everything stays readable."),
        )
    )
