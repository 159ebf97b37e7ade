"""Organisations in the sample: registered or invited, verified or refused, with mandates and people."""

from collections.abc import Iterator
from datetime import timedelta

from consultations.models import MembershipRole, Stakeholder, StakeholderState
from consultations.workflow import confirm_mandate, invite_officer, join, refuse, register_organisation, verify
from ncm_portal.workflow import journal, now
from positions import sample

from .agenda import Act, Chapter, Stage, one_after_another

JOINING = (MembershipRole.FOCAL_POINT, MembershipRole.CLEARING_OFFICER)
BASIS = "Mandate of the sample"


def acts(stage: Stage) -> Iterator[Act]:
    """Yield the acts: some organisations register themselves, others are entered by the secretariat and their people
    invited.
    """
    bodies = sample.organisations()
    come = one_after_another(stage.moment("organisations_registered"), timedelta(minutes=5), bodies)
    for moment, row in come:
        if row["entry"] == "invited":
            yield Act(moment, enter, (row,))
        else:
            (author,) = people_of(row, MembershipRole.FOCAL_POINT, "applicant")
            yield Act(moment, register, (row, author))
    known = [row for row in bodies if row["status"] != "invited"]
    for moment, row in one_after_another(stage.moment("organisations_verified"), timedelta(minutes=2), known):
        yield Act(moment, check, (row,))
    yield Act(stage.moment("mandates_confirmed"), confirm_mandates)
    invited = [row for row in bodies if row["entry"] == "invited"]
    for moment, row in one_after_another(stage.moment("people_joined"), timedelta(minutes=5), invited):
        yield Act(moment, invite, (row,))
    alternates = [row for row in sample.people() if row.get("role") == "alternate"]
    yield Act(stage.moment("people_joined") + timedelta(hours=3), invite_alternates, (alternates,))


def _fields(stage: Stage, row: sample.Row) -> dict[str, object]:
    plain = {field: row[field] for field in ("name", "short_name", "group")}
    return {**plain, "county": stage.counties.get(row["county"]), "contact_email": row["email"], "is_sample": True}


def people_of(row: sample.Row, *roles: str) -> list[str]:
    """Return the keys of the people with one of these roles in an organisation."""
    return [each["key"] for each in sample.people() if each.get("organisation") == row["key"] and each["role"] in roles]


def register(stage: Stage, row: sample.Row, by: str) -> None:
    """Register an organisation as one of its people, who becomes its focal point."""
    stage.bodies[row["key"]] = register_organisation(by=stage.person(by), **_fields(stage, row))


def enter(stage: Stage, row: sample.Row) -> None:
    """Enter an organisation as the secretariat, as in the admin."""
    body = Stakeholder.objects.create(**_fields(stage, row), is_ncm_member=row["is_ncm_member"], created_at=now())
    journal("enter", body, by=stage.person("mercy"), after=body.state)
    stage.bodies[row["key"]] = body


def check(stage: Stage, row: sample.Row) -> None:
    """Verify or refuse an organisation, and set whether it is a member of the NCM."""
    officer, body = stage.person("mercy"), stage.bodies[row["key"]]
    if row["status"] == "refused":
        stage.bodies[row["key"]] = refuse(body, by=officer, reason=row["reason"])
        return
    body = verify(body, by=officer)
    if body.is_ncm_member != row["is_ncm_member"]:
        body.is_ncm_member = row["is_ncm_member"]
        body.save(update_fields=["is_ncm_member"])
        journal("edit", body, by=officer, data={"changed": {"is_ncm_member": [False, body.is_ncm_member]}})
    stage.bodies[row["key"]] = body


def confirm_mandates(stage: Stage) -> None:
    """Confirm which ministry clears which theme."""
    for row in sample.organisations():
        for mandate in row.get("mandates", []):
            confirm_mandate(
                stage.bodies[row["key"]],
                stage.themes[mandate["theme"]],
                by=stage.person("mercy"),
                is_lead=mandate["lead"],
                basis=BASIS,
            )


def invite(stage: Stage, row: sample.Row) -> None:
    """Invite an organisation's people by mail; those with an account accept, others have not answered."""
    body, keys = stage.bodies[row["key"]], people_of(row, *JOINING)
    for key in keys:
        role = next(each["role"] for each in sample.people() if each["key"] == key)
        person = stage.person(key)
        _invitation, token = invite_officer(body, email=person.email, role=role, by=stage.person("mercy"))
        join(token, by=person)
    if not keys:
        invite_officer(body, email=body.contact_email, role=MembershipRole.FOCAL_POINT, by=stage.person("mercy"))


def invite_alternates(stage: Stage, rows: list[sample.Row]) -> None:
    """Invite a second person of the same organisation as its focal point."""
    for row in rows:
        (focal,) = people_of({"key": row["organisation"]}, MembershipRole.FOCAL_POINT)
        person, body = stage.person(row["key"]), stage.bodies[row["organisation"]]
        _invitation, token = invite_officer(body, email=person.email, role=row["role"], by=stage.person(focal))
        join(token, by=person)


def tally(stage: Stage) -> str:
    """Return the numbers of verified and refused organisations."""
    states = [body.state for body in stage.bodies.values()]
    verified, refused = states.count(StakeholderState.VERIFIED), states.count(StakeholderState.REFUSED)
    return f"{verified} verified, {refused} refused, {len(states) - verified - refused} invited"


CHAPTER = Chapter("Organisations", acts, tally)
