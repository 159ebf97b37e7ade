"""Parse service URLs from the environment. Imports nothing of Django."""

from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit


class AddressError(ValueError):
    """Raised for an unusable URL; the message says why."""


def database(url: str) -> dict[str, Any]:
    """Read a PostgreSQL address into Django's settings.

    In: postgresql://user:password@host:port/name, or with a socket folder: postgresql://user@/name?host=/folder.
    Everything may be percent-encoded; other query fields (sslmode, application_name) go to the driver as they are.
    Out: one entry for DATABASES, without options of our own. Raises AddressError.
    Source: libpq connection URIs, https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
    """
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise AddressError("DATABASE_URL must begin with postgresql://. Other databases are not supported.")
    name = unquote(parts.path.removeprefix("/"))
    if not name:
        raise AddressError("DATABASE_URL names no database: it ends with /name.")
    query = {key: values[-1] for key, values in parse_qs(parts.query, keep_blank_values=True).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": query.pop("port", "") or _port(parts),
        "OPTIONS": query,
    }


def _port(parts: SplitResult) -> str:
    try:
        return str(parts.port or "")
    except ValueError:
        raise AddressError("DATABASE_URL has a port that is not a number from 1 to 65535.") from None


def mail(url: str) -> dict[str, Any]:
    """Parse a mail server's URL into the options of Django's SMTP backend.

    In: smtp://user:password@host:587 (upgraded by STARTTLS) or smtps://user:password@host:465 (TLS from the start);
    smtp+plain:// for a local relay without TLS. Out: options. Raises AddressError.
    """
    parts = urlsplit(url)
    ports = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
    if parts.scheme not in ports or not parts.hostname:
        raise AddressError("EMAIL_URL must look like smtp://user:password@host:587 or smtps://user:password@host:465.")
    try:
        port = parts.port or ports[parts.scheme]
    except ValueError:
        raise AddressError("EMAIL_URL has a port that is not a number from 1 to 65535.") from None
    return {
        "host": parts.hostname,
        "port": port,
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_tls": parts.scheme == "smtp",
        "use_ssl": parts.scheme == "smtps",
        "timeout": 20,
    }
