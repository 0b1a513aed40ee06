"""What a run starts from: the model of an earlier run, and its data."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.api import resolve_models
from engine.datasets.store import Dataset, write_dataset
from engine.errors import InputError, NotFoundError
from engine.runs.paths import RunPaths
from engine.runs.spec import RunSpec
from engine.runs.store import create_run
from engine.starting import choose_dataset, specify, with_base_run
from engine.workspace import Workspace

PROFILE = """
finetop: 1
name: shapes
models:
  net:
    task: image-feature-extraction
    config: {base: "BASE", image_size: 16}
"""


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


def resolved(tmp_path: Path, base: str):  # type: ignore[no-untyped-def]
    file = tmp_path / "shapes.yaml"
    file.write_text(PROFILE.replace("BASE", base))
    return resolve_models(str(file))[0]


def dataset(place: Workspace, label: str) -> Dataset:
    row = {"image": "files/x.png", "width": 1, "height": 1, "label": label}
    return write_dataset(
        place, task="image-feature-extraction", profile="shapes", model="net",
        splits={"train": [row]}, classes={}, source="import",
    )  # fmt: skip


def run(place: Workspace, tmp_path: Path, of: Dataset, *, trained: bool = True) -> RunPaths:
    paths = create_run(place, specify(place, resolved(tmp_path, "scratch:resnet-8"), of.id, "auto", "local"))
    if trained:
        paths.model.mkdir()
    return paths


def test_a_training_starts_from_the_newest_model_and_its_data(place: Workspace, tmp_path: Path) -> None:
    old, new = dataset(place, "a"), dataset(place, "b")
    first = run(place, tmp_path, old)
    run(place, tmp_path, new, trained=False)
    asked = resolved(tmp_path, "run:@latest")
    spec = specify(place, asked, None, "auto", "local")
    assert spec.config["base"] == str(first.model) and spec.dataset == old.id
    named = resolved(tmp_path, f"run:{first.id}")
    assert with_base_run(place, named).config.base == str(first.model)  # type: ignore[attr-defined]


def test_data_that_is_named_goes_before_that_of_the_run(place: Workspace, tmp_path: Path) -> None:
    old, new = dataset(place, "a"), dataset(place, "b")
    run(place, tmp_path, old)
    found = choose_dataset(place, resolved(tmp_path, "run:@latest"), new.id)
    assert found is not None and found.id == new.id


def test_another_base_is_left_as_it_is(place: Workspace, tmp_path: Path) -> None:
    asked = resolved(tmp_path, "scratch:resnet-8")
    assert with_base_run(place, asked) is asked


@pytest.mark.parametrize(
    ("base", "error", "sentence"),
    [
        ("run:@latest", InputError, "has no trained model to start from"),
        ("run:20260101", NotFoundError, "no run '20260101'"),
        ("run:", NotFoundError, "no run ''"),
    ],
)
def test_a_run_that_is_not_there_is_told(
    base: str, error: type[Exception], sentence: str, place: Workspace, tmp_path: Path
) -> None:
    with pytest.raises(error, match=sentence):
        with_base_run(place, resolved(tmp_path, base))


def test_a_run_of_another_task_or_without_a_model_is_told(place: Workspace, tmp_path: Path) -> None:
    untrained = run(place, tmp_path, dataset(place, "a"), trained=False)
    with pytest.raises(InputError, match="the run has no trained model"):
        with_base_run(place, resolved(tmp_path, f"run:{untrained.id}"))
    spec = RunSpec.read(untrained.spec)
    other = create_run(place, RunSpec(**{**spec.__dict__, "id": "20260101-000000-p-m-0001", "task": "noop"}))
    other.model.mkdir()
    with pytest.raises(InputError, match="is one of noop"):
        with_base_run(place, resolved(tmp_path, f"run:{other.id}"))
