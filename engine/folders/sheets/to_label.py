"""The sheet that somebody labels folders in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from engine.folders.samples.sample import TrainingSample
from engine.folders.sheets.columns import CONTEXT, LABEL, NOTE, TAXONOMY, context_of
from engine.sheet import write_sheet


def write_samples(
    file: Path, samples: Iterable[TrainingSample], taxonomy: str, more: Mapping[str, Sequence[str]] | None = None
) -> int:
    """The sheet to label them in: context, `more` columns (such as suggestions), an empty label, a note."""
    extra = dict(more or {})
    columns = (*CONTEXT, *extra, TAXONOMY, LABEL, NOTE)
    return write_sheet(file, columns, _rows(samples, taxonomy, extra))


def _rows(
    samples: Iterable[TrainingSample], taxonomy: str, more: dict[str, Sequence[str]]
) -> Iterator[dict[str, str]]:
    for at, sample in enumerate(samples):
        yield {**context_of(sample), **{name: cells[at] for name, cells in more.items()}, TAXONOMY: taxonomy}
