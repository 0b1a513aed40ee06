"""Pictures as they come from outside: judged by their content, limited, read whole before they are believed."""

from __future__ import annotations

import hashlib
import io
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from engine.datasets.files import content_name

MAX_PIXELS = 100_000_000
"""A small file can unpack to gigabytes; the largest cameras in use take 100 megapixels."""
MAX_BYTES = 128 << 20
SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".gif", ".ppm", ".pgm"}
_KEPT = {"JPEG": ".jpg", "MPO": ".jpg", "PNG": ".png"}
"""Stored as they are; other kinds become PNG, which loses nothing."""
_READ = ("JPEG", "PNG", "BMP", "WEBP", "TIFF", "GIF", "PPM")
_UPRIGHT = 1
_ORIENTATION = 0x0112


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
        size = path.stat().st_size
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


def _stored(path: Path, data: bytes, image: object, kind: str, orientation: int) -> Picture:
    from PIL import Image, ImageOps

    assert isinstance(image, Image.Image)
    if kind in _KEPT and orientation == _UPRIGHT:
        return Picture(content_name(data, _KEPT[kind]), path, image.width, image.height)
    # Readers differ in whether they turn a picture as its camera was held: stored upright, all see the same.
    turned = ImageOps.exif_transpose(image)
    buffer = io.BytesIO()
    plain = turned if turned.mode in {"1", "L", "RGB"} else turned.convert("L" if turned.mode == "LA" else "RGB")
    plain.save(buffer, "PNG", compress_level=3)
    return Picture(content_name(buffer.getvalue(), ".png"), buffer.getvalue(), plain.width, plain.height)


def _hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)
