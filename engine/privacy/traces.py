"""Finds what is left of pictures and of a name in the bytes of a file: content, hashes, base64, inside archives.

A picture is known by its first 64 bytes, then by its hash; so a pass over a file costs the same for one picture as
for a thousand.
"""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
import io
import json
import mmap
import re
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.datasets.files import NAME_LENGTH
from engine.privacy.removal import HEAD_BYTES, Removal, stems

SHORTEST_NAME = 3
"""A shorter name without a digit, or one of digits alone, stands in texts by chance: it is looked for as a
whole value of JSON only."""
_SHORTEST_IN_BINARY = 6
_HEX = re.compile(rb"[0-9a-f]{24,}")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{80,}={0,2}")
_DECODED_AT_ONCE = 128 << 20
_MOST_IN_ARCHIVE = 4 << 30
_MAGIC_BYTES = 4

Bytes = bytes | mmap.mmap


def is_telling(name: str) -> bool:
    """Whether a name in the middle of a text means the subject."""
    has_digit = any(char.isdigit() for char in name)
    return bool(name) and not name.isdigit() and (len(name) >= SHORTEST_NAME or has_digit)


@dataclass(frozen=True)
class Traces:
    """What to look for."""

    removal: Removal

    def in_file(self, path: Path) -> str | None:
        """What a file holds of it, in words; None where there is nothing. Raises OSError."""
        if path.stat().st_size == 0:
            return None
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            found = self.in_bytes(content)
            kind = _archive_kind(content)
        return found or (self._in_archive(path, kind) if kind else None)

    def in_bytes(self, content: Bytes) -> str | None:
        """The same of a content."""
        if self.has_picture(content):
            return "a picture"
        if self.has_hash(content):
            return "the hash of a picture"
        is_likely = len(content) <= _DECODED_AT_ONCE and any(content.find(begin) >= 0 for begin in self._encoded)
        for match in _BASE64.finditer(content) if is_likely else ():
            if self.has_picture(_decoded(match.group())):
                return "a picture in base64"
        return "the name" if self.has_name(content) else None

    def has_picture(self, content: Bytes) -> bool:
        """Whether a picture stands in it, at any place."""
        magics, heads = self._heads
        if not magics:
            return False
        for match in magics.finditer(content):
            at = match.start()
            for size, sha256 in heads.get(content[at : at + HEAD_BYTES], ()):
                if hashlib.sha256(content[at : at + size]).hexdigest() == sha256:
                    return True
        return False

    def has_hash(self, content: Bytes) -> bool:
        """Whether the name of a picture's file stands in it, which its SHA-256 begins with."""
        wanted = self._stems
        for match in _HEX.finditer(content) if wanted else ():
            run = match.group().decode()
            if any(run[at : at + NAME_LENGTH] in wanted for at in range(len(run) - NAME_LENGTH + 1)):
                return True
        return False

    def has_name(self, content: Bytes) -> bool:
        """Whether the subject's name stands in it as a word."""
        name = self.removal.subject
        if not name:
            return False
        if not is_telling(name):
            return content.find(f'"{name}"'.encode()) >= 0 or content.find(f'"{name}/'.encode()) >= 0
        forms = {name.encode(), json.dumps(name)[1:-1].encode(), name.encode("utf-16-le"), name.encode("utf-32-le")}
        if not any(content.find(form) >= 0 for form in forms):
            return False
        text = _as_text(content)
        if text is not None:
            return self.says_name(text) or self.says_name(text.replace(json.dumps(name)[1:-1], name))
        wide = content.find(name.encode("utf-32-le")) >= 0
        return wide or len(name.encode()) >= _SHORTEST_IN_BINARY

    def says_name(self, text: str) -> bool:
        """Whether a text names the subject; labels of others in which its name stands are none."""
        if not is_telling(self.removal.subject):
            return False
        return any(match.group() == self.removal.subject for match in self.pattern.finditer(text))

    @functools.cached_property
    def pattern(self) -> re.Pattern[str]:
        """The subject's name, and the labels of others that hold it, as words."""
        names = sorted({*self.removal.others, self.removal.subject}, key=lambda name: (-len(name), name))
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)")

    @functools.cached_property
    def _stems(self) -> set[str]:
        return stems(self.removal.names | self.removal.digests)

    @functools.cached_property
    def _encoded(self) -> set[bytes]:
        """What the pictures begin with in base64; with it a run of letters begins that is worth decoding."""
        return {base64.b64encode(picture.head[:3]) for picture in self.removal.pictures if picture.head}

    @functools.cached_property
    def _heads(self) -> tuple[re.Pattern[bytes] | None, dict[bytes, list[tuple[int, str]]]]:
        heads: dict[bytes, list[tuple[int, str]]] = {}
        for picture in self.removal.pictures:
            heads.setdefault(picture.head, []).append((picture.size, picture.sha256))
        magics = sorted({head[:_MAGIC_BYTES] for head in heads if head})
        return (re.compile(b"|".join(map(re.escape, magics))) if magics else None), heads

    def _in_archive(self, path: Path, kind: str) -> str | None:
        try:
            for name, member in _members(path, kind):
                found = self.in_bytes(member) or ("the name" if self.has_name(name.encode()) else None)
                if found:
                    return f"{found}, inside the archive"
        except (
            OSError,
            ValueError,
            EOFError,
            zipfile.BadZipFile,
            tarfile.TarError,
            RuntimeError,
            NotImplementedError,
        ):
            return None  # torn, encrypted or of a kind that cannot be looked into
        return None


def _archive_kind(content: Bytes) -> str:
    if content[:4] == b"PK\x03\x04":
        return "zip"
    packed = content[:2] == b"\x1f\x8b" or content[:3] == b"BZh" or content[:6] == b"\xfd7zXZ\x00"
    return "tar" if packed or content[257:262] == b"ustar" else ""


def _members(path: Path, kind: str) -> Iterator[tuple[str, bytes]]:
    left = _MOST_IN_ARCHIVE
    if kind == "zip":
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                left -= entry.file_size
                if left < 0:
                    return
                yield entry.filename, archive.read(entry)
        return
    with tarfile.open(path, mode="r|*") as stream:
        for member in stream:
            left -= member.size
            if left < 0:
                return
            file = stream.extractfile(member) if member.isfile() else None
            yield member.name, file.read() if file is not None else b""


def _decoded(run: bytes) -> bytes:
    try:
        return base64.b64decode(run[: len(run) // 4 * 4])
    except binascii.Error:
        return b""


def _as_text(content: Bytes) -> str | None:
    """The content of a file of text."""
    if b"\0" in content[:4096]:
        return None
    try:
        return io.BytesIO(content).read().decode()
    except UnicodeDecodeError:
        return None
