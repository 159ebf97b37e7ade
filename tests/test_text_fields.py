"""No text field accepts unreadable characters: every form and every record editable in the admin is tested.

Forms and records are discovered, so that new ones are tested automatically.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import ModuleType

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models

import consultations
import ncm_portal.accounts
import positions
from consultations.admin.base import ReadOnlyAdmin

UNREADABLE = ("a\0b", "a\x1bb", "a\ufffeb", "a\ud800b")
TWO_MEGABYTES = "x" * 2_000_000
ROOMS = ("forms", "intake", "views", "admin")
# What is typed here is looked up among what there is, or cleaned by the form or by the verb, and never kept as it is.
NOT_KEPT = {
    "MergeForm.into", "CiteForm.cite", "PickForm.cite", "HashForm.hash", "RegisterForm.shown",
    "ProposalForm.operation", "PieceForm.name", "SignupForm.name",
}  # fmt: skip


def modules() -> Iterator[ModuleType]:
    """Return every module that may contain a form."""
    yield ncm_portal.accounts
    for package in (consultations, positions):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if found.name.split(".")[1] in ROOMS:
                yield importlib.import_module(found.name)


def form_fields() -> dict[str, forms.CharField]:
    """Return the text fields of all our forms by form and name."""
    kinds = {
        each
        for module in modules()
        for each in vars(module).values()
        if inspect.isclass(each) and issubclass(each, forms.BaseForm) and each.__module__.split(".")[0] != "django"
    }
    return {
        f"{kind.__name__}.{name}": field
        for kind in kinds
        for name, field in getattr(kind, "base_fields", {}).items()
        if isinstance(field, forms.CharField)
    }


def record_fields() -> dict[str, models.Field]:
    """Return the text fields of all records editable in the admin, directly or as inline rows."""
    edited = {model for model, site in admin.site._registry.items() if not isinstance(site, ReadOnlyAdmin)}
    edited |= {inline.model for model in list(edited) for inline in admin.site._registry[model].inlines}
    return {
        f"{model.__name__}.{field.name}": field
        for model in edited
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField) and field.editable and field.name != "password"
    }


def kept(field: forms.Field | models.Field, *given: None, texts: tuple[str, ...] = UNREADABLE) -> list[str]:
    """Return the texts that the field accepts."""
    through = []
    for text in texts:
        try:
            if isinstance(field.clean(text, *given), str):
                through.append(text)
        except ValidationError:
            pass
    return through


def test_form_fields_refuse_unreadable_and_huge_text():
    fields = form_fields()
    assert fields.keys() >= NOT_KEPT
    asked = {name: field for name, field in fields.items() if name not in NOT_KEPT}
    assert {name: found for name, field in asked.items() if (found := kept(field))} == {}
    assert [name for name, field in asked.items() if kept(field, texts=(TWO_MEGABYTES,))] == []


def test_admin_fields_refuse_unreadable_text():
    fields = record_fields()
    assert {"OutlinePart.heading", "Milestone.place", "Stakeholder.name", "Membership.mandate_letter"} <= fields.keys()
    assert {name: found for name, field in fields.items() if (found := kept(field, None))} == {}


def test_plain_text_field_is_detected():
    assert kept(forms.CharField()) == list(UNREADABLE[1:])  # Django refuses NUL by itself, and nothing else
    assert kept(models.CharField(max_length=9), None) == list(UNREADABLE)
