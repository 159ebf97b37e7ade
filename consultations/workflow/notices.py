"""Verbs about what the portal writes to people."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consultations.models import MailState, OutgoingMail, User
from consultations.permissions import is_signed_in, secretariat_may
from ncm_portal.workflow import Condition, Move, demand, either, journal, make, verb


def _text_is_kept(mail: OutgoingMail) -> list[Condition]:
    words = _("Its text is kept."), _("Its text was deleted two weeks after it failed: write to the person anew.")
    return [either(bool(mail.body), *map(str, words))]


TRY_AGAIN = Move(
    "try_again",
    _("Try again"),
    (MailState.FAILED,),
    MailState.WAITING,
    secretariat_may,
    _("the secretariat"),
    _text_is_kept,
)


@verb
def try_again(mail: OutgoingMail, *, by: User) -> OutgoingMail:
    """Let a message that failed wait for the worker again, with all its tries before it."""

    def change(row: OutgoingMail) -> None:
        row.tries, row.due_at = 0, timezone.now()

    return make(TRY_AGAIN, mail, by=by, change=change, data={"error": mail.error})


@verb
def choose_notices(user: User, *, by: User, notices: str, phone: str = "") -> User:
    """Choose how notices come, and give or take back the number for text messages. The journal keeps no number."""
    demand(is_signed_in(by) and by.pk == user.pk, who=_("each person"), to=_("Choose how notices come"))
    row = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    row.notices, row.phone = notices, phone
    row.save(update_fields=["notices", "phone"])
    journal("choose_notices", row, by=by, data={"notices": notices, "text_messages": bool(phone)})
    return row
