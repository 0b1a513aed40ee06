"""Which trainings on feedback stay on disk: the newest, and whatever another one still needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import FinetopError
from engine.runs.paths import RunPaths
from engine.runs.spec import RunSpec
from engine.runs.state import ENDED, RunState, look
from engine.runs.store import list_runs, named_after, remove_run
from engine.workspace import Workspace


@dataclass(frozen=True)
class Kept:
    """What retention looks at, of one training on feedback."""

    id: str
    state: RunState
    started_from: str


def superseded(runs: Sequence[Kept], keep: int) -> list[str]:
    """The ids of those that go; `runs` are one model's, newest first, and 0 keeps all.

    Runs older than the `keep` newest finished ones go, but none that is not over, and none that a run which stays
    and is not done started from: it reads that model when it tests, and when it is resumed.
    """
    if not keep:
        return []
    finished = 0
    stays: list[Kept] = []
    goes: list[Kept] = []
    for run in runs:
        (goes if finished >= keep and run.state in ENDED else stays).append(run)
        finished += run.state == "done"
    needed = {run.started_from for run in stays if run.state != "done"}
    return [run.id for run in goes if run.id not in needed]


def prune(paths: RunPaths, spec: RunSpec) -> list[str]:
    """After a training on feedback that succeeded: remove the runs that its profile no longer keeps; returns them.

    First trainings are never among them. A run that cannot be removed now goes another time.
    """
    if spec.continues is None or not spec.continues.keep_runs or look(paths).state != "done":
        return []
    found = []
    for other_paths in list_runs(Workspace(paths.workspace)):
        if not named_after(other_paths.id, spec.profile, spec.model):
            continue
        try:
            other = RunSpec.read(other_paths.spec)
            if (other.profile, other.model) == (spec.profile, spec.model) and other.continues is not None:
                kept = Kept(other_paths.id, look(other_paths).state, other.continues.run)
                found.append((other_paths, kept))
        except FinetopError:
            continue  # not readable as a run: not ours to judge
    gone = set(superseded([kept for _, kept in found], spec.continues.keep_runs))
    return [one.id for one, _ in found if one.id in gone and _removed(one)]


def _removed(paths: RunPaths) -> bool:
    try:
        remove_run(paths)
    except (FinetopError, OSError):
        return False
    return True
