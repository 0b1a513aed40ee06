"""Turns steps and evaluations into signals. A signal is raised once; a plateau again after a new gain."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.advisor import signals
from engine.advisor.losses import LossWindow
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
        """Kinds raised so far: what `early_stop_on` looks at."""
        self._scores: list[float | None] = []
        self._validation_losses: list[float | None] = []
        self._train_losses: list[float | None] = []
        self._losses = LossWindow()
        self._on_plateau = False

    def observe_loss(self, step: int, loss: float) -> list[Signal]:
        """Signals that the training loss of one step raises. Costs microseconds."""
        if "diverged" in self.seen:
            return []
        message = self._losses.add(loss) if math.isfinite(loss) else signals.not_a_number("loss", loss)
        return self._once("diverged", "loss", message and f"{message} (step {step})")

    def observe(
        self,
        step: int,
        values: Mapping[str, float | None],
        *,
        train_loss: float | None,
        without_gain: int | None = None,
    ) -> list[Signal]:
        """Signals that this evaluation raises.

        `without_gain`: evaluations since the best one, where the caller has its own rule for a tie.
        """
        score, loss = values.get(self.headline), values.get("loss")
        self._scores.append(_json_number(score))
        self._validation_losses.append(_json_number(loss))
        if train_loss is not None:  # the untrained model has none
            self._train_losses.append(_json_number(train_loss))
        raised = self._once("target_reached", self.headline, signals.target_reached(self.targets, values))
        raised += self._plateau()
        raised += self._overfitting()
        for name in (self.headline, "loss"):
            if name in values:
                message = signals.not_a_number(name, values[name])
                raised += self._once(
                    "diverged", name, f"{message} in the evaluation at step {step}" if message else None
                )
        if without_gain is None:
            without_gain = _since_best(self._scores, self.mode)
        exhausted = signals.patience_exhausted(without_gain, self.patience)
        return raised + self._once("patience_exhausted", self.headline, exhausted)

    def state(self) -> dict[str, Any]:
        """What a checkpoint holds of the advisor."""
        return {
            "seen": sorted(self.seen),
            "scores": self._scores,
            "validation_losses": self._validation_losses,
            "train_losses": self._train_losses,
            "losses": self._losses.state(),
            "on_plateau": self._on_plateau,
        }

    def load(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` gave."""
        self.seen = set(state["seen"])
        self._scores = list(state["scores"])
        self._validation_losses = list(state["validation_losses"])
        self._train_losses = list(state["train_losses"])
        self._losses.load(state["losses"])
        self._on_plateau = state["on_plateau"]

    def _plateau(self) -> list[Signal]:
        message = signals.plateau(self._scores, mode=self.mode)
        news = message is not None and not self._on_plateau
        self._on_plateau = message is not None
        if not news or message is None:
            return []
        self.seen.add("plateau")
        return [Signal("plateau", self.headline, message)]

    def _overfitting(self) -> list[Signal]:
        """By the validation loss where there is one: it turns before a metric of decisions does."""
        if self._validation_losses[-1] is not None:
            metric, message = "loss", signals.overfitting(self._train_losses, self._validation_losses, mode="min")
        else:
            metric, message = self.headline, signals.overfitting(self._train_losses, self._scores, mode=self.mode)
        return self._once("overfitting", metric, message)

    def _once(self, kind: SignalKind, metric: str, message: str | None) -> list[Signal]:
        if message is None or kind in self.seen:
            return []
        self.seen.add(kind)
        return [Signal(kind, metric, message)]


def _json_number(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _since_best(scores: Sequence[float | None], mode: str) -> int:
    sign = 1 if mode == "max" else -1
    best, since = -math.inf, 0
    for score in scores:
        if score is not None and sign * score > best:
            best, since = sign * score, 0
        else:
            since += 1
    return since
