"""The log brought into the database: labels, undo, splits, and labels that came from elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.folders.api import export_labels
from engine.folders.labelling.apply_log import apply_log
from engine.folders.labelling.log import Entry, LabelLog, log_path
from engine.folders.labelling.opening import open_labelling
from engine.folders.labelling.sitting import Sitting
from engine.folders.samples.sample import TrainingSample
from engine.folders.samples.training_db import Label, TrainingDb, training_db


def folder(path: str) -> TrainingSample:
    return TrainingSample(path=path, name=path[0], tokens=(), creator=path[0], parent="", depth=1)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "training.db"
    with training_db(path, create=True) as db:
        db.put([folder("a"), folder("b\udcff"), folder("c")])
    return path


def labels(path: Path) -> dict[int, Label]:
    with training_db(path) as db:
        return db.labels("v2")


def sit(path: Path, db: TrainingDb, at: float = 10.0) -> Sitting:
    return Sitting(open_labelling(path, "v2"), db, ("x", "y"), "me", lambda: at)


def test_labels_arrive_with_their_provenance_and_again_changes_nothing(database: Path) -> None:
    with training_db(database) as db:
        sitting = sit(database, db)
        while sitting.current is not None:
            if sitting.current.path == "a":
                sitting.write_note("sure")
            sitting.give("x")
    assert apply_log(database, "v2").put == 3
    assert labels(database)[1] == Label(1, "v2", "x", "", "console", "me", 10.0, "sure")
    assert apply_log(database, "v2") == type(apply_log(database, "v2"))(0, 0, ())


def test_an_undone_label_goes_and_what_was_there_before_comes_back(database: Path) -> None:
    before = Label(2, "v2", "y", "test", "sheet.csv", "you", 5.0, "")
    with training_db(database) as db:
        db.put_labels([before])
        sitting = sit(database, db)
        sitting.look_for([2])
        sitting.give("x")
        sitting.look_for([1])
        sitting.give("x")
        apply_log(database, "v2")
        assert labels(database)[2] == Label(2, "v2", "x", "test", "console", "me", 10.0, "")
        sitting.undo()
        sitting.undo()
    assert apply_log(database, "v2").removed == 1
    assert labels(database) == {2: before}


def test_a_sheet_that_came_later_is_newer(database: Path) -> None:
    with training_db(database) as db:
        sitting = sit(database, db)
        sitting.look_for([1])
        sitting.give("x")
        later = Label(1, "v2", "y", "train", "sheet.csv", "you", 99.0, "")
        db.put_labels([later])
    apply_log(database, "v2")
    assert labels(database)[1] == later


def test_a_folder_that_the_database_does_not_know_waits_in_the_log(database: Path) -> None:
    log = LabelLog(log_path(database))
    log.append(Entry(id="1", t=1.0, act="label", taxonomy="v2", who="me", path="gone", label="x"))
    assert apply_log(database, "v2").unknown == ("gone",)
    with training_db(database) as db:
        db.put([folder("gone")])
    assert apply_log(database, "v2").put == 1


def test_a_verb_sees_what_was_labelled_before_the_console_was_killed(database: Path, tmp_path: Path) -> None:
    with training_db(database) as db:
        sitting = sit(database, db)
        sitting.look_for([1])
        sitting.give("x")
    assert labels(database) == {}
    assert export_labels(database, tmp_path / "labels.csv") == 1
    assert labels(database)[1].label == "x"
