"""The task that follows a script keeps the contract of every task."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from engine.datasets.store import Dataset, write_dataset
from engine.errors import DataError, InputError, NonFiniteError, OutOfMemoryError, StopRequested
from engine.events.writer import EventWriter
from engine.runs.checkpoints import list_checkpoints, newest_valid
from engine.runs.paths import RunPaths
from engine.tasks.catalog import find_task
from engine.tasks.contract import Job, Stop, TrainOutcome
from engine.tasks.noop.train import model_value
from engine.workspace import Workspace

TASK = find_task("noop")


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    made = TASK.generate(TASK.recipe_class(examples=20), seed=3)
    classes = {name: TASK.count_classes(rows) for name, rows in made.splits.items()}
    return write_dataset(
        Workspace(tmp_path / "workspace"),
        task="noop",
        profile="bench",
        model="noop",
        splits=made.splits,
        classes=classes,
        source="recipe",
    )


def play(
    root: Path,
    dataset: Dataset,
    script: list[dict[str, Any]],
    *,
    stop_at: int | None = None,
    stop: Stop = Stop.NOW,
    resume: bool = False,
    splits_of_batch: int = 1,
    **config: Any,
) -> TrainOutcome:
    paths = RunPaths(root)
    asked = 0

    def should_stop() -> Stop:
        nonlocal asked
        asked += 1
        return stop if stop_at is not None and asked > stop_at else Stop.NO

    checkpoint = newest_valid(paths.checkpoints) if resume else None
    job = Job(
        run_id="r",
        config=TASK.config_class.model_validate({"script": script, **config}),
        dataset=dataset,
        device="cpu",
        paths=paths,
        events=EventWriter(paths.events),
        should_stop=should_stop,
        headline="score",
        resume_from=checkpoint.path if checkpoint else None,
        splits_of_batch=splits_of_batch,
    )
    return TASK.train(job)


SCRIPT: list[dict[str, Any]] = [{"report": {"loss": 1.0}}, {"evaluate": {"score": 0.5}}, {"checkpoint": True}]


def test_generated_rows_are_split_the_same_each_time_and_have_no_fault() -> None:
    made = TASK.generate(TASK.recipe_class(examples=30), seed=1)
    assert {name: len(rows) for name, rows in made.splits.items()} == {"train": 21, "validation": 6, "test": 3}
    assert made == TASK.generate(TASK.recipe_class(examples=30), seed=1)
    assert made != TASK.generate(TASK.recipe_class(examples=30), seed=2)
    assert [TASK.problem_with(row) for rows in made.splits.values() for row in rows] == [None] * 30
    assert sum(sum(TASK.count_classes(rows).values()) for rows in made.splits.values()) == 30


@pytest.mark.parametrize("row", [{}, {"text": 3, "label": "odd"}, {"text": "a"}, {"text": "a", "label": "prime"}])
def test_a_faulty_row_is_named(row: dict[str, Any]) -> None:
    assert TASK.problem_with(row)


@pytest.mark.parametrize(
    "step", [{}, {"split": "train"}, {"sleep": 1, "hang": True}, {"slep": 1}, {"checkpoint": "later"}, {"raise": "x"}]
)
def test_a_step_has_exactly_one_known_action(step: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TASK.config_class.model_validate({"script": [step]})


def test_a_script_gives_a_model_that_can_be_loaded_predicts_and_is_evaluated(
    tmp_path: Path, dataset: Dataset
) -> None:
    outcome = play(tmp_path / "run", dataset, SCRIPT, epochs=2, test_score=0.7)
    assert outcome == TrainOutcome(stopped=False, best_step=2, score=0.5, start_score=0.5)
    model = tmp_path / "run" / "model"
    predictions = TASK.load(model, "cpu").predict(dataset.rows("test"))
    assert len(predictions) == len(dataset.rows("test"))
    report = TASK.evaluate(model, dataset, "test", "cpu")
    assert (report.metrics, report.examples) == ({"score": 0.7}, 2)


@pytest.mark.parametrize("stop_at", range(1, 7))
def test_stopped_anywhere_and_resumed_it_ends_with_the_same_model(
    tmp_path: Path, dataset: Dataset, stop_at: int
) -> None:
    play(tmp_path / "whole", dataset, SCRIPT, epochs=2)
    with pytest.raises(StopRequested):
        play(tmp_path / "parts", dataset, SCRIPT, epochs=2, stop_at=stop_at)
    outcome = play(tmp_path / "parts", dataset, SCRIPT, epochs=2, resume=True)
    assert model_value(tmp_path / "parts") == model_value(tmp_path / "whole")
    assert outcome == TrainOutcome(stopped=False, best_step=2, score=0.5, start_score=0.5)


def test_stop_after_the_step_hands_over_what_there_is(tmp_path: Path, dataset: Dataset) -> None:
    outcome = play(tmp_path / "run", dataset, SCRIPT, epochs=9, stop_at=2, stop=Stop.AFTER_STEP)
    assert outcome.stopped
    assert [checkpoint.step for checkpoint in list_checkpoints(tmp_path / "run" / "checkpoints")] == [2]
    assert TASK.load(tmp_path / "run" / "model", "cpu").predict([{"text": "a"}])


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("oom", OutOfMemoryError),
        ("nan", NonFiniteError),
        ("bad_data", DataError),
        ("bad_configuration", InputError),
        ("crash", RuntimeError),
    ],
)
def test_it_raises_what_the_script_says(tmp_path: Path, dataset: Dataset, kind: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        play(tmp_path, dataset, [{"raise": kind}])


def test_a_step_marked_once_acts_once_over_all_attempts(tmp_path: Path, dataset: Dataset) -> None:
    script = [{"raise": "crash", "once": True}]
    with pytest.raises(RuntimeError):
        play(tmp_path, dataset, script)
    assert not play(tmp_path, dataset, script).stopped


def test_smaller_parts_of_a_batch_cure_its_out_of_memory(tmp_path: Path, dataset: Dataset) -> None:
    with pytest.raises(OutOfMemoryError):
        play(tmp_path, dataset, SCRIPT, needs_splits=4, splits_of_batch=2)
    assert not play(tmp_path, dataset, SCRIPT, needs_splits=4, splits_of_batch=4).stopped


def test_a_half_written_checkpoint_does_not_verify(tmp_path: Path, dataset: Dataset) -> None:
    play(tmp_path, dataset, [*SCRIPT, {"write_half_checkpoint": True}])
    found = newest_valid(tmp_path / "checkpoints")
    assert found is not None
    assert [checkpoint.step for checkpoint in list_checkpoints(tmp_path / "checkpoints")] == [3, 4]
    assert found.step == 3
