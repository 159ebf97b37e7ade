"""Settings of a consultation: begin one, as a copy of another or anew; its facts, dates and team.

A change names the values that it was made from (`seen`), so that two people never overwrite each other unknowingly.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import (
    DESK_WORDS,
    RULES,
    Consultation,
    ConsultationState,
    Letterhead,
    LetterText,
    Office,
    ThemeQuestion,
    User,
)
from consultations.models.forums import NO_YEAR, in_our_time
from consultations.permissions import SECRETARIAT, is_secretariat
from consultations.queries.letter_texts import texts_in_force
from consultations.queries.letterhead import letterhead_in_force
from ncm_portal.workflow import Blocked, Conflict, deadline_passed, demand, journal, locked, now, verb

CHANGE = gettext_lazy("Change the settings of a consultation")
FACTS = ("title", "short_title", "purpose", "opens_at", "closes_at")
DATES = ("opens_at", "closes_at")
FURTHEST = timedelta(days=3 * 365)  # a later date is a slip of the hand
OFFICERS = (Office.SECRETARIAT, Office.HEAD)
LETTERHEAD = ("lines", "contact", "signatory_name", "signatory_title", "sender_name", "reply_to", "logo", "logo_type")


# --- What a change is made from ---------------------------------------------------------------------------------------


def fingerprint(values: Mapping[str, Any]) -> str:
    """Return a short hash of the values that a form was filled from."""
    return sha256(DjangoJSONEncoder(sort_keys=True).encode(values).encode()).hexdigest()[:16]


def demand_same(seen: str, values: Mapping[str, Any]) -> None:
    """Raise Conflict with the present `values` unless `seen` is their fingerprint."""
    if seen != fingerprint(values):
        raise Conflict(dict(values))


def for_change(consultation: Consultation, person: User) -> Consultation:
    """Return the consultation, locked for a change by `person`. Raises NotAllowed, or Blocked if it is archived."""
    demand(is_secretariat(person), who=SECRETARIAT, to=CHANGE)
    row = locked(consultation)
    if row.state == ConsultationState.ARCHIVED:
        raise Blocked(_("The consultation is archived."))
    return row


def facts_of(consultation: Consultation) -> dict[str, Any]:
    """Return the facts that can change now: dates only before it opens, then by moves of their own."""
    names = FACTS if consultation.state == ConsultationState.DRAFT else FACTS[:3]
    return {name: getattr(consultation, name) for name in names}


# --- Facts and dates --------------------------------------------------------------------------------------------------


def problems_with_facts(values: Mapping[str, Any], consultation: Consultation | None = None) -> list[tuple[str, str]]:
    """Return the errors in names and dates, by field. At most two queries."""
    others = Consultation.objects.exclude(pk=consultation.pk) if consultation else Consultation.objects.all()
    same = _("Another consultation has this name. Choose one that people can tell apart.")
    result = [
        (name, same)
        for name in ("title", "short_title")
        if name in values and others.filter(**{f"{name}__iexact": values[name]}).exists()
    ]
    dates = {name: values[name] for name in DATES if values.get(name)}
    far = {name for name, moment in dates.items() if in_our_time(moment) and moment > now() + FURTHEST}
    result += [(name, str(NO_YEAR)) for name, moment in dates.items() if not in_our_time(moment)]
    words = _("This is in %(year)s, more than three years from now. Check the year.")
    result += [(name, words % {"year": timezone.localtime(dates[name]).year}) for name in sorted(far)]
    if len(dates) == len(DATES) and dates["closes_at"] <= dates["opens_at"]:
        result.append(("closes_at", _("The consultation must close after it opens.")))
    elif dates.get("closes_at") and in_our_time(dates["closes_at"]) and deadline_passed(dates["closes_at"]):
        result.append(("closes_at", _("This deadline has passed.")))
    return result


@verb
def change_facts(consultation: Consultation, *, by: User, seen: str, **values: Any) -> Consultation:
    """Change names and purpose, and before it opens also dates. Unchanged values have no effect.

    Raises NotAllowed, Conflict, or Blocked with every reason.
    """
    row = for_change(consultation, by)
    before = facts_of(row)
    demand_same(seen, before)
    changed = {name: value for name, value in values.items() if name in before and value != before[name]}
    if reasons := [words for _field, words in problems_with_facts(changed and {**before, **changed}, row)]:
        raise Blocked(reasons)
    if changed:
        for name, value in changed.items():
            setattr(row, name, value)
        row.save(update_fields=list(changed))
        journal("change_facts", row, by=by, data={"changed": _pairs(before, changed)})
    return row


def _pairs(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[list[str]]:
    return [[name, _plain(before[name]), _plain(value)] for name, value in after.items()]


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


# --- Team -------------------------------------------------------------------------------------------------------------


def team_of(consultation: Consultation) -> dict[str, Any]:
    """Return the team as a change is made from it."""
    return {"team": sorted(consultation.team.values_list("pk", flat=True))}


@verb
def choose_team(consultation: Consultation, *, by: User, seen: str, team: Collection[User]) -> Consultation:
    """Choose the officers who work on a consultation; without any, all do. Raises NotAllowed, Conflict or Blocked."""
    row = for_change(consultation, by)
    before = team_of(row)
    demand_same(seen, before)
    if any(each.office not in OFFICERS or not each.is_active for each in team):
        raise Blocked(_("Only officers of the secretariat can be in the team."))
    if before["team"] != sorted(each.pk for each in team):
        row.team.set(team)
        journal("choose_team", row, by=by, data={"names": [each.name for each in team]})
    return row


# --- A new consultation -----------------------------------------------------------------------------------------------


@verb
def begin_consultation(
    *,
    by: User,
    title: str,
    short_title: str,
    opens_at: datetime,
    closes_at: datetime,
    source: Consultation | None = None,
) -> Consultation:
    """Begin a consultation in preparation. From `source` come purpose, rules, themes with questions, team, the texts
    of letters and the letterhead. Raises NotAllowed, or Blocked with every reason.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Begin a consultation"))
    values = {"title": title, "short_title": short_title, "opens_at": opens_at, "closes_at": closes_at}
    reasons = [words for _field, words in problems_with_facts(values)]
    slug = slugify(short_title)[:50]
    if not slug or slug in DESK_WORDS:
        reasons.append(_("The short title becomes the address of the page. Choose another one, such as Review 2026."))
    elif not reasons and Consultation.objects.filter(slug=slug).exists():
        words = _("Another consultation has the address “%(slug)s”. Choose another short title.")
        reasons.append(words % {"slug": slug})
    if reasons:
        raise Blocked(reasons)
    copied = {name: getattr(source, name) for name in ("purpose", *RULES)} if source else {}
    row = Consultation.objects.create(slug=slug, copied_from=source, **values, **copied)
    if source:
        _copy_themes(source, row)
        still_here = list(source.team.filter(office__in=OFFICERS, is_active=True))
        row.team.add(*still_here)
        _copy_letters(source, row, by)
    journal("begin_consultation", row, by=by, after=row.state, data={"of": source.slug} if source else {})
    return row


def _copy_themes(source: Consultation, made: Consultation) -> None:
    themes = list(source.themes.all())
    made.themes.add(*themes)
    ThemeQuestion.objects.bulk_create(
        ThemeQuestion(consultation=made, theme_id=each.theme_id, order=each.order, text=each.text, text_sw=each.text_sw)
        for each in source.theme_questions.filter(theme__in=themes)
    )


def _copy_letters(source: Consultation, made: Consultation, by: User) -> None:
    LetterText.objects.bulk_create(
        LetterText(
            consultation=made, kind=each.kind, language=each.language, number=1,
            subject=each.subject, body=each.body, by=by, at=now(),
        )
        for each in texts_in_force(source.pk).values() if each.is_own
    )  # fmt: skip
    if last := letterhead_in_force(source.pk, with_logo=True):
        values = {name: getattr(last, name) for name in LETTERHEAD}
        Letterhead.objects.create(consultation=made, number=1, by=by, at=now(), **values)
