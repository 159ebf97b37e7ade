"""Stop and resume mail to an address by the link of a mail, without an account."""

from consultations.models import MailStop
from ncm_portal.workflow import now, verb


@verb
def stop_mail(address_hash: str, *, by: None = None) -> MailStop:
    """Stop mail to the address with this hash, except what its owner's account needs."""
    MailStop.objects.get_or_create(address_hash=address_hash, defaults={"stopped_at": now()})
    stop = MailStop.objects.select_for_update(no_key=True).get(address_hash=address_hash)
    if stop.resumed_at:
        stop.stopped_at, stop.resumed_at = now(), None
        stop.save()
    return stop


@verb
def resume_mail(address_hash: str, *, by: None = None) -> None:
    """Resume mail to the address with this hash."""
    MailStop.objects.in_force().filter(address_hash=address_hash).update(resumed_at=now())
