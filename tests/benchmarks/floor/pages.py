"""The pages of the floor: list, one input, form, and the staff's search."""

import hashlib
import uuid
from functools import reduce
from operator import or_
from pathlib import Path

from django import forms
from django.contrib.postgres.search import SearchQuery
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.backends.django import DjangoTemplates
from django.utils import timezone

from consultations.models import (
    Attachment,
    Audience,
    Consultation,
    County,
    Endorsement,
    Forum,
    Group,
    Language,
    Point,
    Provision,
    SearchEntry,
    Stakeholder,
    Submission,
    SubmissionState,
    Theme,
)
from positions.models import Disposition

from . import START

ROWS, MOST = 25, 1000
MIDDLEWARE = [*START, "tests.benchmarks.floor.pages.here"]
TEMPLATES = DjangoTemplates(
    {
        "NAME": "floor",
        "DIRS": [Path(__file__).with_name("templates")],
        "APP_DIRS": False,
        "OPTIONS": {
            "loaders": [("django.template.loaders.cached.Loader", ["django.template.loaders.filesystem.Loader"])],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
)
LISTED = (
    "pk", "reference", "title", "language", "state", "audience", "submitted_at", "stakeholder__name", "stakeholder__group",
    "stakeholder__county__name", "theme__title",
)  # fmt: skip
FILTERS = {
    "theme": "theme__code", "objective": "provisions__code", "group": "stakeholder__group",
    "county": "stakeholder__county__slug", "forum": "forum__slug", "state": "state", "organisation": "stakeholder",
    "round": "consultation__slug",
}  # fmt: skip


def here(get_response):
    """Answer with the addresses of the floor."""

    def answer(request):
        request.urlconf = "tests.benchmarks.floor.urls"
        return get_response(request)

    return answer


def page(request, name, **context):
    return HttpResponse(TEMPLATES.get_template(f"{name}.html").render(context, request))


def readable(user):
    """Return the inputs that `user` may read."""
    public = Q(state="accepted", audience="public")
    if not user.is_authenticated:
        return Submission.objects.filter(public)
    if user.office in ("secretariat", "head"):
        return Submission.objects.filter(submitted_at__isnull=False).exclude(state="withdrawn")
    own = list(user.memberships.values_list("stakeholder", "stakeholder__is_ncm_member"))
    seen = public | Q(stakeholder__in=[pk for pk, _is_member in own])
    if any(is_member for _pk, is_member in own):
        seen |= Q(state="accepted", audience="members")
    return Submission.objects.filter(seen, submitted_at__isnull=False).exclude(state="withdrawn")


def filtered(request, rows):
    """Return `rows` as the query string filters them."""
    given = {field: request.GET[name] for name, field in FILTERS.items() if request.GET.get(name)}
    if request.GET.get("signed"):
        rows = rows.filter(Exists(Endorsement.objects.filter(submission=OuterRef("pk"), withdrawn_at=None)))
    return rows.filter(**given)


def beyond(request, rows):
    """Return `rows` behind the one that the query string names."""
    if not (before := request.GET.get("before")):
        return rows
    at, pk = Submission.objects.values_list("submitted_at", "pk").get(reference=before)
    return rows.filter(submitted_at__lte=at).exclude(submitted_at=at, pk__gte=pk)


def choices():
    """Return the options of each filter."""
    return {
        "theme": Theme.objects.order_by("order").values_list("code", "title"),
        "objective": Provision.objects.order_by("framework", "order").values_list("code", "label"),
        "group": Group.choices,
        "county": County.objects.order_by("name").values_list("slug", "name"),
        "forum": Forum.objects.order_by("starts_on").values_list("slug", "title"),
        "round": Consultation.objects.exclude(state="draft").values_list("slug", "title"),
    }


def inputs(request):
    rows = filtered(request, readable(request.user))
    return _list(request, rows, filters=[(name, request.GET.get(name), every) for name, every in choices().items()])


def _list(request, rows, **context):
    rows = rows.order_by("-submitted_at", "-pk")
    shown = list(beyond(request, rows).values(*LISTED)[: ROWS + 1])
    number = rows[: MOST + 1].count()
    return page(request, "list", inputs=shown[:ROWS], more=len(shown) > ROWS, number=number, **context)


def staff_inputs(request):
    """List all inputs, with full-text search."""
    rows = filtered(request, readable(request.user))
    if words := request.GET.get("q"):
        asked = reduce(
            or_, (SearchQuery(words, config=name, search_type="websearch") for name in ("english", "portal"))
        )
        rows = rows.filter(Exists(SearchEntry.objects.filter(submission=OuterRef("pk"), words=asked)))
    filters = {"theme": choices()["theme"], "state": SubmissionState.choices}
    return _list(request, rows, filters=[(name, request.GET.get(name), every) for name, every in filters.items()])


def detail(request, reference):
    along = ("consultation", "stakeholder__county", "theme")
    row = get_object_or_404(readable(request.user).select_related(*along), reference=reference)
    points = list(Point.objects.filter(submission=row, state__in=["validated", "merged"]).order_by("number"))
    answered = Disposition.objects.filter(point__in=points, paper__state="published").select_related("paper")
    answers = {each.point_id: each for each in answered.prefetch_related("paragraphs__wording")}
    return page(
        request,
        "detail",
        input=row,
        objectives=row.provisions.values("code", "label"),
        files=Attachment.objects.filter(submission=row, kind="evidence").values("name", "size"),
        signed=Endorsement.objects.filter(submission=row, withdrawn_at=None).values("stakeholder__name", "at"),
        points=[(point, answers.get(point.pk)) for point in points],
    )


class InputForm(forms.ModelForm):
    class Meta:
        model = Submission
        fields = ["stakeholder", "theme", "title", "body", "proposed_wording", "language", "provisions", "audience"]


def submit(request):
    """Show the form; insert one input with its objectives in one transaction."""
    consultation = Consultation.objects.filter(state="open").latest("opens_at")
    form = InputForm(request.POST or None)
    form.fields["stakeholder"].queryset = Stakeholder.objects.filter(memberships__user=request.user)
    form.fields["theme"].queryset = consultation.themes.all()
    if request.method != "POST" or not form.is_valid():
        options = {name: form.fields[name].queryset for name in ("stakeholder", "theme", "provisions")}
        named = {"stakeholder": "name", "theme": "title", "provisions": "label"}
        offered = {name: every.values_list("pk", named[name]) for name, every in options.items()}
        return page(request, "form", form=form, audiences=Audience.choices, languages=Language.choices, **offered)
    row = form.save(commit=False)
    row.consultation, row.author, row.entered_by, row.channel = consultation, request.user, request.user, "email"
    row.state, row.submitted_at = "submitted", timezone.now()
    row.content_sha256 = hashlib.sha256(row.body.encode()).hexdigest()
    row.reference = f"F-{uuid.uuid4().hex[:16].upper()}"
    with transaction.atomic():
        row.save()
        form.save_m2m()
    return redirect("input", row.reference)
