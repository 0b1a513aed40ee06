"""Draws an asset library and makes rows of its folders: the text that features make of a folder, and its label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from engine.datasets.progress import Told, untold
from engine.datasets.sampling import stream
from engine.errors import DataError
from engine.folders.drawn_library.creator import Habits
from engine.folders.drawn_library.draw import DrawnFolder, draw_library
from engine.folders.labels.splits import Splittable, Splitting, settle
from engine.folders.samples.features import samples_of
from engine.folders.samples.text import text_of
from engine.tasks.contract import Generated, Row
from engine.tasks.text_classification.recipe import Recipe

SPLITS = ("train", "validation", "test")


def generate(recipe: Recipe, seed: int, told: Told = untold) -> Generated:
    """Rows of `train`, `validation` and `test`; no text stands twice.

    Raises DataError when the library is too small for every split to have every label that training has.
    """
    rows = list(_rows(recipe, seed, told))
    stream(seed, "order").shuffle(rows)
    how = Splitting(recipe.split, recipe.test_size, recipe.validation_size, seed)
    split_of = settle([Splittable(at, row["group"], row["label"]) for at, row in enumerate(rows)], {}, how)
    parts = {name: [row for at, row in enumerate(rows) if split_of[at] == name] for name in SPLITS}
    splits = {
        name: _at_most(parts[name], recipe.per_label if name == "train" else recipe.held_out_per_label)
        for name in SPLITS
    }
    _check_labels(splits)
    known = {row["group"] for row in splits["train"]}
    splits["test"] = [{**row, "slice": "seen" if row["group"] in known else "unseen"} for row in splits["test"]]
    return Generated(splits, _notes(recipe, rows, splits))


def _rows(recipe: Recipe, seed: int, told: Told) -> Iterator[Row]:
    """One row for each different text: a text that stands in two splits would be known by heart."""
    habits = Habits(recipe.typos, recipe.mixed, recipe.misplaced, recipe.junk)

    def drawn() -> Iterator[DrawnFolder]:
        return draw_library(recipe.folders, seed, habits)

    samples = samples_of(lambda: (folder.node for folder in drawn()))
    roles = (folder.role for folder in drawn() if folder.role is not None)
    seen: set[str] = set()
    for number, (sample, role) in enumerate(zip(samples, roles, strict=True), 1):
        told("folders drawn", min(number, recipe.folders), recipe.folders)
        text = text_of(sample, recipe.template)
        if text not in seen:
            seen.add(text)
            label = role.label(recipe.taxonomy)
            yield {"text": text, "label": label, "group": sample.creator, "path": sample.shown}


def _at_most(rows: Sequence[Row], per_label: int) -> list[Row]:
    """So many rows of each label, one of each creator before the second of any: all where `per_label` is 0."""
    if not per_label:
        return list(rows)
    of_creator: Counter[tuple[str, str]] = Counter()
    turns: list[tuple[int, int]] = []
    for at, row in enumerate(rows):
        turns.append((of_creator[row["label"], row["group"]], at))
        of_creator[row["label"], row["group"]] += 1
    counts: Counter[str] = Counter()
    kept: list[int] = []
    for _, at in sorted(turns):
        counts[rows[at]["label"]] += 1
        if counts[rows[at]["label"]] <= per_label:
            kept.append(at)
    return [rows[at] for at in sorted(kept)]


def _check_labels(splits: dict[str, list[Row]]) -> None:
    wanted = {row["label"] for rows in splits.values() for row in rows}
    for name, rows in splits.items():
        missing = wanted - {row["label"] for row in rows}
        if missing:
            raise DataError(
                f"the library is too small: {name} has no folder of {', '.join(sorted(missing))}",
                where="recipe",
                fix="raise `folders`",
            )


def _notes(recipe: Recipe, rows: Sequence[Row], splits: dict[str, list[Row]]) -> dict[str, object]:
    return {
        "folders": recipe.folders,
        "different_texts": len(rows),
        "labels_of_all": dict(sorted(Counter(row["label"] for row in rows).items())),
        "creators": {name: len({row["group"] for row in part}) for name, part in splits.items()},
        "split": recipe.split,
    }
