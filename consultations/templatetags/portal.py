"""Template tags and filters: dates, numbers, hashes and user text."""

import os
import re
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.template import Context
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.dateformat import format as written
from django.utils.dates import MONTHS
from django.utils.encoding import iri_to_uri
from django.utils.html import conditional_escape, format_html, linebreaks
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from consultations import history
from consultations.notifications.recipients import typed
from consultations.redaction import as_html
from ncm_portal import workflow
from ncm_portal.errors import current_reference

register = template.Library()
NAIROBI = ZoneInfo("Africa/Nairobi")
SAID = {  # labels of moves for verbs, where they differ from the verb's name
    "ask_late": gettext_noop("Ask to send it late"),
    "admit_late": gettext_noop("Allow after the deadline"),
    "refuse_late": gettext_noop("Do not allow"),
    "return_for_completion": gettext_noop("Ask the sender"),
    "take_in": gettext_noop("Register"),
    "undo_at_once": gettext_noop("Undone at once"),
}


KEPT_IN_ADDRESS = "round"  # the only parameter that names another page, not another view of the same


@register.simple_tag(takes_context=True)
def canonical_address(context: Context) -> str:
    """Return the one public address of the page, without filters; empty outside a request."""
    request = context.get("request")
    if request is None:
        return ""
    named = request.GET.get(KEPT_IN_ADDRESS)
    query = "?" + urlencode({KEPT_IN_ADDRESS: named}) if named else ""
    return iri_to_uri(settings.PORTAL_ADDRESS + request.path + query)


@register.simple_block_tag
def one_line(content: SafeString) -> SafeString:
    """Return rendered content with runs of whitespace replaced by one space, to stand in several attributes."""
    return SafeString(" ".join(content.split()))


@register.simple_tag
def reference_number() -> str:
    """Return the reference number of this request, as in the log."""
    return current_reference()


@register.simple_tag
def mail_folder() -> str:
    """Return the folder where a portal on one machine writes its mails instead of sending them; otherwise empty."""
    folder = settings.MAILERS["default"].get("OPTIONS", {}).get("file_path")
    return os.path.relpath(folder, settings.BASE_DIR) if folder else ""


def _in_nairobi(moment: date) -> date:
    return moment.astimezone(NAIROBI) if isinstance(moment, datetime) else moment


@register.filter(name="typed")
def typed_words(text: str) -> str:
    """Return one line of user input for the body of a mail, changed so that mail programs do not turn it into a
    link.
    """
    return typed(text or "")


@register.filter
def eat(moment: datetime | None) -> str:
    """Format an aware datetime with the weekday and Kenya's time zone: "Friday 13 October 2017, 17:00 EAT (UTC+3)"."""
    return f"{written(_in_nairobi(moment), 'l j F Y, H:i')} EAT (UTC+3)" if moment else ""


@register.filter
def day(moment: date | None) -> str:
    """Format a date, or the Kenyan date of an aware datetime: "13 October 2017"."""
    if not moment:
        return ""
    at = _in_nairobi(moment)
    return f"{at.day} {MONTHS[at.month]} {at.year:04}"


@register.filter
def age(since: datetime | None) -> str:
    """Format a waiting time in whole days: "today", "1 day", "9 days"."""
    if not since:
        return ""
    days = (timezone.localdate(workflow.now()) - timezone.localdate(since)).days
    return ngettext("%(days)s day", "%(days)s days", days) % {"days": days} if days > 0 else _("today")


@register.filter
def dates(milestone: object, which: str) -> str:
    """Format the "planned" or "actual" dates of a milestone, as precisely as they are known: "4–6 Dec 2017"."""
    start, end = getattr(milestone, f"{which}_start"), getattr(milestone, f"{which}_end")
    precision = getattr(milestone, f"{which}_precision")
    return span(start, end, precision) if start else ""


@register.filter(name="until")
def days_until(start: date | None, end: date | None) -> str:
    """Format a range of days, of which the last may be missing; empty without the first."""
    return span(start, end) if start else ""


def span(start: date, end: date | None = None, precision: str = "day") -> str:
    """Format a date range as briefly as possible; `precision` is day, range, month, year or unknown."""
    if precision in ("year", "unknown"):
        return _joined(start, end, ["Y"])
    if precision == "month":
        return _joined(start, end, ["M", "Y"])
    return _joined(start, end, ["j", "M", "Y"])


def _joined(start: date, end: date | None, parts: list[str]) -> str:
    """Format what both ends share only once: the year, the month and year, or everything."""
    last = written(end or start, " ".join(parts))
    for shared in range(len(parts), -1, -1):
        tail = " ".join(parts[len(parts) - shared :])
        if not tail or written(start, tail) == written(end or start, tail):
            break
    head = parts[: len(parts) - shared]
    if not head:
        return last
    dash = "–" if len(head) == 1 else " – "
    return f"{written(start, ' '.join(head))}{dash}{last}"


@register.filter
def initials(name: str) -> str:
    """Return the first letters of the first and last word of a name, without what stands in brackets."""
    words = [word for word in name.split() if word[0].isalpha()]
    return "".join(word[0] for word in [*words[:1], *words[1:][-1:]]).upper()


@register.filter
def paragraphs(text: str | None) -> SafeString:
    """Show plain text literally, with an empty line as a paragraph break, always escaped."""
    return SafeString(linebreaks(str(text), autoescape=True) if text else "")


@register.filter
def formatted(text: str | None, full: bool) -> SafeString:
    """Show the text of an input with its simple Markdown; held-back passages only with `full`.
    `Submission.objects.in_full_for` returns who may see them.
    """
    return as_html(str(text), full=bool(full)) if text else SafeString("")


@register.filter
def operative(text: str, verb: str) -> SafeString:
    """Show plain text with the first occurrence of its operative words in bold."""
    text = str(text)
    match = re.search(rf"(?<!\w){re.escape(verb)}(?!\w)", text) if verb else None
    if not match:
        return conditional_escape(text)
    return format_html('{}<span class="verb">{}</span>{}', text[: match.start()], match.group(), text[match.end() :])


@register.filter
def spaced(sha256: str | None) -> str:
    """Format a hash in groups of four, so that it can be compared aloud."""
    return " ".join(re.findall(".{1,4}", str(sha256 or "")))


@register.filter
def thousands(number: int | None) -> str:
    """Format a whole number with thousands separators: 20,000."""
    return "" if number is None else f"{number:,}"


@register.filter
def spoken(verb: str) -> str:
    """Return the label of a journal verb: "return_for_completion" is "Return for completion".

    In Kiswahili a translation if the words are those of a move or listed in locale/borrowed.
    """
    name, _colon, outcome = verb.partition(":")
    words = _(SAID.get(name) or name.replace("_", " ").capitalize())
    return _("%(move)s: refused") % {"move": words} if outcome == "refused" else words


@register.filter
def sentence(entry: Any) -> str:
    """Return an entry of the journal, or a refusal in the access log, as a sentence."""
    verb, _colon, outcome = entry.verb.partition(":")
    who = history.actor(entry.by_name, is_person=entry.by_id is not None)
    if outcome == "refused":
        return _("%(who)s could not do this: %(move)s") % {"who": who, "move": spoken(verb)}
    return history.sentence(verb, entry.kind, who, getattr(entry, "data", {}))


@register.filter
def admin_page(entry: Any) -> str:
    """Return the address in the admin of the record that an entry of the journal is about; empty if it has none."""
    try:
        return reverse(f"admin:{entry.kind.lower().replace('.', '_')}_change", args=[entry.object_id])
    except NoReverseMatch:
        return ""


@register.filter
def runs(numbers: list[int]) -> str:
    """Format ascending whole numbers with runs of three or more joined: "4, 7, 13, 15–17"."""
    groups: list[list[int]] = []
    for number in numbers:
        if groups and number == groups[-1][-1] + 1:
            groups[-1].append(number)
        else:
            groups.append([number])
    return ", ".join(f"{g[0]}–{g[-1]}" if len(g) > 2 else ", ".join(map(str, g)) for g in groups)


MARKS = {
    "done": "accepted verified closed archived held reported confirmed validated disposed answered cleared adopted "
    "published agree counted issued",
    "wait": "circulated open received submitted returned registered in_session requested nominated waitlisted "
    "accepted_in_part in_clearance silence agree_with_comment reservation moved stale in_part typed proposed conflict",
    "stop": "refused suspended set_aside withdrawn cancelled not_accepted failed object silent struck declined dropped",
    "note": "merged noted announced registration_closed review consolidation superseded abstain recuse",
}
MARK_OF = {state: kind for kind, states in MARKS.items() for state in states.split()}


@register.filter
def mark(state: str) -> str:
    """Return the symbol of a state, outcome or stance: done, wait, stop, note, or "" for an empty ring."""
    return MARK_OF.get(str(state), "")
