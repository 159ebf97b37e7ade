"""Editions that print on a given number of pages in English, Kiswahili or both."""

from itertools import cycle
from typing import Any

from tests.positions.render import editions

LANGUAGES = ("en", "sw", "mixed")
SHORTEST = 6  # cover, contents, what it rests on, text, annexes, how to verify: no paper has fewer pages
SIZES: dict[int, dict[str, int]] = {
    SHORTEST: {"themes": 1, "paragraphs": 8, "points": 0, "participants": 0, "ministries": 0},
    40: {"paragraphs": 100, "points": 235},
    150: {"paragraphs": 60, "points": 2000},
}
NOTHING = {"forum": None, "reservations": [], "acronyms": [], "objections_resolved": [], "clearance_note": ""}
KISWAHILI = (
    "Kenya inatoa wito kwamba kila mtoto aliyezaliwa nchini aandikishwe anapozaliwa, bila malipo na bila kujali hadhi ya"
    " wazazi wake, na kwamba uandikishaji wa baadaye ubaki wazi kwa waliokosa.",
    "Kenya inaunga mkono mafunzo kabla ya safari, bila malipo, katika kila kaunti na kwa lugha ambayo mfanyakazi anaielewa.",
    "Kenya inahimiza nchi zinazopokea wafanyakazi wa nyumbani zitambue mikataba yao, zichunguze malalamiko yao, na"
    " zisichukue pasipoti zao. Ng’ang’a na Wanjirũ walisema hivyo katika kongamano.",
    "Kenya inajitolea kutoa taarifa kuhusu msimamo huu katika kongamano la mapitio, kila baada ya miaka minne.",
)


def edition(pages: int, language: str = "en") -> dict[str, Any]:
    """Return an edition of about this many pages (one of SIZES, plus or minus two by language).

    In a mixed one every second paragraph of an English paper is in Kiswahili.
    """
    content = editions.edition(**SIZES[pages])
    if pages == SHORTEST:
        content |= NOTHING | {"sections": content["sections"][:1]}
    content["language"] = "sw" if language == "sw" else "en"
    said = cycle(KISWAHILI)
    rows = [row for section in content["sections"] for row in section["paragraphs"]]
    for row in {"en": [], "mixed": rows[1::2], "sw": rows}[language]:
        row |= {"lang": "sw", "text": next(said), "verb": ""}
    return content
