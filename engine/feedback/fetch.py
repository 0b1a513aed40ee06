"""Fetches a file over http(s) from somebody who is not trusted.

The name is resolved once, every address is checked, and the connection goes to a checked address: a name that
resolves otherwise a moment later (DNS rebinding) gains nothing. Proxies of the environment are not used, because
they would resolve the name again.
"""

from __future__ import annotations

import contextlib
import functools
import http.client
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from engine.errors import DataError
from engine.feedback.addresses import kind_refused
from engine.feedback.limits import Limits
from engine.feedback.urls import Target, parse_url, redirected
from engine.profiles.problems import printable

Resolve = Callable[[str, int], list[Any]]
_REDIRECTS = {301, 302, 303, 307, 308}
_CHUNK = 1 << 16
_HEADERS = {
    "User-Agent": "finetop-feedback",
    "Accept": "image/png, image/jpeg",
    "Accept-Encoding": "identity",
    "Connection": "close",
}


def look_up(host: str, port: int) -> list[Any]:
    """Addresses of a host, as `getaddrinfo` gives them."""
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


class Fetcher:
    """Fetches within limits. Threads may share it.

    `resolve` stands in for the system's name resolution.
    """

    def __init__(self, limits: Limits | None = None, *, resolve: Resolve = look_up) -> None:
        self.limits = limits or Limits()
        self._resolve = resolve

    @functools.cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()  # reads all authorities: tens of milliseconds that http does without

    def fetch(self, url: str) -> bytes:
        """The content behind a URL. Raises DataError, whose sentence says what to do."""
        deadline = _Deadline(self.limits.total_timeout_s)
        target = parse_url(url)
        for _ in range(self.limits.max_redirects + 1):
            found = self._get(target, deadline)
            if isinstance(found, bytes):
                return found
            target = found
        raise DataError(
            f"redirected more than {self.limits.max_redirects} times", fix="send the URL of the image itself"
        )

    def _get(self, target: Target, deadline: _Deadline) -> bytes | Target:
        try:
            with self._connected(target, deadline) as sock, deadline.cutting(sock):
                if isinstance(sock, ssl.SSLSocket):
                    sock.do_handshake()
                connection = http.client.HTTPConnection(target.host, target.port)
                connection.sock, connection.auto_open = sock, 0
                connection.request("GET", target.path, headers={"Host": target.authority, **_HEADERS})
                with contextlib.closing(connection.getresponse()) as response:
                    answer = self._answered(response, target)
        except (OSError, http.client.HTTPException, ValueError) as problem:
            # Cut off by the deadline, the rest of the answer may look like any of these.
            if deadline.is_over:
                raise deadline.error() from problem
            raise _worded(problem, target.host) from problem
        except DataError as problem:
            if deadline.is_over:
                raise deadline.error() from problem
            raise
        if deadline.is_over:  # an answer without a length ends well wherever it is cut
            raise deadline.error()
        return answer

    @contextlib.contextmanager
    def _connected(self, target: Target, deadline: _Deadline) -> Iterator[socket.socket]:
        plain = self._connect(target, self._addresses(target, deadline), deadline)
        try:
            plain.settimeout(deadline.left_s)
            sock = plain
            if target.is_https:
                sock = self._tls.wrap_socket(plain, server_hostname=target.host, do_handshake_on_connect=False)
        except BaseException:
            plain.close()
            raise
        with sock:
            yield sock

    def _addresses(self, target: Target, deadline: _Deadline) -> list[Any]:
        found = self._resolved(target, deadline)
        for *_, address in found:
            kind = kind_refused(address[0], allow_private=self.limits.allow_private)
            if kind is not None:
                allowed = kind in {"private", "loopback"}
                raise DataError(
                    f"{target.host} is at the {kind} address {address[0]}, which is not fetched from",
                    fix="allow it with --allow-private if the server is yours" if allowed else "use a public address",
                )
        return found

    def _resolved(self, target: Target, deadline: _Deadline) -> list[Any]:
        # The system's resolution knows no time limit; in a thread of its own it can be left behind.
        answers: queue.SimpleQueue[list[Any] | Exception] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answers.put(self._resolve(target.host, target.port))
            except Exception as problem:
                answers.put(problem)

        threading.Thread(target=ask, name="finetop-resolve", daemon=True).start()
        try:
            found = answers.get(timeout=max(0.001, min(self.limits.connect_timeout_s, deadline.left_s)))
        except queue.Empty:
            raise DataError(f"the name {target.host} is not resolved in time", fix="try again later") from None
        if isinstance(found, Exception) or not found:
            raise DataError(f"there is no host {target.host}", fix="check the URL and the network")
        return found

    def _connect(self, target: Target, addresses: list[Any], deadline: _Deadline) -> socket.socket:
        last: OSError = OSError("no address")
        for family, kind, protocol, _, address in addresses:
            sock = socket.socket(family, kind, protocol)
            try:
                sock.settimeout(max(0.001, min(self.limits.connect_timeout_s, deadline.left_s)))
                sock.connect(address)
            except OSError as problem:
                sock.close()
                last = problem
                continue
            return sock
        said = "in time" if isinstance(last, TimeoutError) else f"({last.strerror or last})"
        raise DataError(f"{target.host}:{target.port} does not answer {said}", fix="try again later")

    def _answered(self, response: http.client.HTTPResponse, target: Target) -> bytes | Target:
        if response.status in _REDIRECTS:
            return redirected(target, response.getheader("Location"))
        if response.status != http.client.OK:
            reason = printable(response.reason[:60])
            raise DataError(
                f"the server answers {response.status} {reason}".rstrip(),
                fix="check that the URL opens without a login",
            )
        encoding = (response.getheader("Content-Encoding") or "identity").strip().lower()
        if encoding != "identity":
            raise DataError(f"the server sends it packed ({printable(encoding[:20])})", fix="have it sent as it is")
        return self._body(response)

    def _body(self, response: http.client.HTTPResponse) -> bytes:
        limit, announced = self.limits.max_bytes, response.length
        content = bytearray()
        too_long = announced is not None and announced > limit
        while not too_long and (chunk := response.read(_CHUNK)):
            content += chunk
            too_long = len(content) > limit
        if too_long:
            raise DataError(f"longer than the {_size(limit)} that are fetched", fix="send a smaller image")
        if announced is not None and len(content) < announced:
            raise DataError(f"the connection ended after {len(content)} of {announced} bytes", fix="try again later")
        return bytes(content)


class _Deadline:
    """A moment after which nothing is waited for, however slowly bytes keep coming."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    @property
    def left_s(self) -> float:
        return max(0.001, self._end - time.monotonic())

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._end

    def error(self) -> DataError:
        return DataError(f"took longer than {self._seconds:g} s", fix="try again later, or send a smaller image")

    @contextlib.contextmanager
    def cutting(self, sock: socket.socket) -> Iterator[None]:
        """Shut the socket down when the time is up: a timeout of its own begins anew with each byte."""

        def cut() -> None:
            with contextlib.suppress(OSError):
                # Of the plain socket: that of an SSLSocket would take the encryption away under the reader.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

        timer = threading.Timer(self.left_s, cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def _worded(problem: Exception, host: str) -> DataError:
    if isinstance(problem, ssl.SSLCertVerificationError):
        return DataError(
            f"the certificate of {host} is not trusted ({problem.verify_message})",
            fix="name its authority with SSL_CERT_FILE",
        )
    if isinstance(problem, ssl.SSLError):
        return DataError(f"no safe connection to {host} ({problem.reason or problem})", fix="check the URL")
    if isinstance(problem, OSError):
        said = problem.strerror or str(problem) or "no reason given"
        return DataError(f"the connection to {host} broke ({said})", fix="try again later")
    said = printable(str(problem))[:80] or type(problem).__name__
    return DataError(f"{host} does not speak HTTP as it should ({said})", fix="check the URL")


def _size(count: int) -> str:
    return f"{count >> 20} MiB" if count >= 1 << 20 else f"{count} bytes"
