"""Feedback on disk: `items.jsonl`, to which lines are only ever added, and the images in `files/`.

    workspace/feedback/PROFILE-MODEL/
      about.json    which profile and model this is
      items.jsonl   every item that ever came, in order
      files/        images, named by their content
      intake.lock   held while a line is added

What counts is read from the lines: of all items on one image, the one with the newest `when`.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import msgspec

from engine.datasets.files import FOLDER, content_name
from engine.errors import InputError, WorkError
from engine.feedback.pictures import Picture
from engine.files import fsync_directory, read_json, write_atomic, write_json
from engine.runs.locks import try_lock
from engine.workspace import Workspace

FEEDBACK = "feedback"
ITEMS = "items.jsonl"
ABOUT = "about.json"
FORMAT = 1
_PATIENCE_S = 30.0

Row = dict[str, Any]
Outcome = Literal["added", "replaced", "outdated", "repeated"]


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """An object, with who vouches for it since when."""

    label: str
    box: list[float]
    source: str
    who: str
    when: datetime


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A line of `items.jsonl`."""

    finetop: int = FORMAT
    t: float
    """When it was taken in."""
    key: str
    """Hash of image and judgement: what came again is told by it."""
    sent: str
    """Hash of the item as it was sent: the same item from a URL is not fetched again."""
    sha256: str
    """Of the image as it was received, by which corrections of one image find each other."""
    image: str
    """`files/NAME`, beside this file."""
    width: int
    height: int
    objects: list[Judged]
    source: str
    who: str
    when: datetime
    group: str = ""
    origin: str = ""
    """URL or path the image came from, without what may be secret."""

    def row(self) -> Row:
        """A row of object detection."""
        found: Row = {
            "image": self.image,
            "width": self.width,
            "height": self.height,
            "objects": [{"label": one.label, "box": list(one.box)} for one in self.objects],
        }
        if self.group:
            found["group"] = self.group
        return {**found, "source": self.source}


@dataclass(frozen=True)
class Feedback:
    """All feedback for a model, as it stood when it was read."""

    folder: Path
    records: tuple[Record, ...]
    """Everything that ever came, in order."""
    unreadable: int = 0
    """Lines that a crash or a damaged disk left; they are skipped."""

    def current(self) -> list[Record]:
        """What counts: the newest judgement of each image, images in the order of their first arrival."""
        return list(_current(self.records).values())

    def rows(self) -> list[Row]:
        """What counts, as rows of object detection. Their images are relative to the folder, as in a dataset."""
        return [record.row() for record in self.current()]

    def files(self) -> dict[str, Path]:
        """The images that the rows name, as `write_dataset` takes them."""
        return {Path(record.image).name: self.folder / record.image for record in self.current()}


def feedback_folder(workspace: Workspace, profile: str, model: str) -> Path:
    """Where a model's feedback lies."""
    return workspace.root / FEEDBACK / f"{profile}-{model}"


def read_feedback(workspace: Workspace, profile: str, model: str) -> Feedback:
    """All feedback for a model; nothing where none ever came. Raises InputError for a folder of another model."""
    folder = feedback_folder(workspace, profile, model)
    _check_owner(folder, profile, model)
    records, unreadable, _ = _records_from(folder / ITEMS, 0)
    return Feedback(folder, tuple(records), unreadable)


class Ledger:
    """Adds to a model's feedback. Several processes may do so at once."""

    def __init__(self, workspace: Workspace, profile: str, model: str) -> None:
        self.folder = feedback_folder(workspace, profile, model)
        self._items = self.folder / ITEMS
        (self.folder / FOLDER).mkdir(parents=True, exist_ok=True)
        self._read_to = 0
        self._by_key: dict[str, Record] = {}
        self._by_sent: dict[str, Record] = {}
        self._current: dict[str, Record] = {}
        with self._locked():
            _check_owner(self.folder, profile, model)
            if not (self.folder / ABOUT).exists():
                write_json(self.folder / ABOUT, {"finetop": FORMAT, "profile": profile, "model": model})

    def has_sent(self, sent: str) -> bool:
        """Whether this very item was taken in already, and its image is still there."""
        record = self._by_sent.get(sent)
        return record is not None and _is_whole(self.folder / record.image)

    def store(self, picture: Picture) -> str:
        """Keep an image; returns its name relative to the folder. One that is there unharmed is not written again."""
        name = f"{FOLDER}/{picture.name}"
        if not _is_whole(self.folder / name):
            write_atomic(self.folder / name, picture.content)
        return name

    def add(self, record: Record) -> Outcome:
        """Add a line, unless the same judgement of the same image stands already."""
        with self._locked():
            if record.key in self._by_key:
                self._by_sent.setdefault(record.sent, self._by_key[record.key])
                return "repeated"
            earlier = self._current.get(record.sha256)
            self._append(msgspec.json.encode(record) + b"\n")
            self._refresh()
        if earlier is None:
            return "added"
        return "replaced" if record.when >= earlier.when else "outdated"

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        fd = try_lock(self.folder / "intake.lock", patience_s=_PATIENCE_S)
        if fd is None:
            raise WorkError("another intake holds the feedback", where=str(self.folder), fix="try again")
        try:
            self._refresh()
            yield
        finally:
            os.close(fd)

    def _refresh(self) -> None:
        """Take over what was added since, by this process or another."""
        records, _, self._read_to = _records_from(self._items, self._read_to)
        for record in records:
            self._by_key.setdefault(record.key, record)
            self._by_sent.setdefault(record.sent, record)
        _current(records, self._current)

    def _append(self, line: bytes) -> None:
        is_new = not self._items.exists()
        fd = os.open(self._items, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            end = os.fstat(fd).st_size
            # A torn line is kept and ended, so that it stays a line of its own.
            torn = end > 0 and os.pread(fd, 1, end - 1) != b"\n"
            rest = memoryview(b"\n" + line if torn else line)
            while rest:
                rest = rest[os.write(fd, rest) :]
            os.fsync(fd)
        finally:
            os.close(fd)
        if is_new:
            fsync_directory(self.folder)


def _current(records: Iterable[Record], found: dict[str, Record] | None = None) -> dict[str, Record]:
    """SHA-256 of an image → its newest judgement; of two of the same moment the later arrival."""
    found = {} if found is None else found
    for record in records:
        earlier = found.get(record.sha256)
        if earlier is None or record.when >= earlier.when:
            found[record.sha256] = record
    return found


def _records_from(path: Path, start: int) -> tuple[list[Record], int, int]:
    """Records in the whole lines after `start`, how many lines were no records, and where the last line ends."""
    try:
        with path.open("rb") as file:
            file.seek(start)
            content = file.read()
    except FileNotFoundError:
        return [], 0, start
    whole = content[: content.rfind(b"\n") + 1]
    records, unreadable = [], 0
    for line in whole.splitlines():
        try:
            records.append(_decode(line))
        except (ValueError, RecursionError):
            unreadable += 1
    return records, unreadable, start + len(whole)


_decode = msgspec.json.Decoder(Record).decode


def _is_whole(path: Path) -> bool:
    try:
        return content_name(path.read_bytes(), path.suffix) == path.name
    except OSError:
        return False


def _check_owner(folder: Path, profile: str, model: str) -> None:
    """`a-b` with `c` and `a` with `b-c` would share a folder."""
    try:
        about = read_json(folder / ABOUT)
    except FileNotFoundError:
        return
    except (ValueError, msgspec.DecodeError) as problem:
        raise InputError(
            "cannot be read", where=str(folder / ABOUT), fix="write profile and model into it anew"
        ) from problem
    owner = (about.get("profile"), about.get("model"))
    if owner != (profile, model):
        raise InputError(
            f"holds the feedback of {owner[0]}/{owner[1]}", where=str(folder), fix="rename one profile or model"
        )
