"""The main job, end to end, on data that it makes: generate, train, watch, validate."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from engine import api
from engine.cli.follow import follow, print_targets
from engine.cli.output import duration, print_table, say
from engine.runs.handle import RunHandle
from engine.workspace import Workspace

PROFILE, PRESET = "utility", "quick"

SAMPLES: dict[str, list[Any]] = {
    "token-classification": [
        "Maintain at least 18 feet between the pole and the nearest conductor as required by G.O. 95.",
        "The crossarm is exempt from the climbing space requirement where guarded.",
        "The crew stopped for lunch before driving back to the yard.",
    ],
    "sentence-similarity": [
        {
            "a": "The clearance above the street shall be 18 feet.",
            "b": "Conductors must hang no lower than eighteen feet over a roadway.",
        },
        {
            "a": "The clearance above the street shall be 18 feet.",
            "b": "The clearance above the street shall not be 18 feet.",
        },
        {"a": "The clearance above the street shall be 18 feet.", "b": "Paint is stored in the north shed."},
    ],
}


def run(workspace: str | Path | None, *, console: bool) -> int:
    """Start the demo, or come back to one that is there. Returns the exit code."""
    place = Workspace.locate(workspace)
    began = time.monotonic()
    handles = _unfinished(place)
    if handles:
        say(f"coming back to {len(handles)} trainings in {place.root}")
    else:
        for dataset in api.generate(PROFILE, preset=PRESET, workspace=place):
            counts = ", ".join(f"{count} {name}" for name, count in dataset.manifest.counts.items())
            say(f"generated {dataset.id}: {counts}")
        handles = api.train(PROFILE, preset=PRESET, workspace=place)
        say(f"started {len(handles)} trainings in {place.root}; they go on if this terminal closes")
    if console:
        subprocess.run([sys.executable, "-m", "tui", "--workspace", str(place.root)], check=False)
        if any(not handle.view().is_over for handle in handles):
            say("the trainings go on; `finetop` or `engine demo` comes back to them")
            return 0
        print_targets(handles)
    else:
        follow(handles)
    done = [handle for handle in handles if handle.view().state == "done"]
    for handle in done:
        _try_samples(handle, place)
    say(f"all of it took {duration(time.monotonic() - began)}")
    return 0 if len(done) == len(handles) else 1


def _unfinished(place: Workspace) -> list[RunHandle]:
    """Trainings of an earlier demo that are still under way, oldest first."""
    handles = [
        handle
        for handle in api.runs(place)[:50]
        if handle.spec.profile == PROFILE and handle.spec.preset == PRESET and not handle.view().is_over
    ]
    return handles[::-1]


def _try_samples(handle: RunHandle, place: Workspace) -> None:
    samples = SAMPLES.get(handle.spec.task, [])
    if not samples:
        return
    print(f"\n{handle.spec.model} on samples:")
    rows: list[list[object]] = []
    for sample, made in zip(samples, api.predict(handle.id, samples, workspace=place), strict=True):
        if "entities" in made:
            found = ", ".join(f"{e['label']} {e['text']!r} {e['confidence']:.2f}" for e in made["entities"])
            rows.append([sample, found or "no entity"])
        else:
            rows.append([f"{sample['a']} ~ {sample['b']}", made["similarity"]])
    print_table(["sample", "prediction"], rows)
