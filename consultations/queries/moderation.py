"""Objections to hidden words that wait for an answer; see `queries.inbox`."""

from typing import Any

from django.db.models import CharField, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from consultations.models import Hiding, HidingGround, HidingState
from consultations.permissions import is_secretariat

from .for_you import ANSWER_WITHIN
from .inbox import INPUTS, Kind, page


def _objected(user: Any) -> QuerySet[Hiding]:
    return Hiding.objects.filter(state=HidingState.OBJECTED)


KINDS = (
    Kind(
        "objection", INPUTS, is_secretariat, _objected,
        _("Answer an objection to hidden words: %(who)s"), _("Answer"), page("desk_hiding", "key"),
        about=_("%(reference)s, %(ground)s"), since="objected_at", days=ANSWER_WITHIN,
        place="submission__consultation__short_title",
        facts={
            "who": "submission__stakeholder__name", "reference": "submission__reference", "ground": "ground",
            "key": Cast("submission__key", CharField()),
        },
        labels={"ground": lambda code: HidingGround(code).label},
    ),
)  # fmt: skip
