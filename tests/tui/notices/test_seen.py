"""Up to when the operator has seen what happened."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from tui.notices.seen import Seen
from tui.state_home import state_file


@pytest.fixture
def seen(tmp_path: Path) -> Seen:
    return Seen(Path("/srv/poles"), {"XDG_STATE_HOME": str(tmp_path)})


def test_before_the_first_console_nothing_is_known(seen: Seen) -> None:
    assert seen.read() is None


def test_it_only_grows(seen: Seen) -> None:
    assert seen.advance(200.0) == 200.0
    assert seen.advance(100.0) == 200.0
    assert seen.read() == 200.0


def test_each_workspace_has_its_own(seen: Seen, tmp_path: Path) -> None:
    seen.advance(200.0)
    assert Seen(Path("/srv/faces"), {"XDG_STATE_HOME": str(tmp_path)}).read() is None


def test_several_consoles_end_with_the_latest_look(seen: Seen) -> None:
    for round in range(1, 6):
        threads = [threading.Thread(target=seen.advance, args=(100.0 * round + place,)) for place in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    found = seen.read()
    assert found is not None and 500.0 <= found <= 503.0
    assert [path.name for path in seen.path.parent.iterdir()] == [seen.path.name]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b'{"seen_t": "late"}', b"[" * 100_000, b'{"seen_t": null}', b"\xff"],
    ids=["empty", "torn", "text", "deep", "null", "binary"],
)
def test_a_file_that_cannot_be_read_counts_as_none(seen: Seen, content: bytes) -> None:
    seen.path.parent.mkdir(parents=True)
    seen.path.write_bytes(content)
    assert seen.read() is None
    seen.advance(300.0)
    assert json.loads(seen.path.read_bytes()) == {"seen_t": 300.0, "workspace": "/srv/poles"}


@pytest.mark.parametrize(
    ("environment", "home"),
    [
        ({"XDG_STATE_HOME": "/var/me"}, Path("/var/me")),
        ({"XDG_STATE_HOME": "relative"}, Path.home() / ".local" / "state"),
        ({}, Path.home() / ".local" / "state"),
    ],
)
def test_it_lies_where_programs_keep_their_state(environment: dict[str, str], home: Path) -> None:
    assert state_file("x", environment) == home / "finetop" / "x"
