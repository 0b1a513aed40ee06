"""Where a request comes from: what a service without tokens must know, because a browser sends for anybody.

Without tokens the service trusts the person at the machine. A page of another site, opened in that person's browser,
must gain nothing by it: neither by a request of its own (CSRF) nor by a name that leads here (DNS rebinding).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_OF_PROXIES = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


def is_loopback(host: str) -> bool:
    """Whether a host to bind to, or an address of a client, is this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def problem_with_origin(headers: Mapping[str, str], client: str | None) -> str | None:
    """Why a request without a token is not trusted, in words; None where it is. Names of headers are small."""
    if client is not None and not is_loopback(client):
        return "it comes from another machine"
    if any(name in headers for name in _OF_PROXIES):
        return "it comes through a proxy"
    host = headers.get("host", "")
    if _name_of(host) not in LOCAL_NAMES:
        return "its Host is not this machine"
    origin = headers.get("origin")
    if origin is not None and not _same(origin, host):
        return "a page of another site sends it"
    if headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
        return "a page of another site sends it"
    return None


def _name_of(host: str) -> str:
    try:
        parts = urlsplit(f"//{host}")
        return parts.hostname or "" if parts.port is None or parts.port > 0 else ""
    except ValueError:
        return ""


def _same(origin: str, host: str) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and parts.netloc.lower() == host.lower()
