"""What turned out right or wrong, on disk, and counted: `outcomes.jsonl` of a log of requests.

The newest word on a request counts, and of each key one request: the first that was labelled, since requests of one
key are not independent of each other.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from engine.errors import InputError, WorkError
from engine.files import append_line
from engine.runs.locks import try_lock
from engine.traffic.assignment import Arm
from engine.traffic.evidence import Cell
from engine.traffic.request_log import Request, RequestLog, is_of_production

Taken = Literal["added", "revised", "repeated"]
OUTCOMES = "outcomes.jsonl"
EARLIER = "outcomes-earlier.jsonl"
MOST_OUTCOMES = 100_000
"""Of one log: so many tell differences of a percentage point, and they are kept in memory (some 50 MB)."""
LONGEST_SOURCE = 100
PATIENCE_S = 10.0


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody says of an answer."""

    request: str
    correct: bool
    """Whether the answer that was given was right."""
    candidate_correct: bool | None = None
    """In shadow, whether the candidate's was; where the two answers were the same it need not be said."""
    source: str = ""
    """Who or what says so."""


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An outcome with what its request says."""

    request: str
    key: str
    arm: Arm
    share: float
    version: int
    correct: bool
    candidate_correct: bool | None = None
    shadow: bool = False
    t: float
    source: str = ""

    @property
    def cell(self) -> Cell | None:
        """Where it counts. None for a pair of which one half is not known: counting production's half alone would
        favour it."""
        if not self.shadow:
            return ("split", self.share, self.arm, self.correct)
        return None if self.candidate_correct is None else ("pair", self.correct, self.candidate_correct)

    def says_the_same(self, other: Line) -> bool:
        return (self.correct, self.candidate_correct) == (other.correct, other.candidate_correct)


_decode = msgspec.json.Decoder(Line).decode


class OutcomeCounts:
    """The lines of a file as counts; what was read once is not read again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.newest: dict[str, Line] = {}
        """Request → the newest word on it."""
        self.cells: Counter[Cell] = Counter()
        self._counted: dict[str, str] = {}
        self._inode, self._read_to = -1, 0

    def refresh(self) -> None:
        """Take over what was added since."""
        try:
            with self.path.open("rb") as file:
                inode = os.fstat(file.fileno()).st_ino
                if inode != self._inode:  # written anew: somebody was forgotten
                    self.newest.clear()
                    self.cells.clear()
                    self._counted.clear()
                    self._inode, self._read_to = inode, 0
                file.seek(self._read_to)
                content = file.read()
        except FileNotFoundError:
            return
        end = content.rfind(b"\n") + 1
        self._read_to += end
        for text in content[:end].split(b"\n"):
            with contextlib.suppress(ValueError, RecursionError):  # what a crash left
                self._count(_decode(text))

    def _count(self, line: Line) -> None:
        earlier = self.newest.get(line.request)
        self.newest[line.request] = line
        if self._counted.get(line.key) == line.request and earlier is not None and earlier.cell is not None:
            self.cells[earlier.cell] -= 1
            del self._counted[line.key]
        if line.cell is not None and line.key not in self._counted:
            self._counted[line.key] = line.request
            self.cells[line.cell] += 1


class Outcomes:
    """Adds outcomes to a log of requests. Several processes may do so at once."""

    def __init__(self, log: RequestLog) -> None:
        self.log = log
        self.counts = OutcomeCounts(log.folder / OUTCOMES)

    def add(self, outcomes: Sequence[Outcome], now: float | None = None) -> list[Taken]:
        """Take outcomes in, durably, all or none. Raises NotFoundError for an unknown request, InputError."""
        lines = [self._line(outcome, time.time() if now is None else now) for outcome in outcomes]
        with self._locked():
            self.counts.refresh()
            known, fresh = self.counts.newest, dict[str, Line]()
            taken: list[Taken] = []
            new = []
            for line in lines:
                earlier = fresh.get(line.request) or known.get(line.request)
                if earlier is not None and earlier.says_the_same(line):
                    taken.append("repeated")
                    continue
                taken.append("added" if earlier is None else "revised")
                fresh[line.request] = line
                new.append(msgspec.json.encode(line))
            if len(known) + sum(request not in known for request in fresh) > MOST_OUTCOMES:
                self._make_room()
            if new:
                append_line(self.counts.path, b"\n".join(new))
            self.counts.refresh()
        return taken

    def _make_room(self) -> None:
        """Old outcomes of plain production go; those of a deployment are its evidence, which must stay whole."""
        if not is_of_production(self.log):
            raise InputError(
                f"this deployment has {MOST_OUTCOMES:,} outcomes, more than its verdict can need",
                where=self.log.folder.name,
                fix="promote the candidate or withdraw it",
            )
        self.counts.path.replace(self.counts.path.with_name(EARLIER))

    def _line(self, outcome: Outcome, t: float) -> Line:
        request = self.log.find(outcome.request)
        shadow = request.shadow
        candidate_correct = outcome.candidate_correct if shadow is not None else None
        if shadow is not None and candidate_correct is None:
            candidate_correct = _told(request, outcome.correct)
        return Line(
            request=request.id,
            key=request.key,
            arm=request.arm,
            share=request.share,
            version=request.answer.version,
            correct=outcome.correct,
            candidate_correct=candidate_correct,
            shadow=shadow is not None,
            t=t,
            source=outcome.source[:LONGEST_SOURCE].encode("utf-8", "replace").decode(),
        )

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        fd = try_lock(self.log.folder / ".outcomes.lock", patience_s=PATIENCE_S)
        if fd is None:
            raise WorkError("another process adds outcomes", where=str(self.log.folder), fix="try again")
        try:
            yield
        finally:
            os.close(fd)


def judged_by(request: Request, digest: str, source: str = "") -> Outcome:
    """The outcome that a correction comes to: `digest` is that of the right answer. Raises InputError for a request
    whose answer cannot be told from another by a digest."""
    if not request.answer.digest or not digest:
        raise InputError(
            "answers of this kind cannot be held against a correction",
            where=request.id,
            fix="say whether the answer was correct",
        )
    shadow = request.shadow
    return Outcome(
        request=request.id,
        correct=request.answer.digest == digest,
        candidate_correct=shadow.digest == digest if shadow is not None and shadow.digest else None,
        source=source,
    )


def _told(request: Request, correct: bool) -> bool | None:
    """Whether the candidate was right, where that follows from production: it failed, or both said the same."""
    shadow = request.shadow
    if shadow is None or shadow.failed:
        return None if shadow is None else False
    return correct if shadow.digest and shadow.digest == request.answer.digest else None
