"""The ways to stop a run, and what each keeps. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.feed.model import RunInfo
from tui.places.place import StopWay

STOPPABLE = ("queued", "starting", "running", "stalled", "stopping")


@dataclass(frozen=True)
class Way:
    """An entry of the menu."""

    way: StopWay | None
    """None goes back."""
    title: str
    text: str


def ways_for(runs: Sequence[RunInfo]) -> list[Way]:
    """What can be chosen for these runs, the gentle way first."""
    one = len(runs) == 1
    views = [run.view for run in runs if run.view is not None]
    if views and all(view.state == "queued" for view in views):
        told = "Nothing was trained yet, so nothing is lost. It can be resumed: it goes to the end of the queue."
        return [Way(StopWay.NOW, "Leave the queue", told), _back(one)]
    gentle = "Ends the step, publishes a checkpoint, evaluates and hands over the best model so far. Can be resumed."
    now = "Publishes a checkpoint and leaves within 5 s: no evaluation, no model. Can be resumed from there."
    kill = (
        f"Ends all processes of {'the' if one else 'each'} run at once, and no others. Checkpoints that are on the "
        "disk stay, and it can be resumed from the last; the steps since then are lost."
    )
    if any(view.task == "external" for view in views):
        script = "the script" if one else "each script"
        asked = f"Asks {script} to end. It stops where it calls should_stop(); one that never does goes on."
        gentle = now = asked
        kill = (
            f"Ends the process of {script} and all that it started, and no others. What it saved itself stays; "
            "finetop cannot resume it."
        )
    stopping = any(view.state == "stopping" for view in views)
    if stopping:
        gentle = f"{gentle} It was asked to stop already."
    ways = [
        Way(StopWay.AFTER_STEP, "After this step", gentle),
        Way(StopWay.NOW, "Now", now),
        Way(StopWay.KILL, "Kill", kill),
    ]
    return [*ways, _back(one)]


def _back(one: bool) -> Way:
    return Way(None, "Do not stop", "The run goes on." if one else "The runs go on.")


def asked_for(marked: Sequence[RunInfo], highlighted: RunInfo | None) -> list[RunInfo]:
    """The runs that a stop means: the marked ones where several can be stopped, else that under the cursor."""
    stoppable = [run for run in marked if can_be_stopped(run)]
    if len(stoppable) > 1:
        return stoppable
    return [highlighted] if highlighted is not None and can_be_stopped(highlighted) else []


def can_be_stopped(run: RunInfo) -> bool:
    """Whether there is anything to stop."""
    return run.view is not None and run.view.state in STOPPABLE
