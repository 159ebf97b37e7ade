"""URLs of the portal. PUBLIC lists every page that visitors can open without signing in."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.i18n import set_language

import consultations.urls
import positions.urls
from consultations.integrity.gate import gate

# URL names of all public pages. Those of the two apps are in the first list of their urls.py. A test compares the whole
# resolver with this set.
PUBLIC = {
    *(str(page.name) for page in [*consultations.urls.public_pages, *positions.urls.public_pages]),
    "set_language",
    "health",
    # sign-in and sign-up, e-mail confirmation, password reset, second factor
    "account_login",
    "account_logout",
    "account_signup",
    "account_inactive",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_confirm_login_code",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "socialaccount_signup",
    "socialaccount_login_cancelled",
}

admin.autodiscover()
# Same sign-in, rate limits and second factor as everywhere, as documented by allauth.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


@login_not_required
def health(request: HttpRequest) -> HttpResponse:
    """Return "ok" if the database answers and its tables fit this code, for load balancers."""
    reason = gate.look_again()
    return HttpResponse(f"{reason or 'ok'}\n", content_type="text/plain", status=503 if reason else 200)


handler500 = "ncm_portal.middleware.server_error"

urlpatterns = [
    path("", include(consultations.urls)),
    path("", include(positions.urls)),
    path("account/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    # Exempt from CSRF, so that public pages set no cookie and are the same for everybody; it only changes the language.
    path("language/", csrf_exempt(login_not_required(set_language)), name="set_language"),
    path("health/", health, name="health"),
]
