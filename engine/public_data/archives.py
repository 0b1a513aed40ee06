"""Unpacks archives that strangers packed: nothing leaves the folder, nothing links, nothing fills the disk."""

from __future__ import annotations

import contextlib
import gzip
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Literal

from engine.errors import DataError, WorkError
from engine.profiles.problems import printable
from engine.public_data.forward import ForwardReader, SupportsRead, TooMuch

Kind = Literal["zip", "tar", "tar.gz"]
_SUFFIXES: dict[str, Kind] = {".zip": "zip", ".tar": "tar", ".tar.gz": "tar.gz", ".tgz": "tar.gz"}
_CHUNK = 1 << 20
_ENCRYPTED = 0x1
_LONGEST_SHOWN = 80
_LEFT_OUT = {"__MACOSX"}
"""What a Mac adds beside the files: resource forks, named like pictures."""
_DAMAGED = (zipfile.BadZipFile, tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, NotImplementedError)
_MISTRUST = "get it from its homepage anew, or unpack it by hand and use `engine data import`"


@dataclass(frozen=True)
class UnpackLimits:
    """Above these an archive counts as a bomb."""

    max_entries: int = 1_000_000
    max_bytes: int = 1 << 38
    max_ratio: float = 100.0
    """Unpacked to packed. Labels as text reach 20, pictures 1."""
    free_bytes: int = 16 << 20
    """So much may unpack from however little."""

    def bytes_of(self, packed: int) -> int:
        return min(self.max_bytes, self.free_bytes + int(packed * self.max_ratio))


def archive_kind(name: str) -> Kind | None:
    """What kind of archive a file's name says it is; None for a plain file."""
    return next((kind for suffix, kind in _SUFFIXES.items() if name.lower().endswith(suffix)), None)


def unpack(archive: Path, into: Path, limits: UnpackLimits | None = None) -> None:
    """Unpack into a folder that is empty or not there. Raises DataError for an archive that is not trusted."""
    kind = archive_kind(archive.name)
    if kind is None:
        raise ValueError(f"{archive.name} is no archive")
    limits = limits or UnpackLimits()
    into.mkdir(parents=True, exist_ok=True)
    sink = _Sink(into, str(archive), limits.bytes_of(archive.stat().st_size), limits.max_entries)
    try:
        if kind == "zip":
            _unzip(archive, sink)
        else:
            _untar(archive, kind, sink)
    except TooMuch as problem:
        raise sink.bomb() from problem
    except _DAMAGED as problem:
        said = printable(str(problem))[:_LONGEST_SHOWN] or type(problem).__name__
        raise sink.error(f"is no {kind} archive that can be unpacked ({said})") from problem
    except OSError as problem:
        raise WorkError(
            f"cannot be unpacked ({problem.strerror or problem})", where=str(archive), fix="make room and try again"
        ) from problem


def safe_path(name: str) -> PurePosixPath | None:
    """Where an entry goes, relative to the folder; None for the folder itself. Raises ValueError with the reason."""
    if not name.isprintable():
        raise ValueError("a name that is no plain text")
    plain = name.replace("\\", "/")
    if plain.startswith("/") or re.match("[A-Za-z]:", plain):
        raise ValueError("an absolute name")
    path = PurePosixPath(plain)
    if ".." in path.parts:
        raise ValueError("a name that leads out of the archive")
    return path if path.parts else None


class _Sink:
    """Writes entries under a folder and counts them."""

    def __init__(self, folder: Path, shown: str, max_bytes: int, max_entries: int) -> None:
        self._folder, self._shown = folder, shown
        self.max_bytes, self._max_entries = max_bytes, max_entries
        self._bytes = self._entries = 0

    def place(self, name: str) -> Path | None:
        """Where an entry is to be written; None for one to leave out. Raises DataError."""
        self._entries += 1
        if self._entries > self._max_entries:
            raise self.error(f"holds more than {self._max_entries} entries")
        try:
            path = safe_path(name)
        except ValueError as problem:
            raise self.error(f"holds {problem} ({_short(name)})") from problem
        return None if path is None or path.parts[0] in _LEFT_OUT else self._folder / path

    def make_folder(self, place: Path, name: str) -> None:
        with self._once(name):
            place.mkdir(parents=True, exist_ok=True)

    def write(self, place: Path, content: IO[bytes], name: str) -> None:
        with self._once(name):
            place.parent.mkdir(parents=True, exist_ok=True)
            file = place.open("xb")
        with file:
            while chunk := content.read(_CHUNK):
                self._bytes += len(chunk)
                if self._bytes > self.max_bytes:
                    raise self.bomb()
                file.write(chunk)

    def refuse(self, what: str, name: str) -> DataError:
        return self.error(f"holds {what} ({_short(name)})")

    def bomb(self) -> DataError:
        return self.error(f"unpacks to more than {_size(self.max_bytes)}, far more than it is itself")

    def error(self, what: str) -> DataError:
        return DataError(what, where=self._shown, fix=_MISTRUST)

    @contextlib.contextmanager
    def _once(self, name: str) -> Iterator[None]:
        try:
            yield
        except (FileExistsError, NotADirectoryError) as problem:
            raise self.error(f"holds two entries of the same name ({_short(name)})") from problem


def _unzip(archive: Path, sink: _Sink) -> None:
    with zipfile.ZipFile(archive) as packed:
        for info in packed.infolist():
            name = info.orig_filename  # `filename` ends at a NUL
            place = sink.place(name)
            kind = stat.S_IFMT(info.external_attr >> 16)
            if info.flag_bits & _ENCRYPTED:
                raise sink.refuse("an entry with a password", name)
            if kind == stat.S_IFLNK:
                raise sink.refuse("a link", name)
            if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise sink.refuse("what is no file", name)
            if place is None:
                continue
            if name.endswith(("/", "\\")):
                sink.make_folder(place, name)
            else:
                with packed.open(info) as content:
                    sink.write(place, content, name)


def _untar(archive: Path, kind: Kind, sink: _Sink) -> None:
    with archive.open("rb") as raw, contextlib.ExitStack() as stack:
        plain: SupportsRead = stack.enter_context(gzip.GzipFile(fileobj=raw)) if kind == "tar.gz" else raw
        # Headers and the padding of entries count, too: names alone can fill the memory.
        reader = ForwardReader(plain, sink.max_bytes)
        packed = stack.enter_context(tarfile.open(fileobj=reader, mode="r:"))  # type: ignore[call-overload]
        for info in packed:
            place = sink.place(info.name)
            if info.issym() or info.islnk():
                raise sink.refuse("a link", info.name)
            if info.issparse() or not (info.isreg() or info.isdir()):
                raise sink.refuse("what is no plain file", info.name)
            if place is None:
                continue
            if info.isdir():
                sink.make_folder(place, info.name)
            else:
                content = packed.extractfile(info)
                assert content is not None  # it is a regular file
                sink.write(place, content, info.name)
            packed.members.clear()  # or it keeps every entry to the end


def _short(name: str) -> str:
    text = printable(name)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"


def _size(count: int) -> str:
    return f"{count >> 20} MiB" if count >= 1 << 20 else f"{count} bytes"
