"""Hyperparameters that every trained task has. Light: pydantic alone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

SignalName = Literal["target_reached", "plateau", "overfitting", "diverged"]


def _distinct(labels: list[str]) -> list[str]:
    if len(set(labels)) != len(labels) or not all(labels):
        raise ValueError("labels must be distinct and not empty")
    return labels


def _positive(weights: str | dict[str, float]) -> str | dict[str, float]:
    if isinstance(weights, dict) and not all(weight > 0 for weight in weights.values()):
        raise ValueError("class weights must be greater than 0")
    return weights


Labels = Annotated[list[str], AfterValidator(_distinct)]
"""Classes in the order of the head."""
PositiveWeights = AfterValidator(_positive)
"""Marks a field that is a mapping from class to weight, or a word."""


def hyperparameter(default: Any, description: str, *, unit: str = "", **limits: Any) -> Any:
    """A field with its meaning, unit and limits: forms, `show` and the JSON Schema are made from it."""
    extra: JsonDict | None = {"unit": unit} if unit else None
    return Field(default, description=description, json_schema_extra=extra, **limits)


@dataclass(frozen=True)
class PhaseOutline:
    """How long one phase of a run will be, as far as can be told from the settings and the split sizes."""

    name: str
    examples: int
    batch_size: int
    epochs: int
    gradient_accumulation: int = 1
    max_steps: int = 0

    @property
    def steps_per_epoch(self) -> int:
        batches = math.ceil(self.examples / self.batch_size)
        return math.ceil(batches / self.gradient_accumulation)

    @property
    def steps(self) -> int:
        """Optimizer steps, when nothing ends the phase early."""
        steps = self.steps_per_epoch * self.epochs
        return min(steps, self.max_steps) if self.max_steps else steps


class TrainingConfig(BaseModel):
    """What the training loop reads; a task adds its own fields."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    base: str = hyperparameter(
        "all-MiniLM-L6-v2", "Base model: a Hub id, a directory, a file, or scratch:NAME (architecture only)."
    )
    epochs: int = hyperparameter(3, "Passes over the training split.", unit="epochs", ge=0, le=10_000)
    max_steps: int = hyperparameter(0, "Stop after this many optimizer steps; 0 means no limit.", unit="steps", ge=0)
    batch_size: int = hyperparameter(16, "Examples per batch.", unit="examples", ge=1, le=65_536)
    eval_batch_size: int = hyperparameter(
        64,
        "Examples per batch in evaluation, which has no gradients to hold.",
        unit="examples",
        ge=1,
        le=65_536,
    )
    gradient_accumulation: int = hyperparameter(
        1, "Batches whose gradients are summed for one optimizer step.", unit="batches", ge=1, le=4096
    )
    learning_rate: float = hyperparameter(5e-5, "Peak learning rate of AdamW.", gt=0, le=1)
    warmup_ratio: float = hyperparameter(
        0.1, "Part of all steps in which the learning rate rises from 0.", ge=0, le=1
    )
    schedule: Literal["linear", "cosine", "constant", "plateau"] = hyperparameter(
        "linear",
        "How the learning rate falls after the warm-up. plateau: it stays until evaluations bring no gain, then it "
        "falls by plateau_factor.",
    )
    plateau_factor: float = hyperparameter(
        0.5, "Factor on the learning rate at each plateau (schedule: plateau).", gt=0, lt=1
    )
    plateau_patience: int = hyperparameter(
        3,
        "Evaluations without a gain that make a plateau; counted anew after each fall (schedule: plateau).",
        unit="evaluations",
        ge=1,
    )
    weight_decay: float = hyperparameter(0.01, "Decoupled weight decay (not on biases and norms).", ge=0, le=1)
    max_grad_norm: float = hyperparameter(1.0, "Gradients are clipped to this norm; 0 means no clipping.", ge=0)
    patience: int = hyperparameter(
        0,
        "Evaluations without a gain after which the training ends; 0 means never.",
        unit="evaluations",
        ge=0,
    )
    precision: Literal["auto", "fp32", "bf16"] = hyperparameter(
        "auto", "Arithmetic of forward and backward; auto takes bf16 where the device has it."
    )
    loader_workers: Literal["auto"] | Annotated[int, Field(ge=0, le=128)] = hyperparameter(
        "auto",
        "Processes that prepare batches of pictures ahead of the step; text needs none. auto: none on the CPU, where "
        "the net needs every core; on a GPU its share of the cores but one, 16 at most.",
        unit="processes",
    )
    max_length: int = hyperparameter(256, "Longest input; longer text goes in windows.", unit="tokens", ge=8, le=8192)
    checkpoint_every_s: float = hyperparameter(
        60.0, "Publish a checkpoint when the last one is this old.", unit="s", ge=0
    )
    seed: int = hyperparameter(13, "Seed of weights, order of examples and dropout.", ge=0)

    def phases(self, counts: Mapping[str, int]) -> list[PhaseOutline]:
        """The phases of a run on splits of these sizes. A task with more than one phase says so here."""
        return [self.phase("training", counts.get("train", 0))]

    def kept_mib(self, counts: Mapping[str, int]) -> float:
        """Memory that examples of splits of these sizes take between epochs, at most. A task that keeps some says
        so here."""
        return 0.0

    def cautions(self, classes: Mapping[str, int]) -> list[str]:
        """What to mind before a training on so many examples of each class. A task that knows more than the plan
        says so here."""
        return []

    def phase(self, name: str, examples: int) -> PhaseOutline:
        """A phase with this config's own batch, epochs and limits."""
        return PhaseOutline(name, examples, self.batch_size, self.epochs, self.gradient_accumulation, self.max_steps)
