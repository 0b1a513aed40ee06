"""The console over a wire that delays and loses packets: real TCP, real terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tui.benchmark import FOLDER, load


def can_make_networks() -> bool:
    """Whether this machine lets its users have network namespaces and tunnels."""
    if not Path("/dev/net/tun").exists():
        return False
    tried = "ip tuntap add dev probe0 mode tun"
    command = ["unshare", "--user", "--map-root-user", "--net", "sh", "-c", tried]
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


@pytest.mark.slow
def test_over_a_bad_line_keys_are_answered_and_nothing_is_garbled(tmp_path: Path) -> None:
    if not can_make_networks():
        pytest.skip("no network namespaces here")
    # Only a process of its own can enter them.
    body = (
        "import statistics, sys, links; from pathlib import Path\n"
        "from run_directories import fill; from lossy_link import Wire\n"
        "workspace = Path(sys.argv[1]); fill(workspace, 10)\n"
        "found = links.tried(workspace, Wire(0.15, 0.02), 4, thrifty=False, resizes=30)\n"
        "print(max(found.answers_ms), statistics.median(found.answers_ms))\n"
        "print(found.cells_that_differ, found.cells_after_resizes)"
    )
    inside = [
        "unshare",
        "--user",
        "--map-root-user",
        "--net",
        sys.executable,
        "-c",
        body,
        str(tmp_path),
    ]
    paths = os.pathsep.join([str(FOLDER), str(FOLDER.parent), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        inside, check=True, capture_output=True, text=True, timeout=120, env={**os.environ, "PYTHONPATH": paths}
    )
    slowest, usual, differ, after = map(float, done.stdout.split())
    assert (differ, after) == (0, 0)
    # There and back, a frame, and packets that were lost and sent again. One key may wait for other work of this
    # machine, most may not.
    assert 300 <= usual < 5000 and slowest < 20_000


def test_a_terminal_knows_what_stands_on_it() -> None:
    screen = load("screen").Screen(10, 3)
    screen.feed(b"ab\x1b[2;3Hcd\x1b[A\x1b[2Dx\x1b[1;9Hyz!")
    assert screen.text() == ["abx     yz", "! cd      ", " " * 10]
    screen.feed(b"\x1b[2;1H\x1b[K\x1b[1;1H\x1b[31")
    screen.feed(b"m\xe2\xa0")
    screen.feed(b"\x81")
    assert screen.text()[:2] == ["\u2801bx     yz", " " * 10]
    assert screen.cells[0][0][1][0] == "31"
    assert not screen.unknown
