"""What ended, line by line and month by month: by it an event that comes again is known, and people see what became
of each.

    queue/ENDPOINT/ended-2026-11.jsonl    kept through the month after
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec

from engine.files import append_line

End = Literal["delivered", "dead", "dropped"]
KEPT_AT_LEAST_S = 28 * 86_400.0
"""How long an event is known for certain: a file stays through the month after its own."""


class Ended(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The end of one event on its way to one endpoint."""

    t: float
    key: str
    id: str
    """Of the event."""
    end: End
    tries: int
    why: str = ""
    """What the last attempt that failed came to."""


class Ledger:
    """Of one queue. Whoever adds to it holds the webhooks."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, ended: Ended) -> None:
        """Add a whole line, durably; with the first of a month, what is older than the month before goes."""
        path = self._folder / _name(ended.t)
        is_new = not path.exists()
        append_line(path, msgspec.json.encode(ended))
        if is_new:
            for old in self._files()[:-2]:
                old.unlink()

    def knows(self, key: str) -> bool:
        """Whether an event of this key has ended here."""
        wanted = f'"key":"{key}"'.encode()
        return any(wanted in path.read_bytes() for path in self._files())

    def ends(self) -> Iterator[Ended]:
        """Every end that is kept, oldest first; a damaged line is left out."""
        for path in self._files():
            for line in path.read_bytes().splitlines():
                try:
                    yield msgspec.json.decode(line, type=Ended)
                except (ValueError, RecursionError):
                    continue

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("ended-*.jsonl"))


def _name(t: float) -> str:
    return time.strftime("ended-%Y-%m.jsonl", time.gmtime(t))
