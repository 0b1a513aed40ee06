"""The console in a browser: who gets in, and that a real browser shows it."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from engine.workspace import Workspace

TOKEN = "a-token-of-this-test"
PATIENCE_S = 30.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("host", "origin", "is_socket", "knows_token", "word"),
    [
        ("127.0.0.1:9", "http://127.0.0.1:9", True, True, ""),
        ("127.0.0.1:9", None, False, True, ""),
        ("127.0.0.1:9", None, False, False, "token"),
        ("127.0.0.1:9", None, True, True, "browsers"),
        ("127.0.0.1:9", "http://evil.example", True, True, "own page"),
        ("rebound.example:9", "http://rebound.example:9", True, True, "127.0.0.1:9"),
        ("127.0.0.1:10", None, False, True, "127.0.0.1:9"),
    ],
)
def test_only_the_own_page_with_the_token_gets_in(
    host: str, origin: str | None, is_socket: bool, knows_token: bool, word: str
) -> None:
    from tui.web import refusal

    said = refusal(host=host, origin=origin, is_socket=is_socket, port=9, knows_token=knows_token)
    assert (word in said) if word else said == ""


@pytest.fixture
def served(workspace: Workspace, until_true: Callable[..., None]) -> Iterator[str]:
    """The address of a console that is served."""
    port = free_port()
    command = [sys.executable, "-m", "tui", "--workspace", str(workspace.root), "--web", str(port)]
    server = subprocess.Popen(
        command, env={**os.environ, "FINETOP_WEB_TOKEN": TOKEN}, stderr=subprocess.PIPE, start_new_session=True
    )
    try:
        assert server.stderr is not None and b"/?token=" in server.stderr.readline()
        until_true(lambda: answers(port), "the server")
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def until_true() -> Callable[..., None]:
    """Waits for a condition."""

    def wait(condition: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline, f"{what} did not come"
            time.sleep(0.05)

    return wait


@pytest.mark.slow
def test_without_the_token_nothing_is_served(served: str) -> None:
    for path in ("/", "/ws", "/static/js/textual.js", "/download/x"):
        assert httpx.get(served + path).status_code == 403, path
        assert httpx.get(f"{served}{path}?token=wrong").status_code == 403, path
    entered = httpx.get(f"{served}/?token={TOKEN}")
    assert entered.status_code == 303 and entered.headers["location"] == "/"
    cookie = entered.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
    kept = {"Cookie": cookie.split(";")[0]}
    assert httpx.get(served, headers=kept).status_code == 200
    assert httpx.get(served, headers={**kept, "Host": "rebound.example"}).status_code == 403
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    upgrade |= {"Sec-WebSocket-Key": base64.b64encode(b"0" * 16).decode(), "Origin": "http://evil.example"}
    assert httpx.get(f"{served}/ws", headers={**kept, **upgrade}).status_code == 403


class Browser:
    """A headless Chromium, driven by its own driver."""

    def __init__(self, port: int, profile: Path) -> None:
        self._base = f"http://127.0.0.1:{port}"
        words = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
        words += ["--disable-background-networking", "--disable-component-update", "--window-size=1200,800"]
        options = {"args": [*words, f"--user-data-dir={profile}"]}
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"performance": "ALL"}}
        made = self._post("/session", {"capabilities": {"alwaysMatch": wanted}})
        self._base += f"/session/{made['sessionId']}"

    def open(self, address: str) -> None:
        self._post("/url", {"url": address})

    @property
    def address(self) -> str:
        return str(httpx.get(f"{self._base}/url", timeout=PATIENCE_S).json()["value"])

    def type(self, keys: str) -> None:
        """Keys for the terminal in the page, which takes them in a field of its own."""
        (field,) = self._post("/elements", {"using": "css selector", "value": "textarea"})
        self._post(f"/element/{next(iter(field.values()))}/value", {"text": keys})

    def received(self) -> bytes:
        """What came through the page's socket since the last call."""
        entries = self._post("/se/log", {"type": "performance"})
        messages = [json.loads(entry["message"])["message"] for entry in entries]
        frames = [m["params"]["response"] for m in messages if m["method"] == "Network.webSocketFrameReceived"]
        return b"".join(base64.b64decode(frame["payloadData"]) for frame in frames if frame["opcode"] == 2)

    def close(self) -> None:
        httpx.delete(self._base, timeout=PATIENCE_S)

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        answer = httpx.post(self._base + path, json=body, timeout=PATIENCE_S)
        assert answer.is_success, answer.text
        return answer.json()["value"]


@pytest.fixture
def browser(tmp_path: Path, until_true: Callable[..., None]) -> Iterator[Browser]:
    """Skips where the machine has none."""
    program = shutil.which("chromedriver")
    if program is None or not (shutil.which("chromium") or shutil.which("google-chrome")):
        pytest.skip("no Chromium with its driver on this machine")
    port = free_port()
    driver = subprocess.Popen([program, f"--port={port}"], stdout=subprocess.DEVNULL, start_new_session=True)
    opened: Browser | None = None
    try:
        until_true(lambda: answers(port), "the driver")
        opened = Browser(port, tmp_path / "browser")
        yield opened
    finally:
        if opened is not None:
            opened.close()
        os.killpg(driver.pid, signal.SIGTERM)
        driver.wait(20)


@pytest.mark.slow
def test_a_real_browser_shows_the_console_and_its_keys_reach_it(
    served: str, browser: Browser, until_true: Callable[..., None]
) -> None:
    browser.open(f"{served}/?token={TOKEN}")
    assert browser.address == f"{served}/"
    seen = bytearray()

    def came(words: bytes) -> bool:
        seen.extend(browser.received())
        return words in seen

    until_true(lambda: came(b"No runs in this workspace yet."), "Monitor")
    seen.clear()
    browser.type("?")
    until_true(lambda: came(b"Keys"), "help")
