"""Downloads a file that is known by size and hash, and goes on where an earlier download broke."""

from __future__ import annotations

import hashlib
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.errors import DataError, WorkError
from engine.network.client import Answer, Client
from engine.network.deadline import Deadline, Unreachable
from engine.profiles.public_data import PublicSet
from engine.public_data.part import Part

Progress = Callable[[int], None]
"""Takes the bytes that are there."""
_CHUNK = 1 << 18
_PARTIAL, _NOT_SATISFIABLE = 206, 416
_SHOWN_DIGITS = 12


@dataclass(frozen=True)
class Patience:
    """How long a download is waited for."""

    setup_s: float = 120.0
    slowest_bytes_per_s: float = 16_384.0
    """A server that sends less is left; what came stays for the next time."""
    further_tries: int = 4
    """After a connection that broke and had brought something."""
    wait_s: float = 2.0
    """Before the first further try; it doubles with each."""

    def limit_s(self, count: int) -> float:
        return round(self.setup_s + count / self.slowest_bytes_per_s, 3)


def download(about: PublicSet, file: Path, client: Client, patience: Patience, progress: Progress) -> int:
    """Bring the file of a set; returns how many bytes came now.

    Raises DataError for a server that has something else, Unreachable where another time may do better, and
    WorkError for a disk that takes no more. What came of the right version stays for the next time.
    """
    assert about.url is not None and about.bytes is not None
    part = Part(file, about.url)
    if part.size > about.bytes:
        part.discard()
    _need_room(file, about.bytes - part.size)
    received = _receive_all(about, part, client, patience, progress) if part.size < about.bytes else 0
    try:
        check_file(part.path, about)
    except DataError as problem:
        part.discard()
        raise DataError(f"what {about.url} sends is not what the profile names: {problem.what}") from problem
    part.become_file()
    return received


def check_file(path: Path, about: PublicSet) -> str:
    """The SHA-256 of a file that is what the profile names. Raises DataError for another one."""
    try:
        size = path.stat().st_size
        if about.bytes is not None and size != about.bytes:
            raise DataError(f"the file has {size} bytes and not {about.bytes}")
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as problem:
        raise DataError(f"the file cannot be read ({problem.strerror})") from problem
    if about.sha256 is not None and digest != about.sha256:
        raise DataError(f"the file has the SHA-256 {digest[:_SHOWN_DIGITS]}… and not {about.sha256[:_SHOWN_DIGITS]}…")
    return digest


def _receive_all(about: PublicSet, part: Part, client: Client, patience: Patience, progress: Progress) -> int:
    """Receive until the file is whole, through connections that break, as long as each brings something."""
    received, tries = 0, 0
    while True:
        before = part.size
        try:
            came = _receive(about, part, client, patience, progress)
        except Unreachable:
            tries += 1
            if part.size <= before or tries > patience.further_tries:
                raise
            received += part.size - before
            time.sleep(patience.wait_s * 2 ** (tries - 1))
            continue
        if came is not None:
            return received + came


def _receive(about: PublicSet, part: Part, client: Client, patience: Patience, progress: Progress) -> int | None:
    """Receive the rest with one request; returns how much came, or None where it is to begin anew."""
    assert about.url is not None and about.bytes is not None
    start = part.size
    # If-Range: a file that changed meanwhile comes whole, with status 200.
    headers = {"Range": f"bytes={start}-", "If-Range": part.validator} if start else {}
    deadline = Deadline(patience.limit_s(about.bytes - start))
    with client.get(about.url, deadline, headers, also=(_PARTIAL, _NOT_SATISFIABLE) if start else ()) as answer:
        if answer.status == _NOT_SATISFIABLE or (answer.status == _PARTIAL and not _goes_on(answer, start)):
            part.discard()
            return None
        if answer.status != _PARTIAL:
            start = 0
        _check_announced(answer, about, about.bytes - start)
        return _write(answer, part, start, about.bytes, progress)


def _write(answer: Answer, part: Part, start: int, whole: int, progress: Progress) -> int:
    there = start
    with part.open(start, _validator(answer)) as out:
        while chunk := answer.read(_CHUNK):
            if there + len(chunk) > whole:
                break
            try:
                out.write(chunk)
            except OSError as problem:
                what = f"cannot be written ({problem.strerror})"
                raise WorkError(what, where=str(part.path), fix="make room and run this again") from problem
            there += len(chunk)
            progress(there)
    if chunk:
        part.discard()
        raise DataError(f"the server sends more than the {whole} bytes that the profile names")
    if there < whole:
        raise Unreachable(f"the connection ended after {there} of {whole} bytes", fix="try again later")
    return there - start


def _check_announced(answer: Answer, about: PublicSet, expected: int) -> None:
    """Refuse at its headers what cannot be the file."""
    kind = (answer.header("Content-Type") or "").partition(";")[0].strip().lower()
    if kind == "text/html" and not about.file.lower().endswith((".html", ".htm")):
        raise DataError("the server sends a web page (text/html) in place of the file")
    if answer.length is not None and answer.length != expected:
        raise DataError(f"the server has {answer.length} bytes to send and not {expected}, which the profile names")


def _goes_on(answer: Answer, start: int) -> bool:
    return re.match(rf"\s*bytes\s+{start}-", answer.header("Content-Range") or "") is not None


def _validator(answer: Answer) -> str:
    """A strong ETag, else the date; a weak ETag does not tell whether the bytes are the same."""
    tag = (answer.header("ETag") or "").strip()
    return tag if tag and not tag.startswith("W/") else (answer.header("Last-Modified") or "").strip()


def _need_room(file: Path, count: int) -> None:
    place = next(parent for parent in file.parents if parent.exists())
    free = shutil.disk_usage(place).free
    if free < count:
        raise WorkError(
            f"there is room for {free >> 20} MiB and {count >> 20} MiB are to come", where=str(place), fix="make room"
        )
