"""Opens a URL over http(s) on somebody who is not trusted.

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
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import DataError
from engine.network.addresses import kind_refused
from engine.network.deadline import Deadline, NoConnection, Unreachable
from engine.network.errors import worded
from engine.network.urls import THE_FILE_ITSELF, Target, parse_url, redirected
from engine.profiles.problems import printable

Resolve = Callable[[str, int], list[Any]]
_REDIRECTS = {301, 302, 303, 307, 308}
_COME_AND_GO = {408, 425, 429, 500, 502, 503, 504}
"""Answers that a server gives today and perhaps not tomorrow."""
_HEADERS = {"User-Agent": "finetop", "Accept-Encoding": "identity", "Connection": "close"}


@dataclass(frozen=True)
class Rules:
    """Whom a client talks to, and how long it waits."""

    allow_private: bool = False
    """Connect to private and loopback addresses, too: servers of one's own network."""
    connect_timeout_s: float = 10.0
    idle_timeout_s: float = 60.0
    """How long no byte may come."""
    max_redirects: int = 4


def look_up(host: str, port: int) -> list[Any]:
    """Addresses of a host, as `getaddrinfo` gives them."""
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


class Answer:
    """What a server answered: its headers, and its body as it comes."""

    def __init__(self, response: http.client.HTTPResponse, target: Target, deadline: Deadline) -> None:
        self.status = response.status
        self.reason = printable(response.reason[:60])
        self.length: int | None = response.length
        """Bytes of the body, where the server says so."""
        self._response, self._target, self._deadline = response, target, deadline
        self._received = 0

    @property
    def host(self) -> str:
        return self._target.host

    def header(self, name: str) -> str | None:
        return self._response.getheader(name)

    def read(self, size: int) -> bytes:
        """The next bytes as soon as there are some, `size` at most; none at the end. Raises DataError."""
        if self.length is not None:
            size = min(size, self.length - self._received)
        if size == 0:
            return b""
        with worded(self._target.host, self._deadline):
            # `read` waits until it has all, and loses what it has when the connection breaks.
            content = self._response.read1(size)
        self._received += len(content)
        if not content and self.length is not None:
            raise Unreachable(
                f"the connection ended after {self._received} of {self.length} bytes", fix="try again later"
            )
        return content


class Client:
    """Asks within rules. Threads may share it. `resolve` stands in for the system's name resolution."""

    def __init__(self, rules: Rules, *, resolve: Resolve = look_up) -> None:
        self.rules = rules
        self._resolve = resolve

    @functools.cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()  # reads all authorities: tens of milliseconds that http does without

    @contextlib.contextmanager
    def get(
        self, url: str, deadline: Deadline, headers: Mapping[str, str] | None = None, *, also: Collection[int] = ()
    ) -> Iterator[Answer]:
        """The answer behind a URL and its redirects, with the status 200 or one of `also`.

        Raises DataError, whose sentence says what to do; Unreachable where another time may do better.
        """
        target = parse_url(url)
        for _ in range(self.rules.max_redirects + 1):
            with self._asked(target, deadline, headers or {}) as answer:
                if answer.status not in _REDIRECTS:
                    _check(answer, also)
                    yield answer
                    return
                target = redirected(target, answer.header("Location"))
        raise DataError(f"redirected more than {self.rules.max_redirects} times", fix=THE_FILE_ITSELF)

    @contextlib.contextmanager
    def post(self, url: str, body: bytes, headers: Mapping[str, str], deadline: Deadline) -> Iterator[Answer]:
        """What is answered to a body, whatever its status. A redirect is not followed: it is an answer like others.

        Raises DataError; Unreachable where another time may do better, NoConnection where nothing was sent.
        """
        with self._asked(parse_url(url), deadline, headers, "POST", body) as answer:
            yield answer

    @contextlib.contextmanager
    def _asked(
        self,
        target: Target,
        deadline: Deadline,
        headers: Mapping[str, str],
        method: str = "GET",
        body: bytes | None = None,
    ) -> Iterator[Answer]:
        with contextlib.ExitStack() as stack:
            with worded(target.host, deadline):
                sock = stack.enter_context(self._connected(target, deadline))
                stack.enter_context(deadline.cutting(sock))
                if isinstance(sock, ssl.SSLSocket):
                    sock.do_handshake()
                connection = http.client.HTTPConnection(target.host, target.port)
                connection.sock, connection.auto_open = sock, 0
                sent = {"Host": target.authority, **_HEADERS, **headers}
                connection.request(method, target.path, body=body, headers=sent)
                response = stack.enter_context(contextlib.closing(connection.getresponse()))
            # Outside of `worded`: what the caller does with the answer is the caller's.
            yield Answer(response, target, deadline)

    @contextlib.contextmanager
    def _connected(self, target: Target, deadline: Deadline) -> Iterator[socket.socket]:
        plain = self._connect(target, self._addresses(target, deadline), deadline)
        try:
            plain.settimeout(min(self.rules.idle_timeout_s, deadline.left_s))
            sock = plain
            if target.is_https:
                sock = self._tls.wrap_socket(plain, server_hostname=target.host, do_handshake_on_connect=False)
        except BaseException:
            plain.close()
            raise
        with sock:
            yield sock

    def _addresses(self, target: Target, deadline: Deadline) -> list[Any]:
        found = self._resolved(target, deadline)
        for *_, address in found:
            kind = kind_refused(address[0], allow_private=self.rules.allow_private)
            if kind is not None:
                allowed = kind in {"private", "loopback"}
                raise DataError(
                    f"{target.host} is at the {kind} address {address[0]}, which is not fetched from",
                    fix="allow it with --allow-private if the server is yours" if allowed else "use a public address",
                )
        return found

    def _resolved(self, target: Target, deadline: Deadline) -> list[Any]:
        # The system's resolution knows no time limit; in a thread of its own it can be left behind.
        answers: queue.SimpleQueue[list[Any] | Exception] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answers.put(self._resolve(target.host, target.port))
            except Exception as problem:
                answers.put(problem)

        threading.Thread(target=ask, name="finetop-resolve", daemon=True).start()
        try:
            found = answers.get(timeout=max(0.001, min(self.rules.connect_timeout_s, deadline.left_s)))
        except queue.Empty:
            raise NoConnection(f"the name {target.host} is not resolved in time", fix="try again later") from None
        if isinstance(found, Exception) or not found:
            raise NoConnection(f"there is no host {target.host}", fix="check the URL and the network")
        return found

    def _connect(self, target: Target, addresses: list[Any], deadline: Deadline) -> socket.socket:
        last: OSError = OSError("no address")
        for family, kind, protocol, _, address in addresses:
            sock = socket.socket(family, kind, protocol)
            try:
                sock.settimeout(max(0.001, min(self.rules.connect_timeout_s, deadline.left_s)))
                sock.connect(address)
            except OSError as problem:
                sock.close()
                last = problem
                continue
            return sock
        said = "in time" if isinstance(last, TimeoutError) else f"({last.strerror or last})"
        raise NoConnection(f"{target.host}:{target.port} does not answer {said}", fix="try again later")


def _check(answer: Answer, also: Collection[int]) -> None:
    if answer.status != http.client.OK and answer.status not in also:
        kind = Unreachable if answer.status in _COME_AND_GO else DataError
        fix = "try again later" if kind is Unreachable else "check that the URL opens without a login"
        raise kind(f"the server answers {answer.status} {answer.reason}".rstrip(), fix=fix)
    encoding = (answer.header("Content-Encoding") or "identity").strip().lower()
    if encoding != "identity":
        raise DataError(f"the server sends it packed ({printable(encoding[:20])})", fix="have it sent as it is")
