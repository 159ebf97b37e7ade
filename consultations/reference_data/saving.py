"""Synchronise a table with drafts in a few queries, and count new, changed and unchanged records."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from django.db.models import Model

from consultations.models import Evidence, SkeletonField

from .reading import Draft


@dataclass
class Tally:
    """Result of loading one table."""

    table: str
    new: int = 0
    changed: int = 0
    same: int = 0
    kept: int = 0
    removed: int = 0

    def __str__(self) -> str:
        line = f"{self.table}: {self.new} new, {self.changed} changed, {self.same} the same"
        line += f", {self.removed} removed" if self.removed else ""
        return line + (f", {self.kept} left as the secretariat has them" if self.kept else "")

    def __add__(self, other: "Tally") -> "Tally":
        numbers = (getattr(self, name) + getattr(other, name) for name in COUNTED)
        return Tally(self.table, *numbers)


COUNTED = ("new", "changed", "same", "kept", "removed")


def save(table: str, model: type[Model], key: Sequence[str], drafts: Sequence[Draft]) -> Tally:
    """Insert or update one record of `model` per draft, identified by the fields of `key`.

    Records with the mark N belong to the secretariat and are not changed. Raises BadRow for a duplicate key.
    """
    refuse_doubles(key, drafts)
    tally, new, changed = Tally(table), [], []
    stored = _stored(model, key, drafts)
    for draft in drafts:
        record = stored.get(_key(draft.values, key))
        if record is None:
            new.append(model(**draft.values))
        elif record.evidence == Evidence.OWN:
            tally.kept += 1
        elif _differs(record, draft.values):
            for field, value in draft.values.items():
                setattr(record, field, value)
            changed.append(record)
        else:
            tally.same += 1
    model._default_manager.bulk_create(new)
    if changed:
        kept = [field for field in model._meta.concrete_fields if isinstance(field, SkeletonField)]
        for skeleton, record in product(kept, changed):
            skeleton.pre_save(record, add=False)  # bulk_update does not call pre_save
        names = [name for name in drafts[0].values if name not in key]
        model._default_manager.bulk_update(changed, [*names, *(field.name for field in kept)])
    tally.new, tally.changed = len(new), len(changed)
    return tally


def _key(values: Mapping[str, Any], key: Sequence[str]) -> tuple[Any, ...]:
    return tuple(values[name] for name in key)


def _stored(model: type[Model], key: Sequence[str], drafts: Iterable[Draft]) -> dict[tuple[Any, ...], Any]:
    values = {draft.values[key[0]] for draft in drafts}
    rows = model._default_manager.filter(**{f"{key[0]}__in": values})
    return {tuple(getattr(record, name) for name in key): record for record in rows}


def _differs(record: Any, values: Mapping[str, Any]) -> bool:
    return any(getattr(record, field) != value for field, value in values.items())


def refuse_doubles(key: Sequence[str], drafts: Iterable[Draft]) -> None:
    """Raise BadRow for the second of two drafts with the same `key`."""
    seen: dict[tuple[Any, ...], int] = {}
    for draft in drafts:
        line = seen.setdefault(_key(draft.values, key), draft.row.line)
        if line != draft.row.line:
            raise draft.row.bad(key[-1], f"the same record stands in line {line} already")


def remove_others(model: type[Model], key: Sequence[str], drafts: Sequence[Draft]) -> int:
    """Delete links (never records) of the owners in `drafts` that are no longer in the file, except those marked N.
    Returns how many.
    """
    kept = {_key(draft.values, key) for draft in drafts}
    stored = _stored(model, key, drafts)
    gone = [link.pk for at, link in stored.items() if at not in kept and link.evidence != Evidence.OWN]
    model._default_manager.filter(pk__in=gone).delete()
    return len(gone)


def link(table: str, through: type[Model], owner: str, other: str, targets: Mapping[int, Iterable[int]]) -> Tally:
    """Set the linked records of each owner to those of `targets` (owner's id to the others' ids)."""
    pairs = {(own, item) for own, others in targets.items() for item in others}
    stored = through._default_manager.filter(**{f"{owner}__in": targets})
    ids = {(getattr(each, owner), getattr(each, other)): each.pk for each in stored}
    missing, gone = sorted(pairs - ids.keys()), ids.keys() - pairs
    through._default_manager.bulk_create([through(**{owner: own, other: item}) for own, item in missing])
    through._default_manager.filter(pk__in=[ids[pair] for pair in gone]).delete()
    return Tally(table, new=len(missing), same=len(pairs) - len(missing), removed=len(gone))
