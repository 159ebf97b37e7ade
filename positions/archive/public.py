"""Export what the public may read of a consultation as a package; nothing else is queried."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils import translation

from consultations.models import (
    ActionState,
    Attachment,
    AttachmentKind,
    Communique,
    CommuniqueState,
    Consultation,
    Event,
    Forum,
    ForumState,
    Submission,
)
from consultations.queries import commitments
from consultations.queries.forum_documents import readable_documents
from consultations.queries.journal import one_moment
from positions.models import Artefact, Edition, Reflection
from positions.queries.open_data import inputs_as_data, points_as_data, public_points

from . import readme, tables
from .bagit import BadPackage, Bag, Progress, new_bag
from .exporting import FORMAT, PUBLIC, VERSION, Written, close, copied, is_text
from .rows import Row, line

ANYBODY = AnonymousUser()
OF_FORUM = ("code", "slug", "title", "place", "venue", "starts_on", "ends_on", "convenors", "concept", "state")
OF_FINDING = (
    "edition__paper__slug", "edition__number", "milestone__title", "paragraph__key", "provision__code", "value",
    "reference", "note", "at",
)  # fmt: skip
OF_SESSION = ("title", "kind", "theme__code", "room", "starts_at", "ends_at", "state")


def export_public(consultation: Consultation, target: Path, progress: Progress = lambda done, total: None) -> Written:
    """Write the public part of `consultation` into a package at `target`. Raises BadPackage like `export`."""
    with translation.override("en"), one_moment(), new_bag(target, consultation.slug) as bag:
        complaints: list[str] = []
        lists: dict[str, Row] = {}
        for number, (name, what, rows) in enumerate(LISTS, start=1):
            lists[name] = {"what": what, "rows": _list(bag, name, rows(consultation))}
            progress(number, len(LISTS) + 1)
        editions, files = _papers(bag, consultation, complaints)
        files += _files(bag, consultation, complaints)
        if complaints:
            raise BadPackage(*complaints)
        end = Event.objects.order_by("number").values_list("number", "hash").last()
        about = readme.About(FORMAT, VERSION, PUBLIC, consultation, end, 0)
        close(bag, about, readme.description(about) | {"lists": lists, "editions": editions})
        progress(1, 1)
        return Written(sum(each["rows"] for each in lists.values()), files, 0)


def _list(bag: Bag, name: str, rows: Iterable[Row]) -> int:
    count = 0

    def lines() -> Iterator[bytes]:
        nonlocal count
        for row in rows:
            count += 1
            yield line(row)

    bag.add(name, lines())
    return count


def _inputs(consultation: Consultation) -> Iterator[Row]:
    rows = Submission.objects.visible_to(ANYBODY).filter(consultation=consultation).order_by("reference")
    return inputs_as_data(rows, reader=ANYBODY)


def _points(consultation: Consultation) -> Iterable[Row]:
    rows = public_points(ANYBODY).filter(consultation=consultation, session__isnull=False)
    return points_as_data(rows.order_by("reference"))


def _forums(consultation: Consultation) -> Iterator[Row]:
    for forum in Forum.objects.filter(consultation=consultation).exclude(state=ForumState.DRAFT).order_by("pk"):
        sessions = forum.sessions.order_by("order", "pk").values(*OF_SESSION)
        yield {name: getattr(forum, name) for name in OF_FORUM} | {"sessions": list(sessions)}


def _communiques(consultation: Consultation) -> Iterable[Any]:
    rows = Communique.objects.filter(forum__consultation=consultation, state=CommuniqueState.PUBLISHED)
    return rows.order_by("pk").values("forum__slug", "body", "published_at", "sha256")


def _commitments(consultation: Consultation) -> Iterable[Row]:
    for action in commitments().filter(forum__consultation=consultation).order_by("pk"):
        data = {name: getattr(action, name) for name in ("text", "who", "due_on", "state", "ended_on")}
        came_of_it = "" if action.state == ActionState.OPEN else action.report
        yield {"forum": action.forum.slug, **data, "came_of_it": came_of_it}


def _findings(consultation: Consultation) -> Iterable[Any]:
    rows = Reflection.objects.public().filter(edition__paper__consultation=consultation).order_by("pk")
    return rows.values(*OF_FINDING)


LISTS: list[tuple[str, str, Callable[[Consultation], Iterable[Any]]]] = [
    ("data/inputs.jsonl", "public inputs with their points and the answers to them", _inputs),
    ("data/points.jsonl", "points that were made at forums, with the answers to them", _points),
    ("data/forums.jsonl", "forums with their programmes", _forums),
    ("data/communiques.jsonl", "what forums told the public", _communiques),
    ("data/commitments.jsonl", "what institutions promised at forums, and what became of it", _commitments),
    ("data/findings.jsonl", "what was found of a paper after a milestone", _findings),
]


def _papers(bag: Bag, consultation: Consultation, complaints: list[str]) -> tuple[list[Row], int]:
    """Write the official editions with their files; return their description and the number of files."""
    described, files = [], 0
    official = (
        Edition.objects.official().filter(paper__consultation=consultation).select_related("paper").order_by("pk")
    )
    for edition in official:
        name = tables.name_of(edition)
        complaints += copied(bag, edition, name, edition.sha256)
        described.append(
            {"paper": edition.paper.slug, "number": edition.number, "sha256": edition.sha256, "file": name}
        )
        made = Artefact.objects.filter(edition=edition).select_related("edition__paper").order_by("format")
        others = [artefact for artefact in made if not is_text(artefact)]
        for artefact in others:
            complaints += copied(bag, artefact, tables.name_of(artefact), artefact.sha256)
        files += 1 + len(others)
    return described, files


def _files(bag: Bag, consultation: Consultation, complaints: list[str]) -> int:
    """Write the files of public inputs, and the public documents of forums."""
    inputs = Submission.objects.visible_to(ANYBODY).filter(consultation=consultation).values("pk")
    attached = (
        Attachment.objects.visible_to(ANYBODY).shown().filter(submission__in=inputs, kind=AttachmentKind.EVIDENCE)
    )
    result: list[Any] = list(attached.select_related("submission").order_by("pk"))
    for forum in Forum.objects.filter(consultation=consultation).order_by("pk"):
        result += readable_documents(ANYBODY, forum).select_related("forum")
    for file in result:
        complaints += copied(bag, file, tables.name_of(file), file.sha256)
    return len(result)
