"""What the moves of a paper will do, in sentences that their pages show beforehand."""

from collections.abc import Callable, Sized

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ncm_portal.workflow import Consequences, button_words
from positions import notifications
from positions.models import Audience, PositionPaper, ReviewRound
from positions.queries.papers import ministries_of

from .conditions import standing

NO_WAY_BACK = _("This cannot be undone.")


def doing(*sentences: Promise, mailed: Callable[[PositionPaper], Sized] | None = None) -> Callable[..., Consequences]:
    """Return the consequences of a move: `sentences`, and that those `mailed` get an e-mail."""

    def effects(paper: PositionPaper) -> Consequences:
        number = len(mailed(paper)) if mailed else 0
        return Consequences(tuple(map(str, sentences)), mails=number, name=paper.short_title)

    return effects


def _invited(paper: PositionPaper) -> Sized:
    review = paper.rounds.order_by("-number").first()
    return notifications.invited_people(review) if review else ()


def _officers(paper: PositionPaper) -> Sized:
    ministries = [ministry.pk for ministry in ministries_of(standing(paper).select_related("section"))]
    return [each for people in notifications.clearing_officers(ministries).values() for each in people]


def of_opening_review(paper: PositionPaper, audience: str) -> Consequences:
    """The text is frozen for those who are invited, and they get a mail."""
    mails = len(notifications.invited_people(ReviewRound(paper=paper, audience=audience)))
    return Consequences(
        (
            gettext("The text is frozen as an edition, which those invited can read until the round closes."),
            gettext("The head of the secretariat can open the round again, or set a later time."),
        ),
        gettext("This invites: %(audience)s") % {"audience": Audience(audience).label},
        button_words(gettext("Freeze the text and open the round"), mails),
        mails=mails,
        name=paper.short_title,
    )


of_closing_review = doing(_("No more amendments can be proposed, and the drafters decide on those that came in."))
of_extending_review = doing(
    _("Amendments can be proposed until the new time. Everybody invited gets an e-mail."), mailed=_invited
)
of_reopening_review = doing(
    _("The round is open until the new time, on the same text. Amendments that came in stay."), mailed=_invited
)
of_fixing = doing(_("The text is frozen as an edition, which the ministries clear."))
of_requesting = doing(_("Each ministry is asked by e-mail about the paragraphs of its mandate."), mailed=_officers)
of_reopening = doing(_("The text can change again. Only ministries whose paragraphs change are asked again."))
of_clearing = doing(_("The text is cleared as it stands, and you can submit it to the forum."))
of_opening_silence = doing(
    _("Members can break the silence until the time you set. If nobody does, the text is cleared."),
    mailed=notifications.asked_to_be_silent,
)
of_ending_silence = doing(_("Nobody broke the silence: the text is cleared."))
of_breaking_silence = doing(_("The text goes back to the drafters with your reason."))
of_laying = doing(_("The text is frozen as the edition on which the forum decides."))
of_beginning = doing(_("The meeting starts to discuss the text. It ends with the text adopted or not adopted."))
of_adopting = doing(
    _("Edition 1.0 is frozen with the record of the decision. Its text never changes again."), NO_WAY_BACK
)
of_not_adopting = doing(
    _("The text goes back to the drafters with your reason, and the decision stays on record."), NO_WAY_BACK
)
of_proposing = doing(_("A second officer can publish the paper from now on. You cannot do both."))
of_publishing = doing(
    _("Everyone can read the paper, and every author receives the answer to each point."),
    NO_WAY_BACK,
    mailed=notifications.answers_by_author,
)
of_superseding = doing(
    _(
        "The newer paper replaces this one. This one stays at its address for good, and "
        "names the paper that replaced it."
    ),
    _("You can take this back, with a reason."),
)
of_taking_back_supersession = doing(
    _("The paper is in force again, and no longer names the newer one. The newer paper stays published.")
)
of_restricting = doing(
    _("Only officials, the secretariat and its head can read it, also when it is published. No e-mail is sent.")
)
of_opening_to_all = doing(
    _("Everyone who may read it in its state can read the paper again, and everybody once it is published.")
)
of_suspending = doing(_("Work on the paper stops until you resume it."))
of_resuming = doing(_("Work on the paper continues where it was suspended."))
of_withdrawing = doing(_("Work on the paper ends. Everything stays on file, and nothing is published."), NO_WAY_BACK)
