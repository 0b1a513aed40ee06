"""Imports files of examples into a dataset: texts (CoNLL, CSV, TSV, JSONL, lines of `label text`), pictures with
boxes (YOLO, COCO, Pascal VOC, Label Studio), and pictures with a label (class folders, CSV, TSV, JSONL).

Files of texts are read line by line; nothing is written unless the whole import succeeds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.datasets.importers.detection import gather
from engine.datasets.importers.formats import rows_of
from engine.datasets.importers.found import Found, Problems, as_text
from engine.datasets.importers.labelled_pictures import PictureOptions, collect
from engine.datasets.importers.labelled_pictures.splits import settle_pictures
from engine.datasets.importers.lines import Lines
from engine.datasets.importers.scores import Scale, parse_scale, rescaled
from engine.datasets.importers.shapes import IDENTIFIES, OF_FOLDERS, Shape, shape_of, unknown_label
from engine.datasets.importers.sources import Source, find_sources
from engine.datasets.importers.splitting import repeated_texts, settle_splits
from engine.datasets.importers.spool import Spool
from engine.datasets.store import Dataset, write_dataset
from engine.errors import DataError
from engine.workspace import Workspace

SPLIT_SEED = 7


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
) -> tuple[Dataset, ImportSummary]:
    """Read `sources` (`PATH` or `SPLIT=PATH`) into a dataset for `task`.

    `labels` are those that the model knows; a row with another one cannot be used. `scale` says what the scores of
    pairs run from and to (`1..5`); without it, it is told from the scores.
    `pictures`: columns, groups and splits of labelled pictures.
    `notes` go into the manifest beside those of the import. `encrypt` seals pictures.
    Raises DataError naming file and line for a row that cannot be used, unless `skip_bad`.
    """
    shape = shape_of(task)
    if pictures is not None and shape.name != "pictures":
        raise DataError(
            f"columns, groups and splits of labelled pictures mean nothing for the task {task!r}",
            fix="leave these options out",
        )
    problems = Problems(skip=skip_bad)
    chosen = find_sources(sources, folders=shape.name in OF_FOLDERS)
    options = pictures or PictureOptions()
    with Spool() as spool:
        match shape.name:
            case "boxes":
                taken = _with_boxes(chosen, format, problems, spool)
            case "pictures":
                taken = _labelled(chosen, format, encoding, options, problems, spool)
            case _:
                taken = _texts(chosen, shape, format, encoding, problems)
        found, said = taken.found, taken.notes
        if shape.name == "pairs":
            given = parse_scale(scale)
            found, used = rescaled(found, given, problems)
            said += [_about_scale(used, given)]
        found = _usable(found, shape, labels, problems, str(sources[0]))
        if shape.name == "pictures":
            splits, words, drawn = settle_pictures(found, options, task in IDENTIFIES, split_seed)
            said += words
        else:
            splits, words = settle_splits(found, shape.texts, split_seed, shape.noun)
            said += words + repeated_texts(splits, shape.texts, shape.noun)
            drawn = bool(words)
        said = [as_text(note) for note in said]
        dataset = write_dataset(
            workspace,
            task=task,
            profile=profile,
            model=model,
            splits=splits,
            classes={name: shape.count_classes(rows) for name, rows in splits.items()},
            source="import",
            seed=split_seed if drawn else None,
            origins=[{**origin, "path": as_text(origin["path"])} for origin in taken.origins],
            notes={"import": said, "skipped": problems.count, "problems": problems.first, **(notes or {})},
            files=taken.files,
            encrypt=encrypt,
        )
    counts = {name: len(rows) for name, rows in splits.items()}
    return dataset, ImportSummary(counts, problems.count, tuple(problems.first), tuple(said))


@dataclass(frozen=True)
class _Taken:
    """What the sources hold."""

    found: list[Found]
    origins: list[dict[str, Any]]
    notes: list[str]
    files: dict[str, bytes | Path] = field(default_factory=dict)


def _texts(sources: Sequence[Source], shape: Shape, format: str | None, encoding: str, problems: Problems) -> _Taken:
    found: list[Found] = []
    origins = []
    for source in sources:
        lines = Lines(source.path, encoding, problems)
        before = len(found)
        found += (row.in_split(source.split) for row in rows_of(lines, source, shape, format, problems))
        origins.append(_origin(source, lines, len(found) - before))
    return _Taken(found, origins, [])


def _with_boxes(sources: Sequence[Source], format: str | None, problems: Problems, spool: Spool) -> _Taken:
    gathered = gather(sources, format, problems, spool)
    return _Taken(gathered.found, gathered.origins, gathered.notes(), gathered.files)


def _labelled(
    sources: Sequence[Source],
    format: str | None,
    encoding: str,
    options: PictureOptions,
    problems: Problems,
    spool: Spool,
) -> _Taken:
    collected = collect(sources, format, encoding, options, problems, spool)
    found = collected.finish()
    return _Taken(found, collected.origins, collected.said, collected.files)


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


__all__ = ["SPLIT_SEED", "ImportSummary", "PictureOptions", "import_dataset"]
