"""Copies of files elsewhere: every byte once, in order, however the pieces come."""

from __future__ import annotations

import os
import tempfile
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.attach.protocol import Chunk
from tui.places import copies as copies_module
from tui.places.copies import Copies, remove_orphans

RUN = "20261120-143408-utility-ner-7f3a"


@pytest.fixture
def copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Copies]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    made = Copies()
    yield made
    made.close()


def chunk(offset: int, data: bytes, *, mark: str = "m", anew: bool = False, left: int = 0) -> Chunk:
    return Chunk(run=RUN, file="events", mark=mark, offset=offset, data=data.decode("latin-1"), anew=anew, left=left)


def written(copies: Copies) -> bytes:
    return copies.paths(RUN).events.read_bytes()


def test_pieces_are_put_together(copies: Copies) -> None:
    assert copies.take(chunk(0, b"one\n", anew=True, left=4)) and copies.left(RUN) == 4
    assert copies.take(chunk(4, b"two\n")) and not copies.left(RUN)
    assert written(copies) == b"one\ntwo\n"


def test_what_was_had_is_not_had_twice(copies: Copies) -> None:
    copies.take(chunk(0, b"one\ntwo\n", anew=True))
    assert copies.take(chunk(4, b"two\nthree\n")) and copies.take(chunk(0, b"one\n"))
    assert written(copies) == b"one\ntwo\nthree\n"


def test_a_gap_and_a_stranger_are_refused(copies: Copies) -> None:
    assert not copies.take(chunk(4, b"two\n"))
    copies.take(chunk(0, b"one\n", anew=True))
    assert not copies.take(chunk(8, b"three\n")) and not copies.take(chunk(4, b"two\n", mark="other"))
    assert written(copies) == b"one\n"


def test_a_copy_that_was_torn_or_tidied_away_is_asked_for_anew(copies: Copies) -> None:
    for spoil in (lambda path: path.write_bytes(b"one\ntw"), lambda path: path.unlink()):
        assert copies.take(chunk(0, b"one\n", anew=True))
        spoil(copies.paths(RUN).events)
        assert not copies.take(chunk(4, b"two\n"))
        assert copies.take(chunk(0, b"one\n", anew=True)) and written(copies) == b"one\n"
        spoil(copies.paths(RUN).events)
        assert copies.have(RUN) == {}


def test_a_file_that_begins_anew_is_another_file(copies: Copies) -> None:
    copies.take(chunk(0, b"one\ntwo\n", anew=True))
    before = copies.paths(RUN).events.stat().st_ino
    copies.take(chunk(0, b"ten\n", mark="n", anew=True))
    assert written(copies) == b"ten\n" and copies.paths(RUN).events.stat().st_ino != before


def test_it_can_prove_what_it_has(copies: Copies) -> None:
    copies.take(chunk(0, b"x" * 100 + b"\n", anew=True))
    have = copies.have(RUN)["events"]
    assert (have.mark, have.offset, have.last) == ("m", 101, 64)
    assert have.check == zlib.crc32(b"x" * 63 + b"\n")


def test_a_file_without_end_is_cut(copies: Copies, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(copies_module.MOST_BYTES, "events", 10)
    copies.take(chunk(0, b"x" * 8, anew=True))
    assert copies.take(chunk(8, b"y" * 8)) and copies.take(chunk(16, b"z"))
    assert written(copies) == b"x" * 8 and copies.is_cut(RUN) and not copies.left(RUN)


def test_copies_that_nobody_looks_at_go_away(copies: Copies, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies_module, "KEPT", 0)
    copies.take(chunk(0, b"one\n", anew=True))
    copies.keep({RUN})
    assert copies.paths(RUN).root.exists()
    copies.keep(set())
    assert not copies.paths(RUN).root.exists() and not copies.have(RUN)


@settings(max_examples=40)
@given(st.binary(min_size=1, max_size=60), st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), max_size=25))
def test_whatever_is_repeated_the_copy_is_a_beginning_of_the_file(
    whole: bytes, pieces: list[tuple[int, int]]
) -> None:
    copies = Copies()
    try:
        copies.take(chunk(0, whole[:1], anew=True))
        for offset, length in pieces:
            copies.take(chunk(offset, whole[offset : offset + length]))
        assert whole.startswith(written(copies))
    finally:
        copies.close()


def test_copies_of_a_killed_console_are_removed_and_those_of_a_living_one_are_not(
    tmp_path: Path, copies: Copies, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = tmp_path / "finetop-attach-dead"
    dead.mkdir()
    (dead / "console.lock").touch()
    monkeypatch.setattr(copies_module, "YOUNG_S", -1.0)
    remove_orphans()
    assert not dead.exists() and copies.paths(RUN).root.parents[1].exists()


def test_an_orphan_may_be_a_console_that_just_begins(tmp_path: Path, copies: Copies) -> None:
    young = tmp_path / "finetop-attach-young"
    young.mkdir()
    remove_orphans()
    assert young.exists()
    os.utime(young, (time.time() - 100, time.time() - 100))
    remove_orphans()
    assert not young.exists()
