"""What triggers saw and did: `models/PROFILE/MODEL/triggers.jsonl`, to which lines are only ever added.

All that is known of firings is a fold over the lines, so a kill between two of them leaves nothing in two minds. Who
adds a line that rests on earlier ones holds `.triggers.lock`.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import msgspec

from engine.files import append_line
from engine.runs.locks import try_lock

FILE = "triggers.jsonl"
LOCK = ".triggers.lock"
Numbers = dict[str, float | int | str | None]
Outcome = Literal["staged", "promoted", "refused", "failed", "given up"]


class _Line(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """What every line holds."""

    finetop: int = 1
    t: float
    """Unix seconds."""


class FirstSeen(_Line, frozen=True, kw_only=True, tag="first-seen"):
    """A schedule was looked at for the first time: what lay before does not count as missed."""

    trigger: str
    schedule: str


class Looked(_Line, frozen=True, kw_only=True, tag="looked"):
    """An environment was tested: the inputs up to `until` are used up."""

    trigger: str
    version: int
    until: float
    fired: bool
    why: str
    numbers: Numbers = {}
    places: list[str] = []
    """New places of use, that are new no longer."""


class Intent(_Line, frozen=True, kw_only=True, tag="intent"):
    """A trigger fired: this run is about to be started. Written before the run is made."""

    id: str
    trigger: str
    kind: str
    why: str
    numbers: Numbers = {}
    run: str
    train: str
    preset: str
    ends_in: str
    profile: str
    """Path of the profile, by which the run can be made again."""


class Started(_Line, frozen=True, kw_only=True, tag="started"):
    """The run of a firing is on its way."""

    id: str
    run: str


class Closed(_Line, frozen=True, kw_only=True, tag="closed"):
    """A firing is over."""

    id: str
    outcome: Outcome
    why: str
    version: int | None = None


Line = FirstSeen | Looked | Intent | Started | Closed


@dataclass(frozen=True)
class Firing:
    """One firing, from its intent to its end."""

    intent: Intent
    started: Started | None = None
    closed: Closed | None = None

    @property
    def run(self) -> str:
        return self.started.run if self.started is not None else self.intent.run


@dataclass(frozen=True)
class Memory:
    """What the lines add up to."""

    first_seen: dict[tuple[str, str], float] = field(default_factory=dict)
    """Trigger and schedule → when."""
    looked: dict[str, Looked] = field(default_factory=dict)
    """Trigger → its last look at the environment."""
    places: frozenset[str] = frozenset()
    """Places of use for which a trigger fired."""
    firings: tuple[Firing, ...] = ()

    @property
    def open(self) -> Firing | None:
        """The firing that is going on; there is at most one."""
        return self.firings[-1] if self.firings and self.firings[-1].closed is None else None

    def last(self, trigger: str | None = None) -> Firing | None:
        """The last firing of a trigger, or of any."""
        found = (one for one in reversed(self.firings) if trigger is None or one.intent.trigger == trigger)
        return next(found, None)


def add(home: Path, line: Line) -> None:
    """Add a line, durably. `home`: `models/PROFILE/MODEL`."""
    home.mkdir(parents=True, exist_ok=True)
    append_line(home / FILE, msgspec.json.encode(line))


def remembered(home: Path) -> Memory:
    """What is known of a model's triggers."""
    return fold(lines_of(home / FILE))


def lines_of(path: Path) -> Iterator[Line]:
    """The whole lines that can be read: a crash or a damaged disk may leave others, which said nothing."""
    with contextlib.suppress(FileNotFoundError):
        content = path.read_bytes()
        decode = msgspec.json.Decoder(Line).decode
        for line in content[: content.rfind(b"\n") + 1].splitlines():
            with contextlib.suppress(msgspec.MsgspecError, ValueError, RecursionError):
                yield decode(line)


def fold(lines: Iterable[Line]) -> Memory:
    """What lines add up to, in their order. A line about a firing that is not the last open one changes nothing."""
    first_seen: dict[tuple[str, str], float] = {}
    looked: dict[str, Looked] = {}
    places: set[str] = set()
    firings: list[Firing] = []
    for line in lines:
        last = firings[-1] if firings and firings[-1].closed is None else None
        match line:
            case FirstSeen():
                first_seen.setdefault((line.trigger, line.schedule), line.t)
            case Looked():
                looked[line.trigger] = line
            case Intent():
                firings.append(Firing(line))
                before = looked.get(line.trigger)
                places.update(before.places if before is not None else ())
            case Started() if last is not None and last.intent.id == line.id:
                firings[-1] = replace(last, started=line)
            case Closed() if last is not None and last.intent.id == line.id:
                firings[-1] = replace(last, closed=line)
            case _:
                pass
    return Memory(first_seen, looked, frozenset(places), tuple(firings))


@contextlib.contextmanager
def alone(home: Path) -> Iterator[bool]:
    """Hold a model's triggers; False where another process does, which is looking at them at this moment."""
    home.mkdir(parents=True, exist_ok=True)
    fd = try_lock(home / LOCK)
    try:
        yield fd is not None
    finally:
        if fd is not None:
            os.close(fd)
