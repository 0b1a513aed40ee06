"""A growing file, piece by piece."""

from __future__ import annotations

import os
import zlib
from pathlib import Path

import pytest

from engine.attach.protocol import CHUNK_BYTES, Have
from engine.attach.stretch import LOG_BYTES, Piece, Stretch


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.jsonl"


def read_all(stretch: Stretch) -> tuple[bytes, list[Piece]]:
    pieces = []
    while (piece := stretch.read()) is not None:
        pieces.append(piece)
    return b"".join(piece.data for piece in pieces), pieces


def test_a_file_that_is_not_there_has_nothing(path: Path) -> None:
    assert Stretch(path, lines=True).read() is None


def test_all_of_it_comes_once_in_pieces(path: Path) -> None:
    whole = b"".join(b"%d\n" % number for number in range(60_000))
    path.write_bytes(whole)
    stretch = Stretch(path, lines=True)
    data, pieces = read_all(stretch)
    assert data == whole and len(pieces) > 3 and all(len(piece.data) <= CHUNK_BYTES for piece in pieces)
    assert [piece.anew for piece in pieces] == [True] + [False] * (len(pieces) - 1)
    assert pieces[-1].left == 0 and pieces[0].left > 0
    assert stretch.read() is None


def test_a_torn_line_waits_for_its_end(path: Path) -> None:
    path.write_bytes(b"one\ntw")
    stretch = Stretch(path, lines=True)
    assert read_all(stretch)[0] == b"one\n"
    with path.open("ab") as file:
        file.write(b"o\n")
    assert read_all(stretch)[0] == b"two\n"


def test_a_torn_line_may_be_taken_back(path: Path) -> None:
    path.write_bytes(b"one\ntorn")
    stretch = Stretch(path, lines=True)
    read_all(stretch)
    path.write_bytes(b"one\ntwo\n")
    data, pieces = read_all(stretch)
    assert data == b"two\n" and not pieces[0].anew


def test_a_line_without_an_end_is_passed(path: Path) -> None:
    path.write_bytes(b"x" * 3 * CHUNK_BYTES + b"\nafter\n")
    data, _ = read_all(Stretch(path, lines=True))
    assert data.endswith(b"\nafter\n") and len(data) == path.stat().st_size


def test_printed_text_need_not_end_its_line(path: Path) -> None:
    path.write_bytes(b"loading 3")
    assert read_all(Stretch(path, lines=False))[0] == b"loading 3"


def test_of_a_long_print_the_end_comes(path: Path) -> None:
    path.write_bytes(b"".join(b"line %06d\n" % number for number in range(20_000)))
    data, _ = read_all(Stretch(path, lines=False))
    assert data.startswith(b"line ") and data.endswith(b"line 019999\n") and len(data) <= LOG_BYTES


@pytest.mark.parametrize("new", [b"", b"other and longer than before\n", b"one\ntwX\nthree\n"])
def test_another_file_or_a_cut_one_begins_anew(path: Path, new: bytes) -> None:
    path.write_bytes(b"one\ntwo\n")
    stretch = Stretch(path, lines=True)
    read_all(stretch)
    path.write_bytes(new)
    data, pieces = read_all(stretch)
    assert pieces[0].anew and pieces[0].offset == 0 and data == new


def test_it_goes_on_where_a_copy_ends(path: Path) -> None:
    path.write_bytes(b"one\ntwo\nthree\n")
    first = read_all(Stretch(path, lines=True))[1][0]
    have = Have(first.mark, 8, 4, zlib.crc32(b"two\n"))
    data, pieces = read_all(Stretch(path, lines=True, have=have))
    assert data == b"three\n" and pieces[0].offset == 8 and not pieces[0].anew
    stranger = Have(first.mark, 8, 4, zlib.crc32(b"ten\n"))
    data, pieces = read_all(Stretch(path, lines=True, have=stranger))
    assert data == b"one\ntwo\nthree\n" and pieces[0].anew


def test_a_link_and_a_pipe_are_not_read(tmp_path: Path, path: Path) -> None:
    (tmp_path / "secret").write_text("secret\n")
    path.symlink_to(tmp_path / "secret")
    assert Stretch(path, lines=True).read() is None
    os.mkfifo(tmp_path / "pipe")
    assert Stretch(tmp_path / "pipe", lines=True).read() is None
