"""Puts a plan together from profile, workspace and machine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.allowance import FREE_SHARE, free_memory_bytes
from engine.base_models import SCRATCH, offline, resolve_base
from engine.datasets.store import Dataset
from engine.devices import list_devices
from engine.errors import BaseModelError, InputError
from engine.plan import tried
from engine.plan.cautions import cautions
from engine.plan.earlier import expected_time
from engine.plan.outline import BasePlan, DataPlan, DevicePlan, DiskPlan, Plan, Value
from engine.profiles import ResolvedModel
from engine.runs.leases import slots_for
from engine.runs.spec import RunPolicy
from engine.tasks.catalog import find_task
from engine.training.config import PhaseOutline
from engine.workspace import Workspace

MIB = 1024 * 1024
MOST_EXAMPLES_TO_TRY = 20_000
"""A recipe that makes more is not tried for a plan: its split sizes are estimated."""
SPLITS = {"train": 0.7, "validation": 0.2, "test": 0.1}
ADAPTER_PART = 0.1
"""Weights that LoRA trains, as part of all: 2 to 8 % at ranks 8 to 64 on all linear layers, and the head."""


def plan(
    workspace: Workspace,
    resolved: ResolvedModel,
    dataset: Dataset | None = None,
    device: str = "auto",
    *,
    try_recipe: bool = True,
) -> Plan:
    """What would run for a model. `dataset` is the one it would train on, None when it is yet to be made: then its
    recipe is tried, which can take seconds, or its sizes are estimated where `try_recipe` is false."""
    data = _data(resolved, dataset, try_recipe=try_recipe)
    base = _base(resolved)
    phases = tuple(_phases(resolved, data))
    where = _device(device)
    made = Plan(
        profile=resolved.profile,
        model=resolved.model,
        task=resolved.task,
        preset=resolved.preset,
        description=resolved.description,
        base=base,
        values=tuple(_values(resolved)),
        data=data,
        phases=phases,
        steps=sum(phase.steps for phase in phases),
        targets=resolved.targets,
        device=where,
        disk=_disk(workspace, base, resolved),
        kept_mib=_kept_mib(resolved, data),
        time=expected_time(workspace, resolved, phases, where.names),
    )
    return replace(made, warnings=tuple(cautions(made, resolved.config, find_task(resolved.task).metrics)))


def _values(resolved: ResolvedModel) -> Iterator[Value]:
    """Every value but those of the recipe, which `profiles show` and the dataset's manifest hold."""
    sections: dict[str, Any] = {
        "config": resolved.config.model_dump(),
        "data": {"seed": resolved.data_seed},
        "early_stop_on": list(resolved.early_stop_on),
        "policy": vars(resolved.policy),
    }
    for name, origin in resolved.origins.items():
        if name.startswith(("targets.", "data.recipe")):
            continue
        found: Any = sections
        for part in name.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        yield Value(name, found, origin)
    for target in resolved.targets:
        yield Value(f"targets.{target.metric}", str(target), _origin_of_target(resolved, target.metric))


def _origin_of_target(resolved: ResolvedModel, metric: str) -> str:
    name = f"targets.{metric}"
    return next((origin for key, origin in resolved.origins.items() if f"{key}.".startswith(f"{name}.")), "default")


def _data(resolved: ResolvedModel, dataset: Dataset | None, *, try_recipe: bool) -> DataPlan:
    if dataset is not None:
        manifest = dataset.manifest
        return DataPlan("ready", manifest.id, dict(manifest.counts), manifest.classes, f"from {manifest.source}")
    if resolved.recipe is None:
        return DataPlan("missing", note=f"import with `engine data import {resolved.profile} {resolved.model} FILE…`")
    wanted = getattr(resolved.recipe, "examples", None)
    known = tried.find(resolved)
    too_large = isinstance(wanted, int) and wanted > MOST_EXAMPLES_TO_TRY
    if known is None and (too_large or not try_recipe):
        sizes = {name: round(wanted * part) for name, part in SPLITS.items()} if isinstance(wanted, int) else {}
        why = "the recipe is too large to be tried" if too_large else "the recipe is not tried yet"
        return DataPlan("to be generated", splits=sizes, note=f"sizes estimated: {why}" if sizes else why)
    counts = known or tried.attempt(resolved)
    return DataPlan("to be generated", splits=dict(counts.splits), classes=dict(counts.classes))


def _phases(resolved: ResolvedModel, data: DataPlan) -> list[PhaseOutline]:
    """As the config says them; a config without phases has none that could be known."""
    outline = getattr(resolved.config, "phases", None)
    return list(outline(data.splits)) if outline is not None and data.splits else []


def _kept_mib(resolved: ResolvedModel, data: DataPlan) -> float:
    """As the config says, within what is free now."""
    kept = getattr(resolved.config, "kept_mib", None)
    wanted = kept(data.splits) if kept is not None else 0.0
    return min(wanted, free_memory_bytes() * FREE_SHARE / MIB) if wanted else 0.0


def _base(resolved: ResolvedModel) -> BasePlan:
    name = getattr(resolved.config, "base", "")
    if not name or name.startswith(SCRATCH):
        return BasePlan(name, None, None)
    try:
        path = Path(resolve_base(name))
    except BaseModelError:
        return BasePlan(name, None, None, hub_is_off=True)
    if not path.exists():
        return BasePlan(name, None, None, hub_is_off=offline())
    return BasePlan(name, str(path), _weights_mib(path))


def _weights_mib(path: Path) -> float | None:
    files = [path] if path.is_file() else [*path.glob("*.safetensors")] or [*path.glob("pytorch_model*.bin")]
    return sum(file.stat().st_size for file in files) / MIB if files else None


def _device(wish: str) -> DevicePlan:
    known = {device.name: device for device in list_devices()}
    try:
        names = tuple(dict.fromkeys(slot.device for slot in slots_for(wish)))
    except InputError:
        return DevicePlan(wish, ())
    first = known.get(names[0])
    return DevicePlan(wish, names, first.title if first else "", first.memory_mib if first else 0)


def _disk(workspace: Workspace, base: BasePlan, resolved: ResolvedModel) -> DiskPlan:
    there = next(path for path in (workspace.root, *workspace.root.parents) if path.exists())
    usage = shutil.disk_usage(there)
    needed = None
    if base.size_mib is not None:
        lora = getattr(resolved.config, "method", "full") == "lora"
        needed = disk_needed_mib(base.size_mib, resolved.policy, lora=lora)
    return DiskPlan(needed, usage.free / MIB, usage.total / MIB)


def disk_needed_mib(weights_mib: float, policy: RunPolicy, *, lora: bool) -> float:
    """At most: the model, and checkpoints of trained weights, their best, and two moments of AdamW each.

    One more checkpoint than is kept, since the new one is complete before the oldest goes.
    """
    trained = weights_mib * (ADAPTER_PART if lora else 1.0)
    return weights_mib + 4 * trained * (policy.keep_checkpoints + 1)
