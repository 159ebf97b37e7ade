"""Conditions for the moves of a paper; each function returns all of its conditions at once."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from consultations.models import ForumState, Mandate, Membership, MembershipRole, PointState
from consultations.workflow import written_hour
from ncm_portal.workflow import Condition, all_of, deadline_passed, either, met_at
from positions.models import (
    Amendment,
    AmendmentState,
    ArtefactFormat,
    Clearance,
    ClearanceState,
    Edition,
    EditionKind,
    FloorDecision,
    FloorOutcome,
    Grounding,
    GroundingRelation,
    Paragraph,
    PositionPaper,
    Reservation,
    Stance,
    StanceValue,
    Wording,
    rivals,
)
from positions.queries.grounding import open_points
from positions.queries.papers import ministries_of, paragraph_numbers
from positions.render.glyphs import Passage, complaints

from .quorum import figures

POINTS_LEFT = ngettext_lazy("%(count)s point has no answer yet", "%(count)s points have no answer yet", "count")


# Paragraphs without a source that are not secretariat text. Contrary points are not sources.
GROUNDED = Exists(Grounding.objects.carrying().filter(wording=OuterRef("wording")))
UNGROUNDED = Q(is_secretariat_text=False) & Q(~GROUNDED)


def met_on(url_name: str) -> Callable[[Any], Any]:
    """Let the conditions of a paper lead to its page at the desk with this URL name."""
    return met_at(lambda paper: reverse(url_name, args=[paper.slug]))


def standing(paper: PositionPaper) -> QuerySet[Paragraph]:
    """Return the paragraphs of the present text in reading order."""
    return Paragraph.objects.filter(section__paper=paper).standing()


def decided_on(paper: PositionPaper) -> QuerySet[FloorDecision]:
    """Return the meeting's last decision on each paragraph since it started discussing the text."""
    return FloorDecision.objects.counting().filter(paper=paper)


def left_out(paper: PositionPaper) -> QuerySet[Paragraph]:
    """Return the present paragraphs that the meeting leaves out; they are removed on adoption."""
    return standing(paper).filter(pk__in=decided_on(paper).filter(outcome=FloorOutcome.LEFT_OUT).values("paragraph"))


def live_stances(paper: PositionPaper) -> QuerySet[Stance]:
    """Return the stances that count: on present paragraphs that the meeting does not leave out."""
    rows = Stance.objects.filter(clearance__paper=paper, replaced_at=None, paragraph__removed_at=None)
    return rows.exclude(paragraph__in=decided_on(paper).filter(outcome=FloorOutcome.LEFT_OUT).values("paragraph"))


def announced_reservations(paper: PositionPaper) -> QuerySet[Stance]:
    """Return the reservations that ministries announced in clearance and that are not on record yet."""
    recorded = Reservation.objects.filter(stakeholder=OuterRef("clearance__ministry"), paragraph=OuterRef("paragraph"))
    announced = live_stances(paper).filter(~Exists(recorded), value=StanceValue.RESERVATION)
    return announced.select_related("clearance__ministry", "paragraph__wording", "wording")


def _none_left(count: int, met: str, unmet: Any) -> Condition:
    """Return a condition that nothing is left; `unmet` has a singular and a plural, by "count"."""
    return Condition(unmet % {"count": count} if count else met, not count)


@met_on("desk_paper")
def paragraphs_are_grounded(paper: PositionPaper) -> list[Condition]:
    """The paper has paragraphs, and each has a source or is marked as secretariat text."""
    counted = standing(paper).order_by().aggregate(written=Count("pk"), bare=Count("pk", filter=UNGROUNDED))
    yes = _("The paper has paragraphs (%(count)s)") % {"count": counted["written"]}
    unmet = ngettext_lazy(
        "%(count)s paragraph has no source and is not marked as secretariat text",
        "%(count)s paragraphs have no source and are not marked as secretariat text",
        "count",
    )
    met = _("Every paragraph cites a point or is marked as secretariat text")
    return [
        either(counted["written"] > 0, yes, _("The paper has no paragraphs yet")),
        _none_left(counted["bare"], met, unmet),
    ]


@met_on("desk_dispositions")
def points_have_dispositions(paper: PositionPaper) -> list[Condition]:
    """Every point has a provisional answer, but for those that only an earlier paper takes up."""
    return [_none_left(open_points(paper).count(), _("Every point has a provisional answer"), POINTS_LEFT)]


@met_on("desk_dispositions")
def challenges_are_judged_by_others(paper: PositionPaper) -> list[Condition]:
    """No point that goes against a paragraph was answered by an author of that paragraph."""
    against = Grounding.objects.filter(
        point=OuterRef("point"),
        relation=GroundingRelation.CONTRARY,
        wording__paragraph__section__paper=paper,
        wording__paragraph__wordings__by=OuterRef("decided_by"),
        wording__paragraph__wordings__at__lte=OuterRef("decided_at"),
    )
    own = paper.dispositions.filter(Exists(against)).select_related("point", "decided_by").order_by("point__reference")
    words = _("%(point)s goes against a paragraph that %(name)s wrote and answered: another officer must answer it")
    return [Condition(words % {"point": row.point.reference, "name": row.decided_by.name}, False) for row in own]


@met_on("desk_coverage")
def points_stand(paper: PositionPaper) -> list[Condition]:
    """No paragraph cites a withdrawn point."""
    gone = standing(paper).filter(wording__groundings__point__state=PointState.WITHDRAWN)
    rows = dict(gone.order_by().values_list("pk", "wording__groundings__point__reference"))
    if not rows:
        return []
    numbers = paragraph_numbers(paper)
    words = _("Paragraph %(number)s cites a point that was withdrawn (%(point)s)")
    broken = sorted((numbers[pk], reference) for pk, reference in rows.items())
    return [Condition(words % {"number": number, "point": reference}, False) for number, reference in broken]


@met_on("desk_review")
def review_has_closed(paper: PositionPaper) -> list[Condition]:
    """The review round has closed."""
    last = paper.rounds.order_by("-number").first()
    if last is None:
        return []
    closed, closes = _("The review round closed on %(day)s"), _("The review round closes on %(day)s")
    day = {"day": written_hour(last.closes_at)}
    return [either(not last.is_open, closed % day, closes % day)]


@met_on("desk_review")
def nothing_is_decided(paper: PositionPaper) -> list[Condition]:
    """No amendment of the last round is decided, and the text is still that of the round."""
    last = paper.rounds.order_by("-number").first()
    if last is None:
        return [Condition(_("There was no review round"), False)]
    open_states = [AmendmentState.PROPOSED, AmendmentState.STALE, AmendmentState.WITHDRAWN]
    decided = last.amendments.exclude(state__in=open_states).exists()
    reworded = Wording.objects.filter(paragraph__section__paper=paper, at__gt=last.opens_at).exists()
    removed = Paragraph.objects.filter(section__paper=paper, removed_at__gt=last.opens_at).exists()
    later = paper.editions.filter(pk__gt=last.edition_id).exists()
    return [
        either(not decided, _("No amendment of the round is decided"), _("An amendment of the round is decided")),
        either(
            not (reworded or removed or later),
            _("The text is that of the round"),
            _("The text has changed since the round. Open another round"),
        ),
    ]


@met_on("desk_amendments")
def amendments_are_decided(paper: PositionPaper) -> list[Condition]:
    """No amendment waits for a decision or for its sponsor, and accepted ones are in the text."""
    result = list(_unsettled(paper))
    waiting = [each for each in result if each.state == AmendmentState.PROPOSED]
    stale = [each for each in result if each.state == AmendmentState.STALE]
    met, unmet = (
        _("Every amendment is decided"),
        ngettext_lazy("%(count)s amendment waits for a decision", "%(count)s amendments wait for a decision", "count"),
    )
    decided = [] if stale and not waiting else [_none_left(len(waiting), met, unmet)]
    return [*decided, *_stale_amendments(stale), *_contended(result), *_texts_to_choose(paper, result)]


def _unsettled(paper: PositionPaper) -> QuerySet[Amendment]:
    own = Amendment.objects.filter(round__paper=paper).select_related("sponsor").order_by("at", "pk")
    return own.open() | own.untaken()


def _stale_amendments(stale: list[Amendment]) -> list[Condition]:
    words = ngettext_lazy(
        "%(count)s amendment must be confirmed by its sponsor, or decided: the paragraph has changed",
        ("%(count)s amendments must be confirmed by their sponsors, or decided: the paragraphs have changed"),
        "count",
    )
    return [Condition(words % {"count": len(stale)}, False)] if stale else []


def _contended(amendments: list[Amendment]) -> list[Condition]:
    """Return how many paragraphs have conflicting open amendments."""
    still_open: dict[int, list[Amendment]] = defaultdict(list)
    for each in amendments:
        if each.is_open:
            still_open[each.paragraph_id].append(each)
    paragraphs = [own for own in still_open.values() if any(rivals(each, own) for each in own)]
    words = ngettext_lazy(
        "Amendments change the same words of %(count)s paragraph",
        "Amendments change the same words of %(count)s paragraphs",
        "count",
    )
    return [Condition(words % {"count": len(paragraphs)}, False)] if paragraphs else []


def _texts_to_choose(paper: PositionPaper, amendments: list[Amendment]) -> list[Condition]:
    """Return for each paragraph with accepted amendments that are not in the text: what to do."""
    held: dict[int, list[str]] = defaultdict(list)
    for each in amendments:
        if each.is_untaken:
            held[each.paragraph_id].append(each.sponsor.label)
    if not held:
        return []
    numbers = paragraph_numbers(paper)
    one = _("Paragraph %(number)s: the amendment of %(names)s was accepted and is not in the text yet")
    two = _("Paragraph %(number)s: the amendments of %(names)s were all accepted. Choose one text")
    rows = sorted((numbers.get(pk, 0), names) for pk, names in held.items())
    words = [(one if len(names) == 1 else two) % {"number": n, "names": ", ".join(names)} for n, names in rows]
    return [Condition(text, False) for text in words]


@met_on("desk_paper")
def sources_are_confirmed(paper: PositionPaper) -> list[Condition]:
    """Every source was confirmed after the last edit."""
    doubtful = standing(paper).filter(wording__groundings__is_confirmed=False).distinct().count()
    met = _("Every source was confirmed after the last edit")
    unmet = ngettext_lazy(
        "%(count)s paragraph has sources to confirm after an edit",
        "%(count)s paragraphs have sources to confirm after an edit",
        "count",
    )
    return [_none_left(doubtful, met, unmet)]


@met_on("desk_paper")
def letters_can_be_printed(paper: PositionPaper) -> list[Condition]:
    """Every character of the text can be printed.

    Editions cannot be changed afterwards. Returns no condition if there is no problem.
    """
    return [Condition(sentence, False) for sentence in unprintable(paper)]


def unprintable(paper: PositionPaper) -> list[str]:
    """Return sentences on the characters of `paper` that no bundled font has. One query."""
    texts = standing(paper).values_list("section__heading", "wording__text")
    passages = [Passage(0, words) for words in (paper.title, paper.short_title, paper.purpose)]
    for number, (heading, text) in enumerate(texts, start=1):
        passages += [Passage(0, heading), Passage(number, text or "")]
    return complaints(dict.fromkeys(passages))


text_is_complete = all_of(
    letters_can_be_printed,
    paragraphs_are_grounded,
    points_have_dispositions,
    challenges_are_judged_by_others,
    points_stand,
)
ready_for_review = all_of(text_is_complete, amendments_are_decided)
ready_to_fix = all_of(text_is_complete, amendments_are_decided, sources_are_confirmed)


@met_on("desk_matrix")
def themes_are_led(paper: PositionPaper) -> list[Condition]:
    """Every theme of the text has a lead ministry, and every paragraph of a theme a ministry that clears it."""
    on_themes = list(standing(paper).exclude(section__theme=None).select_related("section"))
    themes = {paragraph.section.theme_id for paragraph in on_themes}
    led = set(Mandate.objects.filter(theme__in=themes, is_confirmed=True, is_lead=True).values_list("theme", flat=True))
    unled = ngettext_lazy(
        "%(count)s theme has no confirmed lead ministry", "%(count)s themes have no confirmed lead ministry", "count"
    )
    cleared = {paragraph.pk for paragraphs in ministries_of(on_themes).values() for paragraph in paragraphs}
    bare = sum(paragraph.section.theme_id in led and paragraph.pk not in cleared for paragraph in on_themes)
    uncleared = ngettext_lazy(
        "No ministry clears %(count)s paragraph", "No ministry clears %(count)s paragraphs", "count"
    )
    lead = _none_left(len(themes - led), _("Every theme has a lead ministry"), unled)
    return [lead, *([_none_left(bare, "", uncleared)] if bare else [])]


@met_on("desk_matrix")
def ministries_are_staffed(paper: PositionPaper) -> list[Condition]:
    """Every mandated ministry has a clearing officer today."""
    ministries = {ministry.pk for ministry in ministries_of(standing(paper).select_related("section"))}
    officers = Membership.objects.live().filter(role=MembershipRole.CLEARING_OFFICER, stakeholder__in=ministries)
    unstaffed = ministries - set(officers.values_list("stakeholder", flat=True))
    met = _("Every mandated ministry has a clearing officer (%(count)s)") % {"count": len(ministries)}
    unmet = ngettext_lazy(
        "%(count)s mandated ministry has no clearing officer",
        "%(count)s mandated ministries have no clearing officer",
        "count",
    )
    return [_none_left(len(unstaffed), met, unmet)]


mandates_are_complete = all_of(themes_are_led, ministries_are_staffed)


@met_on("desk_clearance")
def objections_are_settled(paper: PositionPaper) -> list[Condition]:
    """No ministry objects to the present text."""
    objecting = live_stances(paper).filter(value=StanceValue.OBJECT).select_related("clearance__ministry")
    names = sorted({stance.clearance.ministry.label for stance in objecting})
    if not names:
        return [Condition(_("No objections are open"), True)]
    return [Condition(_("%(name)s objects to a paragraph") % {"name": name}, False) for name in names]


def answers_are_in(paper: PositionPaper) -> list[Condition]:
    """Every ministry has answered or is recorded as silent after the due time."""
    queryset = Stance.objects.filter(replaced_at=None, clearance=OuterRef("pk"))  # nothing: it was removed again
    waiting = paper.clearances.filter(Exists(queryset), state=ClearanceState.REQUESTED).select_related("ministry")
    rows = [_waiting_for(clearance) for clearance in waiting]
    return rows or [Condition(_("Every ministry has answered or is recorded as silent"), True)]


def _waiting_for(clearance: Clearance) -> Condition:
    late = _("%(name)s did not answer by %(day)s: record silence, or the answer that came by letter")
    words = late if deadline_passed(clearance.due_at) else _("%(name)s has until %(day)s")
    about = {"name": clearance.ministry.label, "day": written_hour(clearance.due_at)}
    return Condition(words % about, False, reverse("clearance", args=[clearance.pk]))


ready_to_clear = all_of(objections_are_settled, answers_are_in, points_stand)


@met_on("desk_clearance")
def text_is_as_cleared(paper: PositionPaper) -> list[Condition]:
    """The text is the one that the stances were taken on."""
    moved = live_stances(paper).exclude(wording=F("paragraph__wording")).count()
    met = _("The text is the one that was cleared")
    unmet = ngettext_lazy("%(count)s answer is on an earlier text", "%(count)s answers are on an earlier text", "count")
    return [_none_left(moved, met, unmet)]


@met_on("desk_adoption")
def forum_is_announced(paper: PositionPaper) -> list[Condition]:
    """An announced forum with a programme is chosen."""
    forum = paper.forum
    announced = forum is not None and forum.state not in {ForumState.DRAFT, ForumState.CANCELLED}
    programme = forum is not None and forum.sessions.exists()
    return [
        either(announced, _("An announced forum is chosen"), _("No announced forum is chosen")),
        either(programme, _("The forum has a programme"), _("The forum has no programme")),
    ]


ready_for_forum = all_of(
    forum_is_announced, objections_are_settled, text_is_as_cleared, points_stand, letters_can_be_printed
)


@met_on("desk_adoption")
def quorum_is_met(paper: PositionPaper) -> list[Condition]:
    """The last count at this forum shows a quorum."""
    count = paper.quorum_counts.filter(forum=paper.forum).first()
    if count is None:
        return [Condition(_("The quorum has not been counted at the forum yet"), False)]
    return [Condition(figures(count), count.is_met)]


@met_on("desk_adoption")
def forum_is_in_session(paper: PositionPaper) -> list[Condition]:
    """The forum is in session."""
    in_session = paper.forum is not None and paper.forum.state == ForumState.IN_SESSION
    return [either(in_session, _("The forum is in session"), _("The forum is not in session"))]


ready_for_session = all_of(forum_is_in_session, quorum_is_met)


@met_on("desk_adoption")
def reservations_are_recorded(paper: PositionPaper) -> list[Condition]:
    """Every reservation that a ministry announced is on record."""
    met, unmet = (
        _("Every reservation is on record"),
        ngettext_lazy(
            "%(count)s announced reservation is not on record yet",
            "%(count)s announced reservations are not on record yet",
            "count",
        ),
    )
    return [_none_left(announced_reservations(paper).count(), met, unmet)]


ready_to_adopt = all_of(quorum_is_met, objections_are_settled, reservations_are_recorded, points_stand)


def final_edition(paper: PositionPaper) -> Edition | None:
    """The newest adopted or corrected edition, or None."""
    return paper.editions.filter(kind__in=[EditionKind.ADOPTED, EditionKind.CORRECTED]).first()


@met_on("desk_publication")
def files_are_sound(paper: PositionPaper) -> list[Condition]:
    """The PDF of the final edition was made and passed its checks, and every point has an answer."""
    edition = final_edition(paper)
    made = edition is not None and edition.artefacts.filter(format=ArtefactFormat.PDF).exists()
    return [
        either(
            made,
            _("The PDF of the adopted edition was made and passed its checks"),
            _("The PDF of the adopted edition has not been made yet"),
        ),
        _none_left(open_points(paper).count(), _("Every point has an answer"), POINTS_LEFT),
    ]


@met_on("desk_publication")
def publication_is_proposed(paper: PositionPaper) -> list[Condition]:
    """A first officer has proposed publication."""
    proposed = paper.publication_proposed_by_id is not None
    yes, no = _("A first officer has proposed publication"), _("No first officer has proposed publication yet")
    return [either(proposed, yes, no)]


ready_to_publish = all_of(files_are_sound, publication_is_proposed)


def silence_is_over(paper: PositionPaper) -> list[Condition]:
    """The end of the silence procedure has passed."""
    until = paper.silence_until
    lasted, lasts = _("The silence procedure ended on %(day)s"), _("The silence procedure ends on %(day)s")
    day = {"day": written_hour(until) if until else "-"}
    return [either(deadline_passed(until), lasted % day, lasts % day)]


def is_restricted(paper: PositionPaper) -> list[Condition]:
    """The paper is restricted."""
    return [either(paper.is_restricted, _("The paper is restricted"), _("The paper is not restricted"))]
