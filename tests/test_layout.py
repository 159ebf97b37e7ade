"""File layout: each subject has one name in every layer, and a short file is a subject or has a stated reason.

A template fragment is included from two places or has a stated reason; otherwise it is part of its page.
"""

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.source_code import ROOT, files
from tests.test_architecture import wide_lines

APPS = ("consultations", "positions")
LAYERS = ("admin", "forms", "models", "queries", "views", "workflow")
ALONE = {  # stems that stand in one layer only, with the reason
    "syndication": "Django's word; reads what pages read",
    "sitemaps": "Django's word; reads what pages read",
    "appointments": "offices are given by proposals; what is stored of them are accounts",
    "base": "what every admin class of ours shares",
    "by_verbs": "what the admin saves by verbs, whatever the record",
    "checkin_conflicts": "check-in, too long for one file",
    "checkin_queue": "check-in, too long for one file",
    "commands": "find, too long for one file",
    "conditions": "what stands between a paper and its next state, over all subjects",
    "drafting_room": "drafting, too long for one file",
    "edition_files": "a middleware, which answers before the views of editions are imported",
    "decorators": "Django's word for what wraps a view",
    "filters": "how a list is narrowed down by its address",
    "for_organisations": "for_you, too long for one file",
    "forum_tasks": "what is to be done next on a forum, over all its subjects",
    "home": "the front pages",
    "new_consultation": "consultation_settings, too long for one file",
    "page_cache": "a standard term",
    "inbox": "how what waits for a person is read, over the kinds of both apps",
    "pagination": "a standard term",
    "paragraphs": "drafting, too long for one file",
    "public_papers": "papers, as everybody reads them",
    "quorum": "the meeting, which the conditions of a paper ask for",
    "ratelimit": "a standard term",
    "review_desk": "review, too long for one file",
    "review_files": "review, too long for one file",
    "timeline": "the way of a paper, read off the journal for its desk and for everyone",
}
SHORT_FILE = 40  # lines: a shorter file joins its neighbour unless its stem is a subject
SHORT = {  # short files that have a reason of their own
    "consultations/db/changes.py",
    "consultations/imports/refused_files.py",
    "consultations/notifications/sms.py",
    "positions/integrity/hashes.py",
    "positions/render/enclosed.py",
    "positions/render/environment.py",
    "positions/render/pdf.py",
    "positions/render/qr.py",
    "positions/render/schema.py",
    "positions/text/canonical.py",
    "positions/text/editorial.py",
}
LONGEST_PAGE = 150  # lines: a longer page may keep a part in a fragment of its own
LONG_PAGE = f"with it, its page would be longer than {LONGEST_PAGE} lines"
USED_ONCE = {  # fragments named in one place only, with the reason
    "consultations/_grouped_checkboxes.html": "the template of a widget",
    "consultations/enquiries/_reading.html": LONG_PAGE,
    "consultations/forums/_day.html": LONG_PAGE,
    "consultations/imports/_import_preview.html": LONG_PAGE,
    "consultations/splitting/_form.html": LONG_PAGE,
    "consultations/splitting/_point.html": LONG_PAGE,
    "consultations/submissions/_draft_words.html": "what static/js/draft.js says, not part of the page without it",
    "positions/clearance/_answer.html": LONG_PAGE,
    "positions/clearance/_steps.html": LONG_PAGE,
    "positions/consultations/_pace.html": LONG_PAGE,
    "positions/drafting/_advice.html": LONG_PAGE,
    "positions/drafting/_outline.html": LONG_PAGE,
    "positions/drafting/_paragraph_places.html": LONG_PAGE,
    "positions/drafting/_points_beside.html": LONG_PAGE,
    "positions/editions/_compare_row.html": LONG_PAGE,
    "positions/find/_results.html": "sent alone to static/js/palette.js",
    "positions/for_you/_positions.html": LONG_PAGE,
    "positions/forums/_forum_outcome.html": LONG_PAGE,
    "positions/public_papers/_text.html": "rendered by itself and kept for all readers",
    "positions/review_desk/_acts.html": LONG_PAGE,
    "positions/review_desk/_reading.html": LONG_PAGE,
    "positions/review_desk/_together.html": LONG_PAGE,
    "positions/roles/_roles.html": "rendered by itself and kept as long as the process runs",
    "positions/roles/_tables.html": "rendered by itself and kept as long as the process runs",
    "positions/verification/_examined.html": LONG_PAGE,
    "positions/verification/_restricted_copy.html": LONG_PAGE,
    "positions/verification/_verified.html": LONG_PAGE,
}

WIDE_TEMPLATES = {  # printed papers, mails and pictures: more line breaks would change their bytes
    "components/alignment.svg",
    "components/paired_bars.svg",
    "components/tile_map.svg",
    "components/time_bars.svg",
    "components/time_line.svg",
    "components/week_columns.svg",
    "consultations/mail/fields/actions.txt",
    "consultations/mail/fields/answers.txt",
    "consultations/mail/fields/programme.txt",
    "consultations/mail/forum_answer.txt",
    "consultations/mail/forum_when.txt",
    "consultations/mail/message.html",
    "print/alignment.html",
    "print/alignment.svg",
    "print/alignment_table.html",
    "print/annex_forum.html",
    "print/annex_matrix.html",
    "print/annex_points.html",
    "print/annex_record.html",
    "print/back.html",
    "print/brief.html",
    "print/cell.html",
    "print/chart.svg",
    "print/clean.html",
    "print/clean_record.html",
    "print/contents.html",
    "print/counts.html",
    "print/cover.html",
    "print/day/attendance.html",
    "print/day/badge.html",
    "print/day/badges.html",
    "print/day/certificates.html",
    "print/day/communique.html",
    "print/day/day.html",
    "print/day/minutes.html",
    "print/day/name-plates.html",
    "print/day/programme.html",
    "print/day/quorum.html",
    "print/day/register.html",
    "print/day/seat-plan.html",
    "print/day/session-sheets.html",
    "print/delegation.html",
    "print/finding_shape.svg",
    "print/form.html",
    "print/head.html",
    "print/letter.html",
    "print/line.html",
    "print/margin.html",
    "print/paper.html",
    "print/paragraph.html",
    "print/participation.html",
    "print/redline.html",
    "print/redline_cell.html",
    "print/section.html",
    "print/summary.html",
}


def places(names: list[str]) -> dict[str, set[str]]:
    """Map each stem of the two apps to its layers or packages; a package counts for its own name."""
    found: dict[str, set[str]] = {}
    for name in names:
        app, *rest = name.removesuffix(".py").split("/")
        if app not in APPS or not rest or rest[-1] == "__init__":
            continue
        if rest[0] in ("management", "migrations"):
            continue
        found.setdefault(rest[0] if len(rest) > 2 else rest[-1], set()).add(rest[0] if len(rest) == 2 else ".")
        if len(rest) > 1:
            found.setdefault(rest[0], set()).add(".")
    return found


def lonely_stems(names: list[str]) -> list[str]:
    """Return files of a layer whose stem occurs in no other layer and that have no stated reason."""
    where = places(names)
    parts = [(name, name.removesuffix(".py").split("/")) for name in names]
    in_layers = [(name, rest[2]) for name, rest in parts if len(rest) == 3 and rest[1] in LAYERS and rest[0] in APPS]
    return [name for name, stem in in_layers if stem != "__init__" and len(where[stem]) < 2 and stem not in ALONE]


def names_of_files() -> list[str]:
    return [str(path.relative_to(ROOT)) for path in files(".py")]


def test_each_subject_has_one_name_in_every_layer():
    assert lonely_stems(names_of_files()) == []
    stems = {Path(name).stem for name in names_of_files() if lonely_stems([name]) or Path(name).stem in ALONE}
    assert ALONE.keys() <= stems  # a reason without a file is to be removed


def test_short_files_are_subjects_or_have_a_reason():
    where = places(names_of_files())
    short = set()
    for path in files(".py"):
        name = str(path.relative_to(ROOT))
        is_module = path.stem != "__init__" and name.split("/")[0] in APPS
        is_alone = len(where.get(path.stem, ())) < 2 and path.stem not in ALONE
        if is_module and is_alone and "management" not in name and len(path.read_text().splitlines()) < SHORT_FILE:
            short.add(name)
    assert short <= SHORT


def fragments_used_once(fragments: set[str], texts: list[str]) -> set[str]:
    """Return fragments that are included at most once."""
    named = Counter(name for text in texts for name in re.findall(r"[\w/]+/_\w+\.(?:html|txt|svg)", text))
    return {name for name in fragments if named[name] < 2}


def test_fragments_are_used_twice_or_have_a_reason():
    templates = ROOT / "templates"
    fragments = {str(path.relative_to(templates)) for path in templates.rglob("_*.*")}
    texts = [path.read_text() for path in files(".py", ".html", ".txt", ".svg")]
    assert fragments_used_once(fragments, texts) == USED_ONCE.keys()


@pytest.mark.parametrize("name", [name for name, reason in USED_ONCE.items() if reason == LONG_PAGE])
def test_page_with_its_fragment_would_be_too_long(name):
    texts = [path.read_text() for path in (ROOT / "templates").rglob("*.html")]
    (page,) = [text for text in texts if f'"{name}"' in text]
    assert len((page + (ROOT / "templates" / name).read_text()).splitlines()) > LONGEST_PAGE


def test_no_line_of_a_template_is_too_wide():
    folder = ROOT / "templates"
    texts = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.*")}
    assert {name for name, text in texts.items() if wide_lines(name, text)} == WIDE_TEMPLATES


COUNTED = re.compile(r"{% blocktranslate[^%]*\bcount \w+=(\w+)[^%]*%}")


def rebound_counts(text: str) -> list[str]:
    """Return tags that count a name that they also set with "with": Django sets it first, and counts the new value."""
    return [tag[0] for tag in COUNTED.finditer(text) if re.search(rf"\bwith\b.*\s{tag[1]}=", tag[0])]


def test_plural_forms_count_what_is_not_set_in_the_same_tag():
    texts = {path.name: path.read_text() for path in (ROOT / "templates").rglob("*.*")}
    assert {name: tags for name, text in texts.items() if (tags := rebound_counts(text))} == {}
    wrong = "{% blocktranslate count number=all|length trimmed with all=all|runs %}"
    assert rebound_counts(wrong + "{% blocktranslate count number=all|length trimmed with other=all|runs %}") == [wrong]


def test_name_rule_reports_violations():
    names = ["consultations/views/door.py", "consultations/models/checkin.py", "consultations/views/checkin.py"]
    assert lonely_stems(names) == ["consultations/views/door.py"]
    assert lonely_stems(["consultations/views/imports.py", "consultations/imports/cells.py"]) == []


def test_fragment_rule_reports_violations():
    texts = ['{% include "a/_once.html" %}{% include "a/_twice.html" %}', 'render_to_string("a/_twice.html")']
    assert fragments_used_once({"a/_once.html", "a/_twice.html", "a/_never.html"}, texts) == {
        "a/_once.html",
        "a/_never.html",
    }
