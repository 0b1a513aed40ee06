"""The parts of a plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from engine.runs.spec import Target
from engine.training.config import PhaseOutline


@dataclass(frozen=True)
class Value:
    """One setting: `config.epochs`, its value, and where it comes from."""

    name: str
    value: Any
    origin: str


@dataclass(frozen=True)
class DataPlan:
    """The examples that a run would see."""

    state: Literal["ready", "to be generated", "missing"]
    dataset: str = ""
    """Its id, when it exists."""
    splits: dict[str, int] = field(default_factory=dict)
    """Split → examples."""
    classes: dict[str, dict[str, int]] = field(default_factory=dict)
    """Split → class → examples."""
    note: str = ""


@dataclass(frozen=True)
class DevicePlan:
    """Where it would run."""

    wish: str
    names: tuple[str, ...]
    """Devices that meet the wish; the first that is free is taken."""
    title: str = ""
    memory_mib: int = 0


@dataclass(frozen=True)
class DiskPlan:
    """Room for checkpoints and the model, in MiB. None where the size of the base model is not known."""

    needed_mib: float | None
    free_mib: float
    total_mib: float


@dataclass(frozen=True)
class TimePlan:
    """How long it would take, from earlier runs; None where there are none to go by."""

    seconds: float | None
    basis: str


@dataclass(frozen=True)
class BasePlan:
    """The base model."""

    name: str
    place: str | None
    """Directory on this machine; None where it is not here, or where there is nothing to load."""
    size_mib: float | None
    hub_is_off: bool = False


@dataclass(frozen=True)
class Plan:
    """What would run for one model."""

    profile: str
    model: str
    task: str
    preset: str
    description: str
    base: BasePlan
    values: tuple[Value, ...]
    data: DataPlan
    phases: tuple[PhaseOutline, ...]
    steps: int
    """Optimizer steps of all phases, when nothing ends them early."""
    targets: tuple[Target, ...]
    device: DevicePlan
    disk: DiskPlan
    time: TimePlan
    kept_mib: float = 0.0
    """Memory that decoded examples take between epochs, at most."""
    warnings: tuple[str, ...] = ()
