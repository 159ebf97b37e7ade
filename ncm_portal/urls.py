"""The addresses of the portal. What a visitor may open without logging in is one list: PUBLIC."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)  # the same log-in, limits and second factor as everywhere


@login_not_required
def health(request: HttpRequest) -> HttpResponse:
    """Say "ok" once the database has answered; a load balancer asks this."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")


urlpatterns = [
    path("", include("consultations.urls")),
    path("", include("positions.urls")),
    path("account/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("language/", include("django.conf.urls.i18n")),
    path("health/", health, name="health"),
]
