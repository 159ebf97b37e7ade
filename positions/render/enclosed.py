"""Files embedded in a printed paper besides its canonical content: Akoma Ntoso, and the answers as a table."""

from typing import Any

from positions.render import akoma_ntoso, tables
from positions.render.akoma_meta import FORMAT
from positions.render.press import Enclosure
from positions.render.printable import DISPOSITIONS, STATEMENT


def enclosures(content: dict[str, Any], *, sha256: str, address: str) -> list[Enclosure]:
    """Return the same files that the portal serves separately; no table of answers if there are none yet."""
    statement = akoma_ntoso.render(content, sha256=sha256, address=address)
    result = [Enclosure(statement, STATEMENT, "The text and its record as Akoma Ntoso 3.0", FORMAT, "Source")]
    if content.get("points"):
        answers = tables.render(content, table=tables.DISPOSITIONS, sha256=sha256)
        result.append(Enclosure(answers, DISPOSITIONS, "What became of each point, as a table", "text/csv", "Data"))
    return result
