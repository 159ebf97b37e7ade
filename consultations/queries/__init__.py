"""What the pages read over several models: rounds, figures, lists of inputs, what waits.

Numbers count every input that was sent, since a number gives no content away. A name stands here only where
`visible_to` lets the reader see an input of that organisation.
"""

from .figures import (
    Delegates,
    GroupOfDelegates,
    Heard,
    HeardGroup,
    Participation,
    ThemeFigures,
    delegates_of,
    heard,
    named_organisations,
    participation,
    theme_figures,
)
from .files import files_of
from .holidays import days_off, public_holidays, working_day_after, working_days_between
from .likeness import (
    Alike,
    Signed,
    co_signatures,
    group_of,
    groups_alike,
    in_campaign,
    likeness_note,
    number_of_groups,
    organisations_behind,
    pair_of_input,
)
from .lists import (
    Counted,
    Page,
    Wanted,
    by_reference,
    counted,
    input_page,
    page_behind,
    page_between,
    readable_by_reference,
    readable_inputs,
)
from .outcome import (
    actions_of,
    bodies_that_came,
    commitments,
    open_actions_of,
    overdue,
    published_communique,
    reported_done,
)
from .rounds import current_round, key_milestones, public_rounds, themes_of
from .search import RANKED, Hit, found, named_like, ranked_page, searchable, shown
from .speakers import Speakers, speakers
from .waiting import Waiting, waiting

__all__ = [
    "RANKED",
    "Alike",
    "Counted",
    "Delegates",
    "GroupOfDelegates",
    "Heard",
    "HeardGroup",
    "Hit",
    "Page",
    "Participation",
    "Signed",
    "Speakers",
    "ThemeFigures",
    "Waiting",
    "Wanted",
    "actions_of",
    "bodies_that_came",
    "by_reference",
    "co_signatures",
    "commitments",
    "counted",
    "current_round",
    "days_off",
    "delegates_of",
    "files_of",
    "found",
    "group_of",
    "groups_alike",
    "heard",
    "in_campaign",
    "input_page",
    "key_milestones",
    "likeness_note",
    "named_like",
    "named_organisations",
    "number_of_groups",
    "open_actions_of",
    "organisations_behind",
    "overdue",
    "page_behind",
    "page_between",
    "pair_of_input",
    "participation",
    "public_holidays",
    "public_rounds",
    "published_communique",
    "ranked_page",
    "readable_by_reference",
    "readable_inputs",
    "reported_done",
    "searchable",
    "shown",
    "speakers",
    "theme_figures",
    "themes_of",
    "waiting",
    "working_day_after",
    "working_days_between",
]
