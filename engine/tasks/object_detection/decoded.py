"""Images from disk: decoded, brought to a size, kept in memory as far as there is room."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import DataError
from engine.privacy.sealing import read_bytes
from engine.training.shared_memory import SharedArrays

Pixels = NDArray[np.uint8]
"""Height × width × 3, blue first."""


class DecodedImages:
    """Images brought to a size (None: that they have), kept in memory as far as `room` bytes reach. Processes that
    it is sent to share that memory."""

    def __init__(self, paths: Sequence[Path], size: int | None, room: int) -> None:
        self.paths, self.size = paths, size
        self.kept = SharedArrays(len(paths), room)

    def __getitem__(self, number: int) -> tuple[Pixels, tuple[int, int]]:
        """The image (height × width × 3, blue first; not to be written to) and the (height, width) it has on disk."""
        kept = self.kept.get(number)
        if kept is not None:
            return kept
        pixels, original = self._read(self.paths[number])
        self.kept.keep(number, pixels, original)
        return pixels, original

    def _read(self, path: Path) -> tuple[Pixels, tuple[int, int]]:
        try:
            content = np.frombuffer(read_bytes(path), dtype=np.uint8)
        except OSError:
            content = np.empty(0, dtype=np.uint8)
        image = cv2.imdecode(content, cv2.IMREAD_COLOR) if content.size else None
        if image is None:
            raise DataError("the image cannot be read", where=str(path), fix="make the dataset anew")
        original = (image.shape[0], image.shape[1])
        if self.size is not None:
            image = brought_to(np.asarray(image, dtype=np.uint8), self.size)
        return np.asarray(image, dtype=np.uint8), original


def brought_to(image: Pixels, size: int) -> Pixels:
    """An image whose longer side has `size` pixels."""
    height, width = image.shape[:2]
    scale = size / max(height, width)
    if scale == 1:
        return image
    new = (min(size, round(width * scale)), min(size, round(height * scale)))
    # Averaging keeps thin things that plain interpolation drops when an image shrinks.
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (max(1, new[0]), max(1, new[1])), interpolation=how), dtype=np.uint8)
