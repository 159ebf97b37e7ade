import copy
import os
import subprocess
import sys
import time

import pytest
import weasyprint

from positions.render import paper, pdf
from positions.render.environment import ROOT
from tests.positions.render import editions, reading
from tests.positions.render.conftest import printed_in_process

SMALL = {"themes": 1, "paragraphs": 8, "points": 3, "participants": 3, "ministries": 1}
HOSTILE = (
    '<script>alert(1)</script> {{ settings.SECRET_KEY }} {% load x %} <img src="http://example.com/x.png"> &amp; &lt;'
    " </p></section> <style>*{display:none}</style> %s {0} \\"
)
AGAIN = f"""
import sys
from positions.render import pdf
from tests.positions.render import editions
content = editions.edition(**{SMALL})
sys.stdout.buffer.write(pdf.render(content, sha256=editions.digest(content), address=editions.address(content)))
"""


def in_another_process(seed):
    environment = {"PATH": os.defpath, "PYTHONHASHSEED": seed, "TZ": "America/New_York", "LANG": "C"}
    done = subprocess.run([sys.executable, "-c", AGAIN], cwd=ROOT, env=environment, capture_output=True, check=True)
    return done.stdout


def test_same_content_gives_same_bytes_and_changed_text_others():
    content = editions.edition(**SMALL)
    here = printed_in_process(content)
    time.sleep(1.1)
    assert [printed_in_process(content), in_another_process("1"), in_another_process("2")] == [here] * 3
    changed = copy.deepcopy(content)
    changed["sections"][0]["paragraphs"][0]["text"] += " More."
    assert printed_in_process(changed) != here


def test_mismatched_hash_is_refused():
    content = editions.edition(themes=1, paragraphs=8)
    with pytest.raises(ValueError, match="not the SHA-256 of this content"):
        pdf.render(content, sha256="0" * 64, address=editions.address(content))


def test_unprintable_characters_are_refused_by_name():
    content = editions.edition(themes=1, paragraphs=8)
    content["paper"]["title"] = "漢"
    with pytest.raises(
        ValueError, match=r"^The title or heading “漢”: no font of the portal has these characters: 漢 \(U\+6F22\)\.$"
    ):
        printed_in_process(content)


def test_renderer_version_names_weasyprint():
    assert weasyprint.__version__ == paper.WEASYPRINT


@pytest.fixture(scope="module")
def hostile():
    content = editions.edition(themes=1, paragraphs=9, points=3, participants=3, ministries=1)
    section, point = content["sections"][0], content["points"][0]
    section["heading"] = section["paragraphs"][0]["text"] = point["text"] = HOSTILE
    point["organisation"] = content["participants"][0]["name"] = content["paper"]["title"] = HOSTILE
    section["paragraphs"][0] |= {"verb": "<script>", "sources": [], "secretariat_text": False}
    return reading.read(printed_in_process(content)).tree


def squeezed(text):
    return "".join(text.split())


def test_hostile_text_is_printed_literally(hostile):
    expected = squeezed(HOSTILE)
    places = [hostile.all("H1")[0], hostile.all("H2")[2], hostile.all("Part")[0].all("P")[0]]
    places += [
        hostile.all("Table")[3].all("TH")[5],
        hostile.table("Point and organisation").all("TH")[4],
        hostile.table("Point and organisation").all("TD")[0],
    ]
    assert [squeezed(place.text()).lstrip("01.").removeprefix("Lines4–6") for place in places] == [expected] * 6


def test_latin_names_are_printed_completely(heard):
    names = {cell.text().removesuffix("(sample)").strip() for cell in heard.tree.all("Table")[3].all("TH")}
    assert {"Wanjirũ Mũthoni", "Nyambura wa Gĩthĩnji", "Mutũa Kĩlonzo", "Ng'ang'a Kamau", "ሰላማዊት ተስፋዬ"} - names == set()


def test_arabic_names_are_printed_completely(heard):
    """A page holds Arabic glyphs from left to right, so the letters are in reverse order there."""
    name = "فاطمة الزهراء بنت إبراهيم"
    rows = [squeezed(cell.text().replace("(sample)", "")) for cell in heard.tree.all("Table")[3].all("TH")]
    assert squeezed(name)[::-1] in rows


def test_very_long_text_is_printed_completely():
    content = editions.edition(themes=1, paragraphs=8, points=2, participants=1, ministries=1)
    content["sections"][0]["paragraphs"][0]["text"] = "grain " * 1500
    content["points"][0]["text"] = "drought " * 1200
    content["points"][1]["text"] = "x" * 4_000
    tree = reading.read(printed_in_process(content)).tree
    assert tree.all("Part")[0].text().count("grain") == 1500
    answers = tree.table("Point and organisation").text()
    assert (answers.count("drought"), answers.count("x")) == (1200, 4_000)
