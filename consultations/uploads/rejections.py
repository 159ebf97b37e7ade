"""A file that is not taken. The child process that finds out why knows no Django: the words are in `words`."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class Refused(Exception):
    """A file may not come in. `code` says why, `facts` fill the words for it."""

    def __init__(self, code: str, **facts: Any) -> None:
        self.code, self.facts = code, facts
        super().__init__(code, facts)


# --- Texts of the rejections ------------------------------------------------------------------------------------------


WORDS = {
    "empty": gettext_lazy("The file is empty. Look whether you chose the right one."),
    "too_large": gettext_lazy("The file is larger than %(limit)s MB. Make it smaller or divide it, and add it again."),
    "unknown": gettext_lazy(
        "This is no PDF, DOCX, ODT, XLSX, JPEG or PNG, whatever its name says. Save it as one of these and add that."
    ),
    "another": gettext_lazy(
        "Inside, this is another kind of file (%(what)s), whatever its name says. "
        "Save it as PDF, DOCX, ODT, XLSX, JPEG or PNG and add that."
    ),
    "no_mail": gettext_lazy(
        "This is no PDF, DOCX, ODT, XLSX, JPEG, PNG or e-mail (.eml) with a sender and a date, whatever its name says. "
        "Save it as one of these and add that."
    ),
    "outlook": gettext_lazy(
        "This is an e-mail as Outlook keeps it (.msg). Save it as .eml or print it as PDF, with sender and date, "
        "and add that."
    ),
    "mail_files": gettext_lazy(
        "The e-mail holds files or pictures of its own (%(what)s). Save them one by one and add each; then add the "
        "e-mail without them, or print it as PDF and add that."
    ),
    "mail_acts": gettext_lazy(
        "The e-mail holds a program or another page (%(what)s). Print it as PDF, with sender and date, and add that."
    ),
    "old_office": gettext_lazy(
        "This is an Office file of the old kind (.doc, .xls) or one with a password. "
        "Save it as DOCX, XLSX or PDF without a password and add that."
    ),
    "damaged": gettext_lazy(
        "The file is damaged or ends too early. Open it, save it under another name and add that one."
    ),
    "two_files": gettext_lazy(
        "The file holds a second file before, behind or between its own content. Save or print it as a new PDF."
    ),
    "too_much": gettext_lazy(
        "Unpacked, the file is larger than %(limit)s MB. Use fewer or smaller pictures, or save it as PDF."
    ),
    "too_many": gettext_lazy("The file consists of more than %(limit)s parts. Save it as PDF and add that."),
    "password": gettext_lazy("The file is locked by a password. Save it without one and add that."),
    "bad_names": gettext_lazy(
        "Parts inside the file have names that no office program gives them. Save it as PDF and add that."
    ),
    "macros": gettext_lazy("The file holds macros: small programs. Save it without them (DOCX, XLSX, ODT) or as PDF."),
    "embedded": gettext_lazy(
        "Another file is embedded in this one. Replace it by a picture of it, or add it as a file of its own."
    ),
    "linked": gettext_lazy(
        "The file fetches something from another place (%(what)s). Break that link, or save the file as PDF."
    ),
    "entities": gettext_lazy(
        "The file defines words of its own inside, as no office program does. Save it as PDF and add that."
    ),
    "javascript": gettext_lazy("The PDF holds JavaScript: a program. Print it as a new PDF and add that one."),
    "action": gettext_lazy(
        "The PDF does something by itself when it is opened or read. Print it as a new PDF and add that one."
    ),
    "launch": gettext_lazy("The PDF starts another program. Print it as a new PDF and add that one."),
    "pdf_files": gettext_lazy(
        "Other files or media are embedded in the PDF. Add them one by one, and print this one as a new PDF."
    ),
    "pdf_form": gettext_lazy("The PDF is a form that works like a program (XFA). Print it as a new PDF and add that."),
    "pixels": gettext_lazy("The picture has more than %(limit)s million pixels. Save it smaller and add that."),
    "too_hard": gettext_lazy(
        "The file could not be looked through in the time and memory there is for it. Save it as a simple PDF."
    ),
    "virus": gettext_lazy("The virus scanner found “%(what)s” in it. Clean your computer before you send the file."),
}


def say(refusal: Refused) -> str:
    """The refusal in the reader's language."""
    return _(WORDS[refusal.code]) % refusal.facts
