"""Where a YOLO data set keeps its pictures and labels: data.yaml, or folders that go by their names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from engine.datasets.importers.pictures import SUFFIXES, pictures_in
from engine.datasets.importers.sources import split_named
from engine.errors import DataError

CONFIGURATIONS = ("data.yaml", "data.yml", "dataset.yaml")
NAME_LISTS = ("classes.txt", "obj.names", "labels.txt", "labels/classes.txt")
SPLIT_KEYS = {
    "train": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
}
LOOKED_AT = 50
"""Pictures whose label files are looked for, to tell a YOLO folder from another."""
FOLDERS_UP = 3
"""Above a folder of pictures, in which the names of the classes may stand: `DATA/images/train`."""


@dataclass(frozen=True)
class Part:
    """Pictures of one split."""

    split: str | None
    pictures: tuple[Path, ...]
    folders: tuple[Path, ...]


def is_yolo(folder: Path) -> bool:
    """Whether a folder looks like one."""
    if any((folder / name).is_file() for name in CONFIGURATIONS) or (folder / "labels").is_dir():
        return True
    return any(label_file_of(path).is_file() for path in pictures_in(folder)[:LOOKED_AT])


def layout_of(source: Path) -> tuple[dict[int, str], list[Part]]:
    """Names of the classes by number, and the parts. Raises DataError."""
    if source.is_file():
        names, parts = _described(source)
        return names, parts or _parts_of(source.parent)
    own = _configuration_in(source)
    if own:
        names, parts = _described(own)
        return names, parts or _parts_of(source)
    return _names_above(source), _parts_of(source)


def label_folder_of(pictures: Path) -> Path:
    """`…/images/…` → `…/labels/…`, the last such folder; the same folder where there is none."""
    parts = list(pictures.parts)
    for at in range(len(parts) - 1, -1, -1):
        if parts[at] == "images":
            return Path(*parts[:at], "labels", *parts[at + 1 :])
    return pictures


def label_file_of(picture: Path) -> Path:
    """The label file beside the picture, else that in the folder of labels."""
    beside = picture.with_suffix(".txt")
    return beside if beside.is_file() else label_folder_of(picture.parent) / beside.name


def _configuration_in(folder: Path) -> Path | None:
    return next((folder / name for name in CONFIGURATIONS if (folder / name).is_file()), None)


def _names_above(folder: Path) -> dict[int, str]:
    """Names from data.yaml or a list of names, in the folder or above it."""
    for place in [folder, *folder.resolve().parents][: FOLDERS_UP + 1]:
        configuration = _configuration_in(place)
        if configuration:
            return _names(_content(configuration).get("names"), configuration)
        for name in NAME_LISTS:
            if (place / name).is_file():
                lines = (place / name).read_text(encoding="utf-8", errors="replace").splitlines()
                return {number: line.strip() for number, line in enumerate(lines) if line.strip()}
    raise DataError(
        "the names of the classes are nowhere", where=str(folder), fix="write data.yaml with names: [pole, crossarm]"
    )


def _described(path: Path) -> tuple[dict[int, str], list[Part]]:
    """Class names and parts that data.yaml tells of."""
    content = _content(path)
    if "kpt_shape" in content:
        raise DataError(
            "the labels hold key points, whose lines cannot be told from polygons",
            where=str(path),
            fix="export boxes alone",
        )
    names = _names(content.get("names"), path)
    given = content.get("path")
    root = path.parent / given if isinstance(given, str) and (path.parent / given).is_dir() else path.parent
    parts: dict[str, Part] = {}
    for key, split in SPLIT_KEYS.items():
        value = content.get(key)
        entries = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        wanted = [entry for entry in entries if isinstance(entry, str) and entry.strip()]
        if wanted:
            parts[split] = _part(split, [_located(root, entry, path, key) for entry in wanted], root)
    return names, list(parts.values())


def _names(value: Any, path: Path) -> dict[int, str]:
    items = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    names = {
        key: str(name).strip() for key, name in items if isinstance(key, int) and isinstance(name, str | int | float)
    }
    names = {key: name for key, name in names.items() if name}
    if not names:
        raise DataError("the file names no classes", where=str(path), fix="write names: [pole, crossarm]")
    return names


def _located(root: Path, entry: str, path: Path, key: str) -> Path:
    # Exports are known to write ../train/images and mean the folder beside data.yaml.
    without_up = entry.lstrip("./")
    for candidate in (root / entry, root / without_up, path.parent / entry, path.parent / without_up):
        if candidate.exists():
            return candidate
    raise DataError(f"`{key}` names {entry!r}, which is not there", where=str(path), fix="correct the path")


def _part(split: str | None, places: list[Path], root: Path) -> Part:
    pictures: list[Path] = []
    folders: list[Path] = []
    for place in places:
        if place.is_dir():
            pictures += pictures_in(place)
            folders.append(place)
        elif place.suffix.lower() == ".txt":
            listed = [line.strip() for line in place.read_text(encoding="utf-8").splitlines() if line.strip()]
            pictures += [place.parent / line if (place.parent / line).exists() else root / line for line in listed]
        elif place.suffix.lower() in SUFFIXES:
            pictures.append(place)
    return Part(split, tuple(pictures), tuple(folders))


def _parts_of(folder: Path) -> list[Part]:
    """Parts by the names of folders: images/train, train/images, or none."""
    images = folder / "images" if (folder / "images").is_dir() else folder
    parts: dict[str, list[Path]] = {}
    for child in sorted(images.iterdir()):
        named = split_named(child.name)
        if child.is_dir() and named:
            parts.setdefault(named, []).append(child / "images" if (child / "images").is_dir() else child)
    if not parts:
        return [_part(None, [images], folder)]
    return [_part(split, places, folder) for split, places in parts.items()]


def _content(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as problem:
        reason = " ".join(str(problem).split())[:120]
        raise DataError(f"the file is not YAML ({reason})", where=str(path), fix="correct it") from problem
    if not isinstance(content, dict):
        raise DataError("the file names no classes", where=str(path), fix="write names: [pole, crossarm]")
    return content
