"""A run's settings as arguments of a new training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.errors import ProfileError
from engine.profiles import load_profile, resolve
from engine.repeating import repeat
from engine.runs.spec import Continuation, RunSpec, Target
from engine.workspace import Workspace

PROFILE = """\
finetop: 1
name: poles
models:
  ner:
    task: token-classification
    config: {base: "scratch:tiny", labels: [A, B], epochs: 20}
    targets: {f1: 0.85}
presets:
  quick: {models: {ner: {config: {epochs: 3}}}}
"""


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "poles.yaml"
    path.write_text(PROFILE)
    return path


def a_run(path: Path, *overrides: str, preset: str = "quick", **facts: Any) -> RunSpec:
    model = resolve(load_profile(path), "ner", preset=preset, overrides=overrides)
    given: dict[str, Any] = {
        "id": "20261120-111532-poles-ner-90be",
        "profile": "poles",
        "model": "ner",
        "task": model.task,
        "dataset": "",
        "config": model.config.model_dump(mode="json", by_alias=True),
        "targets": model.targets,
        "preset": preset,
        "origins": model.origins,
        "policy": model.policy,
    }
    return RunSpec(**(given | facts))


def test_a_run_as_the_profile_says_needs_no_override(place: Workspace, path: Path) -> None:
    again = repeat(place, a_run(path), str(path))
    assert (again.model, again.preset, again.overrides, again.notes) == ("ner", "quick", (), ())


def test_what_was_set_is_set_again_and_resolves_to_the_same(place: Workspace, path: Path) -> None:
    run = a_run(path, "epochs=7", "class_weights={A: 2.0}", "targets.recall=0.5", "policy.retries=0")
    again = repeat(place, run, str(path))
    same = resolve(load_profile(path), "ner", preset="quick", overrides=again.overrides)
    assert same.config.model_dump(mode="json", by_alias=True) == run.config
    assert set(same.targets) == set(run.targets) and same.policy == run.policy
    assert again.notes == ()


def test_a_target_that_the_run_did_not_have_is_taken_away(place: Workspace, path: Path) -> None:
    again = repeat(place, a_run(path, targets=(Target("recall", at_least=0.5),)), str(path))
    assert set(again.overrides) == {"ner.targets.recall=0.5", "ner.targets.f1=null"}


def test_a_profile_that_changed_since_is_told(place: Workspace, path: Path) -> None:
    run = a_run(path)
    path.write_text(PROFILE.replace("epochs: 3", "epochs: 4"))
    again = repeat(place, run, str(path))
    assert again.overrides == ("ner.epochs=3",)
    assert again.notes == ("The profile has changed since: epochs set as in the run.",)


def test_what_is_gone_is_told(place: Workspace, path: Path) -> None:
    run = a_run(path)
    path.write_text(PROFILE.replace("quick:", "small:"))
    lost = a_run(path, preset="small", dataset="poles-ner-1", continues=Continuation("r", "d", 0.05))
    notes = " ".join(repeat(place, lost, str(path)).notes)
    assert "Its dataset poles-ner-1 is gone." in notes and "training on feedback" in notes
    again = repeat(place, run, str(path))
    assert again.preset == "full" and again.overrides == ("ner.epochs=3",)
    assert "has no preset quick any more" in again.notes[0]
    run.config["of_old"] = 1
    assert "The task has no of_old any more; left out." in repeat(place, run, str(path)).notes


def test_a_profile_or_model_that_is_gone_is_an_error(place: Workspace, path: Path) -> None:
    run = a_run(path)
    with pytest.raises(ProfileError, match="no profile 'poles'"):
        repeat(place, run)
    path.write_text(PROFILE.replace("  ner:", "  tagger:").replace("models: {ner:", "models: {tagger:"))
    with pytest.raises(ProfileError, match="no model 'ner'"):
        repeat(place, run, str(path))
