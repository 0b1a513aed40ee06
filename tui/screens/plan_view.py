"""A plan for the screen: what to mind first, then the facts, then the values that somebody wrote."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.style import Style
from rich.table import Table
from rich.text import Text

from tui.theme import Palette, Role

if TYPE_CHECKING:
    from engine.plan import Plan

DEFAULT = "default"


def plan_view(plan: Plan, palette: Palette) -> RenderableType:
    """One model's plan. It wraps to whatever width it gets."""

    def style(role: Role) -> Style:
        return palette.style(role, Style.null())

    heading = Text()
    heading.append(f"{plan.profile}/{plan.model}", style(Role.TITLE))
    heading.append(f"  {plan.task}, preset {plan.preset}", style(Role.MUTED))
    warnings = [Text(f"! {warning}", style(Role.WARNING)) for warning in plan.warnings]
    facts = Table.grid(padding=(0, 2, 0, 0), expand=True)
    facts.add_column(style=style(Role.MUTED), no_wrap=True)
    facts.add_column(ratio=1)
    for name, text in _facts(plan):
        facts.add_row(name, Text(text))
    values = Table.grid(padding=(0, 2, 0, 0))
    values.add_column(style=style(Role.MUTED), no_wrap=True)
    values.add_column(overflow="fold", max_width=30)
    values.add_column(style=style(Role.MUTED), overflow="ellipsis")
    for value in plan.values:
        if value.origin != DEFAULT and not value.name.startswith("targets."):
            values.add_row(value.name.removeprefix("config."), Text(_short(value.value)), Text(value.origin))
    return Group(
        heading, *warnings, facts, Text(""), Text("Not at their defaults", style(Role.MUTED)), values, Text("")
    )


def _facts(plan: Plan) -> Iterator[tuple[str, str]]:
    from engine.plan.text import duration, size

    if plan.base.name:
        here = f", {size(plan.base.size_mib)} on this machine" if plan.base.size_mib is not None else ""
        yield "base", plan.base.name + here
    splits = ", ".join(f"{name} {count}" for name, count in plan.data.splits.items())
    yield "data", "; ".join(part for part in (plan.data.dataset or plan.data.state, splits) if part)
    for split, classes in plan.data.classes.items():
        if split == "train" and classes:
            yield "", f"{split}: " + ", ".join(f"{name} {count}" for name, count in classes.items())
    for phase in plan.phases:
        yield phase.name, f"{phase.epochs} epochs × {phase.steps_per_epoch} steps of {phase.batch_size}"
    if plan.phases:
        yield "steps", f"{plan.steps} at most"
    yield "targets", ", ".join(str(target) for target in plan.targets) or "none"
    memory = f" ({plan.device.title}, {size(plan.device.memory_mib)})" if plan.device.title else ""
    yield "device", (" or ".join(plan.device.names) or "none") + memory
    needed = f"up to {size(plan.disk.needed_mib)}" if plan.disk.needed_mib is not None else "not known yet"
    yield "disk", f"{needed}; {size(plan.disk.free_mib)} free"
    time = f"about {duration(plan.time.seconds)}" if plan.time.seconds is not None else "not known yet"
    yield "time", f"{time} ({plan.time.basis})"


def _short(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    return f"{value:g}" if isinstance(value, float) else "–" if value is None else str(value)
