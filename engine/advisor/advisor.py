"""Turns each evaluation into signals; every signal is raised once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.events.schema import SignalKind
from engine.runs.spec import Target


@dataclass(frozen=True)
class Signal:
    """What the advisor saw, and in which metric."""

    kind: SignalKind
    metric: str
    message: str


class Advisor:
    """Keeps the evaluations of a run and asks each signal function about them."""

    def __init__(self, *, headline: str, mode: str, targets: Sequence[Target], patience: int) -> None:
        self.headline, self.mode, self.targets, self.patience = headline, mode, tuple(targets), patience
        self.seen: set[str] = set()
        self._evaluations: list[dict[str, Any]] = []

    def observe(self, step: int, values: Mapping[str, float | None], *, train_loss: float | None) -> list[Signal]:
        """Signals that this evaluation raises for the first time."""
        self._evaluations.append({"step": step, "values": dict(values), "train_loss": train_loss})
        signals = []
        reached = self.targets and all(target.reached(values.get(target.metric)) for target in self.targets)
        if reached and "target_reached" not in self.seen:
            self.seen.add("target_reached")
            signals.append(Signal("target_reached", self.headline, "every target is reached"))
        return signals

    def state(self) -> dict[str, Any]:
        """What a checkpoint holds of the advisor."""
        return {"seen": sorted(self.seen), "evaluations": self._evaluations}

    def load(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` gave."""
        self.seen, self._evaluations = set(state["seen"]), list(state["evaluations"])
