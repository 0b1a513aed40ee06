"""Which models are offered, which samples, and what stands of a question."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.datasets.store import write_dataset
from engine.errors import WorkError
from engine.events.schema import Event, SampleEvent
from engine.workspace import Workspace
from tui.predictor import Ready
from tui.theme import DARK
from tui.validate.answers import Answer
from tui.validate.asking_state import Side, State
from tui.validate.choices import Choice, filtered, in_order, prompt_of
from tui.validate.giving import Given
from tui.validate.loading import loading_words
from tui.validate.pick_view import filter_line, nothing_line, pick_line
from tui.validate.picking import kept, labels_of_picks, place_names, samples_in, samples_of_file
from tui.validate.sitting import Sitting
from tui.validate.subject import Subject
from tui.validate.warm import has_room

RUN = Choice("20261120-x-utility-ner-7f3a", "ner 7f3a", "utility", "ner", "token-classification", Path("/r"))
OLD = replace(RUN, name="utility/ner@1", short="ner@1", aliases=("previous",))
NEW = replace(RUN, name="utility/ner@3", short="ner@3", aliases=("staging",))
USED = replace(RUN, name="utility/ner@2", short="ner@2", aliases=("production",), headline="f1", score=0.9012)
SPARE = replace(RUN, name="utility/ner@4", short="ner@4")


def test_what_is_in_use_comes_first_then_other_versions_then_runs() -> None:
    assert in_order([SPARE, NEW, USED, OLD], [RUN]) == (USED, NEW, OLD, SPARE, RUN)


@pytest.mark.parametrize(
    ("written", "found"),
    [("", 5), ("production", 1), ("utility/ner@staging", 1), ("NER token", 5), ("7f3a", 1), ("yolo", 0)],
)
def test_words_find_models_by_name_task_and_alias(written: str, found: int) -> None:
    assert len(filtered((USED, NEW, OLD, SPARE, RUN), written)) == found


def test_an_alias_is_glyph_and_word() -> None:
    assert prompt_of(USED, DARK, 40).plain.startswith("ner@2  ● production\nf1 0.9012 · utility")
    plain = prompt_of(USED, DARK, 40, mark="A", ascii_only=True).plain
    assert plain.startswith("A ner@2  * production") and plain.isascii()


ROW = {"text": "Keep 18 feet.", "entities": [{"start": 5, "end": 12, "label": "MEASURE"}]}
NONE = {"text": "No entity here.", "entities": []}


@pytest.fixture
def run(workspace: Workspace) -> Path:
    """A run whose events tell of two samples, one of them wrong."""
    write_dataset(
        workspace,
        task="token-classification",
        profile="utility",
        model="ner",
        splits={"train": [NONE] * 3, "validation": [NONE], "test": [ROW, NONE]},
        classes={split: {} for split in ("train", "validation", "test")},
        source="import",
    )
    directory = workspace.runs / "20261120-111532-utility-ner-90be"
    directory.mkdir(parents=True)
    events: list[Event] = [
        SampleEvent(t=1.0, seq=0, step=1, sample=dict(ROW), prediction={"entities": []}),
        SampleEvent(t=2.0, seq=1, step=1, sample=dict(NONE), prediction={"entities": []}),
        SampleEvent(t=3.0, seq=2, step=2, sample=dict(NONE), prediction={"entities": ROW["entities"]}),
    ]
    lines = [msgspec.json.encode(event) for event in events]
    (directory / "events.jsonl").write_bytes(b"\n".join([*lines, b'{"type":"sample", torn']) + b"\n")
    return directory


def test_samples_come_held_out_first_and_of_the_run(workspace: Workspace, run: Path) -> None:
    dataset = next(workspace.datasets.iterdir()).name
    assert place_names(workspace, dataset, run) == ("test", "validation", "train", "run")
    assert place_names(workspace, "", run / "none") == ()
    shelf = samples_in(workspace, "test", dataset, run)
    assert [one.split for one in shelf.picks] == ["test", "test"] and shelf.total == 2
    assert kept(shelf.picks, label="MEASURE")[0].sample == ROW
    assert [one.words for one in kept(shelf.picks, words="no ENTITY")] == ["No entity here."]
    assert labels_of_picks(shelf.picks) == ["MEASURE"]


def test_the_newest_prediction_of_a_run_says_what_it_got_wrong(workspace: Workspace, run: Path) -> None:
    picks = samples_in(workspace, "run", "", run).picks
    assert [(one.words, one.right) for one in picks] == [("No entity here.", False), ("Keep 18 feet.", False)]
    assert len(kept(picks, only_wrong=True)) == 2
    assert "".join(text for text, _ in pick_line(picks[0], 60, known=True)).startswith("✗ wrong")


def test_rows_of_a_file_that_cannot_be_used_are_told(tmp_path: Path) -> None:
    (tmp_path / "own.jsonl").write_text('{"text": "one"}\nbad\n')
    shelf = samples_of_file(tmp_path / "own.jsonl", "text")
    said = "".join(text for text, _ in filter_line(shelf, 1, label="", words="", only_wrong=False))
    assert said.startswith("1 of 1 samples; 1 rows cannot be used, the first: row 2, not JSON")
    assert "Nobody knows" in nothing_line(shelf, only_wrong=True)


SUBJECT = Subject("utility", "ner", "token-classification", "d", ("A",))


def asked() -> State:
    state = State()
    for side in (0, 1):
        state.sides[side] = Side(RUN, 0.0)
        state.warmed(side, RUN.name, Ready("token-classification", "cpu"), SUBJECT)
    state.ask({"text": "x"})
    return state


def test_a_late_answer_to_an_earlier_question_is_left_out() -> None:
    state = asked()
    state.ask({"text": "y"})
    assert not state.answered(0, 1, Answer({"entities": []}))
    assert state.answered(0, 2, Answer({"entities": []})) and state.asking == [1]


def test_an_answer_is_judged_once_and_a_rejected_one_can_be_corrected() -> None:
    state = asked()
    assert not state.can_judge()
    state.answered(0, 1, Answer({"entities": []}))
    state.begin()
    assert not state.can_judge()
    rejected = Given("rejected", "counted", "")
    assert state.settle((1, 0), rejected) is None
    assert not state.can_judge() and state.can_judge(correct=True)
    corrected = Given("corrected", "added", "")
    assert state.settle((1, 0), corrected) is rejected
    assert not state.can_judge(correct=True) and state.marks(0, ascii_only=True)[0][0] == "* corrected by you"
    state.take_back(corrected)
    assert state.can_judge()


def test_a_judgement_that_failed_can_be_given_again() -> None:
    state = asked()
    state.answered(0, 1, Answer({"entities": []}))
    state.begin()
    state.settle((1, 0), None)
    assert state.can_judge()


def test_a_sitting_counts_what_was_given_and_what_is_kept() -> None:
    sitting = Sitting()
    assert sitting.line() == ()
    for verdict, outcome in (
        ("accepted", "added"),
        ("accepted", "repeated"),
        ("corrected", "replaced"),
        ("rejected", "counted"),
    ):
        sitting.add(Given(verdict, outcome, ""))  # type: ignore[arg-type]
    said: Any = sitting.line()[0][0]
    assert said == "1 accepted · 1 rejected · 1 corrected · 2 kept"
    assert sitting.last is not None
    sitting.take_back(sitting.last)
    assert "rejected" not in sitting.line()[0][0]


def test_loading_is_told_with_its_seconds() -> None:
    assert loading_words([("ner@1", 1.0), ("ner@2", 3.5)], 4.0).startswith("Loading ner@1: 3 s; ner@2: 0 s.")


def test_a_second_model_needs_room_beside_the_first() -> None:
    assert has_room(2 << 30, 1 << 30) and not has_room(1 << 30, 1 << 30)


def test_a_predictor_that_cannot_be_held_twice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from tui.validate import warm

    monkeypatch.setattr(warm, "has_room", lambda available, taken: False)
    with pytest.raises(WorkError, match="does not hold a second model"):
        warm._need_room(1 << 30)
