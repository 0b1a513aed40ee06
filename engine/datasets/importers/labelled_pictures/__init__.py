"""Pictures with one label each: class folders and manifests, and how they are split."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.datasets.importers.found import Problems
from engine.datasets.importers.labelled_pictures.collected import Collected
from engine.datasets.importers.labelled_pictures.folders import read_class_folders
from engine.datasets.importers.labelled_pictures.kinds import FOLDERS, readings_of
from engine.datasets.importers.labelled_pictures.manifests import read_manifest
from engine.datasets.importers.labelled_pictures.options import PictureOptions
from engine.datasets.importers.sources import Source
from engine.datasets.importers.spool import Spool
from engine.errors import DataError


def collect(
    sources: Sequence[Source],
    format: str | None,
    encoding: str,
    options: PictureOptions,
    problems: Problems,
    spool: Spool,
) -> Collected:
    """Pictures of all sources. Raises DataError for a source of no known kind, or a bad row unless it is skipped."""
    root = _root(options)
    collected = Collected(problems, spool)
    for source in sources:
        for reading in readings_of(source, format, options):
            own = reading.path if reading.format == FOLDERS else reading.path.parent
            inside = root or own.resolve()
            if reading.format == FOLDERS:
                read_class_folders(reading.path, reading.split, inside, collected)
            else:
                read_manifest(reading.path, reading.format, reading.split, inside, options, encoding, collected)
    return collected


def _root(options: PictureOptions) -> Path | None:
    if options.root is None:
        return None
    root = Path(options.root).expanduser()
    if not root.is_dir():
        raise DataError("there is no such folder", where=f"--root {options.root}", fix="check the path")
    return root.resolve()


__all__ = ["Collected", "PictureOptions", "collect"]
