"""`engine compare` on trained runs: against the untrained model, against another run, on rows new to both."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from engine.cli.main import main
from engine.comparing import compare
from engine.datasets.store import Dataset, write_dataset
from engine.errors import InputError
from engine.runs.paths import RunPaths
from engine.runs.spec import RunSpec
from engine.tasks.contract import Job
from engine.tasks.text_classification import TASK
from engine.workspace import Workspace
from tests.engine.jobs import MakeJob
from tests.engine.tasks.text_classification.conftest import labelled

pytestmark = pytest.mark.slow

TUNED, FROZEN = "20261120-143215-p-m-0001", "20261120-143215-p-m-0002"


@pytest.fixture
def place(tmp_path: Path, trained: Job, make_job: MakeJob, texts_dataset: Dataset) -> Workspace:
    """A fine-tuned run, and one whose encoder was left as it was."""
    frozen = make_job("frozen", epochs=0)
    TASK.train(frozen)
    workspace = Workspace(tmp_path / "workspace")
    for name, job in ((TUNED, trained), (FROZEN, frozen)):
        put(workspace, name, job, texts_dataset)
    return workspace


def put(workspace: Workspace, name: str, job: Job, dataset: Dataset) -> None:
    paths = RunPaths(workspace.runs / name)
    shutil.copytree(job.paths.model, paths.model)
    RunSpec(id=name, profile="p", model="m", task=TASK.name, dataset=str(dataset.path), config={}).write(paths.spec)


def test_fine_tuning_beats_the_untrained_model(place: Workspace, trained: Job, texts_dataset: Dataset) -> None:
    done = compare(["baseline", TUNED], workspace=place)
    (found,) = done.challengers
    report = TASK.evaluate(trained.paths.model, texts_dataset, "test", "cpu")
    assert found.headline.second_value == pytest.approx(report.metrics["macro_f1"])
    assert found.headline.first_value == pytest.approx(report.baseline["macro_f1"])
    assert found.headline.verdict == "better" and done.rows == 60 and done.groups == 30
    accuracy = next(one for one in found.others if one.metric == "accuracy")
    assert found.by_rows is not None and found.fixed is not None and found.broken is not None
    assert accuracy.p_value == found.by_rows.p_value and "over groups" in accuracy.test
    assert (found.fixed.count, found.broken.count) == (found.by_rows.fixed, found.by_rows.broken)
    assert accuracy.difference == pytest.approx((found.fixed.count - found.broken.count) / 60)
    row = found.fixed.rows[0]
    assert row.second.startswith(row.wanted) and not row.first.startswith(row.wanted)
    assert texts_dataset.rows("test")[row.row - 1]["text"] == row.asked


def test_the_command_says_it_in_a_sentence_and_as_json(place: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    said = []
    for more in ([], ["--json"]):
        with pytest.raises(SystemExit) as left:
            main(["compare", FROZEN, TUNED, "--workspace", str(place.root), *more])
        assert left.value.code == 0
        said.append(capsys.readouterr().out)
    sentence = json.loads(said[1])["challengers"][0]["sentence"]
    assert sentence in said[0] and sentence.startswith(f"{TUNED} is better than {FROZEN}: macro_f1 ")


def test_rows_that_one_of_them_has_learnt_from_are_left_out(
    place: Workspace, trained: Job, texts_dataset: Dataset
) -> None:
    """The other run's training split is this dataset's first ten test rows."""
    test = texts_dataset.rows("test")
    other = write_dataset(
        place, task=TASK.name, profile="p", model="other", classes={}, source="import",
        splits={"train": test[:10], "validation": labelled(9, 5), "test": labelled(9, 6)},
    )  # fmt: skip
    put(place, "20261120-143215-p-m-0003", trained, other)
    done = compare([TUNED, "20261120-143215-p-m-0003"], workspace=place)
    assert done.rows == 50 and "10 of 60 rows are left out" in done.notes[0]
    assert done.challengers[0].headline.difference == 0 and done.challengers[0].headline.verdict == "undecided"


def test_a_dataset_without_a_new_row_is_refused(place: Workspace) -> None:
    splits = {"train": labelled(9, 5), "validation": labelled(9, 6), "test": labelled(36, 1)}
    learnt = write_dataset(
        place, task=TASK.name, profile="p", model="again", classes={}, source="import", splits=splits
    )
    with pytest.raises(InputError, match="no row of the split 'test' is new"):
        compare([TUNED, FROZEN], dataset=learnt.id, workspace=place)


@pytest.mark.parametrize(
    ("names", "said"),
    [([TUNED], "nothing to compare"), ([TUNED, "baseline"], "of one model"), ([TUNED, TUNED], "named twice")],
)
def test_what_cannot_be_compared_is_named(place: Workspace, names: list[str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        compare(names, workspace=place)
