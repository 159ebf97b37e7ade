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
from .files import files_of
from .lists import (
    Counted,
    Page,
    Wanted,
    by_reference,
    counted,
    input_page,
    page_between,
    readable_by_reference,
    readable_inputs,
)
from .rounds import current_round, key_milestones, public_rounds, themes_of
from .search import RANKED, Hit, found, named_like, ranked_page, searchable, shown
from .waiting import Waiting, waiting

__all__ = [
    "RANKED",
    "Counted",
    "Delegates",
    "GroupOfDelegates",
    "Heard",
    "HeardGroup",
    "Hit",
    "Page",
    "Participation",
    "ThemeFigures",
    "Waiting",
    "Wanted",
    "by_reference",
    "counted",
    "current_round",
    "delegates",
    "files_of",
    "found",
    "heard",
    "input_page",
    "key_milestones",
    "named_like",
    "named_organisations",
    "page_between",
    "participation",
    "public_rounds",
    "ranked_page",
    "readable_by_reference",
    "readable_inputs",
    "searchable",
    "shown",
    "theme_figures",
    "themes_of",
    "waiting",
]
