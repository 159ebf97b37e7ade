"""The addresses of the portal. What a visitor may open without logging in is one list: PUBLIC."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.i18n import set_language

# The names a visitor may open without logging in. A test walks the whole resolver against this list.
PUBLIC = {
    # what the portal publishes
    "home",
    "theme",
    "inputs",
    "coverage_public",
    "participation",
    "participation_pdf",
    "input",
    "inputs_export",
    "feed_inputs",
    "feed_points",
    "openapi",
    "attachment",  # a file of an input that everybody may read
    "forum",
    "forum_ics",
    "forum_ics_person",  # whoever has the address of a delegate's calendar
    "forum_pack",
    "forum_document",  # one that everybody may read
    "communique",  # once it is published; 404 for a visitor until then
    "communique_text",
    "commitments",
    "figures_of_forum",
    "printed_form",
    "papers",
    "paper",
    "paper_edition",
    "paper_compare",
    "paper_compare_pdf",
    "paper_history",
    "paper_alignment",
    "paper_alignment_pdf",
    "paper_explore",
    "paper_paragraph",
    "edition_lines",
    "edition_line",
    "read_review",  # a text under review that everyone may read
    "read_review_section",
    "read_review_print",
    "edition_file",
    "edition_schema",
    "verify",
    "verify_hash",
    "verify_communique",
    "roles",
    "privacy",
    "accessibility",
    "join_organisation",  # whoever holds the link of an invitation sees what it is for
    "forum_answer",  # whoever holds the link of a letter to a forum answers for the institution
    "forum_answer_receipt",
    "mail_stop",  # whoever holds the link of a mail stops it
    "set_language",
    "health",
    # the way in: account, confirmation of an address, forgotten password, second factor
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
    # Without a token, so that public pages set no cookie and stay the same for everybody; all it changes is a language.
    path("language/", csrf_exempt(login_not_required(set_language)), name="set_language"),
    path("health/", health, name="health"),
]
