"""Pieces done side by side."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import torch

from engine.lean_encoder.threads import side_by_side


@pytest.fixture(params=[1, 3])
def threads(request: pytest.FixtureRequest) -> Iterator[int]:
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    torch.set_num_threads(before)


def test_every_piece_is_done_once_and_computes_with_one_thread(threads: int) -> None:
    done: list[tuple[int, int]] = []
    side_by_side(lambda piece: done.append((piece, torch.get_num_threads())), range(20))
    assert sorted(piece for piece, _ in done) == list(range(20))
    assert {each for _, each in done} == {1}
    assert torch.get_num_threads() == threads


def test_as_many_pieces_as_threads_are_under_way_at_once(threads: int) -> None:
    together = threading.Barrier(threads, timeout=10)
    side_by_side(lambda _: together.wait(), range(2 * threads))


def test_what_a_piece_raises_is_raised_and_torch_has_its_threads_again(threads: int) -> None:
    def fail(piece: int) -> None:
        if piece == 4:
            raise MemoryError(piece)

    with pytest.raises(MemoryError):
        side_by_side(fail, range(9))
    assert torch.get_num_threads() == threads
