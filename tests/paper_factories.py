"""Create papers with sections, paragraphs, clearances and decisions; see factories.py."""

import hashlib
import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from consultations.models import Consultation, Point, Stakeholder, Theme, User
from ncm_portal import workflow
from positions import edition
from positions.models import (
    WITH_CODE,
    AnswerByLetter,
    Artefact,
    ChainStep,
    Clearance,
    Decision,
    Disposition,
    Edition,
    Grounding,
    LetterLine,
    Outcome,
    PaperState,
    Paragraph,
    PositionPaper,
    QuorumCount,
    ReasonCode,
    Reservation,
    Rule,
    Section,
    SectionPart,
    Stance,
    Wording,
    wording_sha256,
)
from tests.factories import (
    change,
    make_consultation,
    make_delegate,
    make_forum,
    make_head,
    make_mandate,
    make_ministry,
    make_point,
    make_provision,
    make_secretariat,
    make_session,
    make_stakeholder,
    make_submission,
    make_theme,
    make_user,
    number,
    walk,
)
from tests.office_factories import change_rules

PAPER_ROAD = (
    "review", "consolidation", "clearance_text", "in_clearance", "cleared", "forum_text", "in_session", "adopted",
    "published", "superseded",
)  # fmt: skip


def make_step(consultation: Consultation, kind: str, office: Stakeholder, *, is_asked: bool = True) -> ChainStep:
    """Create or waive a clearance step of an opened consultation as two officers would."""
    written = {"kind": kind, "institution": office.pk, "order": 1, "is_asked": is_asked}
    change_rules(consultation, steps=[written])
    named = {"consultation": consultation, "kind": kind, "institution": office}
    return ChainStep.objects.update_or_create(**named, defaults={"order": 1, "is_asked": is_asked})[0]


def make_paper(consultation: Consultation | None = None, *, state: str = "drafting", **fields: Any) -> PositionPaper:
    """Create a paper without sections and bring it to `state`."""
    turn = number()
    fields = {
        "slug": f"paper-{turn}", "title": f"Position paper {turn}", "short_title": f"Paper {turn}",
        "purpose": f"Purpose {turn}", "created_by": fields.get("created_by") or make_secretariat(), **fields,
    }  # fmt: skip
    made = PositionPaper.objects.create(consultation=consultation or make_consultation(), **fields)
    return bring_paper(made, state)


def bring_paper(paper: PositionPaper, state: str) -> PositionPaper:
    """Move `paper` forward through the usual states until it is in `state`."""
    road = (PaperState.DRAFTING, *PAPER_ROAD)
    if state in ("suspended", "withdrawn"):
        return walk(paper, state, **({"suspended_from": paper.state} if state == "suspended" else {}))
    for step in road[road.index(paper.state) + 1 : road.index(state) + 1]:
        walk(paper, step, **(_publication() if step == "published" else {}))
    return paper


def _publication() -> dict[str, Any]:
    return {
        "publication_proposed_by": make_secretariat(), "publication_proposed_at": workflow.now(),
        "published_by": make_secretariat(), "published_at": workflow.now(),
    }  # fmt: skip


def make_section(paper: PositionPaper, theme: Theme | None = None, **fields: Any) -> Section:
    """Create a section after the last one: for `theme` if given, otherwise a body section."""
    order = fields.pop("order", paper.sections.count() + 1)
    part = SectionPart.THEME if theme else SectionPart.BODY
    fields = {"part": part, "heading": theme.title if theme else f"Section {order}", **fields}
    return Section.objects.create(paper=paper, order=order, theme=theme, **fields)


def make_paragraph(
    section: Section, text: str = "", *, points: tuple[Point, ...] = (), by: User | None = None, **fields: Any
) -> Paragraph:
    """Create a paragraph at the end of `section` whose first wording is based on `points`."""
    order = fields.pop("order", section.paragraphs.count() + 1)
    made = Paragraph.objects.create(section=section, order=order, **fields)
    return reword(made, text or f"Paragraph {number()} says what the country asks for.", points=points, by=by)


def reword(
    paragraph: Paragraph, text: str, *, points: tuple[Point, ...] = (), by: User | None = None, why: str = ""
) -> Paragraph:
    """Give `paragraph` a new wording based on `points`."""
    by, now = by or make_secretariat(), workflow.now()
    wording = Wording.objects.create(
        paragraph=paragraph, number=paragraph.wordings.count() + 1, text=text, sha256=wording_sha256(text),
        by=by, at=now, why=why,
    )  # fmt: skip
    for point in points:
        Grounding.objects.create(wording=wording, point=point, by=by, at=now)
    paragraph.wording = wording
    paragraph.save()
    return paragraph


def make_disposition(
    paper: PositionPaper, point: Point, outcome: str = Outcome.ACCEPTED, *paragraphs: Paragraph, **fields: Any
) -> Disposition:
    """Create the outcome of `point`, with a reason unless it was accepted."""
    code = ReasonCode.OTHER if outcome in WITH_CODE else ""
    fields = {"reason": "" if outcome == Outcome.ACCEPTED else f"Reason {number()}.", "reason_code": code, **fields}
    made = Disposition.objects.create(
        paper=paper, point=point, outcome=outcome, decided_by=make_secretariat(), decided_at=workflow.now(), **fields
    )
    made.paragraphs.set(paragraphs)
    return made


def make_edition(paper: PositionPaper, number: str = "0.1", kind: str = "draft", *, content: str = "") -> Edition:
    """Create a frozen edition with any content; use positions.edition.freeze for real content."""
    content = content or f'{{"paper":"{paper.slug}","number":"{number}"}}'
    return Edition.objects.create(
        paper=paper, number=number, kind=kind, status=f"Status of {number}", content=content,
        sha256=wording_sha256(content), frozen_at=workflow.now().replace(microsecond=0), frozen_by=make_secretariat(),
    )  # fmt: skip


def make_printed_edition(paper: PositionPaper, *paragraphs: Paragraph, number: str = "1.0") -> Edition:
    """Create an adopted edition that contains only the paragraphs' texts."""
    printed = [
        {"number": place, "key": str(each.key), "text": each.wording.text, "verb": "urges"}
        for place, each in enumerate(paragraphs, start=1)
    ]
    facts = {"number": number, "kind": "adopted", "status": "Adopted by consensus"}
    content = {"language": "en", "edition": facts, "sections": [{"heading": paper.title, "paragraphs": printed}]}
    return make_edition(paper, number, "adopted", content=json.dumps(content))


def make_clearance(
    paper: PositionPaper, ministry: Stakeholder, *paragraphs: Paragraph, text: Edition | None = None, **fields: Any
) -> Clearance:
    """Create a clearance request to `ministry` about `paragraphs`, without answers."""
    text = text or paper.editions.first() or make_edition(paper, kind="clearance")
    now = workflow.now()
    fields = {"requested_at": now, "due_at": now + timedelta(days=14), **fields}
    made = Clearance.objects.create(paper=paper, edition=text, ministry=ministry, **fields)
    for paragraph in paragraphs:
        Stance.objects.create(clearance=made, paragraph=paragraph, wording=paragraph.wording)
    return made


def take_stance(clearance: Clearance, paragraph: Paragraph, value: str = "agree", **fields: Any) -> Stance:
    """Record the ministry's answer on `paragraph`."""
    stance = clearance.stances.get(paragraph=paragraph, replaced_at=None)
    said = {"value": value, "by": fields.pop("by", None) or make_user(), "at": workflow.now(), **fields}
    return change(stance, **said)


def make_letter(
    clearance: Clearance, *paragraphs: Paragraph, value: str = "agree", typed_by: User | None = None, **fields: Any
) -> AnswerByLetter:
    """Create a letter in which the ministry answers `value` on `paragraphs`; not countersigned, without a scan."""
    fields = {"reference": f"MIN/{number()}", "signed_by": "The Principal Secretary", **fields}
    made = AnswerByLetter.objects.create(
        clearance=clearance, received_on=workflow.now().date(), typed_by=typed_by or make_secretariat(),
        typed_at=workflow.now(), **fields,
    )  # fmt: skip
    for paragraph in paragraphs:
        LetterLine.objects.create(letter=made, paragraph=paragraph, wording=paragraph.wording, value=value)
    return made


def make_reservation(paper: PositionPaper, paragraph: Paragraph, stakeholder: Stakeholder, text: str) -> Reservation:
    """Create a reservation of `stakeholder` on `paragraph`."""
    return Reservation.objects.create(
        paper=paper, stakeholder=stakeholder, paragraph=paragraph, text=text, recorded_by=make_secretariat(),
        recorded_at=workflow.now(),
    )  # fmt: skip


def make_decision(paper: PositionPaper, rule: str = Rule.CONSENSUS, **fields: Any) -> Decision:
    """Create the forum's decision on the paper's latest edition, with a quorum of 20 of 24 members."""
    text = paper.editions.first() or make_edition(paper, kind="forum")
    now, by = workflow.now(), make_head()
    quorum = QuorumCount.objects.create(
        paper=paper, forum=paper.forum, members_present=20, members_total=24, members_needed=16, groups_present=9,
        groups_needed=5, by=by, at=now,
    )  # fmt: skip
    reasons = "" if rule == Rule.CONSENSUS else "Two ministries reserve their position."
    fields = {"reasons": reasons, "chair": by, "at": now, **fields}
    return Decision.objects.create(paper=paper, forum=paper.forum, edition=text, quorum=quorum, rule=rule, **fields)


# --- A whole paper --------------------------------------------------------------------------------------------------

SECRET = "Zanzibarite-octopus"  # a word that stands in confidential inputs only


def make_whole_paper() -> SimpleNamespace:
    """Create a small paper before its forum with points for each audience, a reservation and an objection."""
    consultation = make_consultation(themes=("T1", "T2"))
    forum = make_forum(consultation)
    paper = make_paper(consultation, forum=forum)
    found = SimpleNamespace(
        paper=paper, consultation=consultation, forum=forum, ministry=make_ministry("Ministry of A")
    )
    _say(found)
    _write(found)
    _clear(found)
    return found


def _say(found: SimpleNamespace) -> None:
    """Create points of three inputs, one for each audience, and one of a session."""
    t1, t2 = make_theme("T1"), make_theme("T2")
    for audience, theme in (("public", t1), ("members", t1), ("secretariat", t2)):
        secret = f" {SECRET} {audience}" if audience != "public" else ""
        body = make_stakeholder(f"Body for {audience}{secret}")
        said = make_submission(
            found.consultation, body, audience=audience, theme=theme, title=f"Title{secret}", body=f"Body{secret}",
            proposed_wording=f"Wording{secret}",
        )  # fmt: skip
        setattr(found, audience, make_point(said, text=f"Text of {audience}{secret}"))
    session = make_session(found.forum, theme=t2, title="Group 2", kind="breakout", room="Room 2")
    found.spoken = make_point(session=session, text="Said in the room.")
    make_delegate(found.forum, found.ministry, name="Ng’ang’a wa Kĩmani", title="Director")


def _write(found: SimpleNamespace) -> None:
    """Create one secretariat paragraph and one on each of two themes, with their outcomes."""
    paper, t1, t2 = found.paper, make_theme("T1"), make_theme("T2")
    if not t1.mandates.exists():
        make_mandate(found.ministry, t1, is_lead=True)
    first = make_paragraph(make_section(paper, heading="Introduction"), "Who speaks.", is_secretariat_text=True)
    objective = make_provision("GCM-02", theme=t1)
    second = make_paragraph(
        make_section(paper, t1),
        "Kenya calls for two things.",
        strength="calls_for",
        points=(found.public, found.members),
    )
    second.provisions.add(objective)
    third = make_paragraph(
        make_section(paper, t2), "Kenya and its counties commit to a third.", strength="commits_to",
        points=(found.secretariat, found.spoken),
    )  # fmt: skip
    found.paragraphs = [first, second, third]
    make_disposition(paper, found.public, Outcome.ACCEPTED, second)
    make_disposition(paper, found.members, Outcome.IN_PART, second, reason=f"In part, since {SECRET} is far.")
    make_disposition(paper, found.secretariat, Outcome.NOT_ACCEPTED, reason=f"{SECRET} stays where it is.")
    make_disposition(paper, found.spoken, Outcome.NOTED, reason="It was heard.")


def _clear(found: SimpleNamespace) -> None:
    """Record clearances: one objection, one agreement and one reservation."""
    _first, second, third = found.paragraphs
    clearance = make_clearance(found.paper, found.ministry, second, third)
    objected = take_stance(clearance, second, "object", reason="Two is too few.", proposed_text="Three things.")
    change(objected, replaced_at=workflow.now())
    reword(second, "Kenya calls for three things.", points=(found.public, found.members), why="The proposed words.")
    Stance.objects.create(clearance=clearance, paragraph=second, wording=second.wording)
    take_stance(clearance, second, "agree")
    take_stance(clearance, third, "reservation", reason="It costs money.")
    found.clearance = change(clearance, state="answered", answered_at=workflow.now())
    make_reservation(found.paper, third, found.ministry, "It costs money.")


def freeze(paper: PositionPaper, number: str = "1.0", kind: str = "adopted", **fields: Any) -> Edition:
    """Freeze an edition of `paper` as it is; an adopted one includes the record of a decision."""
    decision = make_decision(paper) if kind == "adopted" and paper.forum else None
    fields = {"status": f"Status of {number}", "by": paper.created_by, "decision": decision, **fields}
    return edition.freeze(paper, number=number, kind=kind, **fields)


def make_files(frozen: Edition, *, pdf: bytes = b"%PDF-1.7 not printed") -> dict[str, Artefact]:
    """Create the files of an edition under MEDIA_ROOT without printing the PDF."""
    found = {}
    for kind, data in (("pdf", pdf), ("json", frozen.content.encode())):
        name = default_storage.save(f"editions/{frozen.paper.slug}-{frozen.number}.{kind}", ContentFile(data))
        found[kind] = Artefact.objects.create(
            edition=frozen, format=kind, file=name, sha256=hashlib.sha256(data).hexdigest(), size=len(data),
            renderer="none", rendered_at=workflow.now(),
        )  # fmt: skip
    return found


def make_published_paper(*, pdf: bytes = b"%PDF-1.7 not printed", **fields: Any) -> SimpleNamespace:
    """Create an adopted and published paper with the files of its edition."""
    found = make_whole_paper()
    change(found.paper, **fields)
    found.edition = freeze(found.paper, status="Adopted by consensus")
    found.files = make_files(found.edition, pdf=pdf)
    bring_paper(found.paper, "published")
    return found
