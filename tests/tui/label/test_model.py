"""Label beside a warm model: suggestions, reasons, and a model that fails."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from engine.folders.samples.training_db import Label, training_db
from engine.runs.spec import RunSpec
from engine.runs.store import create_run

pytestmark = pytest.mark.slow
RUN = "20261121-101010-folders-folder-51aa"
MODEL = """\
import json, sys

def tell(**said):
    print(json.dumps(said), flush=True)

tell(ready=True, task="text-classification", device="cpu", examples=[])
for line in sys.stdin:
    asked = json.loads(line)
    if "nearest" in asked:
        tell(id=asked["id"], nearest=[[0, 0.9], [1, 0.8]])
    elif "FAILS" in sys.argv:
        tell(id=asked["id"], error="the weights are gone")
    else:
        tell(id=asked["id"], predictions=[
            {"label": "asset_type", "confidence": 0.75, "scores": {"asset_type": 0.75, "other": 0.25}}
            for sample in asked["samples"] if sample["text"].startswith("named ")])
"""


@pytest.fixture
def trained(library: Path, workspace: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A run with a model of the taxonomy, in a process that speaks the real protocol; its command."""
    from tui import predictor

    config = {"taxonomy": "v2", "template": "named {name}"}
    spec = RunSpec(id=RUN, profile="folders", model="folder", task="text-classification", dataset="d", config=config)
    create_run(workspace, spec).model.mkdir()
    script = tmp_path / "model.py"
    script.write_text(MODEL)
    command = [sys.executable, str(script)]
    monkeypatch.setattr(predictor, "COMMAND", command)
    return command


async def test_a_trained_model_is_found_warmed_and_asked(
    trained: list[str], library: Path, state_of: Any, label: Any, until: Any, shows: Any
) -> None:
    async with label() as (app, pilot):
        await until(pilot, lambda: "Enter asset_type" in shows(app) and "other" in shows(app))
        sitting = app.screen.labelling
        for _ in range(20):
            await until(pilot, lambda: app.screen.model.suggestion(sitting) is not None)
            await pilot.press("enter")
        process = app.screen.model._counsel.adviser._predictor._process
        assert process.poll() is None
    assert {entry.run for entry in state_of(library).labels.values()} == {RUN}
    assert len(state_of(library).labels) == 20 and process.poll() is not None


async def test_the_models_own_neighbours_are_the_reasons(
    trained: list[str], library: Path, label: Any, until: Any, shows: Any
) -> None:
    with training_db(library) as db:
        db.put_labels(Label(number, "v2", "other") for number in (1, 2, 3))
    async with label() as (app, pilot):
        await until(pilot, lambda: app.screen.model.run == RUN)
        await pilot.press("W")
        await until(pilot, lambda: f"in the eyes of {RUN}" in shows(app) and "0.90" in shows(app))


async def test_a_model_that_fails_is_told_once_and_labelling_goes_on(
    trained: list[str], library: Path, state_of: Any, label: Any, until: Any, shows: Any
) -> None:
    trained.append("FAILS")
    async with label() as (app, pilot):
        await until(pilot, lambda: "the weights are gone" in shows(app))
        await pilot.press("c")
        assert len(state_of(library).labels) == 1 and app.screen.model.run == ""
