"""The queue of one endpoint: a file per event on its way, whose name says all that is decided on.

    queue/ENDPOINT/
      1763758405123-3fa9…-02-1763758435123-http500.json    accepted at, key, tries, due at, why it waits
      dead/                                                the same of those that were given up, for `retry`
      ended-2026-11.jsonl                                  engine.webhooks.ledger
      deliver.lock                                         held by whoever delivers

The content is the body that is sent, written durably once; an attempt that failed only renames it. So a kill at any
moment leaves an event where it was, or one step further.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from engine.files import write_atomic
from engine.webhooks.ledger import End, Ended, Ledger
from engine.webhooks.places import clear_left_overs, held, queue_of
from engine.workspace import Workspace

MOST_WAITING = 10_000
MOST_DEAD = 1_000
NEW = "new"
_NAME = re.compile(r"(\d{13})-([0-9a-f]{32})-(\d{2,4})-(\d{13})-([a-z0-9]+)\.json")
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Delivery:
    """One event on its way to one endpoint."""

    accepted_ms: int
    """Unix milliseconds; the order in which events are tried first."""
    key: str
    """Stands for the id of the event: 32 hexadecimal digits."""
    tries: int
    due_ms: int
    why: str
    """Why it waits: `new`, or what the last attempt came to."""

    @property
    def file(self) -> str:
        return f"{self.accepted_ms:013d}-{self.key}-{self.tries:02d}-{self.due_ms:013d}-{self.why}.json"

    @property
    def message(self) -> str:
        """What the receiver knows the event by, whichever attempt it gets: `webhook-id`."""
        return f"evt_{self.key}"


class _Identified(msgspec.Struct):
    id: str


class Spool:
    """Deliveries of one endpoint. Processes and threads may share it."""

    def __init__(self, workspace: Workspace, endpoint: str) -> None:
        self._workspace, self.endpoint = workspace, endpoint
        self.folder = queue_of(workspace, endpoint)
        self._dead = self.folder / "dead"
        self._ledger = Ledger(self.folder)

    @property
    def lock(self) -> Path:
        """Held by whoever delivers: one at a time, so that the order is kept and nothing is sent twice at once."""
        return self.folder / "deliver.lock"

    def waiting(self) -> list[Delivery]:
        """Those on their way, in the order in which they were accepted."""
        return _deliveries(self.folder)

    def dead(self) -> list[Delivery]:
        """Those that were given up, in the same order."""
        return _deliveries(self._dead)

    def ends(self) -> Iterator[Ended]:
        """What became of the others, this month and the last."""
        return self._ledger.ends()

    def body(self, delivery: Delivery) -> bytes | None:
        """What is sent; None where it is gone meanwhile."""
        try:
            return (self.folder / delivery.file).read_bytes()
        except FileNotFoundError:
            return None

    def id_of(self, delivery: Delivery) -> str:
        """The id of the event, for people; empty where it is gone, or damaged on the disk."""
        return _id_in(self.folder / delivery.file) or _id_in(self._dead / delivery.file)

    def accept(self, key: str, body: bytes, now: float) -> bool:
        """Take an event in, durably, unless it is here or was. The caller holds the webhooks."""
        waiting = self.waiting()
        if any(each.key == key for each in (*waiting, *self.dead())) or self._ledger.knows(key):
            return False
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        clear_left_overs(self.folder)
        for oldest in waiting[: max(0, len(waiting) + 1 - MOST_WAITING)]:
            self._drop(oldest, now)
        # Of one moment, or of a clock that was set back: still after those that came before.
        accepted_ms = max(_ms(now), waiting[-1].accepted_ms + 1 if waiting else 0)
        write_atomic(self.folder / Delivery(accepted_ms, key, 0, _ms(now), NEW).file, body)
        return True

    def postpone(self, delivery: Delivery, due: float, why: str) -> None:
        """An attempt failed, and another follows at `due` (Unix seconds)."""
        with held(self._workspace):
            path = self._find(delivery)
            if path is not None:
                later = replace(delivery, tries=delivery.tries + 1, due_ms=_ms(due), why=why)
                path.replace(self.folder / later.file)

    def end(self, delivery: Delivery, end: End, now: float, why: str = "") -> None:
        """It was delivered, or is given up: then it is kept aside for `retry`."""
        with held(self._workspace):
            path = self._find(delivery)
            if path is None:
                return
            ended = replace(delivery, tries=delivery.tries + 1, why=why or delivery.why)
            self._note(path, ended, end, now)
            if end == "delivered":
                path.unlink()
                return
            self._dead.mkdir(mode=0o700, exist_ok=True)
            path.replace(self._dead / ended.file)
            for oldest in self.dead()[:-MOST_DEAD]:
                (self._dead / oldest.file).unlink()

    def retry(self, now: float) -> int:
        """Make everything due at `now`, and take up again what was given up; how many that were."""
        changed = 0
        with held(self._workspace):
            for delivery in self.waiting():
                if delivery.due_ms > _ms(now):
                    anew = replace(delivery, due_ms=_ms(now))
                    (self.folder / delivery.file).replace(self.folder / anew.file)
                    changed += 1
            for delivery in self.dead():
                anew = replace(delivery, tries=0, due_ms=_ms(now))
                (self._dead / delivery.file).replace(self.folder / anew.file)
                changed += 1
        return changed

    def _drop(self, delivery: Delivery, now: float) -> None:
        path = self.folder / delivery.file
        self._note(path, delivery, "dropped", now)
        path.unlink()
        _LOG.error(
            "the queue of webhook endpoint %s is full (%d events): the oldest, %s, is dropped and will not be "
            "delivered; `engine webhooks list` counts those",
            self.endpoint,
            MOST_WAITING,
            delivery.message,
        )

    def _note(self, path: Path, delivery: Delivery, end: End, now: float) -> None:
        """Before the file goes: killed in between, the event is sent once more, and not forgotten."""
        self._ledger.add(
            Ended(t=now, key=delivery.key, id=_id_in(path), end=end, tries=delivery.tries, why=delivery.why)
        )

    def _find(self, delivery: Delivery) -> Path | None:
        """Where it is now: `retry` may have renamed it, and the endpoint may be gone with its queue."""
        path = self.folder / delivery.file
        if path.exists():
            return path
        return next((self.folder / each.file for each in self.waiting() if each.key == delivery.key), None)


def _id_in(path: Path) -> str:
    with contextlib.suppress(OSError, ValueError, RecursionError):
        return msgspec.json.decode(path.read_bytes(), type=_Identified).id
    return ""


def _deliveries(folder: Path) -> list[Delivery]:
    try:
        names = os.listdir(folder)  # noqa: PTH208 - names are all that is needed
    except FileNotFoundError:
        return []
    found = [match for match in map(_NAME.fullmatch, names) if match]
    return sorted(
        (Delivery(int(m[1]), m[2], int(m[3]), int(m[4]), m[5]) for m in found),
        key=lambda each: (each.accepted_ms, each.key),
    )


def _ms(t: float) -> int:
    return int(t * 1000)
