"""Takes lines out of a model's feedback: the one thing that ever does."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import PurePosixPath

import msgspec

from engine.datasets.files import FOLDER
from engine.errors import WorkError
from engine.feedback.records import Record
from engine.feedback.store import ITEMS, LOCK, PATIENCE_S, Feedback, records_from
from engine.files import fsync_directory, write_atomic
from engine.privacy.mending import GONE, Mender
from engine.privacy.survey import own_images
from engine.runs.locks import try_lock


def take_out(feedback: Feedback, mender: Mender, is_own: Callable[[Record], bool], gone: set[str]) -> int:
    """Remove lines and pictures; returns how many lines went. Raises WorkError while an intake holds the feedback.

    Lines first: a kill in between leaves pictures that no line names, and the next time they go.
    """
    folder = feedback.folder
    fd = try_lock(folder / LOCK, patience_s=PATIENCE_S)
    if fd is None:
        raise WorkError("an intake holds the feedback", where=str(folder), fix="try again when it is over")
    try:
        records, _, _ = records_from(folder / ITEMS, feedback.form)
        now = Feedback(folder, tuple(records), form=feedback.form)
        own = own_images(now, is_own)
        before = (folder / ITEMS).read_bytes().splitlines() if records else []
        kept = [mended for line in before if (mended := _kept(line, now, own, is_own, mender)) is not None]
        if kept != before:
            write_atomic(folder / ITEMS, b"".join(line + b"\n" for line in kept))
        left, _, _ = records_from(folder / ITEMS, feedback.form)
        named = {PurePosixPath(record.image).name for record in left}
        taken = gone | {PurePosixPath(record.image).name for record in records if record.sha256 in own}
        for name in sorted(taken - named):
            (folder / FOLDER / name).unlink(missing_ok=True)
        for leftover in folder.rglob(".*.tmp"):  # of an intake that was killed: this one holds the lock
            if leftover.is_file() and any(leftover.name.startswith(f".{name}.") for name in (*taken, ITEMS)):
                leftover.unlink(missing_ok=True)
        fsync_directory(folder / FOLDER)
        return len(before) - len(kept)
    finally:
        os.close(fd)


def _kept(
    line: bytes, feedback: Feedback, own: set[str], is_own: Callable[[Record], bool], mender: Mender
) -> bytes | None:
    """The line as it stays; None where it goes."""
    try:
        record = msgspec.json.decode(line, type=feedback.form.record)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None if mender.shows(line) else line
    if record.sha256 in own or is_own(record):
        return None
    value = msgspec.json.decode(line)
    mended = mender.value(value)
    if mended is GONE:
        return None
    return line if mended == value else msgspec.json.encode(mended)
