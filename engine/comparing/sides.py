"""Which models are compared: runs, versions, and what one of them began with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import InputError
from engine.trained import Trained, find_trained

if TYPE_CHECKING:
    from engine.tasks.contract import Predictor, Task
    from engine.workspace import Workspace

BASELINE = "baseline"


@dataclass(frozen=True)
class Side:
    """A model that is compared."""

    name: str
    trained: Trained
    load: Callable[[Path, str], Predictor]


def find_sides(names: Sequence[str], place: Workspace) -> tuple[list[Side], Task]:
    """The models that `names` mean, in their order, and their task. Raises InputError, NotFoundError."""
    from engine.tasks.catalog import find_task

    named = list(names[1:] if names[:1] == [BASELINE] else names)
    if len(names) < 2 or not named:
        raise InputError(
            "there is nothing to compare", fix="name two runs or versions, or `baseline` and one of them"
        )
    if BASELINE in named or (names[0] == BASELINE and len(named) > 1):
        raise InputError("the baseline is that of one model", fix="write `engine compare baseline RUN`")
    found = [find_trained(place, name) for name in named]
    task = find_task(found[0].task)
    other = next((one for one in found if one.task != task.name), None)
    if other is not None:
        raise InputError(f"{other.name} does {other.task}, {found[0].name} {task.name}", fix="name models of a task")
    doubled = next((one.name for at, one in enumerate(found) if one.name in [two.name for two in found[:at]]), None)
    if doubled is not None:
        raise InputError(f"{doubled} is named twice", fix="name another model")
    sides = [Side(one.name, one, task.load) for one in found]
    if names[0] == BASELINE:
        sides.insert(0, Side(f"the untrained model of {found[0].name}", found[0], task.load_baseline))
    return sides, task
