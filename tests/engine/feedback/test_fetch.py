"""Fetching from those who are not trusted; the servers are real."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from engine.errors import DataError
from engine.feedback.fetch import Fetcher
from engine.feedback.limits import Limits
from engine.network.client import look_up

from .sent import picture
from .servers import Server, send


def refusal(url: str, limits: Limits | None = None, **more: Any) -> str:
    with pytest.raises(DataError) as refused:
        Fetcher(limits, **more).fetch(url)
    said = str(refused.value)
    assert refused.value.fix and said.isprintable()
    return said


def at(address: str) -> Callable[[str, int], list[Any]]:
    """A resolver that knows one address."""
    return lambda host, port: look_up(address, port)


def test_an_image_is_fetched(server: Server, own_network: Limits) -> None:
    server.answers["/a b.png"] = server.answers["/a%20b.png"] = picture()
    assert Fetcher(own_network).fetch(server.url("/a%20b.png?size=full")) == picture()
    assert server.asked == [("/a%20b.png?size=full", f"127.0.0.1:{server.port}")]


def test_an_answer_in_chunks_and_one_without_a_length_are_read(server: Server, own_network: Limits) -> None:
    def chunked(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")

    def to_the_end(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(b"abcde")

    server.answers |= {"/chunked": chunked, "/open": to_the_end}
    assert Fetcher(own_network).fetch(server.url("/chunked")) == b"abcde"
    assert Fetcher(own_network).fetch(server.url("/open")) == b"abcde"


def test_redirects_are_followed(server: Server, own_network: Limits) -> None:
    server.redirect("/1", "2")
    server.redirect("/2", server.url("/3"), status=308)
    server.answers["/3"] = b"here"
    assert Fetcher(own_network).fetch(server.url("/1")) == b"here"


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("ftp://example.org/a.png", "a URL with ftp: is not fetched; use http:// or https://"),
        ("file:///etc/passwd", "a URL with file: is not fetched"),
        ("data:image/png;base64,AAAA", "a URL with data: is not fetched"),
        ("http:///a.png", "the URL names no host"),
        ("http://me:secret@example.org/a.png", "the URL holds a user name or password"),
        ("http://example.org:99999/a.png", "no URL that can be read"),
        ("http://example.org:0/a.png", "no URL that can be read (port 0)"),
        ("http://[::1/a.png", "no URL that can be read"),
        ("http://[fe80::1%25eth0]/a.png", "no URL that can be read"),
        (f"http://{'a' * 70}.org/", "no URL that can be read"),
        ("http://example.org/a b.png", "the URL holds a space or a control character"),
        ("http://example.org/a\r\nHost: b", "the URL holds a space or a control character"),
        ("http://example.org/" + "a" * 5000, "the URL is longer than 4096 characters"),
    ],
)
def test_what_is_no_plain_url_is_refused_unasked(url: str, sentence: str) -> None:
    def never(host: str, port: int) -> list[Any]:
        raise AssertionError("nothing is looked up")

    assert sentence in refusal(url, resolve=never)


@pytest.mark.parametrize(
    ("host", "kind"),
    [
        ("127.0.0.1", "loopback"),
        ("localhost", "loopback"),
        ("2130706433", "loopback"),
        ("0x7f.1", "loopback"),
        ("[::ffff:127.0.0.1]", "loopback"),
        ("10.0.0.8", "private"),
        ("169.254.169.254", "metadata"),
    ],
)
def test_no_way_of_writing_an_inner_address_is_fetched_from(server: Server, host: str, kind: str) -> None:
    assert f"at the {kind} address" in refusal(server.url("/a.png", host))
    assert server.asked == []


def test_a_name_that_leads_inside_is_refused_even_beside_a_public_address(server: Server) -> None:
    both = [*look_up("93.184.216.34", 80), *look_up("127.0.0.1", server.port)]
    assert "example.org is at the loopback address 127.0.0.1" in refusal(
        "http://example.org/", resolve=lambda host, port: both
    )


def test_a_name_is_resolved_once_and_that_address_is_connected_to(server: Server, own_network: Limits) -> None:
    """DNS rebinding: the second answer would be another."""
    answers = iter(["127.0.0.1", "169.254.169.254"])
    server.answers["/a.png"] = picture()
    fetcher = Fetcher(own_network, resolve=lambda host, port: look_up(next(answers), port))
    assert fetcher.fetch(server.url("/a.png", "images.example")) == picture()
    assert server.asked == [("/a.png", f"images.example:{server.port}")]


@pytest.mark.parametrize(
    ("to", "sentence"),
    [
        ("http://169.254.169.254/latest/meta-data/", "at the metadata address"),
        ("file:///etc/passwd", "redirected: a URL with file: is not fetched"),
        ("gopher://127.0.0.1/", "redirected: a URL with gopher: is not fetched"),
        ("http://a:b@127.0.0.1/", "redirected: the URL holds a user name"),
        ("http://[/", "no URL"),
        (None, "redirects and does not say where"),
        ("/loop", "redirected more than 3 times"),
    ],
)
def test_each_redirect_is_checked(server: Server, own_network: Limits, to: str | None, sentence: str) -> None:
    server.redirect("/loop", to)
    assert sentence in refusal(server.url("/loop"), own_network)


def test_a_redirect_inside_is_refused_when_the_first_host_was_allowed(server: Server) -> None:
    """Only what resolves to loopback by the setting of the test's resolver is reachable; the second name is not."""
    server.redirect("/a", "http://inside.example/")
    places = {"outside.example": "127.0.0.1", "inside.example": "169.254.170.2"}
    said = refusal(
        server.url("/a", "outside.example"),
        Limits(allow_private=True),
        resolve=lambda host, port: look_up(places[host], port),
    )
    assert "inside.example is at the metadata address" in said


def test_a_status_that_is_no_success_is_named(server: Server, own_network: Limits) -> None:
    assert "the server answers 404 Not Found" in refusal(server.url("/nothing"), own_network)


def test_too_many_bytes_are_not_fetched(server: Server, own_network: Limits) -> None:
    limits = replace(own_network, max_bytes=1000)

    def without_length(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(64):
            handler.wfile.write(b"x" * 65536)

    server.answers |= {
        "/honest": lambda handler: send(handler, b"", length=5000),
        "/silent": without_length,
        "/fits": b"x" * 1000,
    }
    assert "longer than the 1000 bytes that are fetched" in refusal(server.url("/honest"), limits)
    assert "longer than the 1000 bytes that are fetched" in refusal(server.url("/silent"), limits)
    assert len(Fetcher(limits).fetch(server.url("/fits"))) == 1000


def test_an_answer_cut_short_is_told(server: Server, own_network: Limits) -> None:
    server.answers["/short"] = lambda handler: send(handler, b"x" * 10, length=50)
    assert "the connection ended after 10 of 50 bytes" in refusal(server.url("/short"), own_network)


def test_a_packed_answer_is_refused(server: Server, own_network: Limits) -> None:
    server.answers["/packed"] = lambda handler: send(handler, b"x", Content_Encoding="gzip")
    assert "the server sends it packed (gzip)" in refusal(server.url("/packed"), own_network)


@pytest.mark.parametrize("how", ["drip", "hang"])
def test_a_server_that_takes_its_time_is_left(server: Server, own_network: Limits, how: str) -> None:
    getattr(server, how)("/slow")
    start = time.monotonic()
    assert "took longer than 0.15 s" in refusal(server.url("/slow"), replace(own_network, total_timeout_s=0.15))
    assert time.monotonic() - start < 1


def test_the_time_limit_covers_redirects_together(server: Server, own_network: Limits) -> None:
    server.redirect("/first", "/slow")
    server.drip("/slow")
    assert "took longer" in refusal(server.url("/first"), replace(own_network, total_timeout_s=0.15))


def test_a_name_that_is_never_resolved_is_left() -> None:
    stop = threading.Event()
    said = refusal(
        "http://example.org/", Limits(connect_timeout_s=0.05), resolve=lambda host, port: [stop.wait(5)][:0]
    )
    stop.set()
    assert "the name example.org is not resolved in time" in said


def test_a_host_that_does_not_exist_is_told() -> None:
    def unknown(host: str, port: int) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    assert "there is no host nowhere.invalid; check the URL" in refusal("http://nowhere.invalid/", resolve=unknown)


@pytest.fixture
def raw() -> Iterator[tuple[socket.socket, int]]:
    """A listening socket that speaks no HTTP."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening, listening.getsockname()[1]


def answering(listening: socket.socket, content: bytes) -> None:
    def serve() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(content)

    threading.Thread(target=serve, daemon=True).start()


def test_a_closed_port_is_told(raw: tuple[socket.socket, int], own_network: Limits) -> None:
    listening, port = raw
    listening.close()
    assert f"127.0.0.1:{port} does not answer (Connection refused)" in refusal(
        f"http://127.0.0.1:{port}/", own_network
    )


@pytest.mark.parametrize(
    "content",
    [b"SSH-2.0-OpenSSH_9.6\r\n", b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200 + b"\r\n", b"HTTP/1.1 abc\r\n\r\n"],
    ids=["another protocol", "too many headers", "no status"],
)
def test_what_is_no_http_is_told(raw: tuple[socket.socket, int], own_network: Limits, content: bytes) -> None:
    answering(raw[0], content)
    assert "does not speak HTTP as it should" in refusal(f"http://127.0.0.1:{raw[1]}/", own_network)


def test_a_server_that_hangs_up_is_told(raw: tuple[socket.socket, int], own_network: Limits) -> None:
    answering(raw[0], b"")
    assert "the connection to 127.0.0.1 broke" in refusal(f"http://127.0.0.1:{raw[1]}/", own_network)


def test_chunks_that_are_none_are_told(raw: tuple[socket.socket, int], own_network: Limits) -> None:
    answering(raw[0], b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n")
    assert "does not speak HTTP as it should" in refusal(f"http://127.0.0.1:{raw[1]}/", own_network)


def test_a_plain_server_behind_https_is_told(server: Server, own_network: Limits) -> None:
    assert "no safe connection to 127.0.0.1" in refusal(f"https://127.0.0.1:{server.port}/", own_network)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for images.example that signs itself."""
    folder = tmp_path_factory.mktemp("tls")
    names = ["-subj", "/CN=images.example", "-addext", "subjectAltName=DNS:images.example"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "key.pem"]
    command = ["openssl", "req", "-x509", *key, "-out", "cert.pem", "-days", "2", *names]
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl makes the certificate")
    return folder


@pytest.fixture
def safe_server(certificate: Path, server: Server) -> Server:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    context.sni_callback = lambda sock, name, _: server.asked.append(("SNI", name or ""))
    server.http.socket = context.wrap_socket(server.http.socket, server_side=True, do_handshake_on_connect=False)
    return server


def test_a_certificate_that_nobody_vouches_for_is_refused(safe_server: Server, own_network: Limits) -> None:
    said = refusal(f"https://images.example:{safe_server.port}/", own_network, resolve=at("127.0.0.1"))
    assert "the certificate of images.example is not trusted" in said


def test_a_trusted_server_is_asked_by_its_name_at_the_checked_address(
    safe_server: Server, own_network: Limits, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
    safe_server.answers["/a.png"] = picture()
    fetcher = Fetcher(own_network, resolve=at("127.0.0.1"))
    assert fetcher.fetch(f"https://images.example:{safe_server.port}/a.png") == picture()
    assert safe_server.asked == [("SNI", "images.example"), ("/a.png", f"images.example:{safe_server.port}")]
    safe_server.redirect("/down", "http://images.example/")
    down = f"https://images.example:{safe_server.port}/down"
    assert "redirected from https to http" in refusal(down, own_network, resolve=at("127.0.0.1"))
    other = f"https://other.example:{safe_server.port}/a.png"
    assert "the certificate of other.example is not trusted" in refusal(other, own_network, resolve=at("127.0.0.1"))
    safe_server.drip("/slow")
    slow = f"https://images.example:{safe_server.port}/slow"
    assert "took longer" in refusal(slow, replace(own_network, total_timeout_s=0.2), resolve=at("127.0.0.1"))
