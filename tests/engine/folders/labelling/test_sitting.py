"""A sitting: what each keystroke does, and that another process goes on where this one ended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import WorkError
from engine.folders.labelling.opening import open_labelling, search
from engine.folders.labelling.sitting import Sitting
from engine.folders.labelling.suggestions import Suggestion, stored_suggestion
from engine.folders.samples.sample import TrainingSample
from engine.folders.samples.training_db import Label, Prediction, TrainingDb, training_db

COUNT = 12


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "training.db"
    with training_db(path, create=True) as db:
        db.put(
            TrainingSample(path=f"Tom/Map {n:02}", name="map", tokens=(), creator="tom", parent="tom", depth=2)
            for n in range(COUNT)
        )
    return path


@pytest.fixture
def db(database: Path) -> Iterator[TrainingDb]:
    with training_db(database) as opened:
        yield opened


def sit(database: Path, db: TrainingDb, who: str = "me") -> Sitting:
    ticks = iter(range(1, 1_000_000))
    return Sitting(open_labelling(database, "v2"), db, ("x", "y", "z"), who, lambda: float(next(ticks) * 10))


def place(sitting: Sitting) -> str:
    return sitting.current.path if sitting.current is not None else ""


def test_every_folder_is_offered_once(database: Path, db: TrainingDb) -> None:
    sitting, shown = sit(database, db), []
    while sitting.current is not None:
        shown.append(place(sitting))
        sitting.give("x")
    assert len(shown) == len(set(shown)) == COUNT and sitting.figures.labelled == COUNT


def test_another_sitting_goes_on_where_this_one_was(database: Path, db: TrainingDb) -> None:
    first = sit(database, db)
    for label in ("x", "y"):
        first.give(label)
    first.skip()
    first.write_note("odd")
    second = sit(database, db)
    assert place(second) == place(first) and second.note == "odd"
    assert second.known == first.known and second.figures.counts == {"x": 1, "y": 1, "z": 0}


def test_undo_goes_back_through_labels_and_skips(database: Path, db: TrainingDb) -> None:
    sitting = sit(database, db)
    shown = []
    for act in (lambda: sitting.give("x"), sitting.skip, lambda: sitting.give("y")):
        shown.append(place(sitting))
        act()
    now = place(sitting)
    for expected in reversed(shown):
        sitting.undo()
        assert place(sitting) == expected
    assert sitting.undo() is None and sitting.known == {}
    for path in (*shown, now):
        assert place(sitting) == path
        sitting.give("z")


def test_an_undo_survives_the_process(database: Path, db: TrainingDb) -> None:
    sitting = sit(database, db)
    path = place(sitting)
    sitting.give("x")
    sitting.undo()
    again = sit(database, db)
    assert place(again) == path and again.known == {}


def test_a_folder_can_be_labelled_anew(database: Path, db: TrainingDb) -> None:
    sitting = sit(database, db)
    sitting.give("x")
    sitting.move(-1)
    assert sitting.label == "x"
    sitting.give("y")
    assert sitting.figures.counts == {"x": 0, "y": 1, "z": 0} and sitting.figures.labelled == 1
    sitting.undo()
    assert sitting.label == "x" and sitting.figures.counts["x"] == 1


def test_earlier_and_later_decide_nothing(database: Path, db: TrainingDb) -> None:
    sitting = sit(database, db)
    first = place(sitting)
    sitting.move(1)
    second = place(sitting)
    sitting.move(-1)
    assert place(sitting) == first != second and not sitting.known
    sitting.move(1)
    assert place(sitting) == second


def test_what_was_skipped_comes_at_the_end(database: Path, db: TrainingDb) -> None:
    sitting = sit(database, db)
    skipped = place(sitting)
    sitting.skip()
    for _ in range(COUNT - 1):
        assert place(sitting) != skipped
        sitting.give("x")
    assert place(sitting) == skipped


def test_a_batch_is_offered_first_and_outlives_the_process(database: Path, db: TrainingDb) -> None:
    sitting = sit(database, db)
    batch = [f"Tom/Map {n:02}" for n in (7, 3, 5)]
    assert sitting.take_batch([*batch, "not there"], "diverse") == 3
    assert place(sitting) == batch[0]
    sitting.give("x")
    again = sit(database, db)
    assert place(again) == batch[1] and (again.figures.in_batch, again.figures.batch) == (1, 3)


def test_the_least_confident_come_first_where_a_model_has_predicted(database: Path, db: TrainingDb) -> None:
    db.put_predictions("r1", "v2", [Prediction(n, "x", 0.5 + n / 100) for n in range(COUNT, 0, -1)])
    sitting = sit(database, db)
    assert sitting.current is not None and sitting.current.id == 1
    assert stored_suggestion(db, "r1", "v2", 3) == Suggestion("x", 0.53, "r1")
    assert stored_suggestion(db, "r2", "v2", 3) is None


def test_folders_that_are_no_more_are_not_offered(database: Path, db: TrainingDb) -> None:
    db.mark_gone(f"Tom/Map {n:02}" for n in range(3))
    sitting = sit(database, db)
    assert sitting.figures.samples == 3


def test_a_further_pass_is_blind_and_agreement_is_told(database: Path, db: TrainingDb) -> None:
    sitting = sit(database, db)
    first = {}
    for n in range(COUNT):
        label = "xyz"[n % 3]
        first[place(sitting)] = label
        sitting.give(label)
    sitting.next_pass()
    assert sitting.blind and sitting.label == "" and sitting.figures.batch == COUNT
    for n in range(COUNT):
        if n == 4:
            sitting = sit(database, db)
            assert sitting.turn == 2 and sitting.figures.in_batch == 4
        assert sitting.label == ""
        sitting.give("x" if n == 0 else first[place(sitting)])
    assert sitting.current is None
    (found,) = sitting.agreements()
    assert (found.first, found.second, found.both) == (("me", 1), ("me", 2), COUNT)
    assert found.same >= COUNT - 1 and found.kappa is not None and found.kappa > 0.8
    sitting.next_pass()
    assert sitting.turn == 1


def test_an_undo_in_a_pass_leaves_the_first_one_alone(database: Path, db: TrainingDb) -> None:
    sitting = sit(database, db)
    for _ in range(COUNT):
        sitting.give("x")
    sitting.next_pass()
    path = place(sitting)
    sitting.give("y")
    sitting.undo()
    assert place(sitting) == path and sitting.label == "" and sitting.figures.counts["x"] == COUNT
    assert sitting.state.labels[path].label == "x"


def test_two_people_label_the_same_pass(database: Path, db: TrainingDb) -> None:
    anna = sit(database, db, "anna")
    for _ in range(COUNT):
        anna.give("x")
    anna.next_pass()
    bert = sit(database, db, "bert")
    assert bert.turn == 1 and bert.current is None
    bert.next_pass()
    assert bert.turn == 2 and place(bert) == place(anna)
    bert.give("y")
    assert bert.agreements()[0].first == ("anna", 1) and bert.agreements()[0].same == 0


def test_labels_of_a_sheet_count(database: Path, db: TrainingDb) -> None:
    db.put_labels([Label(1, "v2", "y", "train", "sheet.csv")])
    sitting = sit(database, db)
    assert sitting.figures.labelled == 1 and sitting.figures.counts["y"] == 1
    sitting.look_for([1])
    assert sitting.label == "y"


def test_what_cannot_be_saved_has_not_happened(database: Path, db: TrainingDb) -> None:
    sitting = sit(database, db)
    path = place(sitting)
    sitting.log.path = database.parent / "gone" / "log"
    for act in (lambda: sitting.give("x"), sitting.skip, lambda: sitting.write_note("n")):
        with pytest.raises(WorkError):
            act()
    assert place(sitting) == path and not sitting.known and not sitting.state.entries


def test_search_finds_every_word_in_either_case(database: Path, db: TrainingDb) -> None:
    assert [db.sample(number).path for number in search(db, "map 1 TOM")] == [
        "Tom/Map 01",
        "Tom/Map 10",
        "Tom/Map 11",
    ]
    assert search(db, " ") == [] and search(db, "%") == []
