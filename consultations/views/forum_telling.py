"""Telling the delegates at the desk: every mail is looked at before it goes."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from consultations import workflow
from consultations.notifications.delegates import News, news_of
from consultations.queries.telling import CURRENT, untold_of

from .decorators import for_secretariat
from .forums import desk_forum

WHOLE = 3  # mails that the review shows unfolded


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_tell(request: HttpRequest, slug: str) -> HttpResponse:
    """Every mail that would tell somebody what was decided, and whom no mail reaches; its button sends the marked."""
    forum = desk_forum(slug)
    if request.method == "POST":
        keys = [key for value in request.POST.getlist("key") for key in value.split(",")]
        _say(request, workflow.tell_delegates(forum, by=request.user, keys=keys))
        return redirect("forum_tell", slug)
    news = news_of(untold_of(forum))
    mailed = [each for each in news if each.mail]
    context = {
        "forum": forum,
        "current": forum.state in CURRENT,
        "number": sum(len(each.people) for each in news),
        "mailed": mailed,
        "whole": mailed[:WHOLE],
        "folded": mailed[WHOLE:],
        "unreached": [each for each in news if not each.mail],
    }
    return render(request, "consultations/forum_day/tell.html", context)


def _say(request: HttpRequest, told: list[News]) -> None:
    mails = sum(each.mail is not None for each in told)
    others = len(told) - mails
    if mails:
        said = ngettext("%(n)s mail is on its way.", "%(n)s mails are on their way.", mails)
        messages.success(request, said % {"n": mails})
    if others:
        said = ngettext("%(n)s person is noted as told.", "%(n)s people are noted as told.", others)
        messages.success(request, said % {"n": others})
    if not told:
        messages.warning(request, _("Nobody was told: nothing was marked, or it was told before or decided anew."))
