"""Telling people what was decided on their seats at a forum: each decision once."""

from collections.abc import Collection

from django.utils.translation import gettext_lazy

from consultations.models import Forum, OutgoingMail, User
from consultations.notifications.delegates import News, key_of, news_of
from consultations.permissions import is_secretariat
from consultations.queries.telling import own_address, untold_of
from ncm_portal.workflow import demand, journal, locked, now, verb

SECRETARIAT = gettext_lazy("the secretariat")


@verb
def tell_delegates(forum: Forum, *, by: User, keys: Collection[str]) -> list[News]:
    """Tell those of the decisions with these keys that were not told yet, by mail where a mail reaches somebody; the
    others are noted as told by telephone or letter. Doing it again tells nobody twice. Raises NotAllowed."""
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Tell the delegates"))
    row, wanted = locked(forum), set(keys)  # one telling at a time
    people = untold_of(row).select_for_update(of=("self",), no_key=True)
    told = news_of(each for each in people if key_of(each) in wanted)
    OutgoingMail.objects.bulk_create([news.mail for news in told if news.mail])
    for news in told:
        _note(news, by)
    return told


def _note(news: News, by: User) -> None:
    for person in news.people:
        way = "no mail" if news.mail is None else "own address" if own_address(person) else "institution"
        person.told, person.told_at = person.state, now()
        person.save(update_fields=["told", "told_at"])
        journal("tell_delegates", person, by=by, before=person.state, after=person.state, data={"by": way})
