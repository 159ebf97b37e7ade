"""Identify a file by its hash, or else by its content."""

import hashlib
import json
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from consultations.models import Communique
from consultations.queries import published_communique
from positions.models import Artefact, Edition
from positions.queries.papers import Copy, find_copy
from positions.render import signature
from positions.render.inside import Inside, TooHard, look_inside
from positions.render.pdf import RenderFailed

from .printing import Printing, redline_pdf
from .signature_status import Seal, Standing, seals_of, worst

LARGEST = 64 * 1024 * 1024  # bytes: no published file is larger


class State(StrEnum):
    """Result of examining a file."""

    AUTHENTIC = "authentic"
    SAME_TEXT = "same text"
    SIGNED = "signed"
    ALTERED = "altered"
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"


WORDS = {
    State.AUTHENTIC: gettext_lazy("Authentic"),
    State.SAME_TEXT: gettext_lazy("Authentic"),
    State.SIGNED: gettext_lazy("Signed, not published"),
    State.ALTERED: gettext_lazy("Altered"),
    State.UNKNOWN: gettext_lazy("Unknown"),
    State.UNREADABLE: gettext_lazy("Unreadable"),
}
SENTENCES = {
    State.AUTHENTIC: gettext_lazy("The file is exactly as it was published."),
    State.SAME_TEXT: gettext_lazy(
        "The text is official, character by character. Only the spacing or the order of its parts differs."
    ),
    State.SIGNED: gettext_lazy(
        "This portal signed the file, and nothing in it has changed since. But it is not "
        "among the published files: it may not be published yet, or no longer. Ask the "
        "secretariat before you rely on it."
    ),
    State.ALTERED: gettext_lazy(
        "The text attached to this PDF is official, but the file is not the one that we "
        "published. Its pages may have been changed."
    ),
    State.UNKNOWN: gettext_lazy("This is not one of the files that we published, and it contains no official text."),
    State.UNREADABLE: gettext_lazy(
        "This is not one of the files that we published. It is neither a PDF nor the "
        "JSON of an edition, so we cannot say more about it."
    ),
}
CUT_OFF = gettext_lazy(
    "The PDF is damaged or incomplete. We did not publish it like this. If you "
    "downloaded it from this portal, download it again."
)
CUT_OFF_WITH_TEXT = gettext_lazy(
    "The PDF is damaged or incomplete. The text attached to it is official, but you "
    "cannot rely on its pages. Download it again."
)
CLAIMED = gettext_lazy(
    "The file claims to come from the edition below, but it is not the one that we "
    "published. Its text may have been changed."
)
SAYS = gettext_lazy(
    "This is not one of the files that we published, and it names no official edition. "
    "Anybody could have written what it says about itself."
)
ARCHIVE = gettext_lazy(
    "This is not one of the files that we published, but it looks like the archive of a "
    "consultation. Check an archive on the server of the portal: manage.py archive "
    "--verify FILE."
)
REDLINE = gettext_lazy("It compares edition %(before)s with edition %(after)s, exactly as the portal prints it.")
OTHER_REDLINE = gettext_lazy(
    "The two texts attached to this comparison are official, but the portal prints it "
    "differently today. Its pages may have been changed, or an earlier version of the "
    "portal printed it."
)
BUSY = gettext_lazy(
    "The two texts attached to this comparison are official. We could not check just now "
    "whether its pages are as the portal prints them. Try again in a minute."
)
ADDED = gettext_lazy(
    "The file begins with the PDF that we published, unchanged, but something was added "
    "after it. Programs that save comments, a signature or other pages do this. The "
    "addition can change what you see."
)
TOO_HARD = gettext_lazy(
    "This is not one of the files that we published. Examining it takes more time or "
    "memory than allowed, so we cannot say more about it."
)


@dataclass(frozen=True)
class Verdict:
    """What a file is. `edition_copy` is the edition that it is, contains or names; `communique` the published one with
    its text; `before` the edition that it compares with `edition_copy`. `inside` is None if the file was not or could
    not be inspected. `is_added_to` if it is a complete PDF of ours with something appended. `is_busy` if a comparison
    could not be printed for checking.
    """

    state: State
    sha256: str
    edition_copy: Copy | None = None
    communique: Communique | None = None
    inside: Inside | None = None
    is_too_hard: bool = False
    is_added_to: bool = False
    before: Copy | None = None
    is_busy: bool = False
    seals: tuple[Seal, ...] = ()
    why_not_checked: str = ""

    @property
    def is_authentic(self) -> bool:
        """Return whether the file can be relied on."""
        return self.state in (State.AUTHENTIC, State.SAME_TEXT)

    @property
    def is_cut_off(self) -> bool:
        """Return whether it is an incomplete PDF that is not ours unchanged."""
        return bool(self.inside and self.inside.is_damaged and not self.is_added_to and not self.is_authentic)

    @property
    def word(self) -> str:
        """Return the verdict in one word."""
        return str(WORDS[self.state])

    @property
    def sentence(self) -> str:
        """Return the explanation of the verdict."""
        if self.is_too_hard and not self.is_authentic:
            return str(TOO_HARD)
        if self.is_added_to:
            return str(ADDED)
        if self.is_cut_off:
            return str(CUT_OFF_WITH_TEXT if self.edition_copy else CUT_OFF)
        if self.before and self.edition_copy:
            return self._comparison(self.before, self.edition_copy)
        if self.inside and self.inside.kind == "bag":
            return str(ARCHIVE)
        if self.says:
            return str(CLAIMED if self.edition_copy else SAYS)
        return str(SENTENCES[self.state])

    def _comparison(self, before: Copy, after: Copy) -> str:
        if self.is_busy:
            return str(BUSY)
        numbers = {"before": before.edition.number, "after": after.edition.number}
        return str(REDLINE % numbers if self.is_authentic else OTHER_REDLINE)

    @property
    def says(self) -> str:
        """Return the claim of a file that is not ours; "" if there is none or it does not matter."""
        return self.inside.says if self.inside and not self.is_authentic else ""

    @property
    def standing(self) -> Standing | None:
        """Return the combined standing of the signatures; None if none was checked."""
        return worst(self.seals)

    @property
    def not_checked(self) -> str:
        """Return the notice about unchecked digital signatures; "" if there are none."""
        number = (self.inside.signatures if self.inside else 0) - len(self.seals)
        if number <= 0:
            return ""
        if self.seals:
            message = ngettext(
                "One more digital signature was not checked.",
                "%(number)s more digital signatures were not checked.",
                number,
            )
        elif self.why_not_checked:
            return self.why_not_checked
        else:
            message = ngettext(
                ("The PDF contains what looks like a digital signature, but no PDF reader would find it."),
                ("The PDF contains what looks like %(number)s digital signatures, but no PDF reader would find them."),
                number,
            )
        return message % {"number": number}


def examine(path: Path) -> Verdict:
    """Examine the file at `path`. At most seven queries, three in most cases, some more for a comparison of editions.
    Raises OSError if it cannot be read.
    """
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    copy = find_copy(sha256)
    if copy and copy.file is None:  # the canonical content itself
        return Verdict(State.AUTHENTIC, sha256, copy)
    communique = None if copy else published_communique(sha256)
    if communique:
        return Verdict(State.AUTHENTIC, sha256, communique=communique)
    try:
        inside = look_inside(path)
    except TooHard:
        return Verdict(State.AUTHENTIC if copy else State.UNREADABLE, sha256, copy, is_too_hard=True)
    if copy:
        return _with_seals(Verdict(State.AUTHENTIC, sha256, copy, inside=inside), path)
    verdict = _with_seals(_not_exactly_ours(path, sha256, inside), path)
    is_signed = inside.signatures == 1 and verdict.standing == Standing.SOUND
    return replace(verdict, state=State.SIGNED) if is_signed else verdict


def _with_seals(verdict: Verdict, path: Path) -> Verdict:
    """Add the standing of the digital signatures, or why they were not checked."""
    if not verdict.inside or not verdict.inside.signatures:
        return verdict
    if not signature.can_check():
        return replace(
            verdict,
            why_not_checked=_(
                "The PDF is signed. We do not check the signature here: a PDF reader shows who signed it."
            ),
        )
    try:
        result = signature.look_at(path)
    except TooHard:
        why = _("The PDF is signed, but checking the signature takes more time or memory than allowed.")
        return replace(verdict, why_not_checked=why)
    return replace(verdict, seals=tuple(seals_of(result, is_ours=verdict.is_authentic)))


def _not_exactly_ours(path: Path, sha256: str, inside: Inside) -> Verdict:
    """Examine a file that differs from ours: JSON is its text; a PDF with our text attached may show other words on its
    pages.
    """
    if inside.after and (verdict := _redline(sha256, inside)):
        return verdict
    named = inside.sha256 or inside.claims
    result = find_copy(named) if named else None
    if result is None:
        is_unreadable = inside.kind in ("", "bag")
        return Verdict(State.UNREADABLE if is_unreadable else State.UNKNOWN, sha256, inside=inside)
    if inside.kind == "json":
        return Verdict(State.SAME_TEXT, sha256, result, inside=inside)
    is_added_to = any(_begins_with(path, file) for file in result.files)
    return Verdict(State.ALTERED, sha256, result, inside=inside, is_added_to=is_added_to)


def _redline(sha256: str, inside: Inside) -> Verdict | None:
    """Examine a comparison of two official editions, which is not a stored file: the portal prints it again and
    compares the bytes. None for any other comparison.
    """
    before, after = find_copy(inside.before), find_copy(inside.after)
    if not before or not after or before.edition.paper_id != after.edition.paper_id:
        return None
    altered = Verdict(State.ALTERED, sha256, after, inside=inside, before=before)
    try:
        printed = redline_pdf(before.edition, after.edition, _contents(before.edition, after.edition))
    except (Printing, RenderFailed):
        return replace(altered, is_busy=True)
    is_ours = hashlib.sha256(printed).hexdigest() == sha256
    return replace(altered, state=State.AUTHENTIC) if is_ours else altered


def _contents(before: Edition, after: Edition) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the contents of two editions. One query."""
    read = dict(Edition.objects.filter(pk__in=[before.pk, after.pk]).values_list("pk", "content"))
    return json.loads(read[before.pk]), json.loads(read[after.pk])


def _begins_with(path: Path, file: Artefact) -> bool:
    """Return whether the file at `path` is `file` with something appended."""
    with path.open("rb") as copy:
        return hashlib.sha256(copy.read(file.size)).hexdigest() == file.sha256
