"""Assemble the content of an edition: the paper and its sources as plain data in a fixed order.

Contains nothing that is not public: a non-public point is a reference without text and name. Undecided matters are left
out: drafts have no dispositions, reviews no stances of ministries.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

from django.db.models import BigIntegerField, Prefetch, Q, Value
from django.utils import timezone, translation

from consultations.models import (
    Consultation,
    Delegate,
    DelegateState,
    Framework,
    Group,
    Mandate,
    Provision,
    Relation,
    Theme,
    ThemeProvision,
)
from consultations.queries import likeness_note
from ncm_portal.workflow import Words
from positions.models import (
    FINAL_KINDS,
    Decision,
    EditionKind,
    Lineage,
    PositionPaper,
    Stance,
    StanceValue,
    Strength,
)
from positions.queries import papers
from positions.queries.grounding import points_to_answer

from .attribution import Voices, natural
from .phrases import acronyms, listed, operative_words, quorum_sentence, roll_call
from .plenary import decisions, on_older_words

SCHEMA = "ncm-edition/1"
WITH_CLEARANCE = (EditionKind.FORUM, *FINAL_KINDS)
STANCES = [value for value in StanceValue.values if value]


def content(
    paper: PositionPaper,
    *,
    number: str,
    kind: str,
    status: Words,
    frozen_at: datetime,
    decision: Decision | None = None,
) -> dict[str, Any]:
    """Return the canonical content of `paper`: JSON values only, in its language, deterministic.

    `frozen_at` (aware) also selects the names of institutions. About thirty queries.
    """
    with translation.override(paper.language):
        return _Assembly(paper, kind, timezone.localdate(frozen_at)).whole(number, str(status), frozen_at, decision)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _hour(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%H:%M}"


@dataclass
class _Assembly:
    """Records of one paper on one day, loaded once and sorted."""

    paper: PositionPaper
    kind: str
    day: date

    def __post_init__(self) -> None:
        self.voices = Voices(self.paper.consultation_id, self.day)
        self.name = self.voices.name
        self.paragraphs = papers.numbered_paragraphs(self.paper)
        self.numbers = {each.pk: each.number for each in self.paragraphs}
        self.origins: dict[int, list[tuple[int, str]]] = defaultdict(list)
        descent = Lineage.objects.filter(successor__section__paper=self.paper).order_by("at", "pk")
        for successor, predecessor, key in descent.values_list("successor", "predecessor", "predecessor__key"):
            self.origins[successor].append((predecessor, str(key)))
        self.themes = _themes(self.paper.consultation)
        self.is_final = self.kind in FINAL_KINDS
        self.is_late = self.kind in WITH_CLEARANCE

    def whole(self, number: str, status: str, frozen_at: datetime, decision: Decision | None) -> dict[str, Any]:
        """Return all parts under their names in the schema."""
        sections = self.sections()
        tallies, note = papers.tallies(self.paper.consultation), likeness_note(self.paper.consultation)
        participants = self.participants() if self.is_late else []
        explanations = self.explanations() if self.is_late else []
        whole = {
            "schema": SCHEMA,
            "sample": self.paper.is_sample,
            "language": self.paper.language,
            "paper": self.facts(),
            "edition": {"number": number, "kind": str(self.kind), "frozen_at": _utc(frozen_at), "status": status},
            "forum": self.forum(),
            "sections": sections,
            "themes": self.matrix(),
            "provisions": self.provisions(),
            "participants": participants,
            "points": self.points() if self.is_final else [],
            "tallies": tallies,
            "reservations": self.reservations() if self.is_late else [],
            "clearances": self.clearances() if self.is_late else [],
            "clearance_note": self.paper.clearance_note if self.is_late else "",
            "objections_resolved": self.objections() if self.is_late else [],
            "adoption": self.adoption(decision) if decision else None,
            "acronyms": acronyms(_printed(sections)),
            **({"likeness": note} if note else {}),
            **({"explanations": explanations} if explanations else {}),
        }
        organisations = self.voices.groups(whole)
        return {**whole, "organisations": organisations, "groups": _groups(organisations, participants, tallies)}

    def facts(self) -> dict[str, Any]:
        paper, consultation = self.paper, self.paper.consultation
        return {
            "title": paper.title,
            "short_title": paper.short_title,
            "slug": paper.slug,
            "purpose": paper.purpose,
            "consultation": consultation.title,
            "opened": timezone.localdate(consultation.opens_at).isoformat(),
            "closed": timezone.localdate(consultation.closes_at).isoformat(),
        }

    # --- The forum --------------------------------------------------------------------------------------------------

    def forum(self) -> dict[str, Any] | None:
        forum = self.paper.forum
        if forum is None:
            return None
        sessions = forum.sessions.select_related("theme").order_by("starts_at", "order")
        return {
            "title": forum.title,
            "date": forum.starts_on.isoformat(),
            "end_date": forum.ends_on.isoformat(),
            "place": forum.place,
            "venue": forum.venue,
            "convenors": listed(forum.convenors),
            "representatives": len(self.delegates),
            "programme": [
                {
                    "starts": _hour(session.starts_at),
                    "ends": _hour(session.ends_at),
                    "title": session.title,
                    "kind": session.kind,
                    "theme": session.theme.code if session.theme else None,
                    "room": session.room,
                }
                for session in sessions
            ],
        }

    @cached_property
    def delegates(self) -> list[Any]:
        """Return the confirmed delegates to the forum by name."""
        forum = self.paper.forum
        confirmed = forum.delegates.filter(state=DelegateState.CONFIRMED) if forum else Delegate.objects.none()
        return list(confirmed.select_related("stakeholder", "county").order_by("name", "pk"))

    def participants(self) -> list[dict[str, Any]]:
        """Return the participants without contact details."""
        return [
            {
                "name": delegate.name,
                "title": delegate.title,
                "organisation": self.name(delegate.stakeholder),
                "group": delegate.group or delegate.stakeholder.group,
                "county": delegate.county.name if delegate.county else "",
            }
            for delegate in self.delegates
        ]

    # --- The text ---------------------------------------------------------------------------------------------------

    def sections(self) -> list[dict[str, Any]]:
        """Return the sections with text; front and end matter generated by renderers has none."""
        result: list[Any] = papers.outline(self.paper, self.paragraphs)
        return [
            {
                "number": section.number,
                "part": section.part,
                "heading": section.heading,
                "heading_sw": section.theme.title_sw if section.theme else "",
                "theme": section.theme.code if section.theme else None,
                "paragraphs": [self.paragraph(each) for each in section.standing],
            }
            for section in result
            if section.standing
        ]

    def paragraph(self, row: Any) -> dict[str, Any]:
        text = row.wording.text if row.wording else ""
        return {
            "number": row.number,
            "key": str(row.key),
            "strength": row.strength,
            "verb": operative_words(str(Strength(row.strength).label), text) if row.strength else "",
            "text": text,
            "lang": row.language,
            "secretariat_text": row.is_secretariat_text,
            "provisions": sorted((each.code for each in row.provisions.all()), key=natural),
            "sources": self.voices.sources(row.wording.groundings.all() if row.wording else []),
            **({"came_from": came_from} if (came_from := self.predecessors(row.pk)) else {}),
        }

    def predecessors(self, paragraph_id: int) -> list[str]:
        """Return the keys of a paragraph's predecessors, the nearest first, recursively."""
        result: dict[int, str] = {}
        waiting = [paragraph_id]
        while waiting:
            new = {pk: key for pk, key in self.origins[waiting.pop(0)] if pk not in result and pk != paragraph_id}
            result |= new
            waiting += new
        return list(result.values())

    # --- The frame --------------------------------------------------------------------------------------------------

    def matrix(self) -> list[dict[str, Any]]:
        """Return the themes with their objectives, targets and lead institutions; the latter only with a confirmed
        mandate.
        """
        return [self.theme(theme) for theme in self.themes]

    def theme(self, theme: Theme) -> dict[str, Any]:
        codes: dict[tuple[bool, bool], list[str]] = {}
        for link in theme.links.all():
            target, lead = link.provision.framework == Framework.SDG, link.relation == Relation.LEAD
            codes.setdefault((target, lead), []).append(link.provision.code)
        return {
            "code": theme.code,
            "title": theme.title,
            "title_sw": theme.title_sw,
            "objectives": codes.get((False, True), []),
            "related": codes.get((False, False), []),
            "sdg": [code.removeprefix("SDG-") for code in codes.get((True, True), []) + codes.get((True, False), [])],
            "lead": sorted(self.name(mandate.ministry) for mandate in theme.mandates.all()),
        }

    def provisions(self) -> list[dict[str, Any]]:
        """Return the objectives, principles and targets of the themes or paragraphs."""
        named = Q(themes__in=self.themes) | Q(paragraphs__in=self.paragraphs)
        rows = Provision.objects.filter(named).distinct().order_by("framework", "order")
        return [
            {"code": each.code, "label": each.label, "title": each.title, "framework": each.framework} for each in rows
        ]

    # --- What became of what was said -------------------------------------------------------------------------------

    def points(self) -> list[dict[str, Any]]:
        """Return the valid points with their answers, but for those that only an earlier paper answered; `outcome` is
        "" if there was none at the time of freezing.
        """
        rows: Any = points_to_answer(self.paper)
        dispositions = self.paper.dispositions.prefetch_related("paragraphs")
        answers = {each.point_id: each for each in dispositions}
        along = ("theme", "stakeholder", "session", "merged_into")
        result = [self.point(each, answers.get(each.pk)) for each in rows.select_related(*along)]
        return sorted(result, key=lambda point: natural(point["reference"]))

    def point(self, row: Any, answer: Any) -> dict[str, Any]:
        """Return a point and its answer. A reason may repeat the text, so it is as confidential as the point."""
        is_public = row.pk in self.voices.public
        return {
            "reference": row.reference,
            "kind": row.kind,
            "theme": row.theme.code,
            "organisation": self.voices.raised_by(row),
            "text": row.text if is_public else None,
            "outcome": answer.outcome if answer else "",
            "reason_code": answer.reason_code if answer else "",
            "reason": answer.reason if answer and is_public else "",
            "paragraphs": self.places(answer.paragraphs.all()) if answer else [],
            **self.voices.others(row),
            **self.voices.into(row, row.merged_into),
        }

    def places(self, paragraphs: Iterable[Any]) -> list[int]:
        """Return the numbers of those of `paragraphs` that are in the text."""
        return sorted(self.numbers[each.pk] for each in paragraphs if each.pk in self.numbers)

    # --- What offices and the meeting said --------------------------------------------------------------------------

    @cached_property
    def remarks(self) -> list[tuple[str, int | None, str]]:
        """Return remarks of organisations by name: reservations on a numbered paragraph, and explanations of position
        on the whole text, without a number.
        """
        on_paragraphs = self.paper.reservations.filter(withdrawn_at=None, paragraph__in=self.paragraphs)
        on_all = self.paper.explanations.filter(withdrawn_at=None).annotate(nowhere=Value(None, BigIntegerField()))
        rows = on_paragraphs.order_by().values_list("stakeholder", "paragraph", "text")
        rows = rows.union(on_all.order_by().values_list("stakeholder", "nowhere", "text"), all=True).order_by()
        result = [
            (self.voices.names[pk], self.numbers[paragraph] if paragraph else None, text)
            for pk, paragraph, text in rows
        ]
        return sorted(result, key=lambda remark: remark[0])

    def reservations(self) -> list[dict[str, Any]]:
        result = [
            {"organisation": organisation, "paragraph": number, "text": text}
            for organisation, number, text in self.remarks
            if number
        ]
        return sorted(result, key=lambda each: (each["paragraph"], each["organisation"]))

    def explanations(self) -> list[dict[str, Any]]:
        return [
            {"organisation": organisation, "text": text}
            for organisation, number, text in self.remarks
            if number is None
        ]

    def clearances(self) -> list[dict[str, Any]]:
        rows = self.paper.clearances.select_related("ministry").prefetch_related("stances")
        return sorted(map(self.clearance, rows), key=lambda row: row["ministry"])

    def clearance(self, row: Any) -> dict[str, Any]:
        live = [each for each in row.stances.all() if not each.replaced_at and each.paragraph_id in self.numbers]
        values = Counter(each.value for each in live)
        return {
            "ministry": self.name(row.ministry),
            "paragraphs": sorted(self.numbers[each.paragraph_id] for each in live),
            "stances": {value: values[value] for value in STANCES},
            "answered_on": timezone.localdate(row.answered_at).isoformat() if row.answered_at else None,
            **on_older_words(live, self.paragraphs),
        }

    def objections(self) -> list[dict[str, Any]]:
        """Return resolved objections: the proposed wording, and the reason of the next wording."""
        moved = Stance.objects.filter(
            clearance__paper=self.paper, value=StanceValue.OBJECT, replaced_at__isnull=False,
            paragraph__in=self.paragraphs,
        )  # fmt: skip
        rows = moved.select_related("clearance__ministry", "wording").prefetch_related("paragraph__wordings")
        result = [self.objection(row) for row in rows.order_by("at", "pk")]
        return sorted(result, key=lambda each: (each["paragraph"], each["organisation"]))

    def objection(self, row: Any) -> dict[str, Any]:
        later = [each for each in row.paragraph.wordings.all() if each.number > row.wording.number]
        answer = min(later, key=lambda wording: wording.number, default=None)
        return {
            "organisation": self.name(row.clearance.ministry),
            "paragraph": self.numbers[row.paragraph_id],
            "objection": row.reason,
            "proposed": row.proposed_text,
            "resolution": answer.why if answer else "",
        }

    def adoption(self, decision: Decision) -> dict[str, Any]:
        quorum = decision.quorum
        value = decisions(decision, self.numbers, self.name) if decision.is_by_paragraph else []
        return {
            "rule": decision.rule,
            "reasons": decision.reasons,
            "members_present": quorum.members_present,
            "members_total": quorum.members_total,
            "groups_present": quorum.groups_present,
            "groups_required": quorum.groups_needed,
            "quorum": quorum_sentence(quorum),
            "chair": decision.chair.name,
            "at": _utc(decision.at),
            "place": decision.forum.place,
            **({"paragraph_by_paragraph": True, "paragraphs": value} if value else {}),
            **roll_call(decision.roll_call),
        }


def _themes(consultation: Consultation) -> list[Theme]:
    """Return the themes in order, with their provisions in order and the mandates of their lead institutions."""
    links = ThemeProvision.objects.select_related("provision").order_by("provision__framework", "provision__order")
    leads = Mandate.objects.filter(is_lead=True, is_confirmed=True).select_related("ministry")
    rows = consultation.themes.order_by("order")
    return list(rows.prefetch_related(Prefetch("links", links), Prefetch("mandates", leads)))


def _groups(organisations: dict[str, str], participants: list[Any], tallies: dict[str, Any]) -> dict[str, str]:
    """Return the labels of groups that are named or counted."""
    counted = {row["group"] for row in (*participants, *tallies["theme_by_group"])}
    return {code: str(label) for code, label in Group.choices if code in counted | set(organisations.values())}


def _printed(sections: list[dict[str, Any]]) -> str:
    """Return the whole text, to find acronyms."""
    return "\n".join(
        line for section in sections for line in (section["heading"], *(each["text"] for each in section["paragraphs"]))
    )
