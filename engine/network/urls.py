"""Takes a URL apart, and refuses what is no plain http(s) URL."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from engine.errors import DataError
from engine.profiles.problems import printable

MAX_LENGTH = 4096
THE_FILE_ITSELF = "give the URL of the file itself"
"""What helps where a redirect cannot be followed."""
_PORTS = {"http": 80, "https": 443}
_KEPT_IN_PATH = "/%:@!$&'()*+,;=~-._"


@dataclass(frozen=True)
class Target:
    """Where a request goes."""

    scheme: str
    host: str
    """Name or address as the resolver takes it: no brackets, ASCII."""
    port: int
    path: str
    """With the query."""

    @property
    def is_https(self) -> bool:
        return self.scheme == "https"

    @property
    def authority(self) -> str:
        """The `Host` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"


def is_url(reference: str) -> bool:
    """Whether an image is named by a URL, be it one that is refused later, and not by a path."""
    return "://" in reference or reference.lower().startswith(("data:", "javascript:", "http:", "https:", "file:"))


def parse_url(url: str) -> Target:
    """The parts of an http(s) URL. Raises DataError."""
    if len(url) > MAX_LENGTH:
        raise DataError(f"the URL is longer than {MAX_LENGTH} characters", fix="send a shorter one")
    if not url.isprintable() or " " in url:
        raise DataError("the URL holds a space or a control character", fix="write %20 for a space")
    try:
        parts = urlsplit(url)
        port, host = parts.port, _ascii(parts.hostname or "")
    except ValueError as problem:  # of which UnicodeError is a kind
        raise DataError(f"no URL that can be read ({printable(str(problem))[:80]})", fix="check it") from problem
    if parts.scheme not in _PORTS:
        raise DataError(f"a URL with {parts.scheme or 'no scheme'}: is not fetched", fix="use http:// or https://")
    if not host:
        raise DataError("the URL names no host", fix="write http://HOST/PATH")
    if parts.username is not None or parts.password is not None:
        raise DataError("the URL holds a user name or password", fix="send a URL that opens without")
    if port == 0:
        raise DataError("no URL that can be read (port 0)", fix="check it")
    path = quote(parts.path or "/", safe=_KEPT_IN_PATH)
    query = f"?{quote(parts.query, safe=_KEPT_IN_PATH + '?')}" if parts.query else ""
    return Target(parts.scheme, host, port or _PORTS[parts.scheme], path + query)


def redirected(target: Target, location: str | None) -> Target:
    """Where a redirect leads, checked like a URL that was sent. Raises DataError."""
    if not location:
        raise DataError("the server redirects and does not say where", fix=THE_FILE_ITSELF)
    try:
        # http.client reads headers as latin-1; most servers mean UTF-8.
        joined = urljoin(target.url, location.encode("latin-1").decode("utf-8", "replace"))
    except ValueError as problem:
        raise DataError("the server redirects to what is no URL", fix=THE_FILE_ITSELF) from problem
    try:
        found = parse_url(joined)
    except DataError as problem:
        raise DataError(f"redirected: {problem.what}", fix=THE_FILE_ITSELF) from problem
    if target.is_https and not found.is_https:
        raise DataError("redirected from https to http", fix=THE_FILE_ITSELF)
    return found


def _ascii(host: str) -> str:
    if "%" in host:
        raise ValueError("a zone in the address")
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return host.encode("idna").decode("ascii")
