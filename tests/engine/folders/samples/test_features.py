"""A snapshot becomes one sample for each folder: with what surrounds it, and the same when it is done again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InputError, WorkError
from engine.folders.samples.features import make_features, samples_of
from engine.folders.samples.sample import TrainingSample
from engine.folders.samples.training_db import Label, TrainingDb, Which, training_db
from engine.folders.snapshots.index import FolderNode

Snapshot = Callable[..., list[FolderNode]]
TREE = ("TomCartos/Ruins/Ruins Day", "TomCartos/Ruins/Ruins Night/VTT", "TomCartos/Tower", "Bea/Music")


@pytest.fixture
def db(tmp_path: Path) -> Iterator[TrainingDb]:
    with training_db(tmp_path / "training.db", create=True) as opened:
        yield opened


def by_path(nodes: list[FolderNode]) -> dict[str, TrainingSample]:
    return {sample.path: sample for sample in samples_of(lambda: nodes)}


def test_a_sample_tells_what_surrounds_its_folder(snapshot: Snapshot) -> None:
    found = by_path(snapshot(TREE, {"TomCartos/Ruins": {"JPG": 1, "jpg": 2, "webp": 9}}))
    assert found["TomCartos/Ruins"] == TrainingSample(
        path="TomCartos/Ruins", name="ruins", tokens=("tom", "cartos", "ruins"), creator="tom cartos",
        parent="tom cartos", siblings=("tower",), children=("ruins day", "ruins night"), depth=2, files=12, folders=2,
        bytes=120, extensions={"webp": 9, "jpg": 3}, height=2, position=0.0,
    )  # fmt: skip
    assert list(found["TomCartos/Ruins"].extensions) == ["webp", "jpg"]
    top = found["TomCartos"]
    assert (top.creator, top.parent, top.siblings, top.position) == ("tom cartos", "", ("bea",), 1.0)
    assert found["TomCartos/Ruins/Ruins Night/VTT"].height == 0 and "" not in found and len(found) == 8


def test_of_many_siblings_the_nearest_by_name_are_kept_and_of_many_children_some_all_over(snapshot: Snapshot) -> None:
    found = by_path(snapshot([f"maps/{number:03}" for number in range(100)]))
    assert found["maps"].children == ("000", "014", "028", "042", "056", "070", "084", "099")
    assert found["maps/050"].siblings == ("046", "047", "048", "049", "051", "052", "053", "054")
    assert found["maps/000"].siblings == tuple(f"{number:03}" for number in range(1, 9))
    assert found["maps/099"].siblings == tuple(f"{number:03}" for number in range(91, 99))
    assert found["maps/099"].position == 1.0


def test_done_twice_nothing_changes(snapshot: Snapshot, db: TrainingDb) -> None:
    first = make_features(db, lambda: snapshot(TREE), root="/library", snapshot=1, batch_size=3)
    before = list(db.samples())
    again = make_features(db, lambda: snapshot(TREE), root="/library", snapshot=1)
    assert (first.samples, first.new, again.samples, again.new, again.gone) == (8, 8, 8, 0, 0)
    assert list(db.samples()) == before and db.fact("root") == "/library"


def test_a_later_snapshot_keeps_ids_and_labels_and_marks_what_is_gone(snapshot: Snapshot, db: TrainingDb) -> None:
    make_features(db, lambda: snapshot(TREE), root="/library", snapshot=1)
    numbers = db.ids_of(["TomCartos/Tower", "Bea"])
    db.put_labels([Label(numbers["TomCartos/Tower"], "legacy", "collection")])
    fewer = [path for path in TREE if "Tower" not in path]
    done = make_features(db, lambda: snapshot([*fewer, "New"]), root="/library", snapshot=2)
    assert (done.samples, done.new, done.gone) == (8, 1, 1)
    assert numbers["TomCartos/Tower"] in db.labels("legacy") and db.ids_of(["Bea"])["Bea"] == numbers["Bea"]
    assert "TomCartos/Tower" not in {sample.path for sample in db.samples(Which(present=True))}
    assert make_features(db, lambda: snapshot([*TREE, "New"]), root="/library", snapshot=3).gone == 0


def test_another_root_is_refused_unless_it_moved(snapshot: Snapshot, db: TrainingDb) -> None:
    make_features(db, lambda: snapshot(["a"]), root="/one", snapshot=1)
    with pytest.raises(InputError, match=r"holds folders of /one, and the snapshot is of /two; name another"):
        make_features(db, lambda: snapshot(["b"]), root="/two", snapshot=1)
    assert [sample.path for sample in db.samples()] == ["a"]
    assert make_features(db, lambda: snapshot(["a"]), root="/two", snapshot=1, moved=True).new == 0


def test_a_snapshot_that_grows_while_it_is_read_is_noticed(snapshot: Snapshot) -> None:
    readings = iter([snapshot(["a"]), snapshot(["a", "b"])])
    with pytest.raises(WorkError, match="changed while it was read"):
        list(samples_of(lambda: next(readings)))


def test_a_tree_deeper_than_the_stack_is_no_trouble() -> None:
    nodes = [FolderNode(1 + depth, depth, depth, "d" * bool(depth), 0, 1, 0) for depth in range(1501)]
    assert max(sample.depth for sample in samples_of(lambda: nodes)) == 1500


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.lists(
            st.binary(min_size=1, max_size=6).filter(lambda name: not {0, 47} & set(name)), min_size=1, max_size=5
        ),
        max_size=12,
    )
)
def test_paths_of_any_bytes_and_shape_come_out_as_they_went_in(paths: list[list[bytes]]) -> None:
    from tests.engine.folders.conftest import nodes_of

    named = ["/".join(os.fsdecode(name) for name in path) for path in paths]
    nodes = nodes_of(named)
    found = by_path(nodes)
    assert set(named) <= set(found) and len(found) == len(nodes) - 1
    for path, sample in found.items():
        below = [other for other in found if other.startswith(f"{path}/")]
        assert sample.height == max([other.count("/") - path.count("/") for other in below], default=0)
        assert sample.depth == path.count("/") + 1 and 0 <= sample.position <= 1
