"""Mail about enquiries: the receipt, and the answer."""

from ..models import Enquiry
from .recipients import Recipient, address, send_all, typed


def enquiry_received(enquiry: Enquiry) -> None:
    """Send a receipt: number and due hour. It repeats nothing that was typed, because anybody can enter any address."""
    send_all(
        "consultations/mail/enquiry_received.txt",
        [Recipient(enquiry.email, language=enquiry.language)],
        about=enquiry.consultation_id,
        reference=enquiry.reference,
        due_at=enquiry.due_at,
        link=address("contact"),
    )


def enquiry_answered(enquiry: Enquiry) -> None:
    """Send the answer of an officer to who asked."""
    send_all(
        "consultations/mail/enquiry_answered.txt",
        [Recipient(enquiry.email, typed(enquiry.name), enquiry.language)],
        about=enquiry.consultation_id,
        enquiry=enquiry,
        reference=enquiry.reference,
        subject=typed(enquiry.subject),
        link=address("contact"),
    )
