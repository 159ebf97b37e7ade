"""Record of one organisation: what it sent, asked, signed, attended and promised, the newest first.

For the people of that organisation. One query for each kind, and a few for the answers to its points.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import chain
from typing import Any, NamedTuple

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from consultations.models import (
    ActionPoint,
    CheckIn,
    Endorsement,
    Invitation,
    InvitationState,
    Point,
    PointState,
    Stakeholder,
    Submission,
    SubmissionState,
)
from ncm_portal.workflow import Words
from positions.models import Amendment, CoSponsor, ReviewRound
from positions.queries.papers import Answer, answers_for

INPUT, POINT, AMENDMENT, SIGNATURE, FORUM, COMMITMENT = (
    "input",
    "point",
    "amendment",
    "signature",
    "forum",
    "commitment",
)
KINDS: dict[str, Words] = {
    INPUT: gettext_lazy("Inputs"),
    POINT: gettext_lazy("Points and what became of them"),
    AMENDMENT: gettext_lazy("Amendments"),
    SIGNATURE: gettext_lazy("Co-signatures"),
    FORUM: gettext_lazy("Invitations and attendance"),
    COMMITMENT: gettext_lazy("Commitments"),
}
ONE: dict[str, Words] = {
    INPUT: gettext_lazy("Input"),
    POINT: gettext_lazy("Point"),
    AMENDMENT: gettext_lazy("Amendment"),
    SIGNATURE: gettext_lazy("Co-signature"),
    FORUM: gettext_lazy("Forum"),
    COMMITMENT: gettext_lazy("Commitment"),
}
OPENING = 120  # characters of a text that stand for it
NOT_SENT = (InvitationState.DRAFT, InvitationState.DISCARDED)


class Entry(NamedTuple):
    """One thing that an organisation did: when, what, who of its people, how it stands (in words, and as a state), and
    the page that shows it.
    """

    day: date
    kind: str
    consultation: str
    what: str
    reference: str
    by: str
    standing: str
    state: str
    url: str

    @property
    def label(self) -> str:
        """Return its kind in words."""
        return str(ONE[self.kind])

    def matches(self, words: str) -> bool:
        """Return whether it contains each of these words, whatever their case."""
        text = f"{self.what} {self.reference} {self.by} {self.standing} {self.consultation}".casefold()
        return all(word in text for word in words.casefold().split())


def record_of(body: Stakeholder, user: Any) -> list[Entry]:
    """Return the record of `body` as `user`, who acts for it, may read it."""
    entries = chain.from_iterable(entries_of(body, user) for entries_of in ENTRIES)
    return sorted(entries, key=lambda entry: entry.day, reverse=True)


def _day(moment: datetime) -> date:
    return timezone.localdate(moment)


def _inputs(body: Stakeholder, user: Any) -> Iterator[Entry]:
    rows = Submission.objects.visible_to(user).filter(stakeholder=body).select_related("consultation", "author")
    for each in rows.defer("body", "proposed_wording").order_by("-edited_at", "-pk"):
        page = "draft" if each.state == SubmissionState.DRAFT else "my_input"
        yield Entry(
            _day(each.submitted_at or each.created_at), INPUT, each.consultation.short_title,
            each.title or _("Draft without a title"), each.reference or "", each.author.name,
            each.get_state_display(), each.state, reverse(page, args=[each.key]),
        )  # fmt: skip


# --- Points -----------------------------------------------------------------------------------------------------------


def _points(body: Stakeholder, user: Any) -> Iterator[Entry]:
    rows = Point.objects.standing().visible_to(user).filter(stakeholder=body)
    rows = rows.select_related("consultation", "submission", "session__forum").defer(
        "submission__body", "submission__proposed_wording"
    )
    points = list(rows.order_by("-created_at", "-pk"))
    roots = [Point(pk=each.merged_into_id) for each in points if each.merged_into_id]
    answers = answers_for([*points, *roots]) if points else {}
    for each in points:
        own = answers.get(each.pk) or answers.get(each.merged_into_id or 0, [])
        standing, state = _outcome(each, own)
        yield Entry(
            _day(each.created_at), POINT, each.consultation.short_title, Truncator(each.text).chars(OPENING),
            each.reference, "", standing, state, _page_of(each),
        )  # fmt: skip


def _outcome(point: Point, answers: list[Answer]) -> tuple[str, str]:
    """Return what became of a point, in words with the paragraphs of each paper, and as a state."""
    if answers:
        return "; ".join(map(_answer, answers)), answers[-1].disposition.outcome
    return _("joined to another, no answer yet") if point.state == PointState.MERGED else _("no answer yet"), ""


def _answer(answer: Answer) -> str:
    outcome, paper = answer.disposition.get_outcome_display(), answer.disposition.paper.short_title
    places = f", § {', '.join(map(str, answer.numbers))}" if answer.numbers else ""
    return f"{outcome} ({paper}{places})"


def _page_of(point: Point) -> str:
    if point.submission:
        return f"{reverse('my_input', args=[point.submission.key])}#{point.reference}"
    assert point.session is not None  # a point has one of the two
    return reverse("forum", args=[point.session.forum.slug])


# --- Amendments and co-signatures -------------------------------------------------------------------------------------


def _amendments(body: Stakeholder, user: Any) -> Iterator[Entry]:
    """Return what the organisation proposed or co-sponsors, in rounds whose text it may still read."""
    joined = CoSponsor.objects.live().filter(stakeholder=body).order_by().values("amendment")
    readable = ReviewRound.objects.visible_to(user).order_by().values("pk")
    rows = Amendment.objects.filter(Q(sponsor=body) | Q(pk__in=joined), round__in=readable)
    rows = rows.select_related("round__paper__consultation", "sponsor", "by").order_by("-at", "-pk")
    for each in rows:
        paper, is_own = each.round.paper, each.sponsor_id == body.pk
        words = Truncator(each.text).chars(OPENING) or each.get_operation_display()
        standing = str(each.get_state_display())
        yield Entry(
            _day(each.at), AMENDMENT, paper.consultation.short_title, f"{paper.short_title}: {words}", "",
            each.by.name if is_own else _("with %(sponsor)s") % {"sponsor": each.sponsor.name}, standing, each.state,
            reverse("review_amendment", args=[paper.slug, each.pk]),
        )  # fmt: skip


def _co_signatures(body: Stakeholder, user: Any) -> Iterator[Entry]:
    """Return the inputs that the organisation co-signed, and who co-signed its own. The title of an input that is no
    longer readable is left out.
    """
    readable = Submission.objects.visible_to(user).filter(pk=OuterRef("submission"))
    rows = Endorsement.objects.annotate(is_readable=Case(When(Exists(readable), then=Value(True)), default=False))
    rows = rows.filter(Q(stakeholder=body) | Q(submission__stakeholder=body, withdrawn_at=None))
    rows = rows.select_related("submission__consultation", "stakeholder", "by").order_by("-at", "-pk")
    for each in rows.defer("submission__body", "submission__proposed_wording"):
        yield _co_signature(each, is_ours=each.stakeholder_id == body.pk)


def _co_signature(signed: Any, *, is_ours: bool) -> Entry:
    sent, shows = signed.submission, signed.is_readable
    gone = signed.withdrawn_at and date_format(_day(signed.withdrawn_at), "j M Y")
    ours = _("withdrawn on %(day)s") % {"day": gone} if gone else _("co-signed by us")
    return Entry(
        _day(signed.at), SIGNATURE, sent.consultation.short_title,
        sent.open_title if shows else _("An input that is not public any more"), sent.reference if shows else "",
        signed.by.name if is_ours else "",
        ours if is_ours else _("%(name)s co-signs it") % {"name": signed.stakeholder.name},
        "withdrawn" if gone else "confirmed", reverse("input", args=[sent.reference]) if shows else "",
    )  # fmt: skip


# --- Forums and commitments -------------------------------------------------------------------------------------------


def _forums(body: Stakeholder, user: Any) -> Iterator[Entry]:
    """Return the letters of invitation with their answer, and how many people of the organisation attended."""
    letters = Invitation.objects.filter(stakeholder=body).exclude(state__in=NOT_SENT)
    for each in letters.select_related("forum__consultation").order_by("-sent_at", "-pk"):
        assert each.sent_at is not None  # as the database demands of a letter that was sent
        seats = ngettext("%(n)s seat", "%(n)s seats", each.seats) % {"n": each.seats}
        yield Entry(
            _day(each.sent_at), FORUM, each.forum.consultation.short_title,
            _("Invitation: %(forum)s") % {"forum": each.forum.title}, each.reference, each.answered_by,
            f"{each.get_state_display()}, {seats}", each.state, reverse("forum", args=[each.forum.slug]),
        )  # fmt: skip
    for row in _attended(body):
        number = row["number"]
        yield Entry(
            row["delegate__forum__starts_on"], FORUM, row["delegate__forum__consultation__short_title"],
            f"{row['delegate__forum__title']}, {row['delegate__forum__place']}", "", "",
            ngettext("%(n)s person attended", "%(n)s people attended", number) % {"n": number}, "confirmed",
            reverse("forum", args=[row["delegate__forum__slug"]]),
        )  # fmt: skip


def _attended(body: Stakeholder) -> QuerySet[CheckIn, Any]:
    valid = CheckIn.objects.filter(voids=None, voided_by=None, delegate__stakeholder=body)
    names = ("starts_on", "title", "place", "slug", "consultation__short_title")
    rows = valid.order_by("-delegate__forum__starts_on").values(*(f"delegate__forum__{name}" for name in names))
    return rows.annotate(number=Count("delegate", distinct=True))


def _commitments(body: Stakeholder, user: Any) -> Iterator[Entry]:
    rows = ActionPoint.objects.filter(stakeholder=body).select_related("forum__consultation").order_by("-at", "-pk")
    for each in rows:
        due = _("due %(day)s") % {"day": date_format(each.due_on, "j M Y")} if each.due_on else ""
        yield Entry(
            _day(each.at), COMMITMENT, each.forum.consultation.short_title, Truncator(each.text).chars(OPENING), "",
            each.responsible, ", ".join(filter(None, [str(each.get_state_display()), due])), each.state,
            reverse("my_action", args=[each.key]),
        )  # fmt: skip


ENTRIES: tuple[Callable[[Stakeholder, Any], Iterator[Entry]], ...] = (
    _inputs, _points, _amendments, _co_signatures, _forums, _commitments,
)  # fmt: skip
