"""Pins are kept over restarts, each workspace's for itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.monitor.pins import MOST_PINS, pins_file, read_pins, write_pins


def test_what_was_pinned_is_pinned_again(tmp_path: Path) -> None:
    file = tmp_path / "state" / "monitor.json"
    write_pins(file, tmp_path / "a", {"one", "two"})
    write_pins(file, tmp_path / "b", {"three"})
    assert read_pins(file, tmp_path / "a") == {"one", "two"}
    write_pins(file, tmp_path / "a", set())
    assert (read_pins(file, tmp_path / "a"), read_pins(file, tmp_path / "b")) == (set(), {"three"})


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"pins": {"x": 3}}', b"\xff\xfe"])
def test_a_file_that_cannot_be_read_pins_nothing_and_is_written_anew(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "monitor.json"
    file.write_bytes(content)
    assert read_pins(file, tmp_path) == frozenset()
    write_pins(file, tmp_path, {"one"})
    assert read_pins(file, tmp_path) == {"one"}


def test_the_file_stays_small(tmp_path: Path) -> None:
    file = tmp_path / "monitor.json"
    write_pins(file, tmp_path, {f"{number:05}" for number in range(MOST_PINS + 5)})
    kept = read_pins(file, tmp_path)
    assert len(kept) == MOST_PINS and "00000" not in kept


def test_it_lies_where_the_system_keeps_states(tmp_path: Path) -> None:
    assert pins_file({"XDG_STATE_HOME": str(tmp_path)}) == tmp_path / "finetop" / "monitor.json"
    assert pins_file({"XDG_STATE_HOME": "relative"}).parts[-4:] == (".local", "state", "finetop", "monitor.json")
