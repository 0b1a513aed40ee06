"""Corrections of texts: rows as a dataset has them, beside who gave them and what the model had said.

    workspace/feedback/PROFILE-MODEL/
      train-corrections.jsonl   and those of the held-out splits
      corrections.json          whose they are

Tasks on texts take no payloads and are not trained further: their corrections are rows that `engine data import`
reads together with the splits of the dataset. What was corrected of a held-out split stands in a file named after it,
so that nothing held out is trained on.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

from engine.datasets.store import list_datasets
from engine.errors import DataError, InputError, WorkError
from engine.feedback.store import FEEDBACK, LOCK, PATIENCE_S, feedback_folder
from engine.files import write_atomic, write_json
from engine.runs.locks import try_lock
from engine.tasks.contract import Task
from engine.workspace import Workspace

Row = dict[str, Any]
Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = ("train", "validation", "test")
ASKED = ("text", "a", "b")
"""Fields by which two corrections are of the same text."""
TOLD = ("entities", "label", "score")
WHOSE = "corrections.json"
MAX_BYTES = 64 << 20


class Whose(msgspec.Struct, frozen=True):
    """Whose texts were corrected: the name of the folder alone does not tell where the profile's ends."""

    profile: str
    model: str


@dataclass(frozen=True)
class Kept:
    """What became of a correction, and how it is taken back."""

    path: Path
    line: bytes
    outcome: Literal["added", "replaced", "repeated"]
    before: bytes | None = None
    """The correction of the same text that it took the place of."""
    t: float = 0.0


def corrections_file(workspace: Workspace, profile: str, model: str, split: Split = "train") -> Path:
    """Where corrections of a model's texts lie."""
    return feedback_folder(workspace, profile, model) / f"{split}-corrections.jsonl"


def list_corrected(workspace: Workspace) -> list[tuple[Whose, Path]]:
    """Every file of corrections and whose it is; a folder that does not say so is left out."""
    found = []
    for about in sorted((workspace.root / FEEDBACK).glob(f"[!.]*/{WHOSE}")):
        try:
            whose = msgspec.json.decode(about.read_bytes(), type=Whose)
        except (OSError, ValueError, RecursionError):
            continue
        files = (corrections_file(workspace, whose.profile, whose.model, split) for split in SPLITS)
        found += [(whose, path) for path in files if path.parent == about.parent and path.is_file()]
    return found


def read_corrections(path: Path) -> list[bytes]:
    """The lines of a file, however long it is."""
    return [line for line in path.read_bytes().splitlines() if line.strip()]


def rewrite_corrections(path: Path, mend: Callable[[bytes], bytes | None]) -> None:
    """Write each line as `mend` gives it back, without those that it gives None for. Raises WorkError while somebody
    corrects."""
    with _locked(path):
        before = read_corrections(path)
        kept = [mended for line in before if (mended := mend(line)) is not None]
        if kept != before:
            _write(path, kept)


def correct_text(
    workspace: Workspace,
    task: Task,
    whose: tuple[str, str],
    row: Row,
    *,
    about: Mapping[str, Any],
    split: Split = "train",
    t: float = 0.0,
) -> Kept:
    """Keep a row as somebody says that it is right; an earlier one of the same text goes. `whose`: profile and model.

    `about`: who says so and what the model had said, for people. Raises InputError for a row that the task cannot
    learn from.
    """
    problem = task.problem_with(row)
    if problem is not None:
        raise InputError(problem, fix="correct it and give it again")
    path = corrections_file(workspace, *whose, split)
    line = msgspec.json.encode({**row, **about, "t": t})
    with _locked(path):
        lines = _lines(path)
        place = next((at for at, one in enumerate(lines) if _asked(one) == _asked(line)), None)
        before = lines[place] if place is not None else None
        if before is not None and _told(before) == _told(line):
            return Kept(path, before, "repeated", t=t)
        kept = [one for at, one in enumerate(lines) if at != place]
        _claim(path.parent, Whose(*whose))
        _write(path, [*kept, line])
    return Kept(path, line, "added" if before is None else "replaced", before, t)


def take_back_text(workspace: Workspace, kept: Kept) -> None:
    """Undo: what stood before stands again. Raises WorkError where a dataset was made of it already."""
    if kept.outcome == "repeated":
        return
    with _locked(kept.path):
        lines = _lines(kept.path)
        if kept.line not in lines:
            raise WorkError("it is not there any more", where=str(kept.path), fix="somebody corrected the text anew")
        if _is_used(workspace, kept.path, kept.t):
            raise WorkError(
                "a dataset was made of it already", where=str(kept.path), fix="correct the sample anew instead"
            )
        left = [kept.before if one == kept.line else one for one in lines]
        _write(kept.path, [one for one in left if one is not None])


def _claim(folder: Path, whose: Whose) -> None:
    """Say whose corrections lie here, before the first. `a-b` with `c` and `a` with `b-c` would share a folder."""
    try:
        there = msgspec.json.decode((folder / WHOSE).read_bytes(), type=Whose)
    except FileNotFoundError:
        write_json(folder / WHOSE, whose)
        return
    except ValueError:
        raise DataError("cannot be read", where=str(folder / WHOSE), fix="write profile and model anew") from None
    if there != whose:
        raise InputError(
            f"holds the corrections of {there.profile}/{there.model}",
            where=str(folder),
            fix="rename one profile or model",
        )


def _is_used(workspace: Workspace, path: Path, t: float) -> bool:
    return any(
        dataset.manifest.created >= t and any(origin.get("path") == str(path) for origin in dataset.manifest.origins)
        for dataset in list_datasets(workspace)
    )


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    fd = try_lock(path.parent / LOCK, patience_s=PATIENCE_S)
    if fd is None:
        raise WorkError("another intake holds the feedback", where=str(path.parent), fix="try again")
    try:
        yield
    finally:
        os.close(fd)


def _lines(path: Path) -> list[bytes]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataError(
                f"longer than {MAX_BYTES >> 20} MiB", where=str(path), fix="import it, and move it out of the way"
            )
        return read_corrections(path)
    except FileNotFoundError:
        return []


def _write(path: Path, lines: list[bytes]) -> None:
    write_atomic(path, b"".join(line + b"\n" for line in lines))


def _asked(line: bytes) -> tuple[Any, ...] | None:
    return _fields(line, ASKED)


def _told(line: bytes) -> tuple[Any, ...] | None:
    return _fields(line, TOLD)


def _fields(line: bytes, names: tuple[str, ...]) -> tuple[Any, ...] | None:
    try:
        row = msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.MsgspecError, RecursionError):
        return None
    return tuple(row.get(name) for name in names)
