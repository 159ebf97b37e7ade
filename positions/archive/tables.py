"""Which rows of each model belong to a consultation, or why a model is excluded.

A test checks that no model is missing.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.migrations.loader import MigrationLoader
from django.db.models import Field, Model, Q, QuerySet

from consultations.integrity.schema import expected, fingerprint
from consultations.models import Attachment, Consultation, ForumFile, PublicDocument
from ncm_portal import __version__
from positions.models import AnswerByLetter, Artefact, Edition

APPS = ("consultations", "positions")
USER, MEMBERSHIP, JOURNAL = "consultations.user", "consultations.membership", "consultations.event"
SALTS = "consultations.salt"  # beside the journal: needed to verify texts against its commitments
MILESTONE = "consultations.milestone"  # it can lead to another consultation's row, which is then included

# Shared by every consultation. Complete in each package: shares and quorums count all organisations.
REFERENCE = (
    "consultations.county", "consultations.theme", "consultations.provision", "consultations.provision_targets",
    "consultations.themeprovision", "consultations.instrument", "consultations.instrument_themes",
    "consultations.term", "consultations.outlinepart", "consultations.publicholiday", "consultations.stakeholder",
    "consultations.stakeholdername", "consultations.mandate",
)  # fmt: skip

# Path from a row to its consultation.
BELONGS = {
    "consultations.consultation": "pk",
    "consultations.consultation_themes": "consultation",
    "consultations.consultation_team": "consultation",
    "consultations.themequestion": "consultation",
    "consultations.publicdocument": "consultation",
    MILESTONE: "consultation",
    "consultations.rulechange": "consultation",
    "consultations.forum": "consultation",
    "consultations.forumsession": "forum__consultation",
    "consultations.sessionrole": "session__forum__consultation",
    "consultations.seatquota": "forum__consultation",
    "consultations.invitation": "forum__consultation",
    "consultations.delegate": "forum__consultation",
    "consultations.checkin": "delegate__forum__consultation",
    "consultations.queuedrow": "forum__consultation",
    "consultations.forumfile": "forum__consultation",
    "consultations.speech": "session__forum__consultation",
    "consultations.actionpoint": "forum__consultation",
    "consultations.communique": "forum__consultation",
    "consultations.reminder": "consultation",
    "consultations.lettertext": "consultation",
    "consultations.letterhead": "consultation",
    "consultations.submission": "consultation",
    "consultations.submission_provisions": "submission__consultation",
    "consultations.note": "submission__consultation",
    "consultations.attachment": "submission__consultation",
    "consultations.hiding": "submission__consultation",
    "consultations.question": "submission__consultation",
    "consultations.endorsement": "submission__consultation",
    "consultations.point": "consultation",
    "consultations.point_provisions": "point__consultation",
    "consultations.misreading": "point__consultation",
    "consultations.likeness": "first_point__consultation",
    "positions.positionpaper": "consultation",
    "positions.section": "paper__consultation",
    "positions.paragraph": "section__paper__consultation",
    "positions.paragraph_provisions": "paragraph__section__paper__consultation",
    "positions.wording": "paragraph__section__paper__consultation",
    "positions.lineage": "successor__section__paper__consultation",
    "positions.comment": "paragraph__section__paper__consultation",
    "positions.grounding": "wording__paragraph__section__paper__consultation",
    "positions.edition": "paper__consultation",
    "positions.artefact": "edition__paper__consultation",
    "positions.corrigendum": "paper__consultation",
    "positions.correction": "corrigendum__paper__consultation",
    "positions.restrictedannex": "paper__consultation",
    "positions.mandatechange": "paper__consultation",
    "positions.clearance": "paper__consultation",
    "positions.clearancereminder": "clearance__paper__consultation",
    "positions.answerbyletter": "clearance__paper__consultation",
    "positions.letterline": "letter__clearance__paper__consultation",
    "positions.stance": "clearance__paper__consultation",
    "positions.chainstep": "consultation",
    "positions.stepanswer": "paper__consultation",
    "positions.quorumcount": "paper__consultation",
    "positions.rollcall": "paper__consultation",
    "positions.decision": "paper__consultation",
    "positions.reservation": "paper__consultation",
    "positions.explanation": "paper__consultation",
    "positions.screen": "forum__consultation",
    "positions.floordecision": "paper__consultation",
    "positions.disposition": "paper__consultation",
    "positions.disposition_paragraphs": "disposition__paper__consultation",
    "positions.reviewround": "paper__consultation",
    "positions.amendment": "round__paper__consultation",
    "positions.cosponsor": "amendment__round__paper__consultation",
    "positions.recommendation": "amendment__round__paper__consultation",
    "positions.brief": "edition__paper__consultation",
    "positions.briefparagraph": "brief__edition__paper__consultation",
    "positions.reflection": "edition__paper__consultation",
    "positions.release": "paper__consultation",
}

# People named in any of these rows, with the memberships under which they acted.
PEOPLE = (USER, MEMBERSHIP)

# Excluded models, with the reason.
LEFT_OUT = {
    "consultations.membershipinvitation": "keys to accounts that nobody has taken up; who came in has a membership",
    "consultations.enquiry": "questions of people with their addresses, which are erased a year after the answer",
    "consultations.guestdraft": "what visitors write before they send it: read by nobody, gone after two weeks",
    "consultations.savedfilter": "how an officer looks at a list: a convenience of one person",
    "consultations.presence": "who has a draft open at the moment; gone within a day",
    "positions.presence": "who has a paragraph open at the moment; gone within a day",
    "consultations.mailstop": "addresses, by their hashes, to which this portal does not write",
    "consultations.mailcount": "how many mails were caused in an hour or a day; gone after a week",
    "consultations.outgoingmail": "copies of what the records say, with personal links; the journal tells of the acts",
    "consultations.accessentry": "who came in, who read, who was refused: kept for a year only",
    "consultations.accessseal": "what the access log held, in one hash each hour; the journal holds the same",
    "consultations.searchentry": "words to search, made by the database from the texts",
    "consultations.tally": "sums, made by the database from inputs and points",
    "consultations.daytally": "sums, made by the database from inputs",
    "consultations.objectivetally": "sums, made by the database from inputs and the objectives that they name",
    "consultations.unsplitinput": "a list, made by the database from inputs and points",
    "consultations.proposal": "what one officer proposed and another decided; the journal names both",
    "consultations.integritycheck": "what checks of this portal found; whoever loads the package checks anew",
    "consultations.checkpoint": "signed statements of where this portal's journal ended; they stand in its file too",
    "consultations.job": "the queue of work that goes on behind the pages; the journal tells what it did",
}
NEVER_SENT = "inputs that were never sent, with their files: drafts belong to their authors and are no record"

# Excluded fields, with their value after loading.
SECRETS: dict[str, dict[str, Any]] = {
    USER: {"password": "!", "last_login": None},  # no password matches "!"
    "consultations.consultation": {"copied_from": None},  # another consultation; the journal names it
    "positions.positionpaper": {"predecessor": None},  # it can be of another consultation; the journal names it
}

# Files of rows: the field with the SHA-256.
FILES: dict[type[Model], str] = {
    Edition: "sha256",
    Artefact: "sha256",
    Attachment: "sha256",
    ForumFile: "sha256",
    PublicDocument: "sha256",
    AnswerByLetter: "scan_sha256",
}
IN_PACKAGE = "in_package"  # field of a row with the path of its file
CONTENT = "content"  # an edition's text is its file instead of a field


def model(label: str) -> type[Model]:
    """Return the model with this name, such as "consultations.point" or "consultations.point_provisions"."""
    return apps.get_model(label)


def all_models() -> Iterator[type[Model]]:
    """Return every table of the portal's own apps."""
    for name in APPS:
        for item in apps.get_app_config(name).get_models(include_auto_created=True):
            if not item._meta.proxy:
                yield item


def packed() -> list[str]:
    """Return the tables in a package, other than the journal."""
    return [*REFERENCE, *BELONGS, *PEOPLE]


def rows_of(label: str, consultation: Consultation) -> QuerySet[Model]:
    """Return the rows of a table that belong to `consultation`, or are shared by all, in key order."""
    rows = model(label)._base_manager.order_by("pk")
    if label in REFERENCE:
        return rows
    requested = Q(**{BELONGS[label]: consultation.pk})
    if label == MILESTONE:
        requested |= Q(consultation=None)
        for follower in ("briefs__edition__paper", "reflections__edition__paper", "releases__paper"):
            requested |= Q(pk__in=rows.filter(**{f"{follower}__consultation": consultation.pk}).values("pk"))
    if label == "consultations.likeness":
        requested |= Q(first_input__consultation=consultation.pk)
    return rows.filter(requested & _sent_condition(label))


def _sent_condition(label: str) -> Q:
    """Return the condition for sent inputs; drafts are excluded."""
    if label == "consultations.submission":
        return Q(submitted_at__isnull=False)
    fields = {field.name for field in model(label)._meta.fields}
    return Q(submission__submitted_at__isnull=False) | Q(submission=None) if "submission" in fields else Q()


def fields_of(label: str) -> list[Field]:
    """Return the exported fields of a table in order."""
    result = model(label)
    out = set(SECRETS.get(label, ())) | ({CONTENT} if result is Edition else set())
    return [field for field in result._meta.local_concrete_fields if field.name not in out]


def schema() -> dict[str, str]:
    """Return the last migration of each app and the fingerprint of the schema, which identify the tables' version."""
    leaves = MigrationLoader(None).graph.leaf_nodes()
    made = {"fingerprint": fingerprint(expected()), "version": __version__}
    return {**dict(sorted(leaf for leaf in leaves if leaf[0] in APPS)), **made}


def place_of(record: Any) -> Path:
    """Return the path of a row's file in the portal. Raises ValueError for a path outside the portal's files."""
    root = Path(settings.MEDIA_ROOT).resolve()
    path = Path(settings.MEDIA_ROOT) / str(record.file.name) if isinstance(record, Artefact) else record.path
    if not path.resolve().is_relative_to(root) or path.resolve() == root:
        raise ValueError(f"{path} lies outside the portal's files")
    return path


def name_of(record: Any) -> str:
    """Return the path of a row's file in a package."""
    match record:
        case Edition():
            return f"{_folder(record)}/position-paper.json"
        case Artefact():
            return f"{_folder(record.edition)}/position-paper.{record.format}"
        case Attachment():
            kind = "originals" if record.kind == record.Kind.ORIGINAL else "attachments"
            return f"data/files/{kind}/{record.submission.reference}/{record.stored_as}"
        case ForumFile():
            return f"data/files/forums/{record.forum.slug}/{record.key.hex}"
        case PublicDocument():
            return f"data/files/documents/{record.key.hex}"
    return f"data/files/letters/{record.key.hex}"


def _folder(edition: Edition) -> str:
    return f"data/papers/{edition.paper.slug}/{edition.number}"
