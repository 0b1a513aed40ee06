"""What a model says of every folder: handed out, stored and tallied, chunk by chunk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.folders.predictions.stream import Asked, predictions
from engine.folders.predictions.tally import Tally
from engine.folders.predictions.translation import Translation, translation, unchanged
from engine.folders.samples.sample import TrainingSample
from engine.folders.samples.training_db import Label, Prediction, TrainingDb, Which, training_db
from engine.profiles.taxonomies import Taxonomy


class ByWord:
    """Says the label whose name stands in the text, 0.7 sure; the rest goes to the others in parts."""

    labels = ("map", "song", "token")

    def __init__(self) -> None:
        self.asked: list[int] = []

    def shares(self, texts: Sequence[str]) -> NDArray[np.float64]:
        self.asked.append(len(texts))
        found = np.array([[float(label in text) for label in self.labels] for text in texts])
        return found * 0.55 + 0.15


@contextmanager
def folders(path: Path, names: Sequence[str]) -> Iterator[TrainingDb]:
    with training_db(path / "t.db", create=True) as db:
        db.put(
            TrainingSample(path=f"{name} {at}", name=name, tokens=(), creator="c", parent="", depth=1)
            for at, name in enumerate(names)
        )
        yield db


def asked(db: TrainingDb, words: Translation | None = None, **more: object) -> Asked:
    fields = {"run": "r", "taxonomy": "legacy", "template": "{name}", "which": Which(present=True), "save": True}
    return Asked(translation=words or unchanged(ByWord.labels), **{**fields, **more})  # type: ignore[arg-type]


def test_every_folder_is_predicted_and_stored_chunk_by_chunk(tmp_path: Path) -> None:
    with folders(tmp_path, ["map", "song", "token", "a map", "song"]) as db:
        model, tally, told = ByWord(), Tally(), []
        wanted = asked(db)
        made = list(predictions(db, model, wanted, tally, chunk=2, tell=lambda *now: told.append(now)))
        assert [one.label for one in made] == ["map", "song", "token", "map", "song"]
        assert model.asked == [2, 2, 1] and told == [(2, 5), (4, 5), (5, 5)]
        assert [one.label for one in db.predictions("r", "legacy")] == [one.label for one in made]
        assert tally.labels == {"map": 2, "song": 2, "token": 1} and tally.accuracy is None


def test_nothing_is_stored_that_was_not_asked_for(tmp_path: Path) -> None:
    with folders(tmp_path, ["map"]) as db:
        list(predictions(db, ByWord(), asked(db, save=False), Tally()))
        assert list(db.predictions("r", "legacy")) == []


def test_labelled_folders_tell_how_good_the_model_is(tmp_path: Path) -> None:
    with folders(tmp_path, ["map", "map", "song", "token"]) as db:
        db.put_labels(
            [
                Label(1, "legacy", "map", "test"),
                Label(2, "legacy", "song", "test"),
                Label(3, "legacy", "song", "train"),
            ]
        )
        tally = Tally()
        list(predictions(db, ByWord(), asked(db, which=Which("legacy", labelled=True)), tally))
        assert (tally.folders, tally.labelled) == (3, 3)
        assert tally.accuracy == pytest.approx(2 / 3) and tally.macro_f1 == pytest.approx(2 / 3)
        tally = Tally()
        made = list(predictions(db, ByWord(), asked(db, which=Which("legacy", split="train", labelled=True)), tally))
        assert [one.sample.id for one in made] == [3] and made[0].truth is not None and made[0].truth.split == "train"


LOSSY = Taxonomy(labels={"map": "", "song": "", "token": ""}, mappings={"new": {"map": "art"}})


def test_what_has_no_counterpart_gets_no_label_and_loses_the_one_it_had(tmp_path: Path) -> None:
    words = translation(ByWord.labels, "old", "new", {"old": LOSSY}, profile="p")
    with folders(tmp_path, ["map", "song"]) as db:
        db.put_predictions("r", "legacy", [Prediction(2, "map", 0.9)])
        made = list(predictions(db, ByWord(), asked(db, words), tally := Tally()))
        assert [one.label for one in made] == ["art", ""] and tally.labels == {"art": 1, "": 1}
        assert [(one.sample, one.label) for one in db.predictions("r", "legacy")] == [(1, "art")]
