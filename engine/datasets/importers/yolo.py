"""YOLO: a text file of labels beside each picture, classes in data.yaml.

A line is `class x y width height`, centre and size as parts of the image, or `class x y x y x y …`, a
polygon. Both kinds may stand in one file.
"""

from __future__ import annotations

from pathlib import Path

from engine.datasets.importers.boxes import BadLabel, Box, box_round, corners, number_of
from engine.datasets.importers.gathering import Gathered, Labels, group_of
from engine.datasets.importers.pictures import Picture, sha256_of
from engine.datasets.importers.yolo_layout import Part, label_file_of, label_folder_of, layout_of
from engine.errors import DataError

MAX_BYTES = 16 << 20
BOX_NUMBERS, FEWEST_OF_POLYGON = 5, 7
NO_FILE = "images have no label file: taken as images without objects"


def read_yolo(source: Path, split: str | None, gathered: Gathered) -> None:
    """`source`: data.yaml, a folder that holds it, or a folder with `images` and `labels`."""
    before = len(gathered.found)
    names, parts = layout_of(source)
    label_files: list[Path] = []
    for part in parts:
        label_files += _read_part(part, split, names, gathered)
    gathered.origins.append(
        {
            "path": str(source),
            "format": "yolo",
            "split": split,
            "label_files": len(label_files),
            "sha256": sha256_of(label_files),
            "rows": len(gathered.found) - before,
        }
    )


def parse_label(line: str, names: dict[int, str], width: int, height: int) -> Box:
    """The box of one line. Raises BadLabel."""
    fields = line.split()
    if len(fields) != BOX_NUMBERS and (len(fields) < FEWEST_OF_POLYGON or len(fields) % 2 == 0):
        raise BadLabel(
            f"{len(fields)} numbers, where a box has {BOX_NUMBERS} and a polygon {FEWEST_OF_POLYGON}, 9, 11 …"
        )
    numbers = [number_of(field) for field in fields]
    index = int(numbers[0])
    if index != numbers[0] or index not in names:
        known = f"{min(names)} to {max(names)}" if names else "none"
        raise BadLabel(f"the class {fields[0][:20]!r} is not known (data.yaml has {known})")
    if len(numbers) == BOX_NUMBERS:
        x, y, wide, high = numbers[1:]
        points = corners(x - wide / 2, y - high / 2, wide, high)
    else:
        points = list(zip(numbers[1::2], numbers[2::2], strict=True))
    return box_round(names[index], [(x * width, y * height) for x, y in points], width, height)


def _read_part(part: Part, split: str | None, names: dict[int, str], gathered: Gathered) -> list[Path]:
    read, used = [], set()
    for path in part.pictures:
        label_file = label_file_of(path)
        used.add(label_file)
        there = label_file.is_file()
        if there:
            read.append(label_file)
        picture = gathered.picture(path, str(path))
        if picture is None:
            continue
        labels = Labels(gathered.problems)
        if there:
            _read_labels(label_file, names, picture, labels)
        else:
            gathered.note(NO_FILE)
        if labels.usable:
            gathered.add(
                picture, labels.boxes, str(label_file if there else path), part.split or split, group_of(path)
            )
    for folder in part.folders:
        for orphan in sorted({label_folder_of(folder), folder}):
            for label_file in sorted(orphan.rglob("*.txt")) if orphan.is_dir() else ():
                if label_file not in used and _holds_labels(label_file):
                    gathered.problems.add(str(label_file), "there is no image for these labels", "add the image")
    if part.pictures and not read:
        raise DataError(
            "no image has a label file",
            where=str(part.folders[0] if part.folders else part.pictures[0].parent),
            fix="put labels/NAME.txt beside images/NAME.jpg",
        )
    return read


def _read_labels(path: Path, names: dict[int, str], picture: Picture, labels: Labels) -> None:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise OSError("too large")
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        with labels.one(str(path)):
            raise BadLabel("the label file is no text that can be read") from None
        return
    for number, line in enumerate(lines, 1):
        if line.strip():
            with labels.one(f"{path}:{number}") as take:
                take(parse_label(line, names, picture.width, picture.height))


def _holds_labels(path: Path) -> bool:
    """Whether a text file begins as labels do: a README beside the pictures does not."""
    with path.open("rb") as file:
        fields = file.readline(4096).split()
    try:
        return len(fields) >= BOX_NUMBERS and all(float(field) is not None for field in fields)
    except ValueError:
        return False
