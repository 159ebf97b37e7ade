"""Who may do what, derived from the tables of moves and from the predicates that guard them.

Not a second list of rights: each row is a row of a table of moves (or a predicate for acts without a move), and each
role was found by calling the predicate with a sample person.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace
from typing import Any, NamedTuple

from django.db.models import Field, Model
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from consultations import permissions
from consultations import workflow as consultation_workflow
from consultations.models import (
    ActionPoint,
    Attachment,
    Communique,
    Consultation,
    Delegate,
    Enquiry,
    Forum,
    ForumSession,
    Hiding,
    Invitation,
    Likeness,
    Membership,
    MembershipRole,
    Office,
    Point,
    Proposal,
    SessionRoleKind,
    Stakeholder,
    Submission,
    User,
)
from ncm_portal.workflow import AllOf, Move, Words, no_conditions
from positions import permissions as paper_permissions
from positions import workflow as paper_workflow
from positions.models import Amendment, AnswerByLetter, ChainStep, Clearance, Corrigendum, PositionPaper, StepAnswer

OWN, OTHER, THIRD = 1, 2, 3


@dataclass
class Person:
    """Sample person for the predicates, never stored."""

    office: str = Office.NONE
    live_memberships: list[Membership] = field(default_factory=list)
    reports_on: int | None = None
    chairs: int | None = None
    pk: int = OWN
    is_authenticated: bool = True
    is_active: bool = True

    @property
    def is_staff(self) -> bool:
        """Return whether the person uses the admin."""
        return self.office in (Office.SECRETARIAT, Office.HEAD, Office.SYSADMIN)

    @property
    def session_roles(self) -> Any:
        """Return the person's roles in sessions; a session and its forum have the same number here."""
        own: dict[str, int | None] = {SessionRoleKind.RAPPORTEUR: self.reports_on, SessionRoleKind.CHAIR: self.chairs}

        def matching(*, kind: str, session: int | None = None, session__forum: Any = None) -> SimpleNamespace:
            requested = session__forum.pk if session__forum else session
            sessions = [requested] if requested == own.get(kind) else []
            return SimpleNamespace(exists=lambda: bool(sessions), values_list=lambda _field, **_flat: sessions)

        return SimpleNamespace(filter=matching)


def _acting(role: str) -> Person:
    body = Stakeholder(pk=OWN, is_ncm_member=True, state=Stakeholder.State.VERIFIED)
    primary = role == MembershipRole.FOCAL_POINT
    return Person(live_memberships=[Membership(stakeholder=body, role=role, is_primary=primary)])


ROLES: dict[Words, tuple[Person, Words]] = {
    _("visitor"): (
        Person(is_authenticated=False),
        _("Anybody. Reads what is public: public inputs on file, figures and published papers."),
    ),
    _("signed in"): (Person(), _("Anybody with an account. Can register an organisation.")),
    _("focal point"): (
        _acting(MembershipRole.FOCAL_POINT),
        _(
            "Writes for one organisation and reads all its inputs. If it is a member of the "
            "NCM, also reads inputs for members."
        ),
    ),
    _("alternate"): (_acting(MembershipRole.ALTERNATE), _("Deputises for the focal point.")),
    _("clearing officer"): (
        _acting(MembershipRole.CLEARING_OFFICER),
        _("Reads the paragraphs within the mandate of one ministry and answers for it."),
    ),
    _("rapporteur"): (Person(reports_on=OWN), _("Records the points made in a session of a forum.")),
    _("chair of a session"): (Person(chairs=OWN), _("Checks the points of a session and validates them.")),
    _("secretariat"): (
        Person(Office.SECRETARIAT),
        _("Reads everything that is sent in, puts it on file, drafts the paper and takes it through its steps."),
    ),
    _("head of the secretariat"): (
        Person(Office.HEAD),
        _("Can do everything that the secretariat can, chairs the forum, clears the paper and changes deadlines."),
    ),
    _("official"): (
        Person(Office.OFFICIAL),
        _("Reads inputs for members, and papers once they are adopted."),
    ),
    _("system administrator"): (
        Person(Office.SYSADMIN),
        _("Keeps the portal running. Makes no decisions on inputs or papers."),
    ),
}


def _person(whose: int) -> User:
    return User(pk=THIRD)


def _proposal(whose: int) -> Proposal:
    made = Proposal(act="appoint", proposed_by_id=whose, concerns_id=THIRD)
    made.record = User(pk=THIRD)
    return made


# For each table of moves: the type of record, and samples of a person's own (OWN) and of another's.
RECORDS: dict[str, Callable[[int], Model]] = {
    "CONSULTATION_MOVES": lambda whose: Consultation(),
    "STAKEHOLDER_MOVES": lambda whose: Stakeholder(pk=whose),
    "SUBMISSION_MOVES": lambda whose: Submission(stakeholder_id=whose, entered_by_id=whose),
    "ATTACHMENT_MOVES": lambda whose: Attachment(submission=Submission(stakeholder_id=whose)),
    "POINT_MOVES": lambda whose: Point(session_id=whose),
    "LIKENESS_MOVES": lambda whose: Likeness(),
    "FORUM_MOVES": lambda whose: Forum(),
    "SESSION_MOVES": lambda whose: ForumSession(pk=whose),
    "DELEGATE_MOVES": lambda whose: Delegate(stakeholder_id=whose),
    "INVITATION_MOVES": lambda whose: Invitation(),
    "ACTION_MOVES": lambda whose: ActionPoint(stakeholder_id=whose),
    "COMMUNIQUE_MOVES": lambda whose: Communique(written_by_id=whose),
    "PAPER_MOVES": lambda whose: PositionPaper(publication_proposed_by_id=whose),
    "AMENDMENT_MOVES": lambda whose: Amendment(sponsor_id=whose),
    "CLEARANCE_MOVES": lambda whose: Clearance(ministry_id=whose),
    "CORRIGENDUM_MOVES": lambda whose: Corrigendum(proposed_by_id=whose),
    "PROPOSAL_MOVES": _proposal,
    "ENQUIRY_MOVES": lambda whose: Enquiry(),
    "HIDING_MOVES": lambda whose: Hiding(submission=Submission(stakeholder_id=whose)),
    "LETTER_MOVES": lambda whose: AnswerByLetter(typed_by_id=whose),
}


def _step(whose: int) -> ChainStep:
    return ChainStep(institution_id=whose)


# Acts without a table of moves, with the predicate that guards them.
ACTS: list[tuple[Words, Callable[[Any, Any], bool], Callable[[int], Any]]] = [
    (_("Write an input"), permissions.may_submit, RECORDS["SUBMISSION_MOVES"]),
    (
        _("Co-sign the input of another organisation, and reply to an answer that does not match the point"),
        permissions.may_submit,
        RECORDS["SUBMISSION_MOVES"],
    ),
    (_("Register an input that came by letter or e-mail"), permissions.may_take_in, RECORDS["SUBMISSION_MOVES"]),
    (_("Ask the secretariat"), lambda user, record: True, lambda whose: None),
    (_("Enter an enquiry for somebody, and read enquiries"), permissions.secretariat_may, lambda whose: None),
    (_("Record a point made in a session"), permissions.may_write_point, RECORDS["POINT_MOVES"]),
    (_("Invite people to act for an organisation"), permissions.may_manage_members, RECORDS["STAKEHOLDER_MOVES"]),
    (_("Propose giving somebody an office, or ending it"), permissions.head_may, lambda whose: User(pk=THIRD)),
    (_("Confirm a proposal about an office"), permissions.may_confirm_appointment, lambda whose: User(pk=THIRD)),
    (_("Close the account of somebody who holds no office"), lambda user, record: permissions.is_staff(user), _person),
    (
        _("Correct the address of somebody who holds no office"),
        lambda user, record: permissions.is_secretariat(user),
        _person,
    ),
    (
        _("Propose or confirm closing, correcting or reopening another account"),
        permissions.may_propose_for_account,
        _person,
    ),
    (_("Choose whether inputs need a sign-off"), permissions.may_rule_on_sign_off, RECORDS["STAKEHOLDER_MOVES"]),
    (_("Nominate a delegate"), permissions.may_nominate, RECORDS["DELEGATE_MOVES"]),
    (
        _("Report an action point of your organisation as done"),
        lambda user, record: permissions.acts_for(user, record.stakeholder_id),
        RECORDS["ACTION_MOVES"],
    ),
    (_("Write the paper and cite its sources"), paper_permissions.may_draft, RECORDS["PAPER_MOVES"]),
    (
        _("Propose a change of the rules of a consultation, or confirm another officer's"),
        paper_permissions.may_change_rules,
        RECORDS["CONSULTATION_MOVES"],
    ),
    (_("Propose an amendment"), paper_permissions.may_propose_amendment, RECORDS["PAPER_MOVES"]),
    (_("Answer for a ministry in clearance"), paper_permissions.may_answer, RECORDS["CLEARANCE_MOVES"]),
    (
        _("Confirm a reservation that a ministry announced in clearance"),
        paper_permissions.may_confirm_reservation,
        RECORDS["CLEARANCE_MOVES"],
    ),
    (_("Answer a clearance step, for example legal vetting"), paper_permissions.may_answer_step, _step),
    (_("Record the answer to a clearance step that came by letter"), paper_permissions.may_record_step, _step),
    (
        _("Countersign an answer to a clearance step that came by letter"),
        paper_permissions.may_countersign_step,
        lambda whose: StepAnswer(by_id=whose),
    ),
    (_("Use the check-in page"), permissions.may_use_door, lambda whose: Forum(pk=whose)),
    (_("Count the quorum and record reservations"), paper_permissions.may_chair, RECORDS["PAPER_MOVES"]),
    (
        _("Record what a milestone kept of the position, and write the brief for it"),
        paper_permissions.may_reflect,
        RECORDS["PAPER_MOVES"],
    ),
    (_("Release the findings after a milestone"), paper_permissions.may_release, RECORDS["PAPER_MOVES"]),
    (_("Print what is restricted"), paper_permissions.may_print_restricted, RECORDS["PAPER_MOVES"]),
    (_("Work in the admin"), lambda user, record: permissions.is_signed_in(user) and user.is_staff, lambda whose: None),
]


class Row(NamedTuple):
    """One act: label, source and target states, who in words, and the roles permitted by the predicate."""

    label: Words
    sources: list[Words]
    target: Words
    who: Words
    roles: list[tuple[Words, Words]]


class Table(NamedTuple):
    """Acts on one type of record."""

    title: Words
    rows: list[Row]


def _roles(may: Callable[[Any, Any], bool], record: Callable[[int], Any]) -> Iterator[tuple[Words, Words]]:
    """Return which roles `may` permits for an own record and for another's, and note differences."""
    for role, (person, _duty) in ROLES.items():
        own, other = may(person, record(OWN)), may(person, record(OTHER))
        if own or other:
            yield role, "" if own and other else _("only their own") if own else _("not their own")


def _states(model: type[Model]) -> dict[str, Words]:
    field = model._meta.get_field("state")
    assert isinstance(field, Field)  # no relation
    return dict(field.flatchoices)


def _row(move: Move, record: Callable[[int], Model]) -> Row:
    states = _states(type(record(OWN)))
    target = states[move.target] if move.target else ""
    return Row(move.label, [states[state] for state in move.sources], target, move.who, list(_roles(move.may, record)))


def move_tables() -> dict[str, dict[str, Move]]:
    """Return every table of moves by name."""
    modules = (consultation_workflow, paper_workflow)
    return {name: item for module in modules for name, item in vars(module).items() if name.endswith("_MOVES")}


@cache
def tables() -> list[Table]:
    """Return all tables for the page, computed once: tables of moves do not change at run time."""
    result = move_tables()
    acts = [Row(label, [], "", "", list(_roles(may, record))) for label, may, record in ACTS]
    return [Table(_("actions that start something new"), acts), *_move_tables(result)]


class Allowed(NamedTuple):
    """What a role may do with one type of record, or start (`title` is empty); `limit` says with whose."""

    title: Words
    limit: Words
    acts: list[Words]


def allowed(role: Words) -> list[Allowed]:
    """Return what a role may do, in the order of the tables: first what it may start."""
    groups: dict[tuple[str, str], Allowed] = {}
    for place, table in enumerate(tables()):
        title = table.title if place else ""
        for row in table.rows:
            for limit in [limit for each, limit in row.roles if each == role]:
                group = groups.setdefault((str(title), str(limit)), Allowed(title, limit, []))
                group.acts.append(row.label)
    return list(groups.values())


def _move_tables(moves_by_name: dict[str, dict[str, Move]]) -> Iterable[Table]:
    for name, record in RECORDS.items():
        title = type(record(OWN))._meta.verbose_name_plural or ""
        yield Table(title, [_row(move, record) for move in moves_by_name[name].values()])


# --- The same as a document -----------------------------------------------------------------------------------------

OPENING = """# Who moves what

Every move of every record, who may make it, and what must hold first. Written by `manage.py write_moves` from the
tables of moves that the portal itself follows; a test fails when this page and the tables differ. A move is refused
with every reason at once, and nobody bypasses it: not the admin, not an import, not a script.
"""

CLOSING = """## What has a state and no moves

- **Milestones.** That one was held, moved or cancelled happened elsewhere: nobody moves it, the secretariat notes what
  came of it. Any state may follow any other, both dates are checked together, and the journal keeps what stood there
  before (`date_milestone`).
- **Jobs and outgoing mail.** Two queues that a worker takes from. The database refuses every step that a worker does
  not take, as it does for all records above. The journal tells only of what a person did: an import that was confirmed
  (`import`), a message that was tried again (`try_again`).
"""


def document() -> str:
    """Return the tables of moves as Markdown in English."""
    with translation.override("en"):
        chapters = (_chapter(name, moves) for name, moves in sorted(move_tables().items()))
        return "\n".join([OPENING, *chapters, CLOSING])


def _chapter(name: str, moves: dict[str, Move]) -> str:
    model = type(RECORDS[name](OWN))
    states = _states(model)
    title = str(model._meta.verbose_name_plural).capitalize()
    head = f"## {title}\n\n| Move | From | To | Who | Needs |\n|---|---|---|---|---|"
    return "\n".join([head, *(_line(move, states) for move in moves.values()), ""])


def _line(move: Move, states: dict[str, Words]) -> str:
    sources = ", ".join(str(states[state]) for state in move.sources)
    target = str(states[move.target]) if move.target else "stays"
    needs = [
        *_condition_texts(move.conditions),
        *(["A reason, which is kept in the journal."] if move.needs_reason else []),
    ]
    cells = [f"{move.label} (`{move.verb}`)", sources, target, str(move.who), " ".join(needs) or "–"]
    return f"| {' | '.join(cells)} |"


def _condition_texts(conditions: Any) -> list[str]:
    """Return the first sentence of each condition's docstring."""
    if isinstance(conditions, AllOf):
        return [item for part in conditions.parts for item in _condition_texts(part)]
    if conditions is no_conditions:
        return []
    return [" ".join(str(conditions.__doc__).split("\n\n")[0].split())]
