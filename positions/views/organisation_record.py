"""Record of the user's organisation: one page with filters, the same as a CSV file and as a PDF."""

import hashlib
from collections import Counter
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from consultations.models import Stakeholder
from consultations.permissions import SignedInRequest, organisations_of
from consultations.views.pagination import SHEETS, csv_blocks
from consultations.workflow import enter_export
from ncm_portal.workflow import now
from positions.forms.organisation_record import RecordFilterForm
from positions.queries.organisation_record import KINDS, Entry, record_of
from positions.render.pdf import RenderFailed, render_apart
from positions.text.canonical import canonical

from .dispositions import chosen_organisation
from .paper_intake import later, refusals

PAGE = 50
PRINTING = 90


@require_safe
def my_record(request: SignedInRequest) -> HttpResponse:
    """Show everything that the user's organisation did, with filters (`?what=`, `?consultation=`, `?words=`).

    People with several organisations see one at a time (`?organisation=pk`). Raises 404 for one that is not theirs.
    """
    body = _organisation(request)
    entries = record_of(body, request.user)
    form = RecordFilterForm(request.GET, entries=entries)
    shown = form.kept(entries)
    number = request.GET.get("page", "")
    page = Paginator(shown, PAGE).get_page(number)
    context = {
        "organisation": body,
        "organisations": organisations_of(request.user),
        "form": form,
        "narrowed": bool({"words", "consultation"} & form.filters.keys()),
        "tabs": _tabs(request, form, form.kept(entries, of_all_kinds=True)),
        "entries": page.object_list,
        "number": len(shown),
        "newer": _address(request, page=page.previous_page_number()) if page.has_previous() else "",
        "older": _address(request, page=page.next_page_number()) if page.has_next() else "",
        "files": [(kind, _file(request, kind)) for kind in ("pdf", "csv")],
    }
    return render(request, "positions/organisation_record/record.html", context)


def _organisation(request: HttpRequest) -> Stakeholder:
    """Return the organisation whose record is asked for; raises 404 for those who act for none."""
    organisations = organisations_of(request.user)
    if not organisations:
        raise Http404
    return chosen_organisation(request, organisations)


def _address(request: HttpRequest, **changes: Any) -> str:
    """Return the address of the page with these parameters changed; a change of another one starts at page one."""
    query = {name: value for name, value in request.GET.items() if name != "page"}
    return reverse("my_record", query={name: value for name, value in {**query, **changes}.items() if value})


def _file(request: HttpRequest, kind: str) -> str:
    query = {name: value for name, value in request.GET.items() if name != "page" and value}
    return reverse("my_record_file", args=[kind], query=query)


def _tabs(request: HttpRequest, form: RecordFilterForm, entries: list[Entry]) -> list[dict[str, Any]]:
    """Return the kinds, each with its number under the other filters."""
    numbers, here = Counter(entry.kind for entry in entries), form.filters.get("what", "")
    every = [("", _("All"), len(entries)), *((kind, label, numbers[kind]) for kind, label in KINDS.items())]
    return [
        {"label": label, "url": _address(request, what=kind), "here": kind == here, "number": number}
        for kind, label, number in every
    ]


# --- As a file --------------------------------------------------------------------------------------------------------


@require_safe
def my_record_file(request: SignedInRequest, kind: str) -> HttpResponse | StreamingHttpResponse:
    """Return what the page shows under the same filters, all pages of it, as CSV or PDF. Nothing is stored.

    One PDF is printed at a time for each person (503).
    """
    body = _organisation(request)
    if kind not in ("csv", "pdf"):
        raise Http404
    entries = record_of(body, request.user)
    entries = RecordFilterForm(request.GET, entries=entries).kept(entries)
    if kind == "pdf":
        return _printed(request, body, entries)
    enter_export(body, by=request.user, list="record", form=kind)
    return StreamingHttpResponse(csv_blocks(_rows(entries)), content_type=SHEETS["csv"][1], headers=_headers(kind))


def _rows(entries: list[Entry]) -> list[list[Any]]:
    head = (_("Day"), _("Kind"), _("Consultation"), _("What"), _("Reference"), _("By"), _("Where it stands"), _("Page"))
    rows = (
        [each.day.isoformat(), each.label, each.consultation, each.what, each.reference, each.by, each.standing, page]
        for each in entries
        for page in [settings.PORTAL_ADDRESS + each.url if each.url else ""]
    )
    return [list(head), *rows]


def _printed(request: SignedInRequest, body: Stakeholder, entries: list[Entry]) -> HttpResponse:
    lock = f"record-printing-{request.user.pk}"
    if not cache.add(lock, 1, PRINTING):
        return later(_("The portal is printing your record. Try again in a few seconds."))
    content = _content(body, entries)
    sha256 = hashlib.sha256(canonical(content)).hexdigest()
    try:
        data = render_apart(content, sha256, content["address"], document="organisation_record")
    except RenderFailed as failure:
        for why in refusals(failure):
            messages.error(request, why)
        return redirect(_address(request))
    finally:
        cache.delete(lock)
    enter_export(body, by=request.user, list="record", form="pdf")
    return HttpResponse(data, content_type="application/pdf", headers=_headers("pdf"))


def _content(body: Stakeholder, entries: list[Entry]) -> dict[str, Any]:
    """Return the data of the print, in the language of the reader."""
    names = ("what", "reference", "by", "standing", "consultation")
    return {
        "language": (translation.get_language() or "en")[:2],
        "organisation": body.name,
        "as_of": now().isoformat(timespec="seconds"),
        "sample": "(sample)" in body.name,
        "address": settings.PORTAL_ADDRESS + reverse("my_record"),
        "kinds": [
            {
                "label": str(label),
                "entries": [
                    {"day": each.day.isoformat(), **{name: str(getattr(each, name)) for name in names}}
                    for each in entries
                    if each.kind == kind
                ],
            }
            for kind, label in KINDS.items()
        ],
    }


def _headers(form: str) -> dict[str, str]:
    name = f"record-{timezone.localdate()}.{form}"
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
