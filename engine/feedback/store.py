"""Feedback on disk: `items.jsonl`, to which lines are only ever added, and the images in `files/`.

    workspace/feedback/PROFILE-MODEL/
      about.json    which profile and model this is, and in which form what is said of images comes
      items.jsonl   every item that ever came, in order
      files/        images, named by their content
      intake.lock   held while a line is added

What counts is read from the lines: of all items on one image, the one with the newest `when`, until it expires. A
line is taken out by one thing alone: `engine data forget` and `engine data expire`, which write the file anew.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from engine.datasets.files import FOLDER, content_name
from engine.errors import DataError, InputError, WorkError
from engine.feedback.forms import FORMS, OBJECTS, Form
from engine.feedback.pictures import Picture
from engine.feedback.records import FORMAT, Record, Row
from engine.files import append_line, write_atomic, write_json
from engine.privacy.keys import the_key
from engine.privacy.sealing import file_is_sealed, read_bytes, seal
from engine.runs.locks import try_lock
from engine.workspace import Workspace

FEEDBACK = "feedback"
ITEMS = "items.jsonl"
ABOUT = "about.json"
LOCK = "intake.lock"
PATIENCE_S = 30.0

Outcome = Literal["added", "replaced", "outdated", "repeated"]


class About(msgspec.Struct, frozen=True, kw_only=True):
    """Whose feedback a folder holds."""

    finetop: int = FORMAT
    profile: str
    model: str
    form: str = OBJECTS.name


@dataclass(frozen=True)
class Feedback:
    """All feedback for a model, as it stood when it was read."""

    folder: Path
    records: tuple[Record, ...]
    """Everything that ever came, in order."""
    unreadable: int = 0
    """Lines that a crash or a damaged disk left; they are skipped."""
    form: Form = OBJECTS

    def current(self, now: datetime | None = None) -> list[Record]:
        """What counts: the newest judgement of each image, images in the order of their first arrival. An image whose
        newest judgement has expired is left out."""
        now = datetime.now(UTC) if now is None else now
        return [record for record in self.newest() if not record.is_expired(now)]

    def newest(self) -> list[Record]:
        """The same with those that have expired."""
        return list(_current(self.records).values())

    def rows(self) -> list[Row]:
        """What counts, as rows of the task. Their images are relative to the folder, as in a dataset."""
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
    about = _check_owner(folder, profile, model)
    form = FORMS[about.form] if about is not None else OBJECTS
    records, unreadable, _ = records_from(folder / ITEMS, form)
    return Feedback(folder, tuple(records), unreadable, form)


def list_feedback(workspace: Workspace) -> list[About]:
    """Whose feedback there is; a folder that cannot be read is left out."""
    found = [_about(path.parent) for path in sorted((workspace.root / FEEDBACK).glob(f"[!.]*/{ABOUT}"))]
    return [about for about in found if about is not None]


class Ledger:
    """Adds to a model's feedback. Several processes may do so at once."""

    def __init__(
        self, workspace: Workspace, profile: str, model: str, *, form: Form = OBJECTS, encrypt: bool = False
    ) -> None:
        """`encrypt` seals images with the key that FINETOP_KEY_FILE names. Raises InputError."""
        self._form = form
        self._key = the_key() if encrypt else None
        self.folder = feedback_folder(workspace, profile, model)
        self._items = self.folder / ITEMS
        (self.folder / FOLDER).mkdir(parents=True, exist_ok=True)
        self._inode, self._read_to = -1, 0
        self._by_key: dict[str, Record] = {}
        self._by_sent: dict[str, Record] = {}
        self._current: dict[str, Record] = {}
        with self._locked():
            about = _check_owner(self.folder, profile, model)
            if about is None:
                write_json(self.folder / ABOUT, About(profile=profile, model=model, form=form.name))
            elif about.form != form.name:
                raise InputError(
                    f"holds feedback of another form ({about.form}) than the model takes now ({form.name})",
                    where=str(self.folder),
                    fix="give the model another name in the profile, or move the folder away",
                )

    def has_sent(self, sent: str) -> bool:
        """Whether this very item was taken in already, and its image is still there."""
        record = self._by_sent.get(sent)
        return record is not None and _is_whole(self.folder / record.image)

    def store(self, picture: Picture) -> str:
        """Keep an image; returns its name relative to the folder. One that is there unharmed is not written again."""
        name = f"{FOLDER}/{picture.name}"
        if not _is_whole(self.folder / name, sealed=self._key is not None):
            content = picture.content if self._key is None else seal(picture.content, self._key)
            write_atomic(self.folder / name, content)
        return name

    def add(self, record: Record) -> Outcome:
        """Add a line, unless the same judgement of the same image stands already."""
        with self._locked():
            if record.key in self._by_key:
                self._by_sent.setdefault(record.sent, self._by_key[record.key])
                return "repeated"
            earlier = self._current.get(record.sha256)
            append_line(self._items, msgspec.json.encode(record))
            self._refresh()
        if earlier is None:
            return "added"
        return "replaced" if record.when >= earlier.when else "outdated"

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        fd = try_lock(self.folder / LOCK, patience_s=PATIENCE_S)
        if fd is None:
            raise WorkError("another intake holds the feedback", where=str(self.folder), fix="try again")
        try:
            self._refresh()
            yield
        finally:
            os.close(fd)

    def _refresh(self) -> None:
        """Take over what was added since, by this process or another."""
        inode = self._items.stat().st_ino if self._items.exists() else -1
        if inode != self._inode:  # somebody was forgotten, and the file written anew
            self._inode, self._read_to = inode, 0
            for known in (self._by_key, self._by_sent, self._current):
                known.clear()
        records, _, self._read_to = records_from(self._items, self._form, self._read_to)
        for record in records:
            self._by_key.setdefault(record.key, record)
            self._by_sent.setdefault(record.sent, record)
        _current(records, self._current)


def _current(records: Iterable[Record], found: dict[str, Record] | None = None) -> dict[str, Record]:
    """SHA-256 of an image → its newest judgement; of two of the same moment the later arrival."""
    found = {} if found is None else found
    for record in records:
        earlier = found.get(record.sha256)
        if earlier is None or record.when >= earlier.when:
            found[record.sha256] = record
    return found


def records_from(path: Path, form: Form, start: int = 0) -> tuple[list[Record], int, int]:
    """Records in the whole lines after `start`, how many lines were no records, and where the last line ends."""
    try:
        with path.open("rb") as file:
            file.seek(start)
            content = file.read()
    except FileNotFoundError:
        return [], 0, start
    whole = content[: content.rfind(b"\n") + 1]
    records, unreadable = [], 0
    decode = msgspec.json.Decoder(form.record).decode
    for line in whole.splitlines():
        try:
            records.append(decode(line))
        except (ValueError, RecursionError):
            unreadable += 1
    return records, unreadable, start + len(whole)


def _is_whole(path: Path, *, sealed: bool = False) -> bool:
    """Whether an image is what its name says and, where that is asked for, sealed."""
    try:
        if sealed and not file_is_sealed(path):
            return False
        return content_name(read_bytes(path), path.suffix) == path.name
    except (OSError, DataError):
        return False


def _check_owner(folder: Path, profile: str, model: str) -> About | None:
    """`a-b` with `c` and `a` with `b-c` would share a folder. None where there is nothing yet."""
    if not (folder / ABOUT).exists():
        return None
    about = _about(folder)
    if about is None:
        raise InputError("cannot be read", where=str(folder / ABOUT), fix="write profile and model into it anew")
    if (about.profile, about.model) != (profile, model):
        raise InputError(
            f"holds the feedback of {about.profile}/{about.model}",
            where=str(folder),
            fix="rename one profile or model",
        )
    return about


def _about(folder: Path) -> About | None:
    try:
        about = msgspec.json.decode((folder / ABOUT).read_bytes(), type=About)
    except (OSError, ValueError, RecursionError):
        return None
    return about if about.form in FORMS else None
