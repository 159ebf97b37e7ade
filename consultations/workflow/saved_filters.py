"""Save, rename and remove a filter of a list. It is a convenience of one person: the journal does not hold it."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Consultation, SavedFilter, User
from consultations.permissions import SECRETARIAT, is_secretariat
from ncm_portal.workflow import Blocked, demand, locked, verb

MOST = 30  # filters of one person


@verb
def save_filter(consultation: Consultation, *, by: User, page: str, name: str, query: str) -> SavedFilter:
    """Save a filter of the list `page` of a consultation under `name`, which is replaced if the person has one so
    named. Raises Blocked if there are MOST.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Save this filter"))
    own = locked(by).saved_filters.all()  # one at a time: nobody exceeds the number
    if not query:
        raise Blocked(_("Filter the list first, then save the filter."))
    of_list = own.filter(consultation=consultation, page=page)
    if own.count() >= MOST and not of_list.filter(name=name).exists():
        raise Blocked(_("You have saved %(number)s filters. Remove one first.") % {"number": MOST})
    return SavedFilter.objects.update_or_create(
        user=by, consultation=consultation, page=page, name=name, defaults={"query": query}
    )[0]


@verb
def rename_filter(saved: SavedFilter, *, by: User, name: str) -> SavedFilter:
    """Rename a filter of one's own."""
    row = _own(saved, by)
    others = SavedFilter.objects.filter(user=row.user, consultation=row.consultation, page=row.page, name=name)
    if others.exclude(pk=row.pk).exists():
        raise Blocked(_("You have another filter with this name. Choose another name."))
    row.name = name
    row.save(update_fields=["name"])
    return row


@verb
def remove_filter(saved: SavedFilter, *, by: User) -> None:
    """Remove a filter of one's own."""
    _own(saved, by).delete()


def _own(saved: SavedFilter, by: User) -> SavedFilter:
    demand(saved.user_id == by.pk, who=gettext_lazy("whoever saved it"), to=gettext_lazy("Change a saved filter"))
    locked(by)
    return locked(saved)
