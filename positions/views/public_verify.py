"""Is this copy ours? A hash, typed or scanned, is looked up among the official editions and their files."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from consultations.queries import published_communique
from consultations.views.memory import kept_for_visitors
from positions.forms.verify import HashForm, hash_in
from positions.queries import find_copy


@login_not_required
@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """The form; with ?hash= the way to the answer, or the form again with what is wrong beside the field."""
    form = HashForm(request.GET) if "hash" in request.GET else HashForm()
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data["hash"]
        return redirect("verify_communique" if published_communique(asked) else "verify_hash", asked)
    return render(request, "positions/verify.html", {"form": form}, status=422 if form.is_bound else 200)


@login_not_required
@require_safe
@kept_for_visitors
def verify_hash(request: HttpRequest, sha256: str) -> HttpResponse:
    """What this hash is the hash of. 404 in plain words when it is not of an official edition or one of its files."""
    asked = hash_in(sha256)
    if not asked:
        form = HashForm({"hash": sha256})
        form.is_valid()
        return render(request, "positions/verify.html", {"form": form}, status=404)
    found = find_copy(asked)
    context = {"form": HashForm(), "asked": asked, "found": found}
    return render(request, "positions/verify.html", context, status=200 if found else 404)


@login_not_required
@require_safe
@kept_for_visitors
def verify_communique(request: HttpRequest, sha256: str) -> HttpResponse:
    """The published communiqué whose words have this hash; 404 when there is none."""
    found = published_communique(hash_in(sha256))
    if found is None:
        raise Http404
    return render(request, "positions/verify.html", {"communique": found})
