"""The audit log of a model: `history.jsonl`, to which lines are only ever added.

It is the one truth about a model in use: what the aliases point at, the deployment and raised thresholds are read
from it (`engine.registry.standing`), so a kill between two writes cannot leave them in two minds.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec

from engine.errors import InputError, WorkError
from engine.files import append_line, end_torn_line
from engine.registry.paths import ModelHome
from engine.runs.locks import try_lock

FORMAT = 1
PATIENCE_S = 30.0
Action = Literal[
    "stage",
    "unstage",
    "promote",
    "rollback",
    "retire",
    "deploy",
    "ramp",
    "withdraw",
    "fallback",
    "threshold",
    "trigger",
    "forget",
]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One move: who, when, from, to, why, and what the gate said."""

    finetop: int = FORMAT
    t: float = 0.0
    """Unix seconds."""
    seq: int = 0
    """Counted up from 1 by `append`."""
    who: str
    action: Action
    alias: str = ""
    """The alias that moved."""
    from_version: int | None = None
    to_version: int | None = None
    why: str = ""
    forced: bool = False
    """The gate refused, and somebody did it all the same."""
    gate: dict[str, Any] | None = None
    """`engine.registry.gate.GateResult`, as JSON."""
    detail: dict[str, Any] = {}

    @property
    def sentence(self) -> str:
        """The move in words, without its reason."""
        moved = " → ".join("nothing" if one is None else f"@{one}" for one in (self.from_version, self.to_version))
        told = f"{self.action} {self.alias} {moved}" if self.alias else self.action
        return f"{told} by {self.who}{' (forced)' if self.forced else ''}"


class Moved(InputError):
    """Somebody else was first: what was decided on is not as it was."""


class Unreadable(WorkError):
    """A line of the history that cannot be read: what stands is not known, and nothing may be moved on a guess."""


def operator() -> str:
    """Who works at this terminal."""
    with contextlib.suppress(OSError, KeyError, ImportError):
        return getpass.getuser()
    return f"uid {os.getuid()}"


def read_history(home: ModelHome) -> list[Entry]:
    """Every move, oldest first. A torn last line, which a crash leaves, was no move. Raises Unreadable."""
    return entries_from(home.history)[0]


def append(home: ModelHome, entry: Entry, *, expected_seq: int | None = None) -> Entry:
    """Add a move; returns it as it was written. `expected_seq`: the last move that the decision rests on.

    Raises Moved where there was another since, WorkError where the lock cannot be had.
    """
    with held(home):
        return append_held(home, entry, expected_seq=expected_seq)


def append_held(home: ModelHome, entry: Entry, *, expected_seq: int | None = None) -> Entry:
    """`append` for a caller that holds the model (`held`)."""
    end_torn_line(home.history)
    entries = read_history(home)
    last = entries[-1] if entries else None
    seq = last.seq if last is not None else 0
    if last is not None and expected_seq is not None and seq != expected_seq:
        raise Moved(
            f"{last.sentence} came first ({last.why or 'no reason given'})", where=home.name, fix="look again"
        )
    written = msgspec.structs.replace(entry, seq=seq + 1, t=entry.t or time.time())
    append_line(home.history, msgspec.json.encode(written))
    return written


@contextlib.contextmanager
def held(home: ModelHome) -> Iterator[None]:
    """Hold a model against other registrations and moves. Raises WorkError."""
    home.root.mkdir(parents=True, exist_ok=True)
    fd = try_lock(home.lock, patience_s=PATIENCE_S)
    if fd is None:
        raise WorkError("another process holds the model", where=home.name, fix="try again")
    try:
        yield
    finally:
        os.close(fd)


def entries_from(path: Path, start: int = 0) -> tuple[list[Entry], int]:
    """Moves in the whole lines from `start` on, and where the last whole line ends. Raises Unreadable."""
    try:
        with path.open("rb") as file:
            file.seek(start)
            content = file.read()
    except FileNotFoundError:
        return [], 0
    whole = content[: content.rfind(b"\n") + 1]
    found = []
    decode = msgspec.json.Decoder(Entry).decode
    lines = whole.split(b"\n")[:-1]
    for line in filter(None, lines):
        try:
            found.append(decode(line))
        except (msgspec.MsgspecError, ValueError, RecursionError) as problem:
            if isinstance(problem, msgspec.DecodeError) and "truncated" in str(problem):
                continue  # what a crash cut, and the next writer ended
            raise Unreadable(f"a line cannot be read ({problem})", where=str(path), fix="mend it by hand") from None
    return found, start + len(whole)
