"""Reads images that are to be looked at once: paths and data URLs, checked before they are decoded."""

from __future__ import annotations

import base64
import binascii
import io
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np

from engine.allowance import usable_cpus
from engine.errors import InputError
from engine.privacy.sealing import read_bytes
from engine.tasks.object_detection.decoded import Pixels

MAX_BYTES = 64 * 2**20
MAX_PIXELS = 100_000_000
INLINE = "data:image/"
MOST_THREADS = 4
"""Each holds an image, which may have 100 megapixels."""


def read_image(source: str) -> Pixels:
    """Decode an image: a path, or a data URL with its content in base64. Blue first. Raises InputError."""
    content, where = _content(source)
    image = None
    if 0 < len(content) <= MAX_BYTES and _pixels(content, where) <= MAX_PIXELS:
        image = cv2.imdecode(np.frombuffer(content, dtype=np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise InputError(
            "not an image that can be read", where=where, fix="give a PNG or JPEG of up to 100 megapixels"
        )
    return np.asarray(image, dtype=np.uint8)


def read_images(sources: Sequence[str]) -> Iterator[Pixels]:
    """The images in order, the next ones decoded by threads while one is looked at. Raises as `read_image` does."""
    threads = min(MOST_THREADS, usable_cpus(), len(sources))
    if threads < 2:
        yield from map(read_image, sources)
        return
    with ThreadPoolExecutor(threads, thread_name_prefix="decode") as pool:
        ahead: deque[Future[Pixels]] = deque()
        try:
            for source in sources:
                ahead.append(pool.submit(read_image, source))
                if len(ahead) > threads:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for waiting in ahead:
                waiting.cancel()


def inline(image: Pixels) -> str:
    """An image as a data URL, so that a sample carries all it needs."""
    return INLINE + "png;base64," + base64.b64encode(cv2.imencode(".png", image)[1].tobytes()).decode()


def _content(source: str) -> tuple[bytes, str]:
    if source.startswith(INLINE):
        try:
            return base64.b64decode(source.partition(",")[2], validate=True), "the data URL"
        except binascii.Error as problem:
            raise InputError("the image's base64 is damaged", where="the data URL") from problem
    path = Path(source)
    try:
        if path.stat().st_size > MAX_BYTES:
            return b"", source
        return read_bytes(path), source
    except OSError as problem:
        raise InputError(f"the image cannot be read ({problem.strerror})", where=source) from problem


def _pixels(content: bytes, where: str) -> int:
    """Width × height by the header, before anything is decoded."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content)) as image:
            return image.width * image.height
    except (OSError, ValueError, Image.DecompressionBombError) as problem:
        raise InputError(f"not an image that can be read ({type(problem).__name__})", where=where) from problem
