"""Where samples to try come from: splits of a dataset, held-out first; a run's own; a file. Slow: call in threads."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from engine.datasets.store import Dataset, open_dataset
from engine.errors import FinetopError
from engine.registry.manifest import read_manifest
from engine.registry.paths import VersionPaths
from engine.runs.paths import RunPaths
from engine.workspace import Workspace
from tui.validate.inputs import rows_of_file
from tui.validate.judging import asked_in_words, in_words, is_right, labels_said

Row = dict[str, Any]
HELD_OUT_FIRST = ("test", "validation", "train")
OF_THE_RUN = "run"
MOST = 2000
"""Samples of one place that are offered."""
TAIL_BYTES = 8 << 20
"""Of a run's events, in which its samples are looked for."""


@dataclass(frozen=True)
class Picked:
    """A sample that can be tried."""

    sample: Row
    words: str
    labels: tuple[str, ...]
    """Those that it was given."""
    split: str = ""
    right: bool | None = None
    """What the model made of it in its training; None where nobody knows."""
    said: str = ""
    """What it said then."""


@dataclass(frozen=True)
class Shelf:
    """Samples of one place."""

    name: str
    picks: tuple[Picked, ...] = ()
    total: int | None = None
    """How many there are, where more than are offered."""
    problem: str = ""
    note: str = ""
    """Which rows cannot be used."""


def place_names(workspace: Workspace, dataset: str, directory: Path) -> tuple[str, ...]:
    """The places that a model has samples in."""
    names = []
    try:
        opened = open_dataset(workspace, dataset) if dataset else None
    except FinetopError:
        opened = None
    if opened is not None:
        names += sorted(opened.splits, key=lambda split: (*HELD_OUT_FIRST, split).index(split))
    if _events_of(workspace, directory).exists():
        names.append(OF_THE_RUN)
    return tuple(names)


def samples_in(workspace: Workspace, name: str, dataset: str, directory: Path) -> Shelf:
    """The samples of a place."""
    if name == OF_THE_RUN:
        return Shelf(name, tuple(_of_events(_events_of(workspace, directory))))
    opened = open_dataset(workspace, dataset)
    picks = tuple(_of_row(row, opened, name) for row in itertools.islice(opened.iterate(name), MOST))
    return Shelf(name, picks, opened.manifest.counts.get(name))


def samples_of_file(path: Path, predicts_on: str) -> Shelf:
    """The samples of a file of the operator's. Raises DataError for one that cannot be read at all."""
    rows = list(itertools.islice(rows_of_file(path, predicts_on), MOST))
    picks = [
        Picked(one.sample, asked_in_words(one.sample), tuple(labels_said(one.sample)))
        for one in rows
        if one.sample is not None
    ]
    bad = [one for one in rows if one.sample is None]
    first = f"; {len(bad)} rows cannot be used, the first: row {bad[0].number}, {bad[0].problem}" if bad else ""
    return Shelf(path.name, tuple(picks), note=first)


def kept(picks: Sequence[Picked], *, label: str = "", words: str = "", only_wrong: bool = False) -> list[Picked]:
    """Those with a label, with all the words, and where it is known, that the model got wrong."""
    wanted = words.lower().split()
    return [
        one
        for one in picks
        if (not label or label in one.labels)
        and all(word in one.words.lower() for word in wanted)
        and (not only_wrong or one.right is False)
    ]


def labels_of_picks(picks: Sequence[Picked]) -> list[str]:
    """Every label that stands in them."""
    return sorted({label for one in picks for label in one.labels})


def _of_row(row: Row, dataset: Dataset, split: str) -> Picked:
    image = row.get("image")
    if isinstance(image, str) and not image.startswith("data:"):
        row = {**row, "image": str(dataset.path / image)}
    return Picked(row, asked_in_words(row), tuple(labels_said(row)), split)


def _events_of(workspace: Workspace, directory: Path) -> Path:
    """The events of the run that a directory is of, be it the run's or a version's."""
    version = VersionPaths(directory)
    if version.manifest.exists():
        try:
            return RunPaths(workspace.runs / read_manifest(version.manifest).run).events
        except FinetopError:
            return directory / "no-run"
    return RunPaths(directory).events


class _Sample(msgspec.Struct):
    type: str
    sample: dict[str, Any] = {}
    prediction: dict[str, Any] = {}


def _of_events(path: Path) -> Iterator[Picked]:
    """The newest prediction of each sample."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - TAIL_BYTES))
        lines = file.read(TAIL_BYTES).splitlines()
    decode = msgspec.json.Decoder(_Sample).decode
    seen: set[str] = set()
    for line in reversed(lines):
        if b'"sample"' not in line[:80]:
            continue
        try:
            event = decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            continue
        words = asked_in_words(event.sample)
        key = words if "image" not in event.sample else str(event.sample["image"])
        if event.type != "sample" or not event.sample or key in seen or len(seen) >= MOST:
            continue
        seen.add(key)
        right = is_right(event.sample, event.prediction) if event.prediction else None
        labels = tuple(labels_said(event.sample))
        yield Picked(event.sample, words, labels, "", right, in_words(event.prediction) if event.prediction else "")
