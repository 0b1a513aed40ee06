"""Folders to label: none that is labelled, none that is gone, and with one model's eyes only where it is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from engine.errors import InputError
from engine.folders.encoder import Embed
from engine.folders.samples.features import samples_of
from engine.folders.samples.training_db import Label, TrainingDb, training_db
from engine.folders.selection.diverse import choose_samples
from engine.folders.selection.pool import Wanted
from engine.folders.sheets.to_label import write_samples
from engine.folders.snapshots.index import FolderNode
from engine.sheet import Sheet

TREE = [f"{creator}/{creator} {number}/{kind}" for creator, packs in (("huge", 60), ("small", 4), ("tiny", 1))
        for number in range(packs) for kind in ("day", "night", "VTT")]  # fmt: skip


@pytest.fixture
def db(tmp_path: Path, snapshot: Callable[..., list[FolderNode]]) -> Iterator[TrainingDb]:
    with training_db(tmp_path / "training.db", create=True) as opened:
        nodes = snapshot(TREE)
        opened.put(samples_of(lambda: nodes))
        yield opened


def never() -> Embed:
    raise AssertionError("asked for embeddings")


def by_letters() -> Embed:
    """A model that sees which letters a text has."""

    def embed(texts: Sequence[str]) -> np.ndarray:
        counts = np.array(
            [[text.count(letter) for letter in "abcdefghijklmnopqrstuvwxyz0123456789"] for text in texts]
        )
        return (counts / np.linalg.norm(counts, axis=1, keepdims=True)).astype(np.float32)

    return embed


@pytest.mark.parametrize(("diversity", "embed"), [(0.0, never), (0.7, by_letters), (1.0, by_letters)])
def test_creators_take_turns_until_they_have_none_left(
    db: TrainingDb, diversity: float, embed: Callable[[], Embed]
) -> None:
    chosen = choose_samples(db, Wanted(30, diversity=diversity), embed)
    assert len({sample.id for sample in chosen}) == 30
    # tiny has five folders in all, and small and huge share the rest.
    had = Counter(sample.creator for sample in chosen)
    assert had["tiny"] == 5 and {had["small"], had["huge"]} == {12, 13}


def test_depths_are_kept_and_labelled_and_gone_ones_left_out(db: TrainingDb) -> None:
    paths = [path for path in TREE if path.startswith("small")]
    db.put_labels([Label(number, "legacy", "x") for number in db.ids_of(paths).values()])
    db.mark_gone([sample.path for sample in db.samples() if sample.creator != "tiny"])
    chosen = choose_samples(db, Wanted(1000, min_depth=3, max_depth=3, diversity=0), never)
    assert {sample.path for sample in chosen} == {path for path in TREE if path.startswith("huge")}
    other = choose_samples(db, Wanted(1000, min_depth=3, max_depth=3, diversity=0, taxonomy="v1"), never)
    assert {sample.creator for sample in other} == {"huge", "small"}


def test_the_same_seed_chooses_the_same_and_another_one_others(db: TrainingDb) -> None:
    first, again, other = (
        [sample.id for sample in choose_samples(db, Wanted(20, diversity=0.5, seed=seed), by_letters)]
        for seed in (1, 1, 2)
    )
    assert first == again != other


def test_folders_that_read_the_same_are_chosen_once_as_long_as_there_are_others(db: TrainingDb) -> None:
    wanted = Wanted(3, min_depth=3, diversity=0, template="{name}")
    assert {sample.name for sample in choose_samples(db, wanted, never)} == {"day", "night", "vtt"}
    assert len(choose_samples(db, Wanted(10, min_depth=3, diversity=0, template="{name}"), never)) == 10


def test_the_sheet_has_context_and_an_empty_label(db: TrainingDb, tmp_path: Path) -> None:
    chosen = choose_samples(db, Wanted(5, diversity=0), never)
    write_samples(tmp_path / "s.csv", chosen, "v1", {"suggestion": ["a", "b", "c", "d", "e"]})
    rows = [row.cells for row in Sheet(tmp_path / "s.csv")]
    assert [row["path"] for row in rows] == [sample.shown for sample in chosen]
    assert {(row["taxonomy"], row["label"]) for row in rows} == {("v1", "")}
    assert [row["suggestion"] for row in rows] == ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize(
    "wrong", [{"size": 0}, {"diversity": 1.5}, {"min_depth": 3, "max_depth": 2}, {"size": 10, "pool": 5}]
)
def test_what_cannot_be_wanted_is_said(wrong: dict[str, int]) -> None:
    with pytest.raises(InputError):
        Wanted(**wrong)  # type: ignore[arg-type]


def test_no_folder_to_choose_from_is_said(db: TrainingDb) -> None:
    with pytest.raises(InputError, match="no folder at depth 7 to 9 is without a label in legacy"):
        choose_samples(db, Wanted(min_depth=7, max_depth=9), never)
