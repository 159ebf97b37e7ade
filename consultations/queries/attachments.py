"""Files of an input for the pages that show it."""

from typing import Any

from consultations.models import Attachment, AttachmentState, Submission

GONE = (AttachmentState.REMOVED,)


def files_of(user: Any, submission: Submission) -> list[Attachment]:
    """Return the files of `submission` that its page shows to `user`, oldest first.

    Users who may read the input in full also see files that are uploading, waiting for the virus scanner or refused.
    """
    files = Attachment.objects.visible_to(user).filter(submission=submission)
    if Submission.objects.in_full_for(user).filter(pk=submission.pk).exists():
        return list(files.exclude(state__in=GONE))
    return list(files.shown())
