"""Which format a source of labelled pictures has, and its rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from engine.datasets.importers.coco import read_coco
from engine.datasets.importers.documents import is_coco, is_labelstudio, read_document
from engine.datasets.importers.found import Problems
from engine.datasets.importers.gathering import Gathered
from engine.datasets.importers.labelstudio import read_labelstudio
from engine.datasets.importers.sources import Source, split_named
from engine.datasets.importers.spool import Spool
from engine.datasets.importers.voc import is_voc, read_voc
from engine.datasets.importers.yolo import read_yolo
from engine.datasets.importers.yolo_layout import is_yolo
from engine.errors import DataError

FORMATS = ("yolo", "coco", "voc", "labelstudio")


def gather(sources: Sequence[Source], format: str | None, problems: Problems, spool: Spool) -> Gathered:
    """Rows and files of all sources. Raises DataError for a format that is not known or not to be told."""
    gathered = Gathered(problems, spool)
    for source in sources:
        for path, split, found in _readings(source, format):
            match found:
                case "yolo":
                    read_yolo(path, split, gathered)
                case "voc":
                    read_voc(path, split, gathered)
                case "coco":
                    read_coco(path, split, gathered)
                case _:
                    read_labelstudio(path, split, gathered)
    return gathered


def _readings(source: Source, format: str | None) -> list[tuple[Path, str | None, str]]:
    """What is to be read of a source: path, split, format."""
    if format is not None and format not in FORMATS:
        raise DataError(
            f"the format {format!r} is not known for pictures",
            where=str(source.path),
            fix=f"name it with --format: {', '.join(FORMATS)}",
        )
    path, split = source.path, source.split
    if path.is_file():
        return [(path, split or _split_in_name(path), format or _format_of_file(path))]
    if format in ("yolo", "voc"):
        return [(path, split, format)]
    if format is None and is_yolo(path):
        return [(path, split, "yolo")]
    documents = sorted([*path.glob("*.json"), *path.glob("*/*.json")])
    readings = [(one, split or _split_in_name(one), found) for one in documents if (found := _told(one))]
    readings = [reading for reading in readings if format in (None, reading[2])]
    if readings:
        return [(one, split, str(found)) for one, split, found in readings]
    if format is None and is_voc(path):
        return [(path, split, "voc")]
    raise DataError(
        "the folder holds no labels of a kind that is known",
        where=str(path),
        fix="name data.yaml (YOLO), a JSON file (COCO, Label Studio), or a folder with Annotations (VOC)",
    )


def _format_of_file(path: Path) -> str:
    if path.suffix.lower() in {".yaml", ".yml"}:
        return "yolo"
    if path.suffix.lower() == ".json":
        found = _told(path)
        if found:
            return found
        raise DataError(
            "the document is neither COCO nor an export of Label Studio", where=str(path), fix="export it again"
        )
    raise DataError(
        "the name does not tell the format",
        where=str(path),
        fix="name data.yaml (YOLO), a JSON file (COCO, Label Studio), or a folder",
    )


def _told(path: Path) -> str | None:
    document, _ = read_document(path)
    if is_coco(document):
        return "coco"
    return "labelstudio" if is_labelstudio(document) else None


def _split_in_name(path: Path) -> str | None:
    """`instances_val2017.json` → validation; `valid/_annotations.coco.json` too."""
    words = [word.rstrip("0123456789") for word in re.split(r"[-_. ]+", path.stem)]
    own = {split_named(word) for word in words if word} - {None}
    return own.pop() if len(own) == 1 else split_named(path.parent.name)
