"""Moves of a model, made beside the screen in threads: a line in the history each, under a second."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from textual.message import Message

from engine.registry.gate import GateResult
from engine.registry.history import Moved, read_history
from engine.registry.paths import ModelHome
from engine.registry.promotion import Move
from engine.registry.standing import standing_of
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

    def deploy(self, home: ModelHome, number: int, seq: int, *, share: float | None, shadow: bool, why: str) -> None:
        """Try a version beside production, by the rules of its profile."""
        from engine.traffic.deploying import start
        from engine.traffic.policy import policy_named

        def move() -> str:
            self._require_still(home, seq)
            reference = f"{home.name}@{number}"
            mode: Literal["shadow"] | None = "shadow" if shadow else None
            policy = policy_named(home.profile, home.model)
            done = start(self._workspace, reference, share=share, mode=mode, policy=policy, why=why)
            answers = "sees all requests and answers nobody" if done.is_shadow else f"answers {done.share:g} %"
            return f"@{done.candidate} {answers}, beside @{done.production}."

        self._tell(move)

    def ramp(self, home: ModelHome, seq: int, share: float, *, why: str) -> None:
        """Give the candidate a share of the requests, whatever the test says."""
        from engine.traffic.deploying import ramp

        def move() -> str:
            self._require_still(home, seq)
            done = ramp(home, share, why=why)
            return f"@{done.candidate} answers {done.share:g} % of the keys from now on."

        self._tell(move)

    def withdraw(self, home: ModelHome, seq: int, *, why: str) -> None:
        """Take the candidate out."""
        from engine.traffic.deploying import withdraw

        def move() -> str:
            self._require_still(home, seq)
            return f"{withdraw(home, why=why).sentence}: production answers everything again."

        self._tell(move)

    def _require_still(self, home: ModelHome, seq: int) -> None:
        """Raises Moved where there was another move since the operator looked."""
        if standing_of(home).seq != seq:
            last = read_history(home)[-1]
            raise Moved(f"{last.sentence} came first ({last.why or 'no reason given'})", where=home.name)

    def _make(self, move: Callable[[], Move]) -> None:
        self._tell(lambda: _told(move()))

    def _tell(self, move: Callable[[], str]) -> None:
        def work() -> Message:
            try:
                return self.Made(move())
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
