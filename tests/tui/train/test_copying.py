"""What other screens hand over to Train: a run's settings, a dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.runs.spec import RunSpec
from tests.tui.train.conftest import POLES, REHEARSAL

pytestmark = pytest.mark.slow


@pytest.fixture
def earlier(profiles: Path, workspace: Any) -> RunSpec:
    """A run of `slow`, made by hand with two values of its own."""
    from engine.profiles import load_profile, resolve
    from engine.runs.store import create_run

    model = resolve(load_profile(profiles / "rehearsal.yaml"), "slow", preset="short", overrides=["seed=5"])
    spec = RunSpec(
        id="20261120-111532-rehearsal-slow-90be",
        profile="rehearsal",
        model="slow",
        task="noop",
        dataset="",
        config=model.config.model_dump(mode="json", by_alias=True) | {"step_s": 0.5},
        preset="short",
        origins=model.origins,
    )
    create_run(workspace, spec)
    return spec


async def test_the_settings_of_a_run_are_copied(train: Any, earlier: RunSpec, until: Any, shows: Any) -> None:
    async with train() as (app, pilot):
        await until(pilot, lambda: app.snapshot.runs)
        await pilot.press("r")
        await until(pilot, lambda: "90be" in shows(app))
        await pilot.press(*"slow", "enter")
        await until(pilot, lambda: "↺ run 90be" in shows(app))
        assert set(app.screen.picture.draft.changes) == {"slow.seed=5", "slow.step_s=0.5"}
        assert app.screen.picture.draft.preset == "short"
        assert "The profile has changed since: step_s set as in the run." in shows(app)


async def test_monitor_hands_over_a_run_to_clone(train: Any, earlier: RunSpec, until: Any, shows: Any) -> None:
    async with train() as (app, pilot):
        await pilot.press("3")
        app.clone_run = earlier
        await pilot.press("2")
        await until(pilot, lambda: app.screen.picture.draft.run == earlier.id)
        assert app.clone_run is None and app.screen.picture.draft.models == ("slow",)


async def test_a_run_whose_profile_is_gone_says_so(
    train: Any, profiles: Path, earlier: RunSpec, until: Any, shows: Any
) -> None:
    (profiles / "rehearsal.yaml").rename(profiles / "other.yaml")
    (profiles / "other.yaml").write_text(REHEARSAL.replace("name: rehearsal", "name: other"))
    async with train() as (app, pilot):
        app.clone_run = earlier
        await pilot.press("3", "2")
        await until(pilot, lambda: "cannot be had again" in shows(app) and "no profile 'rehearsal'" in shows(app))
        assert app.screen.picture.draft.models == ("quick", "slow")


async def test_data_hands_over_a_dataset(train: Any, profiles: Path, workspace: Any, until: Any, shows: Any) -> None:
    from engine.datasets.store import write_dataset

    (profiles / "rehearsal.yaml").write_text(POLES)
    rows = {split: [{"tokens": ["18"], "tags": ["O"]}] for split in ("train", "validation", "test")}
    made = write_dataset(
        workspace, task="token-classification", profile="poles", model="ner", splits=rows, classes={}, source="import"
    )
    async with train(ready="[x] ner") as (app, pilot):
        app.train_dataset = made.id
        await pilot.press("3", "2")
        await until(pilot, lambda: app.screen.picture.draft.datasets == (("ner", made.id),))
        assert app.train_dataset is None and app.screen.picture.draft.models == ("ner",)
        await until(pilot, lambda: f"ner: {made.id[:12]}" in shows(app))
        choice = app.screen.panes.choice
        choice.highlighted = next(at for at, one in enumerate(choice._choices) if one.part == "dataset" and one.name)
        await pilot.press("enter")
        await until(pilot, lambda: len(app.screen_stack) == 2 and "the newest" in shows(app))
        await pilot.press("up", "enter")
        await until(pilot, lambda: app.screen.picture.draft.datasets == ())
