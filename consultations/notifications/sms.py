"""Send text messages through the class named in the setting SMS_SENDER. Without it the portal sends none."""

import sys
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class Sender(Protocol):
    """Interface of a sender. It raises any error: the outbox stores it and retries later."""

    def send(self, to: str, text: str) -> None:
        """Send `text` to the telephone number `to` (international format, +254...)."""


class ConsoleSender:
    """Print text messages to standard output instead of sending them, for the demo and development."""

    def send(self, to: str, text: str) -> None:
        """Write the message to standard output."""
        sys.stdout.write(f"Text message to {to}: {text}\n")


def is_available() -> bool:
    """Return whether this portal sends text messages."""
    return bool(settings.SMS_SENDER)


def send(to: str, text: str) -> None:
    """Send one text message. Raises the sender's errors."""
    sender: Sender = import_string(settings.SMS_SENDER)()
    sender.send(to, text)
