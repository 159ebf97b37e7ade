"""What can wait for the people of an organisation and for officials among papers; a part of `for_you`."""

from typing import Any

from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from consultations.models import Access, AccessEntry, StakeholderState
from consultations.permissions import (
    clears_for,
    is_clearing_officer,
    is_member,
    is_official,
    live_memberships,
    organisations_of,
)
from consultations.queries.for_organisations import is_focal_point
from consultations.queries.for_you import ANSWER_WITHIN
from consultations.queries.inbox import INPUTS, NEWS, NOW, PAPERS, Kind, or_else, page
from positions.models import (
    FINAL_KINDS,
    Amendment,
    AmendmentState,
    Audience,
    Brief,
    ChainStep,
    Clearance,
    Disposition,
    Edition,
    PaperState,
    PositionPaper,
    Recommendation,
    RestrictedAnnex,
    ReviewRound,
    Stance,
    StanceValue,
    StepAnswer,
)
from positions.queries.clearance import NOT_GIVEN
from positions.queries.for_you import CLEARANCE_TEXT, OF_PAPER, PAPER, ROUND, requested


def is_member_of_any(user: Any) -> bool:
    """Return whether `user` acts or clears for any organisation today."""
    return bool(live_memberships(user))


def _bodies(user: Any) -> list[int]:
    """Return the organisations for which `user` acts or clears."""
    return [member.stakeholder_id for member in live_memberships(user)]


# --- For the people of an organisation --------------------------------------------------------------------------------


def _asked_of(user: Any) -> QuerySet[Clearance]:
    waiting = Q(stances__replaced_at=None, stances__value=StanceValue.PENDING)
    return _waiting(user).annotate(paragraphs=Count("stances", filter=waiting))


def _waiting(user: Any) -> QuerySet[Clearance]:
    """Return the clearances that wait for a ministry of `user`."""
    return requested().filter(ministry__in=[pk for pk in _bodies(user) if clears_for(user, pk)])


def _changed(user: Any) -> QuerySet[Stance]:
    """Return the open questions about words that changed after a ministry of `user` had answered."""
    answered = Stance.objects.filter(clearance=OuterRef("clearance"), paragraph=OuterRef("paragraph"))
    answered = answered.filter(replaced_at__isnull=False).exclude(value__in=NOT_GIVEN)
    requests = _waiting(user).order_by().values("pk")
    rows = Stance.objects.filter(Exists(answered), clearance__in=requests, replaced_at=None, value=StanceValue.PENDING)
    return rows.filter(paragraph__removed_at=None)


def _steps_of(user: Any) -> QuerySet[PositionPaper]:
    """Return the papers in clearance whose text an office of `user` has not answered, with `step` and its office."""
    rows = PositionPaper.objects.filter(state=PaperState.IN_CLEARANCE, consultation__chain_steps__in=_asked_steps(user))
    step = {"step": F("consultation__chain_steps"), "office": F("consultation__chain_steps__institution__name")}
    rows = rows.annotate(**step, text=Subquery(CLEARANCE_TEXT.values("pk")[:1]))
    rows = rows.annotate(fixed_at=Subquery(CLEARANCE_TEXT.values("frozen_at")[:1]))
    given = StepAnswer.objects.filter(paper=OuterRef("pk"), step=OuterRef("step"), edition=OuterRef("text"))
    return rows.filter(~Exists(given))


def _asked_steps(user: Any) -> QuerySet[ChainStep]:
    return ChainStep.objects.filter(institution__in=_bodies(user), is_asked=True)


def _stale(user: Any) -> QuerySet[Amendment]:
    states = [PaperState.REVIEW, PaperState.CONSOLIDATION]
    own = Amendment.objects.filter(state=AmendmentState.STALE, sponsor__in=_bodies(user))
    return own.filter(round__paper__state__in=states)


def _recommended(user: Any) -> QuerySet[Recommendation]:
    live = Recommendation.objects.filter(replaced_at=None, consent="", amendment__state=AmendmentState.PROPOSED)
    return live.filter(amendment__sponsor__in=_bodies(user))


DECIDED = (AmendmentState.ACCEPTED, AmendmentState.IN_PART, AmendmentState.NOT_ACCEPTED)


def _decided(user: Any) -> QuerySet[Amendment]:
    """Return the amendments of the person's organisations that were decided lately, in rounds they may still read."""
    own = Amendment.objects.filter(sponsor__in=_bodies(user), state__in=DECIDED, decided_at__gte=NOW - NEWS)
    return own.filter(round__in=ReviewRound.objects.visible_to(user).order_by().values("pk"))


def _reviews(user: Any) -> QuerySet[ReviewRound]:
    """Return the open rounds that an organisation of `user` is invited to and has proposed nothing in."""
    verified = [m.stakeholder for m in live_memberships(user) if m.stakeholder.state == StakeholderState.VERIFIED]
    proposed = Amendment.objects.filter(round=OuterRef("pk"), sponsor__in=_bodies(user))
    rows = ReviewRound.objects.visible_to(user).filter(~Exists(proposed), paper__state=PaperState.REVIEW)
    rows = rows.filter(opens_at__lte=NOW, closes_at__gte=NOW)
    if any(body.is_verified_member for body in verified):
        return rows
    return rows.exclude(audience=Audience.MEMBERS) if verified else rows.none()


def _silences(user: Any) -> QuerySet[PositionPaper]:
    return PositionPaper.objects.filter(state=PaperState.SILENCE, silence_until__gte=NOW, is_restricted=False)


def _outcomes(user: Any) -> QuerySet[Disposition]:
    own = [body.pk for body in organisations_of(user)]
    published = PositionPaper.objects.published().values("pk")
    rows = Disposition.objects.filter(point__submission__stakeholder__in=own, answered_at__gte=NOW - NEWS)
    return rows.filter(paper__in=published)


RESPONDING = (
    Kind(
        "clearance", PAPERS, is_clearing_officer, _asked_of,
        _("Answer for %(who)s: %(what)s"), _("Answer"), page("clearance", "pk"),
        about=_("paragraphs without an answer: %(paragraphs)s"),
        since="requested_at", due_at="due_at", place=ROUND,
        facts={**OF_PAPER, "who": "ministry__name", "pk": "pk", "paragraphs": "paragraphs"},
    ),
    Kind(
        "clearance_changed", PAPERS, is_clearing_officer, _changed,
        _("A paragraph of %(what)s changed after you answered"), _("Compare"),
        page("clearance", "pk", query="?show=changed"), about="%(who)s",
        many=_("%(n)s paragraphs of %(what)s changed after you answered"), about_many="%(who)s",
        each=("clearance_id",), since="clearance__requested_at", due_at="clearance__due_at",
        place="clearance__paper__consultation__short_title",
        facts={"what": "clearance__paper__short_title", "who": "clearance__ministry__name", "pk": "clearance_id"},
    ),
    Kind(
        "step", PAPERS, is_member_of_any, _steps_of,
        _("Say whether %(who)s concurs with %(what)s"), _("Answer"), page("step", "slug", "step"),
        since="fixed_at", days=ANSWER_WITHIN, facts={**PAPER, "step": "step", "who": "office"},
    ),
    Kind(
        "amendment_stale", PAPERS, is_member_of_any, _stale,
        _("Confirm your amendment to %(what)s: the text has moved"), _("Compare"),
        page("review_amendment", "slug", "pk"), about="%(who)s", since="at",
        place="round__paper__consultation__short_title",
        facts={"what": "round__paper__short_title", "slug": "round__paper__slug", "pk": "pk", "who": "sponsor__name"},
    ),
    Kind(
        "recommendation", PAPERS, is_member_of_any, _recommended,
        _("Answer the drafters about your amendment to %(what)s"), _("Answer"),
        page("review_amendment", "slug", "pk"), about="%(who)s", since="at", days=ANSWER_WITHIN,
        place="amendment__round__paper__consultation__short_title",
        facts={
            "what": "amendment__round__paper__short_title", "slug": "amendment__round__paper__slug",
            "pk": "amendment_id", "who": "amendment__sponsor__name",
        },
    ),
    Kind(
        "amendment_decided", PAPERS, is_member_of_any, _decided,
        _("Your amendment to %(what)s is %(state)s"), _("Read"), page("review_amendment", "slug", "pk"),
        about="%(why)s", since="decided_at", place="round__paper__consultation__short_title", is_news=True,
        facts={
            "what": "round__paper__short_title", "slug": "round__paper__slug", "pk": "pk", "state": "state",
            "why": "decision_reason",
        },
        labels={"state": lambda code: AmendmentState(code).label},
    ),
    Kind(
        "review", PAPERS, is_member_of_any, _reviews,
        _("Read %(what)s and propose amendments"), _("Read"), page("review", "slug"),
        since="opens_at", due_at="closes_at", place=ROUND, facts=OF_PAPER,
    ),
    Kind(
        "silence", PAPERS, is_member, _silences,
        _("Read %(what)s: it stands unless a member objects"), _("Read"), page("my_organisation"),
        due_at="silence_until", facts=PAPER,
    ),
    Kind(
        "outcomes", INPUTS, is_focal_point, _outcomes,
        _("What became of a point in “%(what)s”"), _("Read"), page("my_input", "key"),
        many=_("What became of %(n)s points in “%(what)s”"),
        each=("point__submission_id",), since="answered_at", place=ROUND, is_news=True,
        facts={
            "what": or_else("point__submission__title", "point__submission__reference"),
            "key": Cast("point__submission__key", CharField()),
        },
    ),
)  # fmt: skip


# --- For officials ----------------------------------------------------------------------------------------------------


def _unread_by(user: Any, kind: str, record: str = "pk", **more: Any) -> Q:
    entries = AccessEntry.objects.filter(
        what=Access.READ, by=user, kind=kind, object_id=Cast(OuterRef(record), CharField()), **more
    )
    return ~Q(Exists(entries))


def _briefs(user: Any) -> QuerySet[Brief]:
    """Return the latest brief for each milestone that `user` has not opened."""
    newer = Brief.objects.filter(
        edition__paper=OuterRef("edition__paper"), milestone=OuterRef("milestone"), at__gt=OuterRef("at")
    )
    known = PositionPaper.objects.visible_to(user).order_by().values("pk")
    rows = Brief.objects.visible_to(user).filter(~Exists(newer), edition__paper__in=known)
    return rows.filter(_unread_by(user, "positions.brief"))


def _restricted(user: Any) -> QuerySet[Edition]:
    """Return the latest final edition of each restricted paper that `user` has not opened."""
    newer = Edition.objects.filter(paper=OuterRef("paper"), kind__in=FINAL_KINDS, frozen_at__gt=OuterRef("frozen_at"))
    known = PositionPaper.objects.visible_to(user).order_by().values("pk")
    rows = Edition.objects.filter(~Exists(newer), kind__in=FINAL_KINDS, paper__is_restricted=True, paper__in=known)
    return rows.filter(_unread_by(user, "positions.edition"))


def _editions(user: Any) -> QuerySet[Edition]:
    """Return the editions in force that everybody may read, for some days after they were published or corrected."""
    newer = Edition.objects.filter(paper=OuterRef("paper"), kind__in=FINAL_KINDS, frozen_at__gt=OuterRef("frozen_at"))
    since = NOW - NEWS
    lately = Q(frozen_at__gte=since) | Q(paper__published_at__gte=since)
    return Edition.objects.official().filter(~Exists(newer), lately, paper__state=PaperState.PUBLISHED)


def _annexes(user: Any) -> QuerySet[RestrictedAnnex]:
    known = PositionPaper.objects.visible_to(user).order_by().values("pk")
    rows = RestrictedAnnex.objects.visible_to(user).filter(replaced_at=None, paper__in=known)
    return rows.filter(_unread_by(user, "positions.positionpaper", "paper", at__gte=OuterRef("at")))


FOR_OFFICIALS = (
    Kind(
        "brief", PAPERS, is_official, _briefs,
        _("Brief for %(event)s"), _("Open brief"), page("brief", "slug", "milestone"), about="%(what)s",
        since="at", place="edition__paper__consultation__short_title", is_news=True, is_restricted=True,
        facts={
            "what": "edition__paper__short_title", "slug": "edition__paper__slug", "milestone": "milestone_id",
            "event": or_else("milestone__short_title", "milestone__title"),
        },
    ),
    Kind(
        "edition", PAPERS, is_official, _editions,
        _("The position in force: %(what)s"), _("Read"), page("paper_edition", "slug", "number"),
        about=_("edition %(number)s"), since="frozen_at", place=ROUND, is_news=True,
        facts={**OF_PAPER, "number": "number"},
    ),
    Kind(
        "restricted_paper", PAPERS, is_official, _restricted,
        _("Restricted paper: %(what)s"), _("Open paper"), page("paper_edition", "slug", "number"),
        about=_("edition %(number)s"), since="frozen_at", place=ROUND, is_news=True, is_restricted=True,
        facts={**OF_PAPER, "number": "number"},
    ),
    Kind(
        "annexes", PAPERS, is_official, _annexes,
        _("Restricted annex of %(what)s"), _("Open"), page("annexes", "slug"),
        many=_("Restricted annexes of %(what)s: %(n)s"),
        each=("paper_id",), since="at", place=ROUND, is_news=True, is_restricted=True, facts=OF_PAPER,
    ),
)  # fmt: skip

KINDS = (*RESPONDING, *FOR_OFFICIALS)
