"""Rows: which can be used, which labels they teach, what an import takes in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from engine.datasets.importers import import_dataset
from engine.errors import DataError
from engine.tasks.text_classification.config import Config
from engine.tasks.text_classification.data import count_classes, labels_to_learn, problem_with
from engine.workspace import Workspace

SHARED = Path(os.environ.get("FINETOP_SHARED_DATA", Path(__file__).parents[5] / "shared" / "data"))
TREC = SHARED / "classify" / "trec"


@pytest.mark.parametrize("broken", [{"text": " "}, {"label": ""}, {"label": 3}, {"text": None}])
def test_a_row_needs_a_text_and_a_label(broken: dict[str, Any]) -> None:
    good = {"text": "a map", "label": "maps"}
    assert problem_with(good) is None
    assert problem_with(good | broken) == f"`{next(iter(broken))}` must be a text that is not empty"


def test_labels_come_in_the_order_of_the_config_as_far_as_they_occur() -> None:
    rows = [{"text": "x", "label": label} for label in ("b", "a", "c")]
    assert labels_to_learn(rows, None) == ["a", "b", "c"]
    assert labels_to_learn(rows, ["c", "missing", "a"]) == ["c", "a"]
    assert count_classes([*rows, rows[0]]) == {"a": 1, "b": 2, "c": 1}


def test_lines_of_label_and_text_are_imported(tmp_path: Path) -> None:
    lines = tmp_path / "train.txt"
    lines.write_text("".join(f"{at % 3} question number {at}\n" for at in range(30)))
    dataset, summary = import_dataset(Workspace(tmp_path / "w"), "p", "m", "text-classification", [str(lines)])
    assert sum(summary.rows.values()) == 30
    assert dataset.manifest.classes["train"].keys() == {"0", "1", "2"}


def test_a_label_that_the_model_does_not_know_is_named_with_the_nearest(tmp_path: Path) -> None:
    lines = tmp_path / "train.txt"
    lines.write_text("mapps a dungeon\nmusic a song\n")
    with pytest.raises(DataError, match=r"train\.txt:1.*'mapps' is not among maps, music; did you mean 'maps'\?"):
        import_dataset(
            Workspace(tmp_path / "w"), "p", "m", "text-classification", [str(lines)], labels=["maps", "music"]
        )


@pytest.mark.shared_data
@pytest.mark.skipif(not TREC.exists(), reason="TREC is not on this machine")
def test_trec_is_imported_with_its_own_splits(tmp_path: Path) -> None:
    sources = [f"train={TREC / 'train.txt'}", f"test={TREC / 'test.txt'}"]
    workspace = Workspace(tmp_path / "w")
    _, summary = import_dataset(workspace, "p", "m", "text-classification", sources, encoding="latin-1")
    assert summary.rows["test"] == 500
    assert summary.rows["train"] + summary.rows["validation"] == 5452


def test_a_batch_must_hold_two_classes() -> None:
    with pytest.raises(ValueError, match="does not hold two classes with 8 texts each"):
        Config.model_validate({"batch_size": 12, "train": {"samples_per_label": 8}})


@pytest.mark.parametrize(("method", "steps"), [("triplet", 24), ("frozen", 0), ("setfit-pairs", 625)])
def test_the_plan_knows_how_many_steps_a_method_takes(method: str, steps: int) -> None:
    (phase,) = Config.model_validate({"train": {"method": method}}).phases({"train": 100})
    assert phase.steps == steps
