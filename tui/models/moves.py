"""Moves of a model, made beside the screen in threads: a line in the history each, under a second."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual.message import Message

from engine.registry.gate import GateResult
from engine.registry.history import Moved
from engine.registry.promotion import Move
from engine.workspace import Workspace
from tui.labelling.beside import Beside


class Moves(Beside):
    """Makes moves and tells what became of them."""

    @dataclass
    class Made(Message):
        """It stands in the history."""

        sentence: str

    @dataclass
    class Overtaken(Message):
        """Somebody else was first: what was looked at is not as it was."""

        sentence: str

    @dataclass
    class Refused(Message):
        """It was not made, and why."""

        sentence: str

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(id="moves")
        self._workspace = workspace

    def promote(self, reference: str, gate: GateResult, seq: int, *, why: str, force: bool) -> None:
        """Promote a version as the gate allowed it; `seq`: the last move when the gate was asked."""
        from engine.registry.promotion import promote

        self._make(
            lambda: promote(self._workspace, reference, gate=gate, expected_seq=seq, why=why, force=force),
        )

    def stage(self, reference: str, seq: int, *, why: str) -> None:
        """Point `staging` at a version."""
        from engine.registry.promotion import stage

        self._make(lambda: stage(self._workspace, reference, why=why, expected_seq=seq))

    def rollback(self, profile: str, model: str, seq: int, *, why: str) -> None:
        """Bring back what was in production before."""
        from engine.registry.promotion import rollback

        self._make(lambda: rollback(self._workspace, profile, model, why=why, expected_seq=seq))

    def raise_threshold(self, reference: str, name: str, value: float, *, why: str) -> None:
        """Set a threshold of a version higher."""
        from engine.registry.thresholds import raise_threshold

        self._make(lambda: raise_threshold(self._workspace, reference, value, name=name, why=why))

    def _make(self, move: Callable[[], Move]) -> None:
        def work() -> Message:
            try:
                return self.Made(_told(move()))
            except Moved as problem:
                return self.Overtaken(str(problem))
            except Exception as problem:
                return self.Refused(str(problem) or type(problem).__name__)

        self.in_thread(work)


def _told(done: Move) -> str:
    standing = done.standing
    said = [("production", standing.production), ("staging", standing.staging), ("previous", standing.previous)]
    there = ", ".join(f"{alias} @{number}" for alias, number in said if number is not None)
    return f"{done.entry.sentence}: {there}." if there else f"{done.entry.sentence}."
