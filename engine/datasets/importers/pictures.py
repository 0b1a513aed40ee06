"""Pictures as they come from outside: judged by their content, limited, read whole before they are believed."""

from __future__ import annotations

import hashlib
import io
import stat
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from engine.datasets.files import content_name

if TYPE_CHECKING:
    from PIL import Image

MAX_PIXELS = 100_000_000
"""A small file can unpack to gigabytes; the largest cameras in use take 100 megapixels."""
MAX_BYTES = 128 << 20
SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".gif", ".ppm", ".pgm"}
_KEPT = {"JPEG": ".jpg", "MPO": ".jpg", "PNG": ".png"}
"""Stored as they are; other kinds become PNG, which loses nothing."""
_READ = ("JPEG", "PNG", "BMP", "WEBP", "TIFF", "GIF", "PPM")
_AS_THEY_ARE = {"1", "L", "LA", "RGB", "RGBA", "I;16"}
"""What a PNG holds without loss, by Pillow's names; 16-bit grey is what most infrared cameras give."""
_WIDE_GREY = {"I;16B", "I;16L", "I;16N", "I", "F"}
"""Other ways to hold grey with more than 8 bits: another order of bytes, or numbers wider than what they say."""
_MOST_GREY = 0xFFFF
_UPRIGHT = 1
_ORIENTATION = 0x0112
_CHANNELS_OF_TIFF = 277
_UNREAD_PADDING = 1
"""A channel beyond those that are read, in a TIFF: colour pictures are often padded to four."""


@dataclass(frozen=True)
class Picture:
    """A picture that can be stored: its name in the dataset, its size as people see it."""

    name: str
    content: Path | bytes
    """The file itself, or what it was changed to."""
    width: int
    height: int


class UnusablePicture(ValueError):
    """Why a picture cannot be used, in words."""


def read_picture(path: Path) -> Picture:
    """Decode a picture once. Raises UnusablePicture for what is no picture, damaged or too large."""
    from PIL import Image  # 40 ms that an import of texts does without

    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):  # a pipe would be waited for, without end
            kind = "a folder" if stat.S_ISDIR(state.st_mode) else "a pipe, socket or device"
            raise UnusablePicture(f"{kind} stands where an image file should be")
        size = state.st_size
        if size > MAX_BYTES:
            raise UnusablePicture(
                f"the image file has {size >> 20} MiB, more than the {MAX_BYTES >> 20} that are read"
            )
        data = path.read_bytes()
    except OSError as problem:
        raise UnusablePicture(f"the image cannot be read ({problem.strerror})") from problem
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of bombs, which the check below refuses, and of odd metadata
            with Image.open(io.BytesIO(data), formats=_READ) as image:
                _check_size(*image.size)
                image.verify()
            with Image.open(io.BytesIO(data), formats=_READ) as image:
                kind, orientation = str(image.format), image.getexif().get(_ORIENTATION, _UPRIGHT)
                image.load()
                return _stored(path, data, image, kind, orientation)
    except UnusablePicture:
        raise
    except Image.DecompressionBombError as problem:
        raise UnusablePicture(
            f"the image has more than the {MAX_PIXELS // 10**6} megapixels that are read"
        ) from problem
    # Pillow's decoders raise whatever a damaged file makes them stumble on.
    except Exception as problem:
        said = str(problem) if not isinstance(problem, Image.UnidentifiedImageError) else "no kind that is known"
        said = said if data else "it is empty"
        raise UnusablePicture(f"the file is no image that can be decoded ({said[:100] or 'damaged'})") from problem


def find_picture(name: str, roots: Iterable[Path]) -> Path | None:
    """The file that a label file means by `name`, which may be a path on the machine it was written on.

    The longest ending of the path that stands under one of the roots is taken; nothing leads out of them.
    """
    parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in ("/", "..", ".")]
    roots = list(roots)
    for start in range(len(parts)):
        for root in roots:
            path = root.joinpath(*parts[start:])
            try:
                if path.is_file():
                    return path
            except (OSError, ValueError):  # a name too long, or with a NUL byte
                continue
    return None


def pictures_in(folder: Path) -> list[Path]:
    """The files of a folder and its subfolders that are named like pictures, sorted."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and not _hidden(path, folder))


def sha256_of(paths: Iterable[Path]) -> str:
    """One hash over the names and contents of label files."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.name}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise UnusablePicture(
            f"the image has {width} x {height} pixels, more than the {MAX_PIXELS // 10**6} megapixels that are read"
        )


def _stored(path: Path, data: bytes, image: Image.Image, kind: str, orientation: int) -> Picture:
    from PIL import ImageOps

    if kind in _KEPT and orientation == _UPRIGHT:
        return Picture(content_name(data, _KEPT[kind]), path, image.width, image.height)
    if kind == "TIFF":
        _check_channels(image)
    # Readers differ in whether they turn a picture as its camera was held: stored upright, all see the same.
    plain = _for_png(ImageOps.exif_transpose(image))
    buffer = io.BytesIO()
    plain.save(buffer, "PNG", compress_level=3)
    return Picture(content_name(buffer.getvalue(), ".png"), buffer.getvalue(), plain.width, plain.height)


def _for_png(image: Image.Image) -> Image.Image:
    """The same picture as a PNG can hold it, with all bits of grey and what is transparent."""
    if image.mode in _WIDE_GREY:
        return _sixteen_bits(image)
    if image.mode in _AS_THEY_ARE and "transparency" not in image.info:
        return image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _sixteen_bits(image: Image.Image) -> Image.Image:
    """Grey of any width as 16 bits. Raises UnusablePicture where that would change a value: a scale per picture
    would make two pictures of one thing differ."""
    import numpy as np
    from PIL import Image

    values = np.asarray(image)
    kept = values.astype(np.uint16) if np.isfinite(values).all() and values.min() >= 0 else None
    if kept is None or values.max() > _MOST_GREY or (kept != values).any():
        raise UnusablePicture(
            f"the grey values run from {values.min():g} to {values.max():g} and are not whole numbers from 0 to "
            f"{_MOST_GREY}, as 16 bits hold them"
        )
    return Image.fromarray(kept)


def _check_channels(image: Image.Image) -> None:
    """Pillow leaves channels out without a word."""
    channels, read = image.tag_v2.get(_CHANNELS_OF_TIFF, 1), len(image.getbands())  # type: ignore[attr-defined]
    if channels > read + (_UNREAD_PADDING if read == len("RGB") else 0):
        raise UnusablePicture(f"the TIFF has {channels} channels, of which {read} can be read")


def _hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)
