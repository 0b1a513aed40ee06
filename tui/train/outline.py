"""What will run where, as lines: most important first. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tui.feed.model import RunInfo
from tui.theme import BOLD, Role
from tui.train.queue import before, together, waits_for
from tui.widgets.cells import Line
from tui.widgets.durations import duration
from tui.widgets.page import wrapped

if TYPE_CHECKING:
    from engine.plan import Plan

LABEL = 9


def outline_lines(
    plans: Sequence[Plan],
    runs: Sequence[RunInfo],
    slots: int,
    width: int,
    *,
    ascii_only: bool = False,
) -> list[Line]:
    """All of them together where there are several, then each with its facts."""
    lines = [*_together(plans, slots, width), ()] if len(plans) > 1 else []
    for place, plan in enumerate(plans):
        lines += [()] if place else []
        lines += _plan_lines(plan, _queue(plan, runs, plans[:place], slots, ascii_only), width, ascii_only)
    return lines


def total(plans: Sequence[Plan], slots: int) -> str:
    """The time of all together: `about 12m`, `at least 4m`, or that it is not known."""
    seconds, unknown = together([plan.time.seconds for plan in plans], slots)
    if unknown == len(plans):
        return "time not known yet"
    return f"{'at least' if unknown else 'about'} {duration(seconds)}"


def _plan_lines(plan: Plan, queue: str, width: int, ascii_only: bool) -> Iterator[Line]:
    yield (
        (plan.model, Role.TITLE | BOLD),
        (f"  {plan.task}, preset {plan.preset}", Role.MUTED),
    )
    bang = "!" if ascii_only else "▲"
    for warning in plan.warnings:
        yield from wrapped(f"{bang} {warning}", width, Role.WARNING)
    for label, text in _facts(plan, queue):
        yield from _fact(label, text, width)


def _facts(plan: Plan, queue: str) -> Iterator[tuple[str, str]]:
    from engine.plan.text import size

    splits = ", ".join(f"{name} {count:,}" for name, count in plan.data.splits.items())
    state = plan.data.dataset or {"to be generated": "made first", "missing": "none"}.get(plan.data.state, "")
    # What is missing, a warning says; where a dataset comes from, its name.
    note = f"({plan.data.note})" if plan.data.note and plan.data.state == "to be generated" else ""
    time = f"about {duration(plan.time.seconds)}" if plan.time.seconds is not None else "not known yet"
    yield "time", f"{time} ({plan.time.basis})"
    memory = f" ({plan.device.title}, {size(plan.device.memory_mib)})" if plan.device.title else ""
    yield "device", (" or ".join(plan.device.names) or "none") + memory
    yield "queue", queue
    yield "data", ": ".join(part for part in (state, f"{splits} {note}".strip()) if part)
    for split, classes in plan.data.classes.items():
        if split == "train" and classes:
            yield "", f"{split}: " + ", ".join(f"{name} {count:,}" for name, count in classes.items())
    for phase in plan.phases:
        steps = (
            f"{phase.epochs} epoch{'s' * (phase.epochs != 1)} × {phase.steps_per_epoch:,} steps of {phase.batch_size}"
        )
        yield "steps", f"{phase.steps:,} = {steps}" + (f" ({phase.name})" if len(plan.phases) > 1 else "")
    yield "targets", ", ".join(str(target) for target in plan.targets) or "none"
    if plan.base.name:
        here = f", {size(plan.base.size_mib)} on this machine" if plan.base.size_mib is not None else ""
        yield "base", plan.base.name + here
    if plan.kept_mib:
        yield "memory", f"up to {size(plan.kept_mib)} of decoded examples are kept between epochs"
    needed = f"up to {size(plan.disk.needed_mib)}" if plan.disk.needed_mib is not None else "need not known yet"
    yield "disk", f"{needed}; {size(plan.disk.free_mib)} free"


def _fact(label: str, text: str, width: int) -> Iterator[Line]:
    for place, line in enumerate(wrapped(text, width - LABEL, Role.TEXT)):
        yield ((f"{label if not place else '':<{LABEL}}", Role.MUTED), *line)


def _queue(
    plan: Plan,
    runs: Sequence[RunInfo],
    started: Sequence[Plan],
    slots: int,
    ascii_only: bool,
) -> str:
    """Who is before it: runs that are there, and those that this start makes first."""
    names = plan.device.names
    if not names:
        return "never: there is no such device"
    there = [f"{_run_name(run)} ({run.view.state if run.view else ''})" for run in before(runs, names)]
    mine = [f"{one.model} (this start)" for one in started if set(one.device.names) & set(names)]
    waiting = waits_for([*there, *mine], slots)
    if not waiting:
        return "starts at once"
    shown = ", ".join(waiting[:3])
    return f"after {shown}" + (f" and {len(waiting) - 3} more" if len(waiting) > 3 else "")


def _run_name(run: RunInfo) -> str:
    model = run.view.model if run.view is not None else ""
    return f"{model} {run.id.rpartition('-')[2]}".strip()


def _together(plans: Sequence[Plan], slots: int, width: int) -> Iterator[Line]:
    how = "one after another" if slots <= 1 else f"{min(slots, len(plans))} at once"
    yield ((f"{len(plans)} runs together", Role.TITLE | BOLD),)
    yield from _fact("time", f"{total(plans, slots).removeprefix('time ')}, {how}", width)
    warnings = sum(len(plan.warnings) for plan in plans)
    if warnings:
        yield ((f"{'warnings':<{LABEL}}", Role.MUTED), (f"{warnings}", Role.WARNING))
