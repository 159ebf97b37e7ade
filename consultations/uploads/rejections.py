"""Refusals of uploads. The child process that inspects files does not load Django: messages are in `words`."""

from typing import Any

from django.utils.translation import gettext_lazy


class Refused(Exception):
    """Raised for a refused file. `code` is the reason, `facts` the values for its message."""

    def __init__(self, code: str, **facts: Any) -> None:
        self.code, self.facts = code, facts
        super().__init__(code, facts)


# --- Texts of the rejections ------------------------------------------------------------------------------------------


WORDS = {
    "empty": gettext_lazy("The file is empty. Check that you chose the right one."),
    "too_large": gettext_lazy(
        "The file must be %(limit)s MB or smaller. Make it smaller or split it, and add it again."
    ),
    "unknown": gettext_lazy(
        "The file must be a PDF, DOCX, ODT, XLSX, JPEG or PNG. Its content is something "
        "else, whatever its name says. Save it in one of these formats and add it again."
    ),
    "another": gettext_lazy(
        "The content of this file does not match its name: it is %(what)s. Save it as "
        "PDF, DOCX, ODT, XLSX, JPEG or PNG and add it again."
    ),
    "no_mail": gettext_lazy(
        "The file must be a PDF, DOCX, ODT, XLSX, JPEG, PNG or an e-mail (.eml) with a "
        "sender and a date. Its content is something else, whatever its name says. Save "
        "it in one of these formats and add it again."
    ),
    "outlook": gettext_lazy(
        "This is an Outlook message (.msg). Save it as .eml or print it as PDF, with sender and date, and add that."
    ),
    "mail_files": gettext_lazy(
        "The e-mail contains files or pictures (%(what)s). Save and add each of them. "
        "Then add the e-mail without them, or print it as PDF and add that."
    ),
    "mail_acts": gettext_lazy(
        "The e-mail contains a program or another page (%(what)s). Print it as PDF, with sender and date, and add that."
    ),
    "old_office": gettext_lazy(
        "This is an old Office file (.doc, .xls) or has a password. Save it as DOCX, "
        "XLSX or PDF without a password and add that."
    ),
    "damaged": gettext_lazy(
        "The file is damaged or incomplete. Open it, save it under another name and add that file."
    ),
    "two_files": gettext_lazy("The file contains a second, hidden file. Save or print it as a new PDF."),
    "too_much": gettext_lazy(
        "The unpacked file is larger than %(limit)s MB. Use fewer or smaller pictures, or save it as PDF."
    ),
    "too_many": gettext_lazy("The file has more than %(limit)s parts. Save it as PDF and add that."),
    "password": gettext_lazy("The file is password-protected. Save it without a password and add that."),
    "bad_names": gettext_lazy("Parts of the file have unusual names. Save it as PDF and add that."),
    "macros": gettext_lazy(
        "The file contains macros (small programs). Save it without them (DOCX, XLSX, ODT) or as PDF."
    ),
    "embedded": gettext_lazy(
        "Another file is embedded in this one. Replace it with a picture of it, or add it as a separate file."
    ),
    "linked": gettext_lazy(
        "The file loads content from elsewhere (%(what)s). Break that link, or save the file as PDF."
    ),
    "entities": gettext_lazy(
        "The file defines its own XML entities, which office programs do not do. Save it as PDF and add that."
    ),
    "javascript": gettext_lazy("The PDF contains JavaScript (a program). Print it as a new PDF and add that."),
    "action": gettext_lazy("The PDF runs an action by itself when opened or read. Print it as a new PDF and add that."),
    "launch": gettext_lazy("The PDF starts another program. Print it as a new PDF and add that."),
    "pdf_files": gettext_lazy(
        "The PDF contains other files or media. Add them one by one, and print this one as a new PDF."
    ),
    "pdf_form": gettext_lazy("The PDF is a form that works like a program (XFA). Print it as a new PDF and add that."),
    "pixels": gettext_lazy(
        "The picture must have %(limit)s million pixels or fewer. Save a smaller copy and add that."
    ),
    "too_hard": gettext_lazy("Checking the file took too much time or memory. Save it as a simple PDF."),
    "virus": gettext_lazy(
        "The virus scanner detected “%(what)s” in the file. Clean your computer before you send the file."
    ),
}


def say(refusal: Refused) -> str:
    """Return the message in the user's language."""
    return str(WORDS[refusal.code]) % refusal.facts
