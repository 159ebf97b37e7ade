"""Addresses of the floor."""

from django.http import StreamingHttpResponse
from django.urls import path

from . import pages


def export(request, form):
    """Send a file of the list. What writes it is loaded with the first file."""
    from . import files

    rows = pages.filtered(request, pages.readable(request.user))
    return StreamingHttpResponse(files.WRITERS[form](rows), content_type="application/octet-stream")


urlpatterns = [
    path("inputs/", pages.inputs, name="inputs"),
    path("inputs.<slug:form>", export, name="inputs_export"),
    path("inputs/<slug:reference>/", pages.detail, name="input"),
    path("submit/", pages.submit, name="submit"),
    path("desk/inputs/", pages.staff_inputs, name="desk_inputs"),
]
