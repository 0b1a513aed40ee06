"""What a notice is, and how it is worded."""

from __future__ import annotations

import enum
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.runs.state import RunView
    from tui.feed.model import RunInfo

MOST_TEXT = 240
"""Characters of a notice: what went wrong may quote anything, at any length."""


class Kind(enum.StrEnum):
    """What happened, as people say it."""

    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"
    LOST = "lost"
    STALLED = "stalled"
    TARGET = "target reached"
    DIVERGED = "diverged"
    DISK = "disk nearly full"
    HEAT = "device too hot"


BAD = frozenset({Kind.FAILED, Kind.LOST, Kind.DIVERGED})
WORRYING = frozenset({Kind.STALLED, Kind.DISK, Kind.HEAT})


@dataclass(frozen=True)
class Notice:
    """Something that happened."""

    kind: Kind
    t: float
    """When it happened, Unix seconds."""
    run: str = ""
    """The run's id; empty for the machine."""
    name: str = ""
    """The run for people: its model, what tells it from others of that model, and the machine that it is on; of
    another machine itself its name."""
    text: str = ""
    """Why, or with which figure."""
    quiet: bool = False
    """Only in the list: the operator did it, or it was so before the console was opened."""

    @property
    def sentence(self) -> str:
        """All of it in a line, without the time."""
        head = f"{self.name} {self.kind}" if self.name else str(self.kind)
        return f"{head}: {self.text}" if self.text else head


def of_run(kind: Kind, info: RunInfo, t: float, text: str, *, quiet: bool = False) -> Notice:
    """A notice about a run."""
    model = info.view.model if info.view is not None else ""
    where = f" on {info.place}" if info.place else ""
    return Notice(kind, t, info.id, clean(f"{model} {info.id[-4:]}{where}".strip(), 48), clean(text), quiet)


def why(view: RunView) -> str:
    """Reason and message of a run that ended, each said once."""
    reason = (view.reason or "").removeprefix(f"{view.state} ")
    reason = "" if reason == view.state else reason
    return ": ".join(part for part in (reason, view.message) if part)


def outcome(view: RunView) -> str:
    """The headline figure of a run that is done, and whether it is what was wanted."""
    if not view.headline or view.score is None:
        return ""
    target = next((target for target in view.targets if target.metric == view.headline), None)
    said = f"{view.headline} {view.score:.4g}"
    if target is None:
        return said
    wanted = target.at_least if target.at_least is not None else target.at_most
    return f"{said}, target {wanted:g} {'reached' if target.reached(view.score) else 'missed'}"


def clean(text: str, most: int = MOST_TEXT) -> str:
    """One line without anything that a terminal would obey, cut where it is too long."""
    plain = "".join(
        " " if unicodedata.category(character) in _NO_TEXT else character for character in text[: 4 * most]
    )
    line = " ".join(plain.split())
    return line if len(line) <= most else line[: most - 1] + "…"


_NO_TEXT = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
