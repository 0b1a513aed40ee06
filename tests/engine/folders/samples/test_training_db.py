"""The training database: samples keep their ids and labels, names of any bytes survive."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InputError, NotFoundError
from engine.folders.samples.sample import TrainingSample
from engine.folders.samples.training_db import Label, Prediction, Which, training_db

ANY_NAMES = st.binary(min_size=1, max_size=20).filter(lambda name: b"/" not in name)


def sample(path: str, **changes: object) -> TrainingSample:
    parts = path.split("/")
    facts: dict[str, object] = {"name": parts[-1].lower(), "tokens": (), "creator": parts[0], "parent": ""}
    return TrainingSample(path=path, depth=len(parts), **{**facts, **changes})  # type: ignore[arg-type]


def test_a_sample_put_again_keeps_its_id_and_its_label(tmp_path: Path) -> None:
    with training_db(tmp_path / "t.db", create=True) as db:
        db.put([sample("a"), sample("a/b")])
        number = db.ids_of(["a/b"])["a/b"]
        label = Label(number, "legacy", "subject", "train", "console", "me", 1.0, "sure")
        db.put_labels([label])
        db.put([sample("a/b", files=3), sample("a/c")])
        assert db.ids_of(["a/b"])["a/b"] == number and db.sample(number).files == 3
        assert db.labels("legacy") == {
            number: Label(number, "legacy", "subject", "train", "console", "me", 1.0, "sure")
        }
        assert db.count() == 3


def test_some_samples_are_chosen_by_label_split_and_depth(tmp_path: Path) -> None:
    with training_db(tmp_path / "t.db", create=True) as db:
        db.put([sample("a"), sample("a/b"), sample("a/b/c")])
        one, two, three = (found.id for found in db.samples())
        db.put_labels(
            [Label(one, "legacy", "x", "train"), Label(two, "legacy", "x", "test"), Label(three, "v1", "y")]
        )
        ids = lambda which: [found.id for found in db.samples(which, batch=1)]  # noqa: E731
        assert ids(Which("legacy", labelled=True)) == [one, two] and ids(Which("legacy", labelled=False)) == [three]
        assert ids(Which("legacy", split="test")) == [two] and ids(Which(min_depth=2, max_depth=2)) == [two]
        assert db.count(Which("legacy", labelled=True, after=one)) == 1
        db.remove_labels("legacy", [one])
        assert list(db.labels("legacy")) == [two]


def test_predictions_of_a_run_take_the_place_of_its_former_ones(tmp_path: Path) -> None:
    with training_db(tmp_path / "t.db", create=True) as db:
        db.put([sample("a"), sample("b")])
        db.put_predictions("r", "legacy", [Prediction(1, "x", 0.5), Prediction(2, "y", 0.6)])
        db.put_predictions("r", "legacy", [Prediction(2, "z", 0.7)])
        assert list(db.predictions("r", "legacy")) == [Prediction(1, "x", 0.5), Prediction(2, "z", 0.7)]
        assert list(db.predictions("r", "v1")) == []


@settings(max_examples=40, deadline=None)
@given(
    names=st.lists(st.binary(min_size=1, max_size=20).filter(lambda name: b"/" not in name), min_size=1, unique=True)
)
def test_names_of_any_bytes_come_back(tmp_path_factory: pytest.TempPathFactory, names: list[bytes]) -> None:
    paths = [os.fsdecode(name) for name in names]
    with training_db(tmp_path_factory.mktemp("db") / "t.db", create=True) as db:
        db.put(sample(path, name="x", creator="x") for path in paths)
        assert [found.path for found in db.samples(batch=2)] == paths
        assert set(db.ids_of(paths)) == set(paths)
        assert all(found.shown.isprintable() or found.shown for found in db.samples())


def test_another_file_is_refused_and_none_is_made_by_looking(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("not a database, but long enough to be taken for one by its name alone" * 3)
    with pytest.raises(InputError, match="no training database"), training_db(tmp_path / "text.db"):
        pass
    with pytest.raises(NotFoundError, match="engine folders features"), training_db(tmp_path / "none.db"):
        pass
    assert not (tmp_path / "none.db").exists()
