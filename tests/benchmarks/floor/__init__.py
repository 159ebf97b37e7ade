"""The floor: what a plain Django project takes for the same rows on the same server.

Its pages have the same columns and filters as the portal's and read the same tables, each with one template, the
middleware of `startproject` and nothing else: no journal, no cache, no translations, no held-back passages. Files are
written and read in the straightforward strong way. The portal's own queries, forms and verbs are not used here.
"""

START = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]  # the middleware of startproject
