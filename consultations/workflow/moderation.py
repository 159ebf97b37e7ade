"""Hide words of an input from readers, by two officers; objections of the author, and showing the words again."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from consultations.models import (
    Attachment,
    Hiding,
    HidingGround,
    HidingState,
    Point,
    Proposal,
    Submission,
    SubmissionState,
    User,
)
from consultations.models.moderation import SHORT_NOTICE, notice_of
from consultations.models.submissions import HIDEABLE
from consultations.notifications import submissions as notifications
from consultations.permissions import AUTHORS_OF_HIDDEN, SECRETARIAT
from consultations.redaction import comes_from_held_back, hide, mark_hidden, occurrences
from ncm_portal.workflow import Act, Blocked, Move, journal, locked, make, now, table, verb

MOST_PHRASES, LONGEST_PHRASE = 20, 2000
TITLE_LIMIT = 200
H = HidingState

HIDING_MOVES = table(
    Move("object_to_hiding", gettext_lazy("Object"), (H.HIDDEN,), H.OBJECTED, AUTHORS_OF_HIDDEN, needs_reason=True),
    Move(
        "uphold_hiding",
        gettext_lazy("Keep the words hidden"),
        (H.OBJECTED,),
        H.UPHELD,
        SECRETARIAT,
        needs_reason=True,
    ),
    Move(
        "lift_hiding",
        gettext_lazy("Show the words again"),
        (H.HIDDEN, H.OBJECTED, H.UPHELD),
        H.LIFTED,
        SECRETARIAT,
        needs_reason=True,
    ),
)


@verb
def object_to_hiding(hiding: Hiding, *, by: User, reason: str) -> Hiding:
    """Object to hidden words, as the authors of the input, once. The secretariat must answer."""

    def stamp(row: Hiding) -> None:
        row.objection, row.objected_by, row.objected_at = reason.strip(), by, now()

    return make(HIDING_MOVES["object_to_hiding"], hiding, by=by, reason=reason, change=stamp, data=_named(hiding))


@verb
def uphold_hiding(hiding: Hiding, *, by: User, reason: str) -> Hiding:
    """Keep the words hidden, and answer the objection. Mails the author."""
    row = make(
        HIDING_MOVES["uphold_hiding"], hiding, by=by, reason=reason, change=_answer(by, reason), data=_named(hiding)
    )
    notifications.objection_answered(row)
    return row


@verb
def lift_hiding(hiding: Hiding, *, by: User, reason: str) -> Hiding:
    """Show hidden words to readers again, with their points and files. Mails the author."""
    submission = locked(hiding.submission)
    row = make(
        HIDING_MOVES["lift_hiding"], hiding, by=by, reason=reason, change=_answer(by, reason), data=_named(hiding)
    )
    standing = list(submission.hidings.standing())
    _write(submission, standing)
    points = [
        point
        for point in submission.points.filter(pk__in=_not_in(row.points, (each.points for each in standing)))
        if not comes_from_held_back(point.text, hidden_text(submission))
    ]
    _hold_back(points, held_back=False)
    files = _not_in(row.files, (each.files for each in standing))
    submission.attachments.filter(pk__in=files).update(is_hidden=False)
    journal("show_words", submission, by=by, reason=reason, data={"ground": row.ground}, commits=[submission, *points])
    notifications.objection_answered(row)
    return row


def _answer(by: User, reason: str) -> Any:
    def stamp(row: Hiding) -> None:
        row.answer, row.answered_by, row.answered_at = reason.strip(), by, now()

    return stamp


def _named(hiding: Hiding) -> dict[str, str]:
    return {"ground": hiding.ground}


def _not_in(keys: Iterable[int], others: Iterable[Iterable[int]]) -> set[int]:
    return set(keys).difference(*others)


# --- The act of two officers ------------------------------------------------------------------------------------------


def _check(submission: Submission, values: Mapping[str, Any], by: User) -> None:
    """Raise Blocked with every reason against hiding these words."""
    reasons = []
    if submission.state != SubmissionState.ACCEPTED:
        reasons.append(_("It is not on file, so other readers do not see it."))
    if values.get("ground") not in HidingGround.values:
        reasons.append(_("Choose a ground from the list."))
    phrases = values.get("words") or []
    if not phrases:
        reasons.append(_("Mark or enter the words to hide."))
    if len(phrases) > MOST_PHRASES:
        reasons.append(_("Hide at most %(n)s passages at once.") % {"n": MOST_PHRASES})
    shown = [getattr(submission, name) for name in HIDEABLE]
    unknown = _("These words are not in the input, or are already hidden: “%(words)s”.")
    reasons += [
        unknown % {"words": phrase[:80]}
        for phrase in phrases[:MOST_PHRASES]
        if len(phrase) > LONGEST_PHRASE or not any(occurrences(text, phrase) for text in shown)
    ]
    if reasons:
        raise Blocked(reasons)


def _consequences(submission: Submission, values: Mapping[str, Any]) -> list[str]:
    """Return in sentences which words are hidden, what readers see instead, and what is hidden with them."""
    shown = [getattr(submission, name) for name in HIDEABLE]
    sentences = [_hidden_so_often(phrase, shown) for phrase in values["words"]]
    notice = notice_of(values["ground"], now(), submission.language)
    sentences.append(_("Readers see instead: “%(notice)s”") % {"notice": notice[1:-1]})
    points, files = _hidden_with(submission, values)
    if points:
        names = ", ".join(point.reference for point in points)
        sentences.append(
            _("These points can be read by its author and the secretariat only: %(points)s.") % {"points": names}
        )
    if files:
        sentences.append(
            _("These files can be opened by its author and the secretariat only: %(files)s.")
            % {"files": ", ".join(file.name for file in files)}
        )
    return [
        *sentences,
        _("The author gets an e-mail with the ground, and can object. The original and its hash are kept."),
        _("Published editions do not change. If one quotes these words, correct it by a corrigendum."),
    ]


def _hidden_so_often(phrase: str, texts: list[str]) -> str:
    number = sum(occurrences(text, phrase) for text in texts)
    words = ngettext(
        "“%(words)s” is hidden once in the input.", "“%(words)s” is hidden %(n)s times in the input.", number
    )
    return words % {"words": phrase, "n": number}


def _carry_out(submission: Submission, values: Mapping[str, Any], by: User, proposal: Proposal) -> None:
    points, files = _hidden_with(submission, values)
    made = Hiding.objects.create(
        submission=submission, ground=values["ground"], words=list(values["words"]), note=proposal.reason,
        points=[point.pk for point in points], files=[file.pk for file in files],
        proposed_by=proposal.proposed_by, confirmed_by=by, at=now(),
    )  # fmt: skip
    _write(submission, list(submission.hidings.standing()))
    _hold_back(points, held_back=True)
    submission.attachments.filter(pk__in=made.files).update(is_hidden=True)
    data = {"ground": made.ground, "proposed_by": proposal.proposed_by.name, "confirmed_by": by.name}
    journal("hide_words", submission, by=by, data=data, commits=[submission, made, *points])
    notifications.words_hidden(made)


def _write(submission: Submission, standing: list[Hiding]) -> None:
    """Write into the columns of an input what readers see of its texts, and keep the original beside them."""
    original = submission.texts
    notices = {phrase: hiding.notice for hiding in standing for phrase in hiding.words}
    short = dict.fromkeys(notices, f"({SHORT_NOTICE})")
    for name, text in original.items():
        shown = hide(text, short if name == "title" else notices)
        setattr(submission, name, shown[:TITLE_LIMIT] if name == "title" else shown)
    submission.original = original if standing else None
    submission.save(update_fields=[*HIDEABLE, "original"])


def _hold_back(points: list[Point], *, held_back: bool) -> None:
    for point in points:
        point.held_back = held_back
        point.save(update_fields=["held_back"])


def hidden_text(submission: Submission, phrases: Iterable[str] = ()) -> str:
    """Return the whole text as sent, with what is held back or hidden, or has these `phrases`, in double brackets."""
    return mark_hidden("\n\n".join(submission.texts.values()), [*submission.hidden_phrases(), *phrases])


def _hidden_with(submission: Submission, values: Mapping[str, Any]) -> tuple[list[Point], list[Attachment]]:
    """Return the points and files that are hidden with these words: those that contain some of them, and those that an
    officer named.
    """
    phrases, text = values["words"], hidden_text(submission, values["words"])
    before = {pk for hiding in submission.hidings.standing() for pk in hiding.points}
    points = [
        point
        for point in submission.points.order_by("number")
        if (not point.held_back or point.pk in before)
        and (
            point.pk in values.get("points", ())
            or comes_from_held_back(point.text, text)
            or any(occurrences(point.text, phrase) for phrase in phrases)
        )
    ]
    files = [
        file
        for file in submission.attachments.all()
        if file.pk in values.get("files", ())
        or any(occurrences(f"{file.name}\n{file.text}", phrase) for phrase in phrases)
    ]
    return points, files


HIDE_WORDS = Act(
    code="hide_words",
    label=gettext_lazy("Hide words of an input"),
    proposers=SECRETARIAT,
    confirmers=SECRETARIAT,
    consequences=_consequences,
    carry_out=_carry_out,
    check=_check,
)
