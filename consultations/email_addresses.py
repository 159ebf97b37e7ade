"""Normalise e-mail addresses to the one form that is stored, compared and used for sending.

The normal form is lower-case ASCII with the domain as A-labels (IDNA 2008, RFC 5891, after the UTS #46 mapping). The
database and Python fold it identically, so two addresses are equal everywhere or nowhere. A domain that merely looks
like another one stays different and is shown as xn--….
"""

import re
import unicodedata

import idna
from django.utils.translation import gettext as _

ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
NORMAL = rf"^{ATOM}(\.{ATOM})*@{LABEL}(\.{LABEL})*$"  # readable by PostgreSQL too
LONGEST, LONGEST_LOCAL, LONGEST_DOMAIN = 254, 64, 253  # RFC 5321, 4.5.3.1
INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
# Turkish letters that Unicode's default case folding does not map to ASCII.
DOTS = {"İ": "i", "i\u0307": "i", "I\u0307": "i"}


class NotAnAddress(ValueError):
    """Raised if a value is not an address that mail can be sent to; the message says why."""


def normal_form(typed: str) -> str:
    """Return the normal form of the address `typed`.

    Ignores surrounding spaces, case, full-width characters, unnecessary quotes and a trailing dot. Raises NotAnAddress.
    """
    local, domain = _parts(typed)
    address = f"{_local_form(local)}@{_domain_form(domain)}"
    if len(address) > LONGEST:
        raise NotAnAddress(
            _("The address is %(length)s characters long. It must be %(limit)s characters or fewer.")
            % _figures(address)
        )
    return address


def readings(typed: str) -> tuple[str, ...]:
    """Return the normal forms that `typed` can mean, the most likely first.

    Case folding of the domain can be ambiguous: Turkish I is ı or i, Greek Σ is σ, or ς at the end of a word. Used to
    find existing accounts, never to create one. Raises NotAnAddress.
    """
    plain = normal_form(typed)
    local, domain = _parts(typed)
    names, dot, last = domain.rpartition(".")
    others = (
        names.replace("I", "ı") + dot + last,
        re.sub("[Σς]", "σ", domain),
        re.sub(r"[Σσ](?=[-.]|$)", "ς", domain),
    )
    return tuple(dict.fromkeys([plain, *(form for other in others if (form := _form_or_none(local, other)))]))


def is_normal(address: str) -> bool:
    """Return whether `address` is in its normal form."""
    try:
        return normal_form(address) == address
    except NotAnAddress:
        return False


def _parts(typed: str) -> tuple[str, str]:
    text = typed.strip(INVISIBLE + " \t\r\n\x0b\x0c\u00a0\u3000")
    if len(text) > 2 * LONGEST:
        raise NotAnAddress(
            _("The address is %(length)s characters long. It must be %(limit)s characters or fewer.") % _figures(text)
        )
    local, _at, domain = unicodedata.normalize("NFKC", text).rpartition("@")
    if not (local and domain):
        raise NotAnAddress(_("Enter an e-mail address in the correct format, like name@example.org."))
    return local, domain


def _figures(text: str) -> dict[str, int]:
    return {"length": len(text), "limit": LONGEST}


def _form_or_none(local: str, domain: str) -> str | None:
    try:
        return normal_form(f"{local}@{domain}")
    except NotAnAddress:
        return None


def _plain_dots(text: str) -> str:
    for letters, plain in DOTS.items():
        text = text.replace(letters, plain)
    return text


def _local_form(local: str) -> str:
    """Return the part before the @: ASCII only, because the portal sends mail without SMTPUTF8 (RFC 6531)."""
    if len(local) > 1 and local[0] == local[-1] == '"':
        local = re.sub(r"\\(.)", r"\1", local[1:-1])
    local = _plain_dots(local).replace("ı", "i").lower()
    if not re.fullmatch(rf"{ATOM}(\.{ATOM})*", local):
        raise NotAnAddress(
            _(
                "The part before the @ must only include letters a to z without accents, "
                "digits, and symbols such as . - _ +. The portal cannot send mail to "
                "other addresses."
            )
        )
    if len(local) > LONGEST_LOCAL:
        raise NotAnAddress(_("The part before the @ must be %(limit)s characters or fewer.") % {"limit": LONGEST_LOCAL})
    return local


def _domain_form(domain: str) -> str:
    """Return the domain as lower-case A-labels."""
    domain = domain.replace("\u3002", ".").replace("\uff61", ".").removesuffix(".")
    if not domain.isascii() or "xn--" in domain.lower():
        domain = _ascii_form(domain)
    domain = domain.lower()
    if len(domain) > LONGEST_DOMAIN or not re.fullmatch(rf"{LABEL}(\.{LABEL})*", domain):
        raise _no_domain(domain)
    return domain


def _ascii_form(domain: str) -> str:
    try:
        named = ".".join(idna.ulabel(label) if label.startswith("xn--") else label for label in _labels(domain))
        mapped = _plain_dots(idna.uts46_remap(named, std3_rules=True, transitional=False))
        return idna.encode(mapped, std3_rules=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise _no_domain(domain) from error


def _labels(domain: str) -> list[str]:
    """Return the labels in lower case, each separately, so that a Σ at the end of a word becomes ς."""
    return [_plain_dots(label).lower() for label in domain.split(".")]


def _no_domain(domain: str) -> NotAnAddress:
    words = _("“%(domain)s” is not a valid domain. Enter a domain after the @, like example.org.")
    return NotAnAddress(words % {"domain": domain[:80].encode("utf-8", "replace").decode()})
