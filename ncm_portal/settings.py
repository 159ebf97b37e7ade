"""Settings of the portal. Everything that differs between machines comes from the environment (docs/operations.md).

Three modes: production (the default, strict), DEMO=1 (the production server on plain http on this machine, mail written
to files) and DEBUG=1 (development and tests).
"""

import os
import secrets
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from ncm_portal import env_urls
from ncm_portal.local import embedded_postgres

BASE_DIR = Path(__file__).resolve().parent.parent
DEBUG = os.environ.get("DEBUG") == "1"
DEMO = os.environ.get("DEMO") == "1"
LOCAL = DEBUG or DEMO
VAR_DIR = Path(os.environ.get("VAR_DIR", BASE_DIR / "var"))


def _required(name: str, local: str) -> str:
    """Return the environment's value; in development or demo mode `local` replaces a missing one."""
    value = os.environ.get(name, "")
    if not value and not LOCAL:
        raise ImproperlyConfigured(f"{name} is not set. docs/operations.md lists what the portal needs to know.")
    return value or local


def _kept_secret() -> str:
    """Return a key for this machine's demo and development, created once and readable by its owner only."""
    path = VAR_DIR / "secret-key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        own = path.with_name(f"secret-key.{os.getpid()}")
        own.touch(mode=0o600)
        own.write_text(secrets.token_urlsafe(64))
        own.rename(path)
    return path.read_text()


SECRET_KEY = os.environ.get("SECRET_KEY") or (_kept_secret() if LOCAL else _required("SECRET_KEY", ""))

# Public URL of the portal, printed on papers and in their QR codes.
PORTAL_ADDRESS = _required("PORTAL_ADDRESS", "http://127.0.0.1:8000").rstrip("/")
_host = urlsplit(PORTAL_ADDRESS).hostname or ""
ALLOWED_HOSTS = [_host, "localhost", "127.0.0.1", "[::1]"] if LOCAL else [_host]
CSRF_TRUSTED_ORIGINS = [PORTAL_ADDRESS]

INSTALLED_APPS = [
    "consultations",
    "positions",
    "ncm_portal.admin.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "import_export",
    "pgtrigger",
]

MIDDLEWARE = [
    "ncm_portal.middleware.headers_middleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "ncm_portal.middleware.readable_address_middleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "ncm_portal.middleware.fitting_tables_middleware",
    "positions.views.edition_files.official_files_middleware",
    "ncm_portal.middleware.CompressionMiddleware",
    "ncm_portal.middleware.direction_middleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "ncm_portal.middleware.ReadableFormMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "ncm_portal.middleware.SecondFactorMiddleware",
    "ncm_portal.middleware.NotLoggedMiddleware",
]
if DEBUG and find_spec("zeal"):
    INSTALLED_APPS.append("zeal")
    MIDDLEWARE.insert(0, "zeal.middleware.zeal_middleware")
    ZEAL_RAISE = False  # warning in development; an error in tests
    # Small repeated queries of the sign-in code, which is not ours to change.
    ZEAL_ALLOWLIST = [{"model": "account.*"}, {"model": "mfa.*"}, {"model": "sessions.*"}]

ROOT_URLCONF = "ncm_portal.urls"
WSGI_APPLICATION = "ncm_portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["ncm_portal.template_loader.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "positions.navigation.nav",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Database and cache -------------------------------------------------------------------------------------------

_private = embedded_postgres.Server.at(VAR_DIR / "postgres")
_url = _required("DATABASE_URL", _private.url)
DATABASES = {"default": env_urls.database(_url)}
# Migrations and archive loading connect as the owner of the tables; its URL is set only there.
_owner_url = os.environ.get("DATABASE_OWNER_URL") or (_private.owner_url if _url == _private.url else "")
DATABASE_ROLES: dict[str, Any] = {
    "running": env_urls.database(_url),
    "owner": env_urls.database(_owner_url) if _owner_url else None,
}
_pool = int(os.environ.get("DATABASE_POOL", "0"))  # connections kept open by each server process
if _pool:
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": _pool, "timeout": 10}
# In an emergency: serve although somebody altered the tables past the migrations (docs/operations.md, Upgrades).
ALLOW_ALTERED_TABLES = os.environ.get("ALLOW_ALTERED_TABLES") == "1"

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"},
    # cached pages for visitors, in each server process
    "pages": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "pages"},
    # rate limit counters, in each server process
    "limits": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "limits",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    },
}
CHANGE_MARKER = VAR_DIR / "changed"  # shared by all processes of a machine: its time changes with each journal entry
# Seconds until a kept page shows what was added; what hides or corrects something shows at once.
PAGES_MAY_BE_LATE = 1.0
# Limits of mail in so many hours, counted in the database: caused by a person or an organisation, to an entered
# address, of each kind from the account pages to one address, and receipts of questions to one address.
MAIL_LIMITS = {"person": (30, 24), "organisation": (60, 24), "address": (5, 24), "account": (5, 1), "enquiry": (3, 24)}
# Files of lists that a server process sends at once; each takes one of its threads.
AT_ONCE = {"export": 2}
# Rate limits per reader and server process: requests in so many seconds. One address of a mobile network can have many
# users.
LIMITS = {
    "feed": (600, 60),
    "export": (60, 600),
    "answer": (120, 600),
    "print": (30, 600),
    "copy": (30, 600),
    "stop": (60, 600),
    "write": (120, 600),  # savings of what is written without an account
    "begin": (30, 3_600),  # of them, those that begin a new draft
    "contact": (20, 600),  # questions sent by a form that needs no account
    "room": (300, 600),  # a whole room may share one address
    "badge": (5, 43_200),  # phones on which one badge opens the text in the room
}

# --- People -------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "consultations.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "ncm_portal.passwords.MaximumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 60 * 60  # seconds for which a password reset link is valid
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "for_you"
LOGOUT_REDIRECT_URL = "/"

ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_SIGNUP_FORM_CLASS = "ncm_portal.accounts.SignupForm"
ACCOUNT_ADAPTER = "ncm_portal.sign_on.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "ncm_portal.account_forms.LoginForm",
    "signup": "ncm_portal.account_forms.SignupForm",
    "add_email": "ncm_portal.account_forms.AddEmailForm",
    "change_password": "ncm_portal.account_forms.ChangePasswordForm",
    "set_password": "ncm_portal.account_forms.SetPasswordForm",
    "reset_password": "ncm_portal.account_forms.ResetPasswordForm",
    "reset_password_from_key": "ncm_portal.account_forms.ResetPasswordKeyForm",
    "reauthenticate": "ncm_portal.account_forms.ReauthenticateForm",
}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # in the browser used for sign-up, which continues there
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no mail to people without an account for password resets
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = urlsplit(PORTAL_ADDRESS).scheme
SOCIALACCOUNT_ADAPTER = "ncm_portal.sign_on.SignOnAdapter"
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("PROXY_COUNT", "0"))  # trusted in X-Forwarded-For
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "ncm_portal.log_ins.CodeForm",
    "reauthenticate": "ncm_portal.log_ins.CodeAgainForm",
    "login_webauthn": "ncm_portal.passkey_forms.LoginForm",
    "authenticate_webauthn": "ncm_portal.passkey_forms.AuthenticateForm",
    "reauthenticate_webauthn": "ncm_portal.passkey_forms.ReauthenticateForm",
    "add_webauthn": "ncm_portal.passkey_forms.AddForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "NCM Portal"
MFA_TOTP_TOLERANCE = 1  # accepts the previous and next code too: clocks and people are late
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = LOCAL

SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not LOCAL
CSRF_COOKIE_HTTPONLY = True

# --- What browsers are told ---------------------------------------------------------------------------------------

SECURE_CSP: dict[str, list[str]] = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],  # the QR code of a new second factor is a data: image
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = not LOCAL
SECURE_REDIRECT_EXEMPT = [r"^health/$"]  # the load balancer connects from inside, without TLS
SECURE_HSTS_SECONDS = 0 if LOCAL else 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not LOCAL
if ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# A text of 2 MB is refused with an error at its field; only far larger requests get a bare 400.
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 6000  # a ministry in the admin, with 200 rows each of names, mandates and people

# --- Language and time --------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("sw", _("Kiswahili"))]
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale" / "borrowed"]
FORMAT_MODULE_PATH = "ncm_portal.formats"
USE_I18N = True
TIME_ZONE = "Africa/Nairobi"
USE_TZ = True

# --- Files and mail -----------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "ncm_portal.admin_files.AdminFilesFinder",
]
MEDIA_ROOT = VAR_DIR / "files"  # published papers and evidence; served by views, never by the web server itself
ATTACHMENT_MAX_BYTES = int(os.environ.get("ATTACHMENT_MAX_MB", "10")) * 1024 * 1024
ATTACHMENT_MAX_FILES = int(os.environ.get("ATTACHMENT_MAX_FILES", "10"))
# Quotas of input files: number and bytes per person and per organisation.
ATTACHMENT_PERSON_QUOTA, ATTACHMENT_ORGANISATION_QUOTA = (
    (
        int(os.environ.get(f"ATTACHMENT_{whose}_MAX_FILES", files)),
        int(os.environ.get(f"ATTACHMENT_{whose}_MAX_MB", megabytes)) * 1024 * 1024,
    )
    for whose, files, megabytes in [("PERSON", "200", "500"), ("ORGANISATION", "500", "1000")]
)
# Signature of published papers (PAdES): PEM files of a certificate and its key; without them nothing is signed.
SIGNATURE_CERTIFICATE = os.environ.get("SIGNATURE_CERTIFICATE", "")
SIGNATURE_KEY = os.environ.get("SIGNATURE_KEY", "")
SIGNATURE_CHAIN = os.environ.get("SIGNATURE_CHAIN", "")
SIGNATURE_PASSPHRASE = os.environ.get("SIGNATURE_PASSPHRASE", "")
CHECKPOINT_KEY = os.environ.get("CHECKPOINT_KEY") or VAR_DIR / "checkpoint-key.pem"  # signs checkpoints of the journal
CHECKPOINT_FOLDER = os.environ.get("CHECKPOINT_FOLDER") or VAR_DIR / "checkpoints"  # checkpoints and public keys
CHECKPOINT_MAIL = [each.strip() for each in os.environ.get("CHECKPOINT_MAIL", "").split(",") if each.strip()]
CLAMD = os.environ.get("CLAMD", "")  # socket of the virus scanner, or host:port; without one no file waits
# periodic tasks of the worker besides mail and jobs
CHORES = [
    "consultations.workflow.seal_access_log",
    "consultations.workflow.warn_owners",
    "positions.workflow.remind_clearances",
    "positions.workflow.remind_reviews",
    "positions.workflow.clear_presences",
    "consultations.workflow.remind_invitations",
    "consultations.workflow.lapse_invitations",
    "consultations.workflow.lapse_proposals",
    "consultations.workflow.erase_enquiries",
    "consultations.workflow.erase_guest_drafts",
    "consultations.workflow.anchor_journal",
]
INBOX = [  # what can wait for a person
    "consultations.queries.for_you.KINDS",
    "consultations.queries.for_organisations.KINDS",
    "consultations.queries.moderation.KINDS",
    "consultations.queries.enquiries.KINDS",
    "positions.queries.for_you.KINDS",
    "positions.queries.for_organisations.KINDS",
]
GRAVE_ACTS = [  # acts that one person proposes and another confirms: see ncm_portal.workflow.Act
    "consultations.workflow.APPOINT",
    "consultations.workflow.CLOSE_ACCOUNT",
    "consultations.workflow.CORRECT_ADDRESS",
    "consultations.workflow.HIDE_WORDS",
    "consultations.workflow.RESTORE_ACCESS",
    "positions.workflow.CHANGE_RULES",
]
LARGEST_UPLOAD = max(32 * 1024 * 1024, 2 * ATTACHMENT_MAX_BYTES)  # bytes that one request may write to disk
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "consultations.uploads.upload_handler.BoundedUploadHandler",
]
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["png", "webp", "woff", "woff2", "ttf", "gz", "br"]
_plain, _hashed = "django.contrib.staticfiles.storage.StaticFilesStorage", "CompressedManifestStaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _plain if DEBUG else f"whitenoise.storage.{_hashed}"},
}

if LOCAL and not os.environ.get("EMAIL_URL"):
    _mailer: dict[str, Any] = {"BACKEND": "django.core.mail.backends.filebased.EmailBackend"}
    _mailer["OPTIONS"] = {"file_path": VAR_DIR / "mail"}
else:
    _mailer = {"BACKEND": "django.core.mail.backends.smtp.EmailBackend"}
    _mailer["OPTIONS"] = env_urls.mail(_required("EMAIL_URL", ""))
MAILERS = {"default": _mailer}
# Class that sends text messages (see consultations/notifications/sms.py); without one there are none.
SMS_SENDER = os.environ.get("SMS_SENDER") or ("consultations.notifications.sms.ConsoleSender" if LOCAL else "")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = os.environ.get("MAIL_FROM") or f"NCM Portal <no-reply@{_host}>"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} [{reference}]: {message}", "style": "{"}},
    "filters": {
        "reference": {"()": "ncm_portal.errors.ReferenceFilter"},
        "one_line": {"()": "ncm_portal.errors.OneLineFilter"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["reference"]}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "INFO")},
    "loggers": {
        "django": {"handlers": [], "level": "INFO"},
        "django.security.DisallowedHost": {"filters": ["one_line"]},  # caused by every internet scanner
        "weasyprint": {"level": "WARNING"},  # otherwise one line for each step of each paper
        "fontTools": {"level": "WARNING"},
        "pikepdf": {"level": "WARNING"},
    },
}
