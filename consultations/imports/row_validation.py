"""Rows of inputs tried one by one, before anything is kept: new, the same as here, changed, or wrong and why."""

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from itertools import batched
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import MD5
from django.utils import timezone
from django.utils.translation import gettext as _

from consultations.models import BODY_LIMIT, WORDING_LIMIT, Consultation, Stakeholder, Submission, Theme, User
from consultations.redaction import is_well_marked
from consultations.workflow import SheetRow, WhyNot
from ncm_portal import workflow

from .disk_buffer import Spool
from .resources import Problem, SubmissionResource
from .spreadsheets import NotReadable, NotText, Sheet, is_blank

LIMITS = {"title": 200, "body": BODY_LIMIT, "proposed_wording": WORDING_LIMIT}
MOST_SUGGESTED = 50  # names for which an organisation is looked for: a sheet of nothing but wrong names is wrong itself
TOGETHER = 500  # rows that are compared at once, and stand in memory meanwhile
MERGED = {"organisation", "theme"}  # columns in which people like to join cells

Words = tuple[str, ...]  # theme, objectives, MD5 of the body, MD5 of the proposed wording, audience, language


class RowState(StrEnum):
    """What the import would do with a row."""

    NEW = "new"
    SAME = "same"
    CHANGED = "changed"
    ERROR = "error"


@dataclass(slots=True)
class TriedRow:
    """A row of the sheet, what it would become, and what is wrong with it."""

    number: int
    cells: Mapping[str, Any]
    state: RowState = RowState.ERROR
    row: SheetRow | None = None
    problems: list[Problem] = field(default_factory=list)
    like: str = ""  # the reference of the input that is here already, or the row that says the same

    def wrong(self, column: str, why: str) -> None:
        """Note a problem of one cell, or of the row as a whole (no column)."""
        value = self.cells.get(column)
        self.problems.append(Problem(self.number, column, str("" if value is None else value), why))


class Verdict(NamedTuple):
    """What a trial remembers of a row; all else is read again for the few rows that a page or a batch holds."""

    number: int
    state: RowState
    like: str
    wrong: int | None  # where its problems are kept


class Trial:
    """What was found of all rows of a sheet."""

    def __init__(self, sheet: Sheet, reading: "_Reading", not_read: list[str]) -> None:
        self._sheet, self._reading, self._problems = sheet, reading, Spool()
        self.verdicts: list[Verdict] = []
        self.not_read = not_read

    @property
    def columns(self) -> list[str]:
        """The names of the columns of the sheet."""
        return self._sheet.headers

    @property
    def unknown(self) -> dict[str, list[int]]:
        """Names of no organisation that is known here, each with its rows."""
        return dict(self._reading.organisations.unknown)

    def note(self, tried: TriedRow) -> None:
        """Remember what was found of a row. Raises NoRoom where the disk is full."""
        wrong = self._problems.append(tried.problems) if tried.problems else None
        self.verdicts.append(Verdict(tried.number, tried.state, tried.like, wrong))

    def of(self, state: RowState) -> list[Verdict]:
        """The rows of one state."""
        return [verdict for verdict in self.verdicts if verdict.state == state]

    def whole(self, verdicts: Iterable[Verdict]) -> Iterator[TriedRow]:
        """These rows with their cells and what is wrong with them, one after the other."""
        for number, state, like, wrong in verdicts:
            problems = [] if wrong is None else self._problems[wrong]
            yield TriedRow(number, self._sheet.cells(number), state, problems=problems, like=like)

    def built(self, verdicts: Iterable[Verdict]) -> Iterator[TriedRow]:
        """Sound rows as the verb takes them in, one after the other."""
        return (self._reading.build(tried) for tried in self.whole(verdicts))


def try_rows(
    sheet: Sheet,
    *,
    consultation: Consultation,
    by: User,
    channel: str,
    received_on: date,
    names: Mapping[str, int] | None = None,
) -> Trial:
    """Try every row as the verb would take it in, and write nothing.

    `names` are the organisations that a person confirmed for names that are written otherwise. Raises NotReadable when
    columns are missing, NoRoom where the disk is full.
    """
    fields = SubmissionResource().fields
    missing = [name for name in SubmissionResource.needed if name not in sheet.headers]
    not_read = [name for name in sheet.headers if name not in fields]
    if missing:
        words = {"missing": ", ".join(missing), "others": ", ".join(not_read) or "-"}
        raise NotReadable(_("These columns are missing: %(missing)s. Not known are: %(others)s") % words)
    draft = Submission(consultation=consultation, channel=channel, author=by, entered_by=by)
    reading, comparison = _Reading(draft, fields, received_on, _Organisations(names or {})), _Comparison(consultation)
    trial = Trial(sheet, reading, not_read)
    for part in batched(sheet, TOGETHER, strict=False):
        rows = [reading.read(number, cells) for number, cells in part]
        comparison.compare(rows)
        for tried in rows:
            trial.note(tried)
    return trial


class _Organisations:
    """Organisations by their names, in any case of letters."""

    def __init__(self, confirmed: Mapping[str, int]) -> None:
        self.named, by_pk = defaultdict(list), {}
        for body in Stakeholder.objects.only("pk", "name", "state"):
            self.named[body.name.casefold()].append(body)
            by_pk[body.pk] = body
        self.confirmed = {name.casefold(): by_pk[pk] for name, pk in confirmed.items() if pk in by_pk}
        self.unknown: dict[str, list[int]] = defaultdict(list)

    def find(self, name: str, number: int) -> Stakeholder:
        """Return the one that is called so. Raises ValueError."""
        found = self.named.get(name.casefold(), [])
        if len(found) == 1:
            return found[0]
        if found:
            raise ValueError(_("Several organisations are called “%(name)s”.") % {"name": name[:80]})
        if name.casefold() in self.confirmed:
            return self.confirmed[name.casefold()]
        self.unknown[name].append(number)
        raise ValueError(_("No organisation is called “%(name)s”.") % {"name": name[:80]})


class _Reading:
    """Reads the rows of one sheet; what is the same for all of them is looked up once."""

    def __init__(self, draft: Submission, fields: dict[str, Any], received_on: date, organisations: _Organisations):
        self.draft, self.fields, self.received_on = draft, fields, received_on
        self.organisations, self.why_not = organisations, WhyNot(draft)
        self.themes = draft.consultation.themes.order_by("order")
        self.named = {name.casefold(): each for each in self.themes for name in (each.code, each.title, each.title_sw)}

    def read(self, number: int, cells: dict[str, Any]) -> TriedRow:
        """Read one row: every cell of it, not only up to the first that is wrong."""
        tried = self.build(TriedRow(number, cells))
        if tried.row:
            for reason in self.why_not.about(tried.row):
                tried.wrong("", reason)
        return tried

    def build(self, tried: TriedRow) -> TriedRow:
        """Make of the cells of a row what the verb takes in, where they are sound."""
        found = dict(self._values(tried))
        if not tried.problems:
            tried.row = SheetRow(key=_key(self.draft.consultation, found), **found)
        return tried

    def _values(self, tried: TriedRow) -> Iterator[tuple[str, Any]]:
        for name, column in COLUMNS.items():
            try:
                yield name, self._value(name, column, tried)
            except ValueError as error:
                tried.wrong(column, str(error))

    def _value(self, name: str, column: str, tried: TriedRow) -> Any:
        cell = tried.cells.get(column)
        if isinstance(cell, NotText):
            raise ValueError(cell.why)  # noqa: TRY004 - it is the cell that is wrong
        if column in NEEDED and is_blank((cell,)):
            joined = _("This cell is empty. Where cells are joined, undo it: each row needs its own.")
            raise ValueError(joined if column in MERGED else _("This cell is empty."))
        if name == "received_on":
            return _day(cell) or self.received_on
        if name == "stakeholder":
            return self.organisations.find(TEXT.clean(cell), tried.number)
        if name == "theme":
            return self._theme(str(cell).strip())
        value = self.fields[column].widget.clean(cell, tried.cells)
        if name in LIMITS and not is_well_marked(value):
            raise ValueError(_("Passages are held back by [[ and ]]; one of these is missing or stands in another."))
        if name in LIMITS and len(value) > LIMITS[name]:
            figures = {"length": f"{len(value):,}", "limit": f"{LIMITS[name]:,}"}
            raise ValueError(_("The text has %(length)s characters; %(limit)s are the limit.") % figures)
        return tuple(value) if name == "provisions" else value

    def _theme(self, text: str) -> Theme:
        if found := self.named.get(text.casefold()):
            return found
        words = {"text": text[:80], "codes": ", ".join(theme.code for theme in self.themes)}
        raise ValueError(_("“%(text)s” is no theme of this consultation. Its themes are: %(codes)s") % words)


COLUMNS = {
    "stakeholder": "organisation",
    "theme": "theme",
    "provisions": "objectives",
    "title": "title",
    "body": "body",
    "proposed_wording": "proposed_wording",
    "audience": "audience",
    "language": "language",
    "received_on": "received",
}
NEEDED = frozenset(SubmissionResource.needed)
TEXT = SubmissionResource.fields["title"].widget


def _day(cell: Any) -> date | None:
    """The day in a cell: a date, or a text like 2017-10-31 or 31/10/2017. Raises ValueError."""
    text = str("" if cell is None else cell).strip()
    if not text:
        return None
    day = cell.date() if isinstance(cell, datetime) else _parsed(text)
    if day is None:
        raise ValueError(_("“%(text)s” is no day. Write it as 2017-10-31 or 31/10/2017.") % {"text": text[:40]})
    if day > timezone.localdate(workflow.now()):
        raise ValueError(_("This day lies ahead."))
    return day


def _parsed(text: str) -> date | None:
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        with suppress(ValueError):
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no hour
    return None


def _key(consultation: Consultation, found: Mapping[str, Any]) -> uuid.UUID:
    """The same organisation saying the same words in the same consultation is one input."""
    who, what = str(found["stakeholder"].pk), (found["theme"].code, found["title"], found["body"])
    return uuid.uuid5(uuid.NAMESPACE_OID, "\x1f".join([consultation.slug, who, *what]))


# --- What is here already -------------------------------------------------------------------------------------------


class _Comparison:
    """Says of each sound row whether it is new, the same as one that is here, or one with other words."""

    def __init__(self, consultation: Consultation) -> None:
        self.consultation = consultation
        self.references: dict[str, int] = {}  # the first row with each
        self.earlier: dict[bytes, tuple[int, bytes]] = {}  # the first row of each title: its number and its words

    def compare(self, rows: list[TriedRow]) -> None:
        """Compare the next rows of the sheet with what is here and with the rows before them."""
        sound = [tried for tried in rows if tried.row and not tried.problems]
        here, keys = _here(self.consultation, sound), _keys(sound)
        for tried in rows:
            if reference := _reference(tried):
                first = self.references.setdefault(reference, tried.number)
                if first != tried.number:
                    tried.wrong("reference", _("Row %(row)s has the same reference.") % {"row": first})
        by_reference = _by_reference(self.consultation, filter(None, map(_reference, rows)))
        for tried in sound:
            if not tried.problems:
                self._place(tried, here, keys, by_reference)

    def _place(self, tried: TriedRow, here: Any, keys: set[uuid.UUID], by_reference: Any) -> None:
        row, words = tried.row, _words(tried.row)
        reference, named = _reference(tried), (row.stakeholder.pk, row.title)
        known = here.get(named, [])
        if reference:
            if reference not in by_reference:
                tried.wrong("reference", _("No input here has this reference. Leave the cell empty for a new input."))
                return
            known = [by_reference[reference]]
        first, its_words = self.earlier.setdefault(_digest(*named), (tried.number, _digest(*words)))
        same = next((found for other, found in known if other == words), "")
        if same:
            tried.state, tried.like = RowState.SAME, same
        elif known:
            tried.state, tried.like = RowState.CHANGED, known[-1][1]
        elif row.key in keys:
            tried.state = RowState.SAME
        elif first == tried.number:
            tried.state = RowState.NEW
        elif its_words == _digest(*words):
            tried.state, tried.like = RowState.SAME, _("row %(row)s") % {"row": first}
        else:
            tried.wrong("title", _("Row %(row)s has the same title, with other words.") % {"row": first})


def _reference(tried: TriedRow) -> str:
    return str(tried.cells.get("reference") or "").strip()


def _digest(*parts: object) -> bytes:
    return hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=16).digest()


def _words(row: SheetRow) -> Words:
    objectives = _in_order(provision.pk for provision in row.provisions)
    return (str(row.theme.pk), objectives, _md5(row.body), _md5(row.proposed_wording), row.audience, row.language)


def _in_order(keys: Iterable[int]) -> str:
    return " ".join(map(str, sorted(keys)))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _sent(consultation: Consultation) -> QuerySet[Submission]:
    return consultation.submissions.filter(submitted_at__isnull=False).order_by("pk")


def _described(inputs: QuerySet[Submission]) -> Iterator[tuple[int, str, Words, str]]:
    links = Submission.provisions.through.objects.filter(submission=OuterRef("pk")).order_by().values("provision")
    found = inputs.values_list(
        "stakeholder_id", "title", "theme_id", ArraySubquery(links), MD5("body"), MD5("proposed_wording"), "audience",
        "language", "reference",
    )  # fmt: skip
    for stakeholder, title, theme, objectives, *words, reference in found.iterator():
        yield stakeholder, title, (str(theme), _in_order(objectives), *words), reference


def _here(consultation: Consultation, sound: list[TriedRow]) -> dict[tuple[int, str], list[tuple[Words, str]]]:
    """The inputs of the same organisations with the same titles, by both: their words and references."""
    titles, bodies = {tried.row.title for tried in sound}, {tried.row.stakeholder.pk for tried in sound}
    here = defaultdict(list)
    for stakeholder, title, words, reference in _described(
        _sent(consultation).filter(stakeholder__in=bodies, title__in=titles)
    ):
        here[stakeholder, title].append((words, reference))
    return here


def _by_reference(consultation: Consultation, references: Iterable[str]) -> dict[str, tuple[Words, str]]:
    found = _described(_sent(consultation).filter(reference__in=list(references)))
    return {reference: (words, reference) for _body, _title, words, reference in found}


def _keys(sound: list[TriedRow]) -> set[uuid.UUID]:
    keys = [tried.row.key for tried in sound]
    return set(Submission.objects.filter(key__in=keys).values_list("key", flat=True))


# --- Names that nobody here has -------------------------------------------------------------------------------------


def suggestions(unknown: Mapping[str, list[int]]) -> dict[str, list[Stakeholder]]:
    """Organisations whose names, short names or earlier names are like those that nobody has, the likest first."""
    return {name: found for name in list(unknown)[:MOST_SUGGESTED] if (found := _like(name))}


def _like(name: str) -> list[Stakeholder]:
    also = Q(short_name__iexact=name) | Q(names__name__iexact=name)
    likeness = TrigramSimilarity("name", name)
    exact = Stakeholder.objects.filter(also).distinct()[:3]
    alike = Stakeholder.objects.filter(name__trigram_similar=name).annotate(likeness=likeness).order_by("-likeness")
    return list({body.pk: body for body in (*exact, *alike[:4])}.values())[:4]
