"""Rules of a consultation: set while it is prepared; once it has opened, changed by two officers, with notification of
members, never during a session.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from consultations.models import (
    RULES,
    Consultation,
    ConsultationState,
    ForumSession,
    ForumState,
    Proposal,
    RuleChange,
    SessionState,
    Stakeholder,
    User,
)
from consultations.workflow.consultation_settings import demand_same, for_change
from ncm_portal.workflow import Act, Blocked, journal, now, verb
from positions import notifications
from positions.models import ChainStep, PaperState, PositionPaper, StepKind
from positions.permissions import RULE_CHANGERS

STEP = ("kind", "institution", "order", "is_asked")
STEPS = "steps"


def step_of(step: ChainStep) -> dict[str, Any]:
    """Return a clearance step as stored in a change of the rules."""
    return {"kind": step.kind, "institution": step.institution_id, "order": step.order, "is_asked": step.is_asked}


def steps_of(consultation: Consultation) -> list[dict[str, Any]]:
    """Return the clearance steps of a consultation as stored in a change of the rules, in order."""
    return [step_of(step) for step in ChainStep.objects.filter(consultation=consultation)]


def rules_of(consultation: Consultation) -> dict[str, Any]:
    """Return all present rules of a consultation as JSON: its columns and clearance steps."""
    rules = {name: getattr(consultation, name) for name in RULES}
    share = Decimal(rules["quorum_member_share"])
    return {**rules, "quorum_member_share": f"{share:.3f}", STEPS: steps_of(consultation)}


def _changed(consultation: Consultation, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the proposed rules that differ from the present ones."""
    stand = rules_of(consultation)
    return {name: value for name, value in values.items() if name in stand and value != stand[name]}


def in_session(consultation: Consultation) -> list[str]:
    """Return what is in session now, in plain words: a forum, a session, or a paper."""
    forums = consultation.forums.filter(state=ForumState.IN_SESSION)
    sessions = ForumSession.objects.filter(forum__consultation=consultation, state=SessionState.OPEN)
    papers = PositionPaper.objects.filter(consultation=consultation, state=PaperState.IN_SESSION)
    words = _("“%(title)s” is in session, so its rules cannot change now.")
    return [words % {"title": each.title} for rows in (forums, sessions, papers) for each in rows]


def _problems(consultation: Consultation, values: Mapping[str, Any]) -> list[str]:
    """Return the errors in the values."""
    if unknown := set(values) - {*RULES, STEPS}:
        return [_("These rules do not exist: %(names)s.") % {"names": ", ".join(sorted(unknown))}]
    meant = Consultation(**{name: values.get(name, getattr(consultation, name)) for name in RULES})
    reasons = []
    try:
        meant.clean_fields(exclude=[field.name for field in Consultation._meta.fields if field.name not in RULES])
        if not 0 < Decimal(meant.quorum_member_share) <= 1:
            reasons.append(_("Enter a share of member institutions between 0 and 1."))
    except ValidationError as error:
        reasons += error.messages
    return reasons + _problems_with_steps(consultation, values.get(STEPS, steps_of(consultation)))


def _problems_with_steps(consultation: Consultation, steps: list[dict[str, Any]]) -> list[str]:
    """Return the errors in the steps: existing steps are disabled instead of removed; each office answers once per
    type.
    """
    meant = [(step.get("kind"), step.get("institution")) for step in steps]
    known = {(step["kind"], step["institution"]) for step in steps_of(consultation)}
    offices: set[Any] = {office for _kind, office in meant}
    reasons = []
    if any(set(step) != set(STEP) for step in steps) or {kind for kind, _office in meant} - set(StepKind.values):
        reasons.append(_("There is no such step."))
    elif Stakeholder.objects.filter(pk__in=offices).count() < len(offices):
        reasons.append(_("There is no such office."))
    if len(set(meant)) < len(meant):
        reasons.append(_("The same office is listed twice for the same step. Remove one."))
    if known - set(meant):
        reasons.append(_("A step stays on record. Mark it as not required instead."))
    return reasons


def _check(consultation: Consultation, values: Mapping[str, Any], by: User) -> None:
    reasons = in_session(consultation)
    if consultation.state == ConsultationState.DRAFT:
        reasons.append(_("The consultation has not opened yet: change its rules in its settings."))
    if consultation.state == ConsultationState.ARCHIVED:
        reasons.append(_("The consultation is archived."))
    reasons += _problems(consultation, values)
    if not reasons and not _changed(consultation, values):
        reasons.append(_("This changes nothing."))
    if reasons:
        raise Blocked(reasons)


# --- What follows, in words -----------------------------------------------------------------------------------------


def change_sentences(
    consultation: Consultation, values: Mapping[str, Any], before: Mapping[str, Any] | None = None
) -> list[str]:
    """Return a sentence for each changed rule: its present value (or `before`), and the new one."""
    labels = {field.name: field.verbose_name for field in Consultation._meta.concrete_fields}
    stand = dict(before or rules_of(consultation))
    lines = []
    for name in RULES:
        if name in values and values[name] != stand.get(name, values[name]):
            label = str(labels[name]).capitalize()
            words = _("%(rule)s: %(before)s until now, %(after)s from now on.")
            lines.append(words % {"rule": label, "before": _shown(stand[name]), "after": _shown(values[name])})
    old = stand.get(STEPS, values.get(STEPS, []))
    return [*lines, *(_step_sentence(step) for step in values.get(STEPS, []) if step not in old)]


def _shown(value: Any) -> Any:
    return {True: _("yes"), False: _("no")}[value] if isinstance(value, bool) else value


def _step_sentence(step: Mapping[str, Any]) -> str:
    office = Stakeholder.objects.filter(pk=step["institution"]).first()
    words = {"step": StepKind(step["kind"]).label, "office": office.name if office else ""}
    requirement = (
        _("%(office)s must answer: %(step)s.")
        if step["is_asked"]
        else _("%(office)s does not need to answer: %(step)s.")
    )
    return requirement % words


def _consequences(consultation: Consultation, values: Mapping[str, Any]) -> list[str]:
    members = Stakeholder.objects.members().count()
    mailed = ngettext(
        "The people of %(n)s member institution get an e-mail.",
        "The people of %(n)s member institutions get an e-mail.",
        members,
    )
    stays = _("Earlier counts, clearances and decisions do not change.")
    return [*change_sentences(consultation, values), mailed % {"n": members}, stays]


def _carry_out(consultation: Consultation, values: Mapping[str, Any], by: User, proposal: Proposal) -> None:
    """Save the change, then the rules; the database accepts only this order."""
    stand = rules_of(consultation)
    changed = _changed(consultation, values)
    after = {**stand, **changed}
    before = {name: stand[name] for name in changed}
    RuleChange.objects.create(
        consultation=consultation, **after, before=before, reason=proposal.reason,
        proposed_by=proposal.proposed_by, confirmed_by=by, at=now(),
    )  # fmt: skip
    _keep(consultation, after, changed.get(STEPS, []))
    data = {
        "changed": [[name, before[name], after[name]] for name in changed],
        "proposed_by": proposal.proposed_by.name, "confirmed_by": by.name,
    }  # fmt: skip
    journal("change_rules", consultation, by=by, reason=proposal.reason, data=data)
    notifications.rules_changed(consultation, lambda: change_sentences(consultation, after, before), proposal.reason)


def _keep(consultation: Consultation, rules: Mapping[str, Any], steps: list[dict[str, Any]]) -> None:
    for name in RULES:
        setattr(consultation, name, rules[name])
    consultation.save(update_fields=RULES)
    known = {(step.kind, step.institution_id): step for step in ChainStep.objects.filter(consultation=consultation)}
    for each in steps:
        named = {"kind": each["kind"], "institution_id": each["institution"]}
        step = known.get(tuple(named.values())) or ChainStep(consultation=consultation, **named)
        step.order, step.is_asked = each["order"], each["is_asked"]
        step.save()


# --- Before it opens --------------------------------------------------------------------------------------------------


@verb
def set_rules(consultation: Consultation, *, by: User, seen: str, values: Mapping[str, Any]) -> Consultation:
    """Set rules of a consultation in preparation: nobody relies on them yet, so one officer is enough.

    Raises NotAllowed, Conflict, or Blocked with every reason.
    """
    row = for_change(consultation, by)
    stand = rules_of(row)
    demand_same(seen, stand)
    if row.state != ConsultationState.DRAFT:
        raise Blocked(_("It has opened meanwhile: its rules now change by two officers."))
    if reasons := _problems(row, values):
        raise Blocked(reasons)
    if changed := _changed(row, values):
        _keep(row, {**stand, **changed}, changed.get(STEPS, []))
        data = {"changed": [[name, stand[name], value] for name, value in changed.items()]}
        journal("set_rules", row, by=by, data=data)
    return row


CHANGE_RULES = Act(
    code="change_rules",
    label=gettext_lazy("Change the rules of a consultation"),
    proposers=RULE_CHANGERS,
    confirmers=RULE_CHANGERS,
    consequences=_consequences,
    carry_out=_carry_out,
    check=_check,
)
