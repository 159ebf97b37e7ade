"""Paper forms for inputs: one for each theme, as Word document and PDF."""

import hashlib
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from consultations import queries
from consultations.models import Consultation, Theme
from consultations.views.consultations import which_round
from positions.render.sandbox import RenderFailed, render_apart
from positions.text.canonical import canonical

KEPT = 60 * 60
PRINTING = 60
TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


@login_not_required
@require_safe
def printed_form(request: HttpRequest, theme: str, kind: str) -> HttpResponse:
    """Return the form of a theme in the consultation `?round=`, or else the only open or the latest one.

    If several are open, ask for which.
    """
    rounds, requested = queries.public_rounds(), request.GET.get("round")
    current = queries.round_named(requested or "", rounds)
    if rounds and current is None:
        return which_round(request, rounds)
    if requested not in (None, current.slug if current else None):
        raise Http404
    rows = current.themes.filter(code=theme).first() if current else None
    if current is None or rows is None or kind not in TYPES:
        raise Http404
    content = _content(current, rows)
    sha256 = hashlib.sha256(canonical(content)).hexdigest()
    data = cache.get(name := f"form-{kind}-{sha256}")
    if data is None:
        data = _rendered(kind, content, sha256)
        if data is None:
            return later(_("The portal is printing the form. Try again in a few seconds."))
        cache.set(name, data, KEPT)
    headers = {"Content-Disposition": f'attachment; filename="form-{current.slug}-{rows.code}.{kind}"'}
    return HttpResponse(data, content_type=TYPES[kind], headers=headers)


def later(words: str) -> HttpResponse:
    """Respond that a document is not ready yet."""
    return HttpResponse(words, status=503, content_type="text/plain; charset=utf-8", headers={"Retry-After": "5"})


def refusals(failure: RenderFailed) -> list[str]:
    """Return why something could not be printed, one sentence for each thing to correct."""
    first, *more = failure.reasons
    return [_("The portal could not print it: %(why)s") % {"why": first.splitlines()[0]}, *more]


def _rendered(kind: str, content: dict[str, Any], sha256: str) -> bytes | None:
    """Return the bytes of a form; None while another PDF is being printed, or if it cannot be."""
    if kind == "docx":
        from positions.render import form

        return form.docx(content)
    if not cache.add("form-printing", 1, PRINTING):
        return None
    try:
        return render_apart(content, sha256, content["address"], document="form")
    except RenderFailed:
        return None
    finally:
        cache.delete("form-printing")


def _content(current: Consultation, theme: Theme) -> dict[str, Any]:
    """Return the data of a form, deterministic."""
    language = get_language() or "en"
    query = {"consultation": current.slug, "theme": theme.code}
    provisions = theme.provisions.order_by("framework", "order").values_list("code", "label")
    return {
        "language": language,
        "reference": f"{current.slug.upper()}/{theme.code}",
        "round": current.title,
        "theme": theme.title_sw if language == "sw" and theme.title_sw else theme.title,
        "opens": current.opens_at.isoformat(),
        "closes": current.closes_at.isoformat(),
        "sample": current.is_sample,
        "objectives": [list(item) for item in provisions],
        "address": settings.PORTAL_ADDRESS + reverse("submit", query=query),
    }
