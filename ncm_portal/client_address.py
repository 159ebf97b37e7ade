"""Client address of a request, as reported by trusted reverse proxies."""

from ipaddress import IPv6Address, ip_address, ip_network

from allauth.account.adapter import get_adapter
from allauth.core import context
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the client address; for IPv6 its network, which is one line (RFC 6177). Empty if unknown."""
    try:
        known = ip_address(get_adapter(request).get_client_ip(request))
    except (PermissionDenied, ValueError):  # requested through a socket by a server that does not forward the address
        return ""
    return str(ip_network((known, 64), strict=False) if isinstance(known, IPv6Address) else known)


def present_client_address() -> str:
    """Return the client address of this thread's current request; empty outside of requests."""
    return client_address(context.request) if context.request is not None else ""
