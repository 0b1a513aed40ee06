"""A plan for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.plan.outline import Plan

LONGEST_VALUE = 60


def lines(plan: Plan) -> list[str]:
    """The plan as plain lines, most important first; warnings last, where the eye stays."""
    return [
        f"{plan.profile}/{plan.model}  {plan.task}  preset {plan.preset}",
        *([f"  {plan.description}"] if plan.description else []),
        *_facts(plan),
        "  values",
        *_values(plan),
        *[f"  ! {warning}" for warning in plan.warnings],
    ]


def duration(seconds: float) -> str:
    """`40 s`, `12 min`, `3 h 20 min`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"


def size(mib: float) -> str:
    """`90 MiB`, `1.2 GiB`."""
    return f"{mib:.0f} MiB" if mib < 1000 else f"{mib / 1024:.1f} GiB"


def _facts(plan: Plan) -> Iterator[str]:
    def fact(name: str, text: str) -> str:
        return f"  {name:<8}  {text}"

    if plan.base.name:
        where = f"  {size(plan.base.size_mib)}, here" if plan.base.size_mib is not None else ""
        yield fact("base", plan.base.name + where)
    data = ", ".join(f"{name} {count}" for name, count in plan.data.splits.items())
    state = plan.data.dataset or plan.data.state
    yield fact("data", "; ".join(part for part in (state, data, plan.data.note) if part))
    for split, classes in plan.data.classes.items():
        if classes:
            yield fact("", f"{split}: " + ", ".join(f"{name} {count}" for name, count in classes.items()))
    for phase in plan.phases:
        steps = f"{phase.epochs} epochs × {phase.steps_per_epoch} steps of {phase.batch_size}"
        yield fact("phase", f"{phase.name}: {steps} = {phase.steps}")
    if plan.phases:
        yield fact("steps", f"{plan.steps} at most")
    yield fact("targets", ", ".join(str(target) for target in plan.targets) or "none")
    memory = f"  {plan.device.title}, {size(plan.device.memory_mib)}" if plan.device.title else ""
    yield fact("device", (" or ".join(plan.device.names) or "none") + memory)
    if plan.kept_mib:
        yield fact("memory", f"up to {size(plan.kept_mib)} of decoded examples are kept between epochs")
    needed = f"up to {size(plan.disk.needed_mib)}" if plan.disk.needed_mib is not None else "not known yet"
    yield fact("disk", f"{needed}; {size(plan.disk.free_mib)} free")
    time = f"about {duration(plan.time.seconds)}" if plan.time.seconds is not None else "not known yet"
    yield fact("time", f"{time} ({plan.time.basis})")


def _values(plan: Plan) -> Iterator[str]:
    """What somebody wrote, then the defaults."""
    values = sorted(plan.values, key=lambda value: value.origin == "default")
    shown = [(value.name, _short(value.value), value.origin) for value in values]
    width = max((len(name) for name, _, _ in shown), default=0)
    value_width = max((len(text) for _, text, _ in shown), default=0)
    for name, text, origin in shown:
        yield f"    {name:<{width}}  {text:<{value_width}}  {origin}"


def _short(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        text = ", ".join(value) or "none"
    else:
        text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"
