"""Imports files of examples into a dataset: texts (CoNLL, CSV, TSV, JSONL, lines of `label text`), pictures with
boxes (YOLO, COCO, Pascal VOC, Label Studio), and pictures with a label (class folders, CSV, TSV, JSONL).

Files of texts are read line by line; nothing is written unless the whole import succeeds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.datasets.importers.detection import gather
from engine.datasets.importers.formats import format_of, rows_of
from engine.datasets.importers.found import Found, Problems, as_text
from engine.datasets.importers.labelled_pictures import PictureOptions, collect
from engine.datasets.importers.labelled_pictures.splits import settle_pictures
from engine.datasets.importers.lines import Lines
from engine.datasets.importers.scores import Scale, parse_scale, rescaled
from engine.datasets.importers.shapes import IDENTIFIES, OF_FOLDERS, Shape, shape_of, unknown_label
from engine.datasets.importers.sources import Source, find_sources
from engine.datasets.importers.splitting import parse_shares, repeated_texts, settle_splits
from engine.datasets.importers.spool import Spool
from engine.datasets.progress import Told, untold
from engine.datasets.store import Dataset, write_dataset
from engine.errors import DataError
from engine.workspace import Workspace

SPLIT_SEED = 7
TOLD_EACH = 500
"""Rows of a text file between two words about how far it is read."""


@dataclass(frozen=True)
class ImportSummary:
    """What an import took in and left out."""

    rows: dict[str, int]
    """Rows per split."""
    skipped: int = 0
    """Bad rows left out, with `skip_bad`."""
    problems: tuple[str, ...] = ()
    """The first of them: file, line, what is wrong."""
    notes: tuple[str, ...] = field(default=())
    """What was settled on the way: scale of scores, splits drawn, texts in two splits."""


@dataclass(frozen=True)
class Import:
    """What is to be read, and how."""

    task: str
    sources: Sequence[str]
    """`PATH` or `SPLIT=PATH`."""
    format: str | None = None
    skip_bad: bool = False
    split_seed: int = SPLIT_SEED
    encoding: str = "utf-8"
    scale: str | None = None
    """What the scores of pairs run from and to (`1..5`); without it, it is told from the scores."""
    shares: str | None = None
    """What train, validation and test get where the sources name no splits: `80/10/10`; 70/20/10 by default."""
    labels: Sequence[str] | None = None
    """Those that the model knows; a row with another one cannot be used."""
    pictures: PictureOptions | None = None
    """Columns, groups and splits of labelled pictures."""


@dataclass(frozen=True)
class Taken:
    """What an import has read, ready to be stored."""

    splits: dict[str, list[dict[str, Any]]]
    classes: dict[str, dict[str, int]]
    origins: list[dict[str, Any]]
    files: dict[str, bytes | Path]
    said: list[str]
    """What was settled on the way, in words."""
    skipped: int
    problems: list[str]
    drawn: bool
    """Whether a split was drawn by chance."""


@contextmanager
def read_examples(wanted: Import, told: Told = untold) -> Iterator[Taken]:
    """Read and check all examples; nothing is stored. Files that were made anew go when the `with` block ends.

    Raises DataError naming file and line for a row that cannot be used, unless bad ones are skipped.
    """
    shape = shape_of(wanted.task)
    if wanted.pictures is not None and shape.name != "pictures":
        raise DataError(
            f"columns, groups and splits of labelled pictures mean nothing for the task {wanted.task!r}",
            fix="leave these options out",
        )
    shares = parse_shares(wanted.shares)
    problems = Problems(skip=wanted.skip_bad)
    chosen = find_sources(wanted.sources, folders=shape.name in OF_FOLDERS)
    options = wanted.pictures or PictureOptions()
    with Spool(told) as spool:
        match shape.name:
            case "boxes":
                taken = _with_boxes(chosen, wanted.format, problems, spool)
            case "pictures":
                taken = _labelled(chosen, wanted.format, wanted.encoding, options, problems, spool)
            case _:
                taken = _texts(chosen, shape, wanted.format, wanted.encoding, problems, told)
        found, said = taken.found, taken.notes
        if shape.name == "pairs":
            given = parse_scale(wanted.scale)
            found, used = rescaled(found, given, problems)
            said += [_about_scale(used, given)]
        found = _usable(found, shape, wanted.labels, problems, str(wanted.sources[0]))
        if shape.name == "pictures":
            splits, words, drawn = settle_pictures(
                found, options, wanted.task in IDENTIFIES, wanted.split_seed, shares
            )
            said += words
        else:
            splits, words = settle_splits(found, shape.texts, wanted.split_seed, shape.noun, shares)
            said += words + repeated_texts(splits, shape.texts, shape.noun)
            drawn = bool(words)
        yield Taken(
            splits=splits,
            classes={name: shape.count_classes(rows) for name, rows in splits.items()},
            origins=[{**origin, "path": as_text(origin["path"])} for origin in taken.origins],
            files=taken.files,
            said=[as_text(note) for note in said],
            skipped=problems.count,
            problems=problems.first,
            drawn=drawn,
        )


def import_dataset(
    workspace: Workspace,
    profile: str,
    model: str,
    task: str,
    sources: Sequence[str],
    format: str | None = None,
    skip_bad: bool = False,
    split_seed: int = SPLIT_SEED,
    encoding: str = "utf-8",
    scale: str | None = None,
    notes: Mapping[str, Any] | None = None,
    labels: Sequence[str] | None = None,
    pictures: PictureOptions | None = None,
    encrypt: bool = False,
    shares: str | None = None,
    told: Told = untold,
) -> tuple[Dataset, ImportSummary]:
    """Read `sources` into a dataset for `task`, as `Import` says. `notes` go into the manifest beside those of the
    import. `encrypt` seals pictures. Raises DataError as `read_examples` does; nothing is written then."""
    wanted = Import(
        task, sources, format, skip_bad, split_seed, encoding, scale, shares, labels=labels, pictures=pictures
    )
    with read_examples(wanted, told) as taken:
        dataset = write_dataset(
            workspace,
            task=task,
            profile=profile,
            model=model,
            splits=taken.splits,
            classes=taken.classes,
            source="import",
            seed=split_seed if taken.drawn else None,
            origins=taken.origins,
            notes={"import": taken.said, "skipped": taken.skipped, "problems": taken.problems, **(notes or {})},
            files=taken.files,
            encrypt=encrypt,
            told=told,
        )
    counts = {name: len(rows) for name, rows in taken.splits.items()}
    return dataset, ImportSummary(counts, taken.skipped, tuple(taken.problems), tuple(taken.said))


@dataclass(frozen=True)
class _Read:
    """What the sources hold."""

    found: list[Found]
    origins: list[dict[str, Any]]
    notes: list[str]
    files: dict[str, bytes | Path] = field(default_factory=dict)


def _texts(
    sources: Sequence[Source], shape: Shape, format: str | None, encoding: str, problems: Problems, told: Told
) -> _Read:
    found: list[Found] = []
    origins: list[dict[str, Any]] = []
    size = sum(source.path.stat().st_size for source in sources) >> 10
    for source in sources:
        lines = Lines(source.path, encoding, problems)
        before = len(found)
        for row in rows_of(lines, source, shape, format, problems):
            found.append(row.in_split(source.split))
            if len(found) % TOLD_EACH == 0:
                done = lines.bytes_read + sum(origin["bytes"] for origin in origins)
                told("KiB read", done >> 10, size)
        origins.append({**_origin(source, lines, len(found) - before), "format": format_of(source, shape, format)})
    return _Read(found, origins, [])


def _with_boxes(sources: Sequence[Source], format: str | None, problems: Problems, spool: Spool) -> _Read:
    gathered = gather(sources, format, problems, spool)
    return _Read(gathered.found, gathered.origins, gathered.notes(), gathered.files)


def _labelled(
    sources: Sequence[Source],
    format: str | None,
    encoding: str,
    options: PictureOptions,
    problems: Problems,
    spool: Spool,
) -> _Read:
    collected = collect(sources, format, encoding, options, problems, spool)
    found = collected.finish()
    return _Read(found, collected.origins, collected.said, collected.files)


def _usable(
    found: list[Found], shape: Shape, labels: Sequence[str] | None, problems: Problems, source: str
) -> list[Found]:
    """The rows that the task takes. Raises DataError when there are none."""
    found = [one for one in found if not problems.add_if(one.where, shape.problem_with(one.row), "correct the row")]
    if labels:
        fix = "rename it, or add it to the model's labels in the profile"
        found = [one for one in found if not problems.add_if(one.where, unknown_label(one.row, labels), fix)]
    if not found:
        first = f": {problems.first[0]}" if problems.first else ""
        raise DataError(f"no row could be used{first}", where=source, fix="see docs/data.md for the formats")
    return found


def _origin(source: Source, lines: Lines, rows: int) -> dict[str, Any]:
    return {
        "path": str(source.path),
        "split": source.split,
        "bytes": lines.bytes_read,
        "sha256": lines.sha256,
        "encoding": lines.encoding,
        "rows": rows,
    }


def _about_scale(used: Scale, given: Scale | None) -> str:
    origin = "as given" if given else "told from the scores"
    return f"scores run from {used.low:g} to {used.high:g} ({origin}); stored as 0 to 1"


__all__ = ["SPLIT_SEED", "Import", "ImportSummary", "PictureOptions", "Taken", "import_dataset", "read_examples"]
