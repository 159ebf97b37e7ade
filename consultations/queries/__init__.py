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
    delegates,
    heard,
    named_organisations,
    participation,
    theme_figures,
)
from .lists import (
    Page,
    Wanted,
    by_reference,
    input_page,
    page_between,
    readable_by_reference,
    readable_inputs,
)
from .rounds import current_round, key_milestones, public_rounds, themes_of
from .waiting import Waiting, waiting

__all__ = [
    "Delegates",
    "GroupOfDelegates",
    "Heard",
    "HeardGroup",
    "Page",
    "Participation",
    "ThemeFigures",
    "Waiting",
    "Wanted",
    "by_reference",
    "current_round",
    "delegates",
    "heard",
    "input_page",
    "key_milestones",
    "named_organisations",
    "page_between",
    "participation",
    "public_rounds",
    "readable_by_reference",
    "readable_inputs",
    "theme_figures",
    "themes_of",
    "waiting",
]
