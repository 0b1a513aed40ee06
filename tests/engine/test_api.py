"""The Python verbs, on real runs of the scripted task."""

from pathlib import Path

import pytest

import engine
import engine.api
from engine.errors import InputError, NotFoundError


def test_train_returns_handles_that_can_be_waited_for(tmp_path: Path, scripted_profile: Path) -> None:
    (handle,) = engine.train(str(scripted_profile), ["good"], workspace=tmp_path / "w")
    view = handle.wait(timeout=60)
    assert (view.state, handle.state) == ("done", "done")
    assert handle.metrics.series("train", "loss").value.tolist() == [0.5, 0.5]
    assert handle.report().metrics["score"] == 0.9


@pytest.mark.slow
def test_every_model_is_trained_when_none_is_named(tmp_path: Path, scripted_profile: Path) -> None:
    handles = engine.train(str(scripted_profile), workspace=tmp_path / "w")
    assert [handle.spec.model for handle in handles] == ["good", "bad"]
    assert [handle.wait(timeout=60).state for handle in handles] == ["done", "failed"]


@pytest.mark.slow
def test_runs_lists_the_newest_first_and_run_finds_one(tmp_path: Path, scripted_profile: Path) -> None:
    place = tmp_path / "w"
    first, second = (engine.train(str(scripted_profile), ["good"], workspace=place)[0] for _ in range(2))
    assert [handle.id for handle in engine.runs(place)] == [second.id, first.id]  # type: ignore[operator]
    assert engine.run("@latest", place).id == second.id
    with pytest.raises(NotFoundError):
        engine.run("nothing", place)
    for handle in (first, second):
        handle.wait(timeout=60)


def test_the_specification_holds_every_value_and_where_it_comes_from(tmp_path: Path, scripted_profile: Path) -> None:
    (handle,) = engine.train(str(scripted_profile), ["good"], overrides=["epochs=1"], workspace=tmp_path / "w")
    assert handle.spec.config["epochs"] == 1
    assert handle.spec.origins["config.epochs"] == "--set"
    assert handle.spec.origins["config.seed"] == "default"
    handle.wait(timeout=60)


def test_nothing_is_started_when_one_input_is_bad(tmp_path: Path, scripted_profile: Path) -> None:
    place = tmp_path / "w"
    with pytest.raises(InputError, match="no model"):
        engine.train(str(scripted_profile), ["good", "goood"], workspace=place)
    assert not place.exists()


def test_a_dataset_cannot_serve_two_models(tmp_path: Path, scripted_profile: Path) -> None:
    with pytest.raises(InputError, match="a dataset serves one model"):
        engine.train(str(scripted_profile), dataset="x", workspace=tmp_path / "w")


def test_each_model_can_have_a_dataset_of_its_own(tmp_path: Path, scripted_profile: Path) -> None:
    with pytest.raises(NotFoundError, match="no dataset 'x'"):
        engine.api.train(str(scripted_profile), dataset={"bad": "x"}, workspace=tmp_path / "w")
    assert engine.runs(tmp_path / "w") == []


def test_a_watcher_is_told_what_is_waited_for_and_can_end_it(tmp_path: Path, scripted_profile: Path) -> None:
    told: list[tuple[str, int, int]] = []

    def watch(*given: object) -> None:
        told.append(given)  # type: ignore[arg-type]
        if not given[0]:
            raise InputError("given up")

    with pytest.raises(InputError, match="given up"):
        engine.api.train(str(scripted_profile), watcher=watch, workspace=tmp_path / "w")
    assert told == [("good", 0, 2), ("bad", 1, 2), ("", 2, 2)]
    assert engine.runs(tmp_path / "w") == []


def test_a_run_without_a_model_cannot_predict(tmp_path: Path, scripted_profile: Path) -> None:
    (handle,) = engine.train(str(scripted_profile), ["bad"], workspace=tmp_path / "w")
    handle.wait(timeout=60)
    with pytest.raises(NotFoundError, match="has no trained model"):
        engine.predict(handle.id, ["text"], workspace=tmp_path / "w")


@pytest.mark.parametrize("name", engine.__all__)
def test_every_verb_is_callable_and_documented(name: str) -> None:
    verb = getattr(engine, name)
    assert callable(verb) and verb.__doc__
