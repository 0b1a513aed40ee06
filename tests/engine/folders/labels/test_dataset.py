"""Labelled folders become a dataset that the model of their taxonomy trains on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.errors import DataError, InputError
from engine.folders.labels.dataset import make_dataset
from engine.folders.labels.splits import Splitting
from engine.folders.profile import classifier_of, taxonomies_of
from engine.folders.samples.features import samples_of
from engine.folders.samples.training_db import Label, TrainingDb, training_db
from engine.folders.snapshots.index import FolderNode
from engine.profiles import load_profile, resolve_models
from engine.starting import choose_dataset
from engine.workspace import Workspace

TREE = [f"Creator{letter}/Pack {number}" for letter in "ABCDEFGHIJ" for number in range(4)]


@pytest.fixture
def db(tmp_path: Path, snapshot: Callable[..., list[FolderNode]]) -> Iterator[TrainingDb]:
    """Ten creators and their packs, labelled in the console: no split yet."""
    with training_db(tmp_path / "training.db", create=True) as opened:
        nodes = snapshot(TREE)
        opened.put(samples_of(lambda: nodes))
        opened.put_labels(
            Label(sample.id, "legacy", "primary_author" if sample.depth == 1 else "collection", source="console")
            for sample in opened.samples()
        )
        yield opened


def make(db: TrainingDb, profile: Path, taxonomy: str = "legacy", **more: object):  # type: ignore[no-untyped-def]
    place = Workspace(db.path.parent / "workspace")
    options = {"how": Splitting(), **more}
    return make_dataset(
        db,
        place,
        classifier_of(str(profile), taxonomy),
        taxonomies_of(str(profile)),
        **options,  # type: ignore[arg-type]
    )


def test_rows_are_texts_of_the_model_with_label_group_and_slice(db: TrainingDb, profile: Path) -> None:
    made = make(db, profile)
    rows = {split: made.rows(split) for split in ("train", "validation", "test")}
    assert sum(map(len, rows.values())) == 50 and made.manifest.task == "text-classification"
    assert {(row["label"], row["text"], row["group"], row["path"]) for part in rows.values() for row in part} >= {
        ("collection", "pack 0 in creator a", "creator a", "CreatorA/Pack 0")
    }
    groups = [{row["group"] for row in part} for part in rows.values()]
    assert not groups[0] & groups[1] and not groups[0] & groups[2] and not groups[1] & groups[2]
    assert {row["slice"] for row in rows["test"]} == {"unseen"} and "slice" not in rows["train"][0]
    assert all(set(row) - {"slice"} == {"text", "label", "group", "path"} for row in rows["test"])


def test_labels_of_the_console_get_their_split_for_good(db: TrainingDb, profile: Path) -> None:
    first = make(db, profile)
    splits = {number: label.split for number, label in db.labels("legacy").items()}
    assert set(splits.values()) == {"train", "validation", "test"}
    assert make(db, profile, how=Splitting(seed=99)).id == first.id
    assert {number: label.split for number, label in db.labels("legacy").items()} == splits


def test_a_plain_split_is_for_comparison_and_leaves_the_labels_alone(db: TrainingDb, profile: Path) -> None:
    make(db, profile)
    before = db.labels("legacy")
    made = make(db, profile, how=Splitting(by="plain"), anew=True)
    assert {row["slice"] for row in made.rows("test")} == {"seen"} and db.labels("legacy") == before
    assert any("creators of test stand in train too" in note for note in made.manifest.notes["import"])


def test_the_model_of_the_taxonomy_trains_on_it(db: TrainingDb, profile: Path) -> None:
    made = make(db, profile)
    (model,) = resolve_models(load_profile(profile), ["old"])
    chosen = choose_dataset(Workspace(db.path.parent / "workspace"), model, None)
    assert chosen is not None and chosen.id == made.id and chosen.manifest.model == "old"


def test_labels_of_another_taxonomy_count_where_they_are_mapped(db: TrainingDb, profile: Path) -> None:
    with pytest.raises(DataError, match="0 folders are labelled in v1"):
        make(db, profile, "v1")
    packs = [number for number, label in db.labels("legacy").items() if label.label == "collection"]
    db.put_labels([Label(number, "v1", "media_bucket") for number in packs[:2]])
    made = make(db, profile, "v1", mapped=True)
    assert sum(made.manifest.counts.values()) == 10 + 2 and made.manifest.notes["mapped"] == 10
    assert "collection" not in {row["label"] for row in made.rows("train")}


def test_too_few_labels_are_no_dataset(db: TrainingDb, profile: Path) -> None:
    labels = db.labels("legacy")
    db.remove_labels("legacy", [number for number in labels if db.sample(number).creator not in ("creator a",)])
    with pytest.raises(DataError, match="5 folders are labelled in legacy, and none of them is left for"):
        make(db, profile)
    db.put_labels(Label(number, "legacy", "collection") for number in labels)
    with pytest.raises(DataError, match="one label alone, collection"):
        make(db, profile)
    db.put_labels([Label(min(labels), "legacy", "kollektion")])
    with pytest.raises(DataError, match="'kollektion' is no label of legacy"):
        make(db, profile)


def test_a_taxonomy_without_a_model_or_that_is_none_is_named(profile: Path) -> None:
    with pytest.raises(InputError, match="there is no taxonomy 'legasy'; write legacy"):
        classifier_of(str(profile), "legasy")
    text = profile.read_text()
    profile.write_text(text.replace("      taxonomy: v1\n", "      taxonomy: legacy\n"))
    with pytest.raises(InputError, match="no model of library learns the taxonomy v1; say `--set taxonomy=v1` here"):
        classifier_of(str(profile), "v1")
    with pytest.raises(InputError, match="library/new does not learn the taxonomy v1"):
        classifier_of(str(profile), "v1", model="new")
    assert classifier_of(str(profile), "v1", model="new", overrides=["taxonomy=v1"]).model.model == "new"
    assert classifier_of(str(profile), "v1", any_taxonomy=True).model.model == "old"
