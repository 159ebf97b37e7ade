"""Text messages: sent by whatever class the setting SMS_SENDER names. Without one the portal sends none."""

import sys
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class Sender(Protocol):
    """What a sender does. It raises whatever went wrong: the outbox keeps the reason and tries again later."""

    def send(self, to: str, text: str) -> None:
        """Send `text` to the telephone number `to` (international form, +254...)."""


class ConsoleSender:
    """Writes text messages where the worker runs instead of sending them: for the demo and while developing."""

    def send(self, to: str, text: str) -> None:
        """Write the message to standard output."""
        sys.stdout.write(f"Text message to {to}: {text}\n")


def is_available() -> bool:
    """Whether this portal sends text messages."""
    return bool(settings.SMS_SENDER)


def send(to: str, text: str) -> None:
    """Send one text message. Raises what the sender raises."""
    sender: Sender = import_string(settings.SMS_SENDER)()
    sender.send(to, text)
