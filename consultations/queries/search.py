"""Search inputs with PostgreSQL full-text search, within what the reader may see.

`SearchEntry` holds the words of an input, its points and its files without held-back passages, so that nobody can find
an input by them. The first PARTS of what is shown come from text after `for_everybody`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVectorField, TrigramWordSimilarity
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import BooleanField, Exists, F, Func, Max, Model, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.lookups import IsNull
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from consultations.models import Attachment, Consultation, Point, SearchEntry, Stakeholder, Submission, clean_text
from consultations.redaction import for_everybody

from .submissions import PAGE, REFERENCE, Page, beyond, page_between

FEW = 5_000
RANKED = 100  # number of newest matches that are ranked
LONGEST, MOST_WORDS = 200, 10
NAMES, SHORTEST_NAME, LIKENESS = 5, 3, "0.5"
UP_TO_FEW = """(SELECT CASE WHEN count(*) <= {few} THEN coalesce(string_agg(pk::text, ','), '') END
    FROM ({query}) AS found (pk))"""
# One message, which is a transaction of its own unless another is open.
BY_INDEX = "SELECT set_config('pg_trgm.word_similarity_threshold', %s, true), set_config('enable_seqscan', 'off', true)"
A_REFERENCE = re.compile(r"([A-Z0-9-]{1,20})(\.\d+)?", re.ASCII)
BEGIN, END = "\ue000", "\ue001"  # placeholders for the highlights while PostgreSQL searches
EXCERPT = f"MaxFragments=2, MaxWords=24, MinWords=8, FragmentDelimiter=' … ', StartSel={BEGIN}, StopSel={END}"
HOLDS_BACK = Q(title__contains="[[") | Q(body__contains="[[") | Q(proposed_wording__contains="[[")
MARKING = """
    SELECT CASE WHEN strpos(stems, %(begin)s) > 0 THEN stems ELSE ts_headline('portal', item, asked, options) END
    FROM unnest(%(texts)s::text[]) WITH ORDINALITY AS given(item, number),
    (SELECT websearch_to_tsquery('english', %(words)s) || websearch_to_tsquery('portal', %(words)s)) AS query(asked),
    LATERAL (SELECT CASE WHEN number <= %(whole)s THEN %(all)s ELSE %(cut)s END) AS how(options),
    LATERAL (SELECT ts_headline('english', item, asked, options)) AS cut(stems)
    ORDER BY number"""
WHOLE = f"HighlightAll=true, StartSel={BEGIN}, StopSel={END}"


def searchable(typed: str) -> str:
    """Return the entered search words as one clean line of limited length."""
    try:
        return " ".join(clean_text(typed).split())[:LONGEST]
    except ValidationError:
        return ""


def search_inputs(inputs: QuerySet[Submission], words: str) -> QuerySet[Submission]:
    """Return those of `inputs` that contain `words` in their text, in a point or in a file; or the one whose reference
    is `words`. Supports web search syntax: all words, "a phrase", or, -without. One query, or two to choose the
    strategy.

    Words in at most FEW inputs are looked up in the index: scanning inputs by time would skip nearly all of them. Words
    in many inputs are found quickly by such a scan, without collecting all matches.
    """
    named = _named_by_reference(inputs, words)
    if named is not None:
        return named
    (few,) = keys_of(_entries(words).values("submission"))
    if few is None:
        return inputs.filter(Exists(_entries(words).filter(submission=OuterRef("pk"))))
    return inputs.filter(AmongFew(F("pk"), Value(as_array(few))))


def keys_of(*looked_for: QuerySet[Model, Any], few: int = FEW) -> list[str | None]:
    """Return the keys that each query finds, comma-separated; None if more than `few`. One query.

    Returned as one text, because writing and reading that many rows would take longer than the search itself.
    """
    result = [
        rows[: few + 1].query.get_compiler(connection=connection, elide_empty=False).as_sql() for rows in looked_for
    ]
    each = ", ".join(UP_TO_FEW.format(query=query, few=few) for query, _values in result)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {each}", [value for _query, values in result for value in values])
        return list(cursor.fetchone())


def as_array(*keys: str | None) -> str:
    """Return an SQL array of all `keys`, each comma-separated."""
    return f"{{{','.join(filter(None, keys))}}}"


class AmongFew(Func):
    """Condition that a key is in an array of keys, passed as one text. The keys are not looked up again by the next
    query, and PostgreSQL knows their number.
    """

    template, arg_joiner = "%(expressions)s::bigint[])", " = ANY("
    output_field = BooleanField()


def _named_by_reference(inputs: QuerySet[Submission], words: str) -> QuerySet[Submission] | None:
    reference = _reference_in(words)
    named = inputs.filter(reference=reference) if reference else None
    return named if named is not None and named.exists() else None


def _reference_in(words: str) -> str:
    """Return the reference of an input that `words` consist of, or of the input of a point; empty if they are
    neither.
    """
    like = A_REFERENCE.fullmatch(words.upper())
    return like[1] if like and REFERENCE.fullmatch(like[1]) and re.search(r"\d", words) else ""


def _entries(words: str) -> QuerySet[SearchEntry]:
    return SearchEntry.objects.filter(words=_query(words)).order_by()


def _query(words: str) -> Any:
    english, as_it_stands = (SearchQuery(words, config=name, search_type="websearch") for name in ("english", "portal"))
    return english | as_it_stands


# --- For the desk, which may read everything --------------------------------------------------------------------------


def with_each_word(inputs: QuerySet[Submission], words: str, *, in_full: bool = True) -> QuerySet[Submission]:
    """Return those of `inputs` that contain every one of `words` as the beginning of a word of the text, a point, a
    file or the organisation's name; as the reference or its end; or, for readers of held-back passages (`in_full`),
    anywhere in an input with such passages.

    One query for each word to choose the strategy: see `found`.
    """
    among = None
    for word in words.split()[:MOST_WORDS]:
        result = _has_word(word, in_full=in_full)
        if isinstance(result, Q):
            inputs = inputs.filter(result)
        else:
            among = result if among is None else among & result
    return inputs if among is None else inputs.filter(AmongFew(F("pk"), Value(as_array(*among))))


def _has_word(word: str, *, in_full: bool) -> Q | set[str]:
    """Return the keys of inputs with a word; or a condition if there may be many or it may be part of a name."""
    begins = SearchEntry.objects.order_by().filter(
        words=SearchQuery(beginning(word), config="portal", search_type="raw")
    )
    anywhere = Q(title__icontains=word) | Q(body__icontains=word) | Q(proposed_wording__icontains=word)
    texts = Submission.objects.order_by()
    few, in_held, numbered, named = keys_of(
        begins.values("submission"),
        texts.filter(HOLDS_BACK & anywhere).values("pk")[:FEW] if in_full else texts.none().values("pk"),
        texts.filter(reference__in=references_ending_with(word)).values("pk"),
        Stakeholder.objects.order_by().filter(name__icontains=word).values("pk"),
    )
    keys = as_array(few, in_held, numbered)
    if few is not None and named == "":
        return set(keys[1:-1].split(",")) - {""}
    stands = Q(AmongFew(F("pk"), Value(keys)))
    if named is None:
        stands |= Q(stakeholder__name__icontains=word)
    elif named:
        stands |= Q(AmongFew(F("stakeholder"), Value(as_array(named))))
    if few is not None:
        return stands
    # Not `Exists`: beside other conditions PostgreSQL would collect every entry before the first input.
    own = begins.filter(submission=OuterRef("pk")).values("submission")[:1]
    return stands | Q(IsNull(Subquery(own), False))


def references_ending_with(word: str) -> list[str]:
    """Return `word` as a reference; of a number also the references of every consultation's year, which are looked up
    while the end of a text is in no index.
    """
    if not word.isdecimal():
        return [word.upper()]
    opened = Consultation.objects.order_by().values_list("opens_at", flat=True)
    years = {timezone.localtime(moment).year for moment in opened}
    return [word, *(f"NCM-{year}-{word.zfill(4)}" for year in sorted(years))]


def points_with_each_word(points: QuerySet[Point], words: str) -> QuerySet[Point]:
    """Return those of `points` that contain every one of `words` as the beginning of a word of the text or as part of
    the organisation's name; as the reference or that of the input; or anywhere in a point of a session or a held-back
    passage, which the index does not contain.

    One query for each word to choose the strategy, as for inputs.
    """
    for word in words.split()[:MOST_WORDS]:
        points = points.filter(_point_has_word(word))
    return points


def _point_has_word(word: str) -> Q:
    begins = SearchEntry.objects.order_by().filter(
        words=SearchQuery(beginning(word), config="portal", search_type="raw"), point__isnull=False
    )
    texts = Point.objects.order_by()
    held_back = Q(held_back=True, submission__in=Submission.objects.order_by().filter(HOLDS_BACK).values("pk"))
    few, in_sessions, held, own, of_input, named = keys_of(
        begins.values("point"),
        texts.filter(session__isnull=False, text__icontains=word).values("pk")[:FEW],
        texts.filter(held_back, text__icontains=word).values("pk")[:FEW],
        texts.filter(reference=word.upper()).values("pk"),
        texts.filter(submission__reference=word.upper()).values("pk"),
        Stakeholder.objects.order_by().filter(name__icontains=word).values("pk"),
    )
    result = Q(AmongFew(F("pk"), Value(as_array(few, in_sessions, held, own, of_input))))
    if named is None:
        result |= Q(stakeholder__name__icontains=word)
    elif named:
        result |= Q(AmongFew(F("stakeholder"), Value(as_array(named))))
    if few is None:
        words_of_it = begins.filter(point=OuterRef("pk")).values("point")[:1]
        result |= Q(IsNull(Subquery(words_of_it), False))
    return result


def beginning(word: str) -> str:
    """Return a tsquery for words that begin with `word`, whatever characters it contains.

    It also names the whole word: this finds nothing more, but gives PostgreSQL statistics, so that for frequent words
    it reads the first matches instead of collecting all.
    """
    quoted = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{quoted}':* | '{quoted}'"


# --- In order of how well they match ----------------------------------------------------------------------------------


class Hit(NamedTuple):
    """Match at the edge of a page: key, time and reference."""

    pk: int
    submitted_at: datetime
    reference: str


def ranked(matches: QuerySet[Submission], words: str) -> list[Hit]:
    """Return the newest RANKED inputs with `words`, and one more, the best first; ties by time.

    Matches in the title weigh most, then text and points, then proposed wording and files. One query.
    """
    words_of_it = _entries(words).filter(submission=OuterRef("pk")).values("submission")
    rank = Subquery(words_of_it.annotate(rank=Max(SearchRank(F("words"), _query(words)))).values("rank"))
    newest = matches.order_by("-submitted_at", "-pk").annotate(rank=rank)[: RANKED + 1]
    queryset: Iterable[tuple[Any, ...]] = newest.values_list("rank", "pk", "submitted_at", "reference")
    rows = [(row[0] or 0, Hit(*row[1:])) for row in queryset]
    return [hit for _rank, hit in sorted(rows, key=lambda row: (row[0], _place_in_time(row[1])), reverse=True)]


def ranked_page(
    inputs: QuerySet[Submission], words: str, *, before: Submission | None, after: Submission | None
) -> tuple[Page, list[Hit]]:
    """Return a page of the matches and all ranked ones: the newest RANKED by rank, after them older ones by time, so
    that pagination never ends early.
    """
    matches = search_inputs(inputs, words)
    hits = ranked(matches, words)
    goes_on = len(hits) > RANKED
    next_one = min(hits, key=_place_in_time) if goes_on else None
    if next_one:
        hits.remove(next_one)
    at = {hit.pk: place for place, hit in enumerate(hits)}
    if not next_one:
        return _slice(inputs, hits, _place(at, before, after)), hits
    rest = matches.filter(beyond(min(hits, key=_place_in_time), "lt"))
    if before and at.get(before.pk, RANKED) >= RANKED - 1:
        edge = beyond(before, "lt") if before.pk not in at else None
        page = page_between(rest, "reference", older_than=edge, newer_than=None)
        first = page.rows[0].reference if page.rows else ""
        return page._replace(newer=page.newer or first), hits
    if after and after.pk not in at:
        if (after.submitted_at, after.pk) >= _place_in_time(next_one):
            return _slice(inputs, hits, RANKED - PAGE, goes_on=True), hits
        page = page_between(rest, "reference", older_than=None, newer_than=beyond(after, "gt"))
        return page._replace(newer=page.rows[0].reference if page.rows else ""), hits
    return _slice(inputs, hits, _place(at, before, after), goes_on=True), hits


def _place_in_time(hit: Hit) -> tuple[datetime, int]:
    return hit.submitted_at, hit.pk


def _place(at: dict[int, int], before: Submission | None, after: Submission | None) -> int:
    """Return where a page begins among the ranked matches."""
    if before:
        return at.get(before.pk, -1) + 1
    return max(0, at.get(after.pk, 0) - PAGE) if after else 0


def _slice(inputs: QuerySet[Submission], hits: list[Hit], start: int, *, goes_on: bool = False) -> Page:
    shown = hits[start : start + PAGE]
    rows = {row.pk: row for row in inputs.filter(pk__in=[hit.pk for hit in shown])}
    older = shown and (goes_on or start + PAGE < len(hits))
    return Page(
        [rows[hit.pk] for hit in shown if hit.pk in rows],
        shown[0].reference if shown and start else "",
        shown[-1].reference if older else "",
    )


# --- What was found, in words -----------------------------------------------------------------------------------------


class Shown(NamedTuple):
    """Found input: its title and an excerpt, both with the words highlighted."""

    title: SafeString
    passage: SafeString


def shown(inputs: Iterable[Submission], words: str, user: Any) -> dict[int, Shown]:
    """Return for each of `inputs` where `words` occur: in the title and text, else in a point or a file.

    Uses only what every reader of the input may read. Two queries.
    """
    own = [(item.pk, for_everybody(f"{item.body}\n\n{item.proposed_wording}")) for item in inputs]
    passages = own + _elsewhere([pk for pk, _text in own], words, user)
    titles = [for_everybody(item.title) for item in inputs]
    marked = _marked([*titles, *(text for _pk, text in passages)], words, whole=len(titles))
    parts: dict[int, str] = {}
    for (pk, _text), text in zip(passages, marked[len(titles) :], strict=True):
        if BEGIN in text:
            parts.setdefault(pk, text)
    return {
        pk: Shown(_as_html(title), _as_html(parts.get(pk, "")))
        for (pk, _text), title in zip(own, marked[: len(own)], strict=True)
    }


def _elsewhere(keys: list[int], words: str, user: Any) -> list[tuple[int, str]]:
    """Return the points, then the files, with the words, for inputs whose own text lacks some of them. One query."""
    entries = _entries(words).filter(submission__in=keys)
    in_text = SearchEntry.objects.annotate(below_title=_BelowTitle(F("words")))
    in_text = in_text.filter(point=None, attachment=None, below_title=_query(words), submission=OuterRef("submission"))
    entries = entries.filter(~Exists(in_text))
    points = Point.objects.visible_to(user).filter(submission__in=keys, held_back=False)
    files = Attachment.objects.visible_to(user).shown().filter(submission__in=keys, kind=Attachment.Kind.EVIDENCE)
    points = points.filter(pk__in=entries.values("point")).order_by()
    queryset: QuerySet[Point, Any] = points.values_list(Value(0), "pk", "submission", Value(""), "text")
    files = files.filter(pk__in=entries.values("attachment")).order_by()
    attached = files.values_list(Value(1), "pk", "submission", "name", "text")
    rows = sorted(queryset.union(attached, all=True).order_by())
    return [(key, for_everybody(f"{name}: {text}" if name else text)) for _kind, _pk, key, name, text in rows]


class _BelowTitle(Func):
    """Search vector of an entry without the title's words, which have weight A."""

    template, function = "%(function)s(%(expressions)s, '{b,c,d}')", "ts_filter"
    output_field = SearchVectorField()


def _marked(texts: list[str], words: str, *, whole: int) -> list[str]:
    """Return `texts` highlighted by PostgreSQL, by English stems, or literally if that finds nothing; all but the first
    `whole` shortened to an excerpt.
    """
    clean = [text.replace(BEGIN, "").replace(END, "") for text in texts]
    with connection.cursor() as cursor:
        cursor.execute(
            MARKING, {"texts": clean, "words": words, "whole": whole, "all": WHOLE, "cut": EXCERPT, "begin": BEGIN}
        )
        return [marked for (marked,) in cursor.fetchall()]


def _as_html(marked: str) -> SafeString:
    return mark_safe(escape(marked).replace(BEGIN, "<mark>").replace(END, "</mark>"))  # noqa: S308  # escaped first


# --- Organisations whose name was misspelt ----------------------------------------------------------------------------


def named_like(readable: QuerySet[Submission], words: str) -> list[Stakeholder]:
    """Return up to NAMES organisations with names like `words`, the most similar first, with an input in `readable`.

    One query, sent together with its settings: the default similarity threshold (0.6) would miss short names with two
    wrong letters, and the planner underestimates the cost of comparing every name.
    """
    if len(words) < SHORTEST_NAME or _reference_in(words):
        return []
    alike = Q(name__trigram_word_similar=words) | Q(short_name__iexact=words)  # each has an index
    rows = readable.order_by().filter(stakeholder=OuterRef("pk")).values("pk")
    likest = Stakeholder.objects.filter(alike).filter(Exists(rows)).values_list("pk", "name")
    likest = likest.order_by(TrigramWordSimilarity(words, "name").desc(), "name")[:NAMES]
    query, values = likest.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"{BY_INDEX}; {query}", [LIKENESS, *values])
        cursor.nextset()
        return [Stakeholder(pk=pk, name=name) for pk, name in cursor.fetchall()]
