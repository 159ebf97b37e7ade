"""Names and desk pages of records found by a check."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.db.models import Model
from django.urls import NoReverseMatch, reverse

from consultations.integrity import Finding

KEYS = {"consultations.event": "number"}  # field that names a record instead of its primary key


def named(finding: Finding) -> tuple[str, str]:
    """Return the name and URL of the record of a finding; both empty if it is not a record."""
    record = _record(finding.record)
    if record is None:
        return "", ""
    try:
        kind = str(record._meta.verbose_name)
        return f"{kind[:1].upper()}{kind[1:]} {_title(record)}".strip(), _address(record)
    except (AttributeError, NoReverseMatch):  # the parent is missing too
        return f"{record._meta.verbose_name} {record.pk}".capitalize(), ""


def _record(name: str) -> Model | None:
    label, _, pk = name.partition(":")
    try:
        model = apps.get_model(label)
        return model._base_manager.filter(**{KEYS.get(label, "pk"): pk}).first()
    except (LookupError, ValueError):
        return None


def _title(record: Any) -> str:
    source = getattr(record, "submission", None) or record
    if getattr(source, "submitted_at", source) is None:
        return str(record.pk)  # drafts are visible to their authors only
    own = record.reference if getattr(record, "reference", None) else ""
    title = getattr(record, "title", "")
    return ": ".join(dict.fromkeys(filter(None, [own, title]))) or str(record)


# Desk page of a record.
PAGES: dict[str, Callable[[Any], str]] = {
    "consultations.submission": lambda row: reverse("desk_input", args=[row.key]),
    "consultations.point": lambda row: reverse("desk_point", args=[row.reference]),
    "consultations.misreading": lambda row: reverse("desk_reply", args=[row.pk]),
    "consultations.likeness": lambda row: reverse("likeness", args=[row.pk]),
    "consultations.stakeholder": lambda row: reverse("desk_organisation", args=[row.pk]),
    "consultations.forum": lambda row: reverse("forum_home", args=[row.slug]),
    "consultations.forumfile": lambda row: reverse("forum_documents", args=[row.forum.slug]),
    "consultations.publicdocument": lambda row: reverse(
        "desk_settings_page", args=[row.consultation.slug, "documents"]
    ),
    "consultations.communique": lambda row: reverse("forum_communique", args=[row.forum.slug]),
    "consultations.delegate": lambda row: reverse("forum_delegate", args=[row.forum.slug, row.pk]),
    "consultations.invitation": lambda row: reverse("forum_letter", args=[row.forum.slug, row.key]),
    "consultations.actionpoint": lambda row: reverse("forum_action", args=[row.forum.slug, row.key]),
    "positions.positionpaper": lambda row: reverse("desk_paper", args=[row.slug]),
    "positions.section": lambda row: reverse("desk_section", args=[row.paper.slug, row.pk]),
    "positions.paragraph": lambda row: reverse("desk_paragraph", args=[row.section.paper.slug, row.key]),
    "positions.disposition": lambda row: reverse("desk_disposition", args=[row.paper.slug, row.point.reference]),
    "positions.amendment": lambda row: reverse("desk_amendment", args=[row.round.paper.slug, row.pk]),
    "positions.clearance": lambda row: reverse("clearance", args=[row.pk]),
    "positions.answerbyletter": lambda row: reverse("letter", args=[row.key]),
    "positions.reservation": lambda row: reverse("desk_adoption", args=[row.paper.slug]),
    "positions.decision": lambda row: reverse("desk_adoption", args=[row.paper.slug]),
    "positions.edition": lambda row: reverse("paper_edition", args=[row.paper.slug, row.number]),
}
# Parents of other records, the nearest first.
OWNERS = (
    "submission", "letter", "clearance", "amendment", "round", "corrigendum", "brief", "edition", "disposition",
    "wording", "paragraph", "successor", "delegate", "session", "paper", "forum", "stakeholder", "consultation",
)  # fmt: skip


def _address(record: Any) -> str:
    """Return the URL of the record's page, else of its admin page, else of what it belongs to."""
    meta = record._meta
    if page := PAGES.get(meta.label_lower):
        return page(record)
    import_module(settings.ROOT_URLCONF)  # loads the admin pages too
    if admin.site.is_registered(type(record)):
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[record.pk])
    owner = next((result for name in OWNERS if (result := getattr(record, name, None)) is not None), None)
    return _address(owner) if owner is not None else ""
