"""Jobs as the worker gives them to a trainer."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from engine.events.writer import EventWriter
from engine.runs.paths import RunPaths
from engine.tasks.contract import Job, Stop

MakeJob = Callable[..., Job]
"""`make_job("name", epochs=3, …)`: a job in a run directory of that name. What is no field of a `Job` changes the
config."""
PARTS = {field.name for field in dataclasses.fields(Job)}


def job_maker(directory: Path, config_class: type[BaseModel], defaults: dict[str, Any], **parts: Any) -> MakeJob:
    """Makes jobs of `parts` whose config is `defaults`, each in a directory of its own below `directory`."""
    numbers = itertools.count()
    usual = {"run_id": "20261120-143215-p-m-0001", "device": "cpu", "should_stop": lambda: Stop.NO} | parts

    def make(name: str | None = None, **settings: Any) -> Job:
        given = {part: settings.pop(part) for part in PARTS & set(settings)}
        paths = RunPaths(directory / (name or f"run-{next(numbers)}"))
        own = {"config": config_class(**(defaults | settings)), "paths": paths, "events": EventWriter(paths.events)}
        return Job(**(usual | own | given))

    return make
