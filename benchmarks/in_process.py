"""A task trained in this process, as a worker trains it: what benchmarks of training share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.datasets.store import Dataset
    from engine.runs.paths import RunPaths
    from engine.tasks.contract import Task


def train_here(
    task: Task, config: Any, dataset: Dataset, directory: Path, *, device: str = "cpu", **more: Any
) -> RunPaths:
    """Train with this config; events, checkpoints and model lie in the directory. `more` are fields of the job."""
    from engine.events.writer import EventWriter
    from engine.runs.paths import RunPaths
    from engine.tasks.contract import Job, Stop

    paths = RunPaths(directory)
    task.train(
        Job(
            run_id="bench",
            config=config,
            dataset=dataset,
            device=device,
            paths=paths,
            events=EventWriter(paths.events),
            should_stop=lambda: Stop.NO,
            headline=task.headline,
            **more,
        )
    )
    return paths
