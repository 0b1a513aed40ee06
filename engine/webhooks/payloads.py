"""What the body of each kind of event holds, beside `kind`, `id` and `t`. No secrets, no texts or pictures of a
dataset, no paths of this machine."""

from __future__ import annotations

import msgspec


class Target(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A target of the profile, and what the test split says of it."""

    metric: str
    at_least: float | None = None
    at_most: float | None = None
    value: float | None = None
    """None where nothing was measured."""
    reached: bool


class RunEnded(msgspec.Struct, frozen=True, kw_only=True):
    """Of `run.finished`, `run.failed` and `target.reached`."""

    run: str
    profile: str
    model: str
    version: int | None
    """Of the registry, that the run became; None where it became none."""
    task: str
    dataset: str
    state: str
    """`done`, `stopped`, `failed` or `lost`."""
    reason: str
    """From a closed list: `done`, `stopped by user`, `bad data`, `out of memory`, `worker killed` …"""
    attempt: int
    headline: str
    """The metric that counts most."""
    metrics: dict[str, float | None]
    """On the test split; empty where it was not measured."""
    targets: list[Target]


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """Of `run.stalled`, `disk.nearly_full` and `device.too_hot`."""

    run: str
    """Whose worker saw it."""
    profile: str
    model: str
    task: str
    attempt: int
    host: str
    """The machine that the worker is on."""
    device: str
    """That is too hot; empty of other kinds."""
    message: str
    """A sentence, with the figures."""


class ModelPromoted(msgspec.Struct, frozen=True, kw_only=True):
    """Of `model.promoted`."""

    profile: str
    model: str
    version: int
    from_version: int | None
    """What was production before."""
    action: str
    """`promote`, or `rollback` to a version that had been production."""
    who: str
    why: str
    forced: bool
    """The gate had refused it."""
    run: str | None
    """That made the version; None where nothing says so any more."""
    headline: str
    metrics: dict[str, float | None]
    """On the version's test split."""


class TriggerFired(msgspec.Struct, frozen=True, kw_only=True):
    """Of `trigger.fired`."""

    profile: str
    model: str
    trigger: str
    """`schedule`, `performance`, `data` or `environment`."""
    reason: str
    """A sentence."""
    numbers: dict[str, float | None]
    """By which it fired."""
    run: str | None
    """The run that it started, if it started one."""


PAYLOADS: dict[str, type[msgspec.Struct]] = {
    "run.finished": RunEnded,
    "run.failed": RunEnded,
    "run.stalled": Trouble,
    "target.reached": RunEnded,
    "model.promoted": ModelPromoted,
    "trigger.fired": TriggerFired,
    "disk.nearly_full": Trouble,
    "device.too_hot": Trouble,
}
