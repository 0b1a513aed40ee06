"""The events of a run: one JSON object a line, told apart by `type`.

Every event carries `t` (Unix seconds) and `seq` (counted up without gaps by the file's one writer).
A number that JSON cannot carry (NaN, infinity) is written as null and read back as None.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

PROTOCOL = 1
MAX_LINE_BYTES = 64 * 1024

Count = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
"""A step or a sequence number: a double holds it exactly, so every reader agrees on it."""

State = Literal["queued", "starting", "running", "stopping", "done", "stopped", "failed"]
SignalKind = Literal[
    "target_reached", "plateau", "overfitting", "diverged", "stalled", "patience_exhausted", "kept_start",
    "disk_nearly_full", "device_too_hot",
]  # fmt: skip
Level = Literal["debug", "info", "warning", "error"]


class Event(msgspec.Struct, frozen=True, tag_field="type", omit_defaults=True, kw_only=True):
    """What every event carries."""

    t: float
    seq: Count


class TargetInfo(msgspec.Struct, frozen=True, omit_defaults=True):
    """A target as it stands in the first line: `metric` must be `at_least` or `at_most` a value."""

    metric: str
    at_least: float | None = None
    at_most: float | None = None


class RunEvent(Event, frozen=True, kw_only=True, tag="run"):
    """First line of a file, and again after each resume: who writes, what is being trained."""

    protocol: int = PROTOCOL
    id: str
    profile: str = ""
    model: str = ""
    task: str = ""
    host: str = ""
    pid: int = 0
    device: str = ""
    headline: str = ""
    targets: list[TargetInfo] = []
    attempt: int = 1
    resumed_step: Count | None = None
    """Set when the run went on from a checkpoint: points past this step are void, and the point at it
    is replaced as soon as the resumed run brings its own."""


class StatusEvent(Event, frozen=True, kw_only=True, tag="status"):
    """A step in a run's life, written by the worker. `reason` is set when the run ended."""

    state: State
    reason: str | None = None
    message: str = ""
    attempt: int = 1


class ProgressEvent(Event, frozen=True, kw_only=True, tag="progress"):
    """How far the trainer is. `rate` is steps a second; steps count over the whole run."""

    phase: str
    step: Count
    steps: Count
    epoch: float = 0.0
    epochs: float = 0.0
    rate: float = 0.0


class MetricsEvent(Event, frozen=True, kw_only=True, tag="metrics"):
    """Numbers measured at a step on a split (`train`, `validation`, `test`)."""

    step: Count
    epoch: float = 0.0
    split: str = "train"
    values: dict[str, float | None]


class CheckpointEvent(Event, frozen=True, kw_only=True, tag="checkpoint"):
    """A checkpoint was published: complete on disk."""

    step: Count
    path: str
    score: float | None = None
    best: bool = False


class SignalEvent(Event, frozen=True, kw_only=True, tag="signal"):
    """What the advisor saw; of the run as a whole (`stalled`) and its machine, what the worker did."""

    kind: SignalKind
    metric: str = ""
    message: str = ""
    step: Count = 0


class SampleEvent(Event, frozen=True, kw_only=True, tag="sample"):
    """A validation sample with its prediction, for people."""

    step: Count
    sample: dict[str, object]
    prediction: dict[str, object]


class LogEvent(Event, frozen=True, kw_only=True, tag="log"):
    """A sentence for people."""

    level: Level = "info"
    message: str


class SystemEvent(Event, frozen=True, kw_only=True, tag="system"):
    """Device and host figures: percent, MiB, °C, W; a figure that cannot be read is absent."""

    values: dict[str, float | None]


AnyEvent = (
    RunEvent
    | StatusEvent
    | ProgressEvent
    | MetricsEvent
    | CheckpointEvent
    | SignalEvent
    | SampleEvent
    | LogEvent
    | SystemEvent
)
