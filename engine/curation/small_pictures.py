"""Small copies of pictures, in a file without a name: no picture is decoded twice, and memory stays free."""

from __future__ import annotations

import tempfile

import numpy as np

from engine.curation.reading import Grey, resized

SIDE = 112
"""Longer side."""


class SmallPictures:
    """Grey copies by number, in 8 bits of what each picture uses of its range. Nothing is left of them on the disk
    when the process ends, however it ends."""

    def __init__(self, count: int) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 (as long as the object lives)
        self._file.truncate(max(1, count) * SIDE * SIDE)
        self._pixels = np.memmap(self._file, dtype=np.uint8, mode="r+", shape=(max(1, count), SIDE * SIDE))
        self._shapes = np.zeros((count, 2), dtype=np.int16)

    def put(self, at: int, grey: Grey) -> None:
        """Keep a picture (values 0 to 1), made smaller where it is larger."""
        scale = SIDE / max(grey.shape)
        if scale < 1:
            rows, columns = (max(1, round(side * scale)) for side in grey.shape)
            grey = resized(grey, columns, rows)
        self._shapes[at] = grey.shape
        self._pixels[at, : grey.size] = np.clip(np.rint(grey.ravel() * 255), 0, 255).astype(np.uint8)

    def get(self, at: int) -> Grey:
        """A picture that was kept."""
        rows, columns = self._shapes[at].tolist()
        pixels: Grey = self._pixels[at, : rows * columns].reshape(rows, columns).astype(np.float32) / np.float32(255)
        return pixels
