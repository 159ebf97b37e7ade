"""One input as its readers see it: the words that were sent, and what became of each of its points."""

from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from consultations.models import Point, Submission
from consultations.passages import holds_back
from consultations.queries import readable_by_reference
from consultations.views.memory import kept_for_visitors
from positions.queries import answers_for


@login_not_required
@require_safe
@kept_for_visitors
def show(request: HttpRequest, reference: str) -> HttpResponse:
    """An input that the reader may read. 404 for one that is not there and for one that is not the reader's to see."""
    readable = readable_by_reference(request.user, [reference])
    submission = get_object_or_404(readable.select_related("consultation", "stakeholder__county", "theme"))
    said = Point.objects.visible_to(request.user)
    same = Prefetch("merged_into", said.select_related("submission"))
    points = list(said.standing().filter(submission=submission).prefetch_related(same).order_by("number"))
    answers = answers_for(points)
    full = Submission.objects.in_full_for(request.user).filter(pk=submission.pk).exists()
    guessable = holds_back(submission.body) or holds_back(submission.proposed_wording)
    context = {
        "submission": submission,
        "full": full,
        # Whoever knows all the rest of a text could try words for what is held back until the hash is the same.
        "fingerprint": submission.content_sha256 if full or not guessable else "",
        "provisions": submission.provisions.all(),
        "points": [(point, answers.get(point.pk)) for point in points],
    }
    return render(request, "positions/input.html", context)
