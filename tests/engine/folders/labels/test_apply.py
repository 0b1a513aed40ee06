"""Labels of a sheet: all of them or none, and what cannot be used is named with what can."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from engine.errors import DataError
from engine.folders.labels.apply import apply_labels
from engine.folders.labels.export import export_labels
from engine.folders.labels.splits import Splitting
from engine.folders.samples.sample import TrainingSample
from engine.folders.samples.training_db import Label, TrainingDb, training_db
from engine.folders.sheets.columns import context_of
from engine.profiles.taxonomies import Taxonomy
from engine.sheet import Sheet, write_sheet

TAXONOMIES: Mapping[str, Taxonomy] = {
    "legacy": Taxonomy(labels={"primary_author": "", "collection": "", "media_format": ""}),
    "v1": Taxonomy(labels={"person_or_group": "", "media_bucket": ""}),
}
PATHS = ["Tom/Ruins", "Tom/Tower", "Bea/Music", "Cid/Map", "-Dee/Ink\udcff", "007"]


@pytest.fixture
def db(tmp_path: Path) -> Iterator[TrainingDb]:
    with training_db(tmp_path / "training.db", create=True) as opened:
        opened.put(
            TrainingSample(path=path, name="x", tokens=(), creator=path.split("/")[0], parent="", depth=1)
            for path in PATHS
        )
        yield opened


def apply(db: TrainingDb, text: str, taxonomy: str = "legacy", replace_others: bool = False) -> Mapping[str, str]:
    """Labels by path after a sheet with this text was applied."""
    sheet = db.path.with_name("sheet.csv")
    sheet.write_text(text)
    how = Splitting()
    apply_labels(db, sheet, TAXONOMIES, taxonomy=taxonomy, how=how, who="me", replace_others=replace_others)
    return labels(db, taxonomy)


def labels(db: TrainingDb, taxonomy: str = "legacy") -> dict[str, str]:
    return {db.sample(number).path: label.label for number, label in db.labels(taxonomy).items()}


def test_a_sheet_that_was_written_comes_back_with_labels(db: TrainingDb, tmp_path: Path) -> None:
    rows = [{**context_of(sample), "label": "Media Format", "note": "sure"} for sample in db.samples()]
    # What Excel makes of a path such as 007 does no harm: the key tells the folder.
    rows[-1]["path"] = "7"
    write_sheet(tmp_path / "s.csv", ("label", "path", "note", "key"), rows)
    done = apply_labels(db, tmp_path / "s.csv", TAXONOMIES, taxonomy="legacy", how=Splitting(), who="me")
    assert labels(db) == dict.fromkeys(PATHS, "media_format")
    assert (done.new, done.changed, done.unchanged, done.empty) == (6, 0, 0, 0)
    stored = list(db.labels("legacy").values())
    assert {(one.source, one.who, one.note) for one in stored} == {("s.csv", "me", "sure")}
    assert {one.split for one in stored} == {"train", "validation", "test"}
    split_of = {db.sample(one.sample).path: one.split for one in stored}
    assert split_of["Tom/Ruins"] == split_of["Tom/Tower"]


def test_paths_serve_where_there_is_no_key(db: TrainingDb) -> None:
    assert apply(db, "path,label\nTom/Ruins,collection\n'-Dee/Ink\\xff,Media-Format\n") == {
        "Tom/Ruins": "collection",
        "-Dee/Ink\udcff": "media_format",
    }


def test_columns_named_as_taxonomies_bring_several_labels(db: TrainingDb) -> None:
    assert apply(db, "path,legacy,v1\nTom/Ruins,collection,\nBea/Music,,media bucket\n") == {
        "Tom/Ruins": "collection"
    }
    assert labels(db, "v1") == {"Bea/Music": "media_bucket"}
    assert apply(db, "path,taxonomy,label\nCid/Map,v1,media_bucket\n") == {"Tom/Ruins": "collection"}


def test_everything_that_is_wrong_is_listed_and_nothing_applied(db: TrainingDb) -> None:
    sheet = """path,label,taxonomy,split
Tom/Ruins,colection,,
Tom/Tower,collection,,
Tom/Tower,media_format,,
Nowhere,collection,,
Bea/Music,colection,v1x,
Bea/Music,collection,,trian
Cid/Map,colection,,
"""
    with pytest.raises(DataError) as caught:
        apply(db, sheet)
    said = str(caught.value)
    for part in (
        "sheet.csv: 5 problems",
        "line 2: 'colection' is no label of legacy; write collection (and in 1 more rows)",
        "line 4: Tom/Tower is media_format here and collection in line 3",
        "line 5: Nowhere is not in the training database",
        "line 6: there is no taxonomy 'v1x'; write v1",
        "line 7: there is no split 'trian'",
        "nothing was applied",
    ):
        assert part in said
    assert labels(db) == {}


def test_a_label_that_is_there_gives_way_only_when_it_is_said(db: TrainingDb) -> None:
    apply(db, "path,label\nTom/Ruins,collection\nBea/Music,collection\n")
    split = db.labels("legacy")[db.ids_of(["Bea/Music"])["Bea/Music"]].split
    changed = "path,label\nTom/Ruins,collection\nBea/Music,media_format\n"
    with pytest.raises(
        DataError, match=r"line 3: Bea/Music is collection by me already, and media_format here; --rep"
    ):
        apply(db, changed)
    assert apply(db, changed, replace_others=True)["Bea/Music"] == "media_format"
    assert db.labels("legacy")[db.ids_of(["Bea/Music"])["Bea/Music"]].split == split


def test_applied_twice_nothing_changes(db: TrainingDb) -> None:
    sheet = "path,label,note\nTom/Ruins,collection,why\nBea/Music,media_format,\nCid/Map,collection,\n"
    apply(db, sheet)
    before = db.labels("legacy")
    apply(db, sheet)
    assert db.labels("legacy") == before


def test_an_export_is_taken_back_by_a_database_with_other_ids(db: TrainingDb, tmp_path: Path) -> None:
    apply(db, "path,label,note\nTom/Ruins,collection,why\n'-Dee/Ink\\xff,media_format,\nCid/Map,collection,\n")
    db.put_labels([Label(db.ids_of(["007"])["007"], "v1", "media_bucket", "test", "console", "you", 1.0)])
    assert export_labels(db, tmp_path / "all.csv") == 4 and export_labels(db, tmp_path / "v1.csv", ["v1"]) == 1
    assert [row.cell("at") for row in Sheet(tmp_path / "v1.csv")] == ["1970-01-01T00:00:01+00:00"]
    with training_db(tmp_path / "other.db", create=True) as other:
        other.put(db.sample(number) for number in range(len(PATHS), 0, -1))
        apply_labels(other, tmp_path / "all.csv", TAXONOMIES, taxonomy="legacy", how=Splitting())
        for taxonomy in ("legacy", "v1"):
            assert labels(other, taxonomy) == labels(db, taxonomy)
        told = {(other.sample(one.sample).path, one.split, one.who) for one in other.labels("v1").values()}
        assert told == {("007", "test", "you")}


def test_a_sheet_of_another_database_is_refused(db: TrainingDb) -> None:
    with pytest.raises(DataError, match="line 2: f1-00000000 was written for another training database"):
        apply(db, "key,label\nf1-00000000,collection\n")
    with pytest.raises(DataError, match="line 2: '17' is no key"):
        apply(db, "key,label\n17,collection\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [("name,label\na,b\n", "neither a column `key` nor `path`"), ("path,note\na,b\n", "no column `label`")],
)
def test_a_sheet_without_its_columns_is_refused(db: TrainingDb, text: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        apply(db, text)
