"""A registry as an inspection company has it after some weeks, and the console on it."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.files import write_json
from engine.registry.history import Entry, append
from engine.registry.store import Version, home_of, register
from engine.runs.spec import Target
from engine.workspace import Workspace
from tests.engine.registry.made import ended_run

NOW = 1_795_185_600.0
"""2026-11-20 14:40:00 UTC."""
DAY = 86400.0
TARGETS = (Target("score", at_least=0.85), Target("loss", at_most=0.3))
PASSED = {"candidate": "", "production": None, "passed": True, "checks": []}


def a_version(
    workspace: Workspace, profile: str, model: str, *, days: float, run: str, score: float, **metrics: float
) -> Version:
    """A version that was registered so many days before NOW."""
    values = {"score": score, **metrics}
    targets = tuple(target for target in TARGETS if target.metric in values)
    version = register(
        workspace, ended_run(workspace, profile=profile, model=model, metrics=values, targets=targets)
    )
    manifest = msgspec.structs.replace(
        version.manifest, created=NOW - days * DAY, run=run, dataset=f"{profile}-{model}-6aa4ec6097", base="scratch"
    )
    sets = {manifest.test_set: version.manifest.measured}
    write_json(version.paths.manifest, msgspec.structs.replace(manifest, metrics=sets, thresholds={"automatic": 0.8}))
    return Version(version.home, version.number)


def a_move(version: Version, action: Any, *, days: float, was: int | None = None, **facts: Any) -> None:
    """A line of the history, written so many days before NOW."""
    alias = "staging" if action == "stage" else "production"
    given = {"alias": alias, "who": "ada", "from_version": was, "to_version": version.number}
    append(version.home, Entry(action=action, t=NOW - days * DAY, **(given | facts)))


@pytest.fixture
def registry(workspace: Workspace) -> Workspace:
    """`utility/ner` with four versions and a history; `utility/embeddings` with one that nobody uses."""
    ner = [
        a_version(workspace, "utility", "ner", days=days, run=run, score=score, **more)
        for days, run, score, more in (
            (21, "20261030-101500-utility-ner-02c7", 0.8312, {"loss": 0.41, "precision": 0.8201, "recall": 0.8426}),
            (12, "20261108-170244-utility-ner-e5a8", 0.8815, {"loss": 0.28, "precision": 0.8904, "recall": 0.8728}),
            (5, "20261115-093011-utility-ner-90be", 0.9012, {"loss": 0.24, "precision": 0.8897, "recall": 0.913}),
            (0.1, "20261120-111532-utility-ner-7f3a", 0.8741, {"loss": 0.31, "precision": 0.9012, "recall": 0.8486}),
        )
    ]
    a_move(ner[0], "promote", days=20, gate={**PASSED, "passed": False}, forced=True, why="the first one, for a demo")
    a_move(ner[1], "stage", days=11.5)
    a_move(ner[1], "promote", days=10, was=1, gate=PASSED, why="field test of week 45")
    a_move(ner[2], "stage", days=4, who="grace", why="trained on the feedback of week 46")
    a_version(workspace, "utility", "embeddings", days=30, run="20261021-104455-utility-embeddings-4d10", score=0.915)
    return workspace


@pytest.fixture
def models(console: Any, until: Any, shows: Any) -> Callable[..., Any]:
    """Opens the console on the versions of a model: `async with models() as (app, pilot)`."""

    @contextlib.asynccontextmanager
    async def opened(size: tuple[int, int] = (120, 40), *, model: str = "utility/ner", **options: Any) -> Any:
        app = console(**({"now": lambda: NOW} | options))
        async with app.run_test(size=size, notifications=True) as pilot:
            await pilot.press("5")
            await until(pilot, lambda: "Versions of" in shows(app), "the versions")
            if f"Versions of {model}" not in shows(app):
                await pilot.press("right")
                await until(pilot, lambda: f"Versions of {model}" in shows(app), "the model")
            await pilot.pause()
            yield app, pilot

    return opened
