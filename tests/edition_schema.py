"""Validate every edition that a test freezes, and the sample's, against the published schema."""

import json

import jsonschema
from django.db.models.signals import post_save

from positions.models import Edition
from positions.render.schema import edition_schema

SCHEMA = json.loads(edition_schema("https://portal.example/papers/schema/edition-1.json"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)


def complaints(content) -> list[str]:
    """Return where and why `content` violates the schema."""
    return [f"{error.json_path}: {error.message[:200]}" for error in VALIDATOR.iter_errors(content)]


def judge(edition: Edition) -> None:
    """Fail for an invalid frozen content; placeholder texts of factories are allowed."""
    content = json.loads(edition.content)
    if "schema" in content and (found := complaints(content)):
        raise AssertionError(f"Edition {edition.number} is not what the schema says: {found}")


def judge_each_new_edition() -> None:
    """Validate each edition when it is saved."""
    post_save.connect(lambda instance, **_more: judge(instance), sender=Edition, weak=False, dispatch_uid="schema")
