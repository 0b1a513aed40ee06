"""Imports files of examples into a dataset: texts (CoNLL, CSV, TSV, JSONL, lines of `label text`) and
pictures with boxes (YOLO, COCO, Pascal VOC, Label Studio).

Files of texts are read line by line; nothing is written unless the whole import succeeds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.datasets.importers.detection import gather
from engine.datasets.importers.formats import rows_of
from engine.datasets.importers.found import Found, Problems
from engine.datasets.importers.lines import Lines
from engine.datasets.importers.scores import Scale, parse_scale, rescaled
from engine.datasets.importers.shapes import Shape, shape_of, unknown_label
from engine.datasets.importers.sources import Source, find_sources
from engine.datasets.importers.splitting import repeated_texts, settle_splits
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
) -> tuple[Dataset, ImportSummary]:
    """Read `sources` (`PATH` or `SPLIT=PATH`) into a dataset for `task`.

    `labels` are those that the model knows; a row with another one cannot be used. `scale` says what the scores of
    pairs run from and to (`1..5`); without it, it is told from the scores.
    `notes` go into the manifest beside those of the import.
    Raises DataError naming file and line for a row that cannot be used, unless `skip_bad`.
    """
    shape = shape_of(task)
    problems = Problems(skip=skip_bad)
    of_pictures = shape.name == "boxes"
    chosen = find_sources(sources, folders=of_pictures)
    taken = _pictures(chosen, format, problems) if of_pictures else _texts(chosen, shape, format, encoding, problems)
    found, said = taken.found, taken.notes
    if shape.name == "pairs":
        given = parse_scale(scale)
        found, used = rescaled(found, given, problems)
        said += [_about_scale(used, given)]
    found = [one for one in found if not problems.add_if(one.where, shape.problem_with(one.row), "correct the row")]
    if labels:
        fix = "rename it, or add it to the model's labels in the profile"
        found = [one for one in found if not problems.add_if(one.where, unknown_label(one.row, labels), fix)]
    if not found:
        first = f": {problems.first[0]}" if problems.first else ""
        raise DataError(f"no row could be used{first}", where=str(sources[0]), fix="see docs/data.md for the formats")
    splits, drawn = settle_splits(found, shape.texts, split_seed, shape.noun)
    said += drawn + repeated_texts(splits, shape.texts, shape.noun)
    dataset = write_dataset(
        workspace,
        task=task,
        profile=profile,
        model=model,
        splits=splits,
        classes={name: shape.count_classes(rows) for name, rows in splits.items()},
        source="import",
        seed=split_seed if drawn else None,
        origins=taken.origins,
        notes={"import": said, "skipped": problems.count, "problems": problems.first, **(notes or {})},
        files=taken.files,
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


def _pictures(sources: Sequence[Source], format: str | None, problems: Problems) -> _Taken:
    gathered = gather(sources, format, problems)
    return _Taken(gathered.found, gathered.origins, gathered.notes(), gathered.files)


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


__all__ = ["SPLIT_SEED", "ImportSummary", "import_dataset"]
