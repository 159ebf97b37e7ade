"""Documents of a forum and their readers."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Q, QuerySet

from consultations.models import DelegateState, Forum, ForumFile, ForumFileKind, ForumState
from consultations.permissions import is_secretariat, is_signed_in, live_memberships

SENT = (DelegateState.NOMINATED, DelegateState.CONFIRMED, DelegateState.WAITLISTED)


def documents(forum: Forum) -> QuerySet[ForumFile]:
    """Return the documents of `forum` that were not removed, in order of upload."""
    return forum.files.filter(kind=ForumFileKind.DOCUMENT, removed_at=None).select_related("by").order_by("at", "pk")


def readable_documents(user: Any, forum: Forum) -> QuerySet[ForumFile]:
    """Return those that `user` may read: all for the secretariat and participants, otherwise the public ones.

    A forum in preparation shows documents to the secretariat only.
    """
    result = documents(forum)
    if is_secretariat(user):
        return result
    if forum.state == ForumState.DRAFT:
        return result.none()
    return result if takes_part(user, forum) else result.filter(for_everybody=True)


def takes_part(user: Any, forum: Forum) -> bool:
    """Return whether `user` is a delegate, has a role in a session, or acts for an organisation with delegates."""
    if not is_signed_in(user):
        return False
    bodies = [membership.stakeholder_id for membership in live_memberships(user)]
    people = forum.delegates.filter(state__in=SENT).filter(Q(user=user) | Q(stakeholder__in=bodies))
    return people.exists() or user.session_roles.filter(session__forum=forum).exists()


def readable_document(user: Any, key: uuid.UUID) -> ForumFile | None:
    """Return the document with this key if `user` may read it."""
    file = ForumFile.objects.filter(key=key).select_related("forum").first()
    return readable_documents(user, file.forum).filter(pk=file.pk).first() if file else None
