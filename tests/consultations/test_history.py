"""Sentences of the journal: every verb of the code has one, which names its actor and nothing else that may be erased."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from consultations import history
from consultations.history import DETAILED, SENTENCES, Kind, actor, kind_of, sentence, verbs_of

# Functions that write an entry, with the place of the verb among their arguments; those of one module with its name.
WRITERS = {
    "journal": 0, "record": 0, "record_many": 0, "Move": 0, "attachments._enter": 0, "speakers._journalled": 1,
    "findings._write": 1, "findings._replace": 2, "reminders._write": 3,
}  # fmt: skip
CONSTANTS = {"UPGRADE": "commit_to_records", "LOADED": "load_archive", "RESTRICTED": "print_restricted"}
# Variables that a writer above passes on, or that move's own verb; a new one must be looked at.
PASSED_ON = {
    ("attachments.py", "verb"), ("reminders.py", "name"), ("speakers.py", "what"), ("findings.py", "name"),
    ("bulk_screening.py", "name"), ("meeting.py", "f'withdraw_{row._meta.model_name}'"),
}  # fmt: skip


def written_verbs() -> tuple[set[str], set[tuple[str, str]]]:
    """Return the verbs that the code writes into the journal, and what is no constant there."""
    verbs, others = {"withdraw_reservation", "withdraw_explanation", "erase"}, set()
    for folder in ("consultations", "positions"):
        for path in (Path(settings.BASE_DIR) / folder).rglob("*.py"):
            if "migrations" in path.parts or "render" in path.parts:
                continue
            for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
                verbs |= {
                    str(k.value.value) for k in call.keywords if k.arg == "verb" and isinstance(k.value, ast.Constant)
                }
                name = getattr(call.func, "id", getattr(call.func, "attr", ""))
                place = WRITERS.get(name, WRITERS.get(f"{path.stem}.{name}"))
                if place is None or len(call.args) <= place:
                    continue
                given = call.args[place]
                texts = {node.value for node in ast.walk(given) if isinstance(node, ast.Constant)}
                if texts and not isinstance(given, ast.JoinedStr):
                    verbs |= {str(text) for text in texts}
                elif ast.unparse(given) in CONSTANTS:
                    verbs.add(CONSTANTS[ast.unparse(given)])
                elif "workflow" in path.parts:
                    others.add((path.name, ast.unparse(given)))
    return verbs, others


def test_every_verb_of_the_code_has_a_sentence():
    verbs, others = written_verbs()
    known = {name.rpartition(".")[2] for name in SENTENCES}
    assert len(verbs) > 200
    assert sorted(verbs - known) == []
    assert sorted(known - verbs) == []
    assert {each for each in others if each not in PASSED_ON} == set()


@pytest.mark.parametrize("language", ["en", "sw"])
def test_sentences_need_the_actor_only_and_say_it_once(language):
    with translation.override(language):
        for name, (_kind, words) in SENTENCES.items():
            assert str(words).count("%(who)s") <= 1, name
            assert sentence(name.rpartition(".")[2], name.rpartition(".")[0], "Hassan Guyo", {}), name


def test_detailed_sentences_belong_to_verbs():
    assert DETAILED.keys() <= SENTENCES.keys()
    assert [name for name, words in DETAILED.items() if not re.search(r"%\((?!who\))\w+\)s", str(words))] == []


def test_sentence_names_details_unless_they_were_erased():
    assert sentence("accept", "consultations.submission", "Hassan Guyo", {}) == "Hassan Guyo read it and put it on file"
    assert sentence("undo_at_once", "consultations.submission", "A", {}) == "A took the decision back: undone at once"
    assert sentence("reopen", "consultations.submission", "A", {}) == "A took the decision back"
    assert sentence("assign", "consultations.submission", "A", {"name": "B", "to": 3}) == "A gave it to B"
    assert sentence("assign", "consultations.submission", "A", {}) == "A changed to whom it is assigned"
    assert sentence("assign", "consultations.submission", "A", {"name": ""}) == "A changed to whom it is assigned"
    moved = {"from": "Review 2026", "to": "General enquiries"}
    assert sentence("move_enquiry", "x", "A", moved) == "A moved it from Review 2026 to General enquiries"
    assert sentence("move_enquiry", "x", "A", {}) == "A moved it to another consultation, or to none"
    assert sentence("leave", "x", "A", {"person": "100 %(who)s"}) == "100 %(who)s no longer acts for it: ended by A"


def test_verb_of_two_models_has_two_sentences():
    assert sentence("merge", "consultations.point", "A", {}) == "A joined it to another point"
    assert sentence("merge", "positions.paragraph", "A", {}) == "A merged another paragraph into it"
    assert kind_of("merge", "consultations.point") == Kind.DECISIONS
    assert kind_of("merge", "positions.paragraph") == Kind.WORDS


def test_unknown_verb_is_named_as_it_is():
    assert sentence("fly_away", "consultations.point", "A", {}) == "A: fly away"
    assert kind_of("fly_away", "consultations.point") == Kind.OTHER


def test_each_verb_is_one_kind_of_change():
    every = [verb for kind in Kind for verb in verbs_of(kind, "positions.paragraph")]
    assert sorted(every) == sorted({name.rpartition(".")[2] for name in SENTENCES})
    assert "accept" in verbs_of(Kind.DECISIONS, "consultations.submission")
    assert "remind" in verbs_of(Kind.MAIL, "consultations.stakeholder")


def test_actor_is_a_name_the_portal_or_somebody():
    assert actor("Hassan Guyo", is_person=True) == "Hassan Guyo"
    assert actor("the system", is_person=False) == actor("mfumo", is_person=False) == "The portal"
    assert actor("the system", is_person=True) == "the system"
    assert actor("", is_person=True) == "Somebody"
    with translation.override("sw"):
        assert translation.gettext("the system") in history.SYSTEM
