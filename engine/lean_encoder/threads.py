"""Batches side by side, each on a thread of its own: a single batch is too small to part well."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch

Work = TypeVar("Work")


def side_by_side(do: Callable[[Work], object], pieces: Iterable[Work]) -> None:
    """Do all pieces, as many at once as torch has threads, each computing with one. Raises what `do` raises."""
    threads = torch.get_num_threads()
    if threads == 1:
        for piece in pieces:
            do(piece)
        return
    torch.set_num_threads(1)  # what threads that are new take over
    try:
        with ThreadPoolExecutor(threads) as pool:
            for _ in pool.map(do, pieces):
                pass
    finally:
        torch.set_num_threads(threads)
