"""A workspace on another machine, as the screens deal with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.attach.protocol import Answer, FileName, LogPart, Message, Report, Resume, Spec, Stop
from engine.errors import InputError, WorkError
from tui.feed.model import LogLine
from tui.places.cleaned import line, page, spec
from tui.places.link import Link
from tui.places.place import StopWay

if TYPE_CHECKING:
    from engine.runs.spec import RunSpec

READ_WITHIN_S = 20.0
ACT_WITHIN_S = 75.0
"""A resume waits over there until the worker stands in the queue."""
MOST_LOG_BYTES = 8 * 1024 * 1024
"""Of a longer log the newest part is fetched."""


class RemotePlace:
    """Asks over a link; a machine that is away is a sentence at once."""

    def __init__(self, name: str, link: Link, *, readonly: bool = False) -> None:
        self.name, self._link, self._readonly = name, link, readonly

    def spec(self, run_id: str) -> RunSpec:
        """What a run was started with."""
        answer = self._ask(lambda number: Spec(id=number, run=self._own(run_id)), READ_WITHIN_S)
        try:
            return spec(answer.data)
        except (ValueError, RecursionError) as problem:
            raise WorkError("it sent something that is no specification", where=self.name) from problem

    def report(self, run_id: str) -> str:
        """The page of its report."""
        return page(self._ask(lambda number: Report(id=number, run=self._own(run_id)), READ_WITHIN_S).text)

    def stop(self, run_id: str, way: StopWay) -> str:
        """Ask its worker to stop it; a kill waits until it is gone."""
        self._may_change()
        ask = self._ask(lambda number: Stop(id=number, run=self._own(run_id), way=way.value), ACT_WITHIN_S)
        return f"{self.name}: {line(ask.text)}"

    def resume(self, run_id: str) -> str:
        """Give it a worker again."""
        self._may_change()
        answer = self._ask(lambda number: Resume(id=number, run=self._own(run_id)), ACT_WITHIN_S)
        return f"{self.name}: {line(answer.text)}"

    def log(self, run_id: str) -> list[LogLine]:
        """Events for people and printed lines; of a long log the newest."""
        from tui.places.fetched_log import lines_of

        return lines_of({name: self._fetch(run_id, name) for name in ("status", "events", "log")})

    def _fetch(self, run_id: str, name: FileName) -> bytes:
        """The lines of a file that are for people, asked for part by part from its end."""
        parts: list[bytes] = []
        before: int | None = None
        while before != 0 and sum(map(len, parts)) < MOST_LOG_BYTES:

            def make(number: int, before: int | None = before) -> Message:
                return LogPart(id=number, run=self._own(run_id), file=name, before=before)

            answer = self._ask(make, READ_WITHIN_S)
            if before is not None and answer.at >= before:
                break
            parts.append(answer.data.encode("latin-1", "replace"))
            before = answer.at
        return b"".join(reversed(parts))

    def _ask(self, make: Callable[[int], Message], within_s: float) -> Answer:
        answer = self._link.ask(make, within_s)
        if answer is None:
            problem = self._link.problem or "it does not answer"
            raise WorkError(f"not reachable ({problem})", where=self.name, fix="try again when it is back")
        if answer.error:
            where = f"{self.name}: {line(answer.where)}" if answer.where else self.name
            raise WorkError(line(answer.error), where=where, fix=line(answer.fix) or None)
        return answer

    def _may_change(self) -> None:
        hello = self._link.hello
        if self._readonly or (hello is not None and hello.readonly):
            raise InputError("attached read-only", where=self.name, fix="stop and resume runs on that machine")

    def _own(self, run_id: str) -> str:
        """The run's name on its machine."""
        return run_id.rpartition(":")[2]
