"""Corrections of texts, and judgements that are taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine import api
from engine.datasets.store import list_datasets
from engine.errors import InputError, WorkError
from engine.feedback.store import read_feedback
from engine.feedback.texts import Kept, correct_text, corrections_file, take_back_text
from engine.feedback.undo import take_back
from engine.tasks.catalog import find_task
from engine.workspace import Workspace

TEXT = "Keep 18 feet from the pole."
FEET = {"start": 5, "end": 12, "label": "MEASURE"}
WHOSE = ("utility", "ner")
PICTURES = ("thermal", "faults")


def correct(workspace: Workspace, *entities: dict[str, Any], text: str = TEXT, t: float = 1.0) -> Kept:
    row = {"text": text, "entities": list(entities)}
    return correct_text(workspace, find_task("token-classification"), WHOSE, row, about={"who": "ada"}, t=t)


def lines(workspace: Workspace) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in corrections_file(workspace, *WHOSE).read_bytes().splitlines()]


def test_a_text_has_one_correction_the_newest(workspace: Workspace) -> None:
    assert correct(workspace, FEET).outcome == "added"
    assert correct(workspace, FEET).outcome == "repeated"
    assert correct(workspace, text="Another.").outcome == "added"
    assert correct(workspace, {**FEET, "end": 7}).outcome == "replaced"
    assert [(one["text"], len(one["entities"])) for one in lines(workspace)] == [("Another.", 0), (TEXT, 1)]
    assert lines(workspace)[1]["entities"][0]["end"] == 7 and lines(workspace)[1]["who"] == "ada"


def test_a_correction_that_nothing_can_learn_from_is_refused_and_nothing_is_written(workspace: Workspace) -> None:
    with pytest.raises(InputError):
        correct(workspace, {**FEET, "end": 99})
    assert not corrections_file(workspace, *WHOSE).exists()


def test_what_is_taken_back_brings_the_earlier_one_back(workspace: Workspace) -> None:
    first = correct(workspace, FEET)
    second = correct(workspace)
    take_back_text(workspace, second)
    assert lines(workspace)[0]["entities"] == [FEET]
    take_back_text(workspace, first)
    assert lines(workspace) == []
    with pytest.raises(WorkError, match="not there any more"):
        take_back_text(workspace, first)


def test_corrections_are_imported_beside_a_dataset_and_stay_from_then_on(
    workspace: Workspace, tmp_path: Path
) -> None:
    kept = correct(workspace, FEET, t=0.0)
    held_out = [tmp_path / f"{split}.jsonl" for split in ("validation", "test")]
    for path in held_out:
        path.write_text(f'{{"text": "Another {path.stem}.", "entities": []}}\n')
    api.import_data("utility", "ner", [str(kept.path), *map(str, held_out)], workspace=workspace)
    (dataset,) = list_datasets(workspace)
    assert dataset.rows("train")[0]["entities"] == [FEET] and len(dataset.rows("test")) == 1
    with pytest.raises(WorkError, match="a dataset was made of it"):
        take_back_text(workspace, kept)


def test_a_judgement_of_a_picture_is_taken_back_with_its_picture(workspace: Workspace, photos: Path) -> None:
    def give(label: str, when: str) -> None:
        item = {"image": str(photos / "a.png"), "source": "console", "who": "ada", "when": when}
        item["objects"] = [{"label": label, "box": [1, 1, 9, 9]}]
        request = {"profile": PICTURES[0], "model": PICTURES[1], "items": [item]}
        summary = api.add_feedback(request, roots=[photos], workspace=workspace)
        assert not summary.failed, summary.failed

    labels = api.resolve_models("thermal", ["faults"])[0].config.labels[:2]
    give(labels[0], "2026-03-01T14:05:00Z")
    give(labels[1], "2026-03-02T14:05:00Z")
    feedback = read_feedback(workspace, *PICTURES)
    first, second = feedback.records
    take_back(workspace, second, profile=PICTURES[0], model=PICTURES[1])
    left = read_feedback(workspace, *PICTURES)
    assert left.rows()[0]["objects"][0]["label"] == labels[0] and (left.folder / first.image).exists()
    take_back(workspace, first, profile=PICTURES[0], model=PICTURES[1])
    assert read_feedback(workspace, *PICTURES).records == () and not (left.folder / first.image).exists()
    with pytest.raises(WorkError, match="not there any more"):
        take_back(workspace, first, profile=PICTURES[0], model=PICTURES[1])
