"""Pascal VOC: an XML file for each picture, in `Annotations` or beside it.

Pixels are counted from 1 and both corners belong to the box, as the format's authors define it
(Everingham & Winn, VOC2012 development kit, section 10.1).
"""

from __future__ import annotations

from pathlib import Path

from engine.datasets.importers.boxes import BadLabel, Box, box_round, number_of
from engine.datasets.importers.gathering import Gathered, Labels, group_of
from engine.datasets.importers.pictures import SUFFIXES, Picture, find_picture, sha256_of
from engine.datasets.importers.sources import split_named
from engine.datasets.importers.xml import Element, UnusableXml, parse_xml
from engine.errors import DataError

FEWEST_POINTS = 3


def is_voc(folder: Path) -> bool:
    """Whether a folder looks like one."""
    return (folder / "Annotations").is_dir() or next(folder.rglob("*.xml"), None) is not None


def read_voc(folder: Path, split: str | None, gathered: Gathered) -> None:
    """Every XML file of the folder; splits by `ImageSets/Main`, or by the folders they lie in."""
    before = len(gathered.found)
    files = sorted(folder.rglob("*.xml"))
    if not files:
        raise DataError("there are no XML files", where=str(folder), fix="name the folder that holds Annotations")
    listed = _listed_splits(folder)
    for path in files:
        own = listed.get(path.stem) or _split_of_folder(path, folder)
        _read_file(path, folder, own or split, gathered)
    gathered.origins.append(
        {
            "path": str(folder),
            "format": "voc",
            "split": split,
            "label_files": len(files),
            "sha256": sha256_of(files),
            "rows": len(gathered.found) - before,
        }
    )


def parse_object(element: Element, width: int, height: int) -> Box:
    """The box of an `object`; where it has none, that round its polygon. Raises BadLabel."""
    label = element.text_of("name")
    if not label:
        raise BadLabel("the object has no name")
    box, polygon = element.child("bndbox"), element.child("polygon")
    if box is not None:
        names = ("xmin", "ymin", "xmax", "ymax")
        missing = next((name for name in names if not box.text_of(name)), None)
        if missing:
            raise BadLabel(f"`bndbox` has no {missing}")
        x0, y0, x1, y1 = (number_of(box.text_of(name)) for name in names)
        if x1 < x0 or y1 < y0:
            raise BadLabel(f"the box ends before it begins ({x0:g}, {y0:g} to {x1:g}, {y1:g})")
        # One pixel counted from 1 to itself is one pixel wide; equal corners from tools that count from 0 are none.
        return box_round(
            label, [(x0 - 1, y0 - 1), (x1, y1)] if (x1 > x0 and y1 > y0) else [(x0, y0), (x1, y1)], width, height
        )
    if polygon is None:
        raise BadLabel("the object has neither `bndbox` nor `polygon`")
    return box_round(label, _points(polygon), width, height)


def _points(polygon: Element) -> list[tuple[float, float]]:
    nested = polygon.all("pt") or polygon.all("point")
    if nested:
        points = [(number_of(one.text_of("x")), number_of(one.text_of("y"))) for one in nested]
    else:
        values = {child.name: child.text.strip() for child in polygon.children}
        indices = [name[1:] for name in values if name.startswith("x")]
        points = [(number_of(values[f"x{at}"]), number_of(values.get(f"y{at}", ""))) for at in indices]
    if len(points) < FEWEST_POINTS:
        raise BadLabel(f"a polygon of {len(points)} points")
    return points


def _read_file(path: Path, folder: Path, split: str | None, gathered: Gathered) -> None:
    try:
        root = parse_xml(path)
    except UnusableXml as problem:
        gathered.problems.add(str(path), str(problem), "export it again")
        return
    if root.name != "annotation":
        gathered.problems.add(f"{path}:{root.line}", f"<{root.name}> is no <annotation>", "name VOC files alone")
        return
    image = _image_of(root, path, folder)
    if image is None:
        name = root.text_of("filename") or path.stem
        gathered.problems.add(str(path), f"the image {name[:80]!r} is not there", "put it in JPEGImages")
        return
    picture = gathered.picture(image, str(path))
    if picture is None or not _has_said_size(root, picture, path, gathered):
        return
    labels = Labels(gathered.problems)
    for element in root.all("object"):
        with labels.one(f"{path}:{element.line}") as take:
            take(parse_object(element, picture.width, picture.height))
    if labels.usable:
        gathered.add(picture, labels.boxes, str(path), split, group_of(image))


def _image_of(root: Element, path: Path, folder: Path) -> Path | None:
    places = [path.parent, path.parent.parent, folder]
    roots = [*(place / name for place in places for name in ("JPEGImages", "images", "Images")), *places]
    named = root.text_of("filename")
    found = find_picture(named, roots) if named else None
    if found is None or found.suffix.lower() not in SUFFIXES:
        names = [f"{path.stem}{suffix}" for suffix in sorted(SUFFIXES)]
        found = next((there for name in names if (there := find_picture(name, roots))), None)
    return found


def _has_said_size(root: Element, picture: Picture, path: Path, gathered: Gathered) -> bool:
    size = root.child("size")
    said = (size.text_of("width"), size.text_of("height")) if size else ("", "")
    # Some tools leave the size at 0.
    if any(value in ("", "0") for value in said) or said == (str(picture.width), str(picture.height)):
        return True
    what = f"the file says {said[0][:8]} x {said[1][:8]} pixels and the image has {picture.width} x {picture.height}"
    gathered.problems.add(str(path), what, "use the images that were labelled")
    return False


def _listed_splits(folder: Path) -> dict[str, str]:
    splits: dict[str, str] = {}
    for path in sorted(folder.glob("ImageSets/Main/*.txt")):
        split = split_named(path.stem)
        if split:
            splits.update({line.split()[0]: split for line in path.read_text().splitlines() if line.strip()})
    return splits


def _split_of_folder(path: Path, folder: Path) -> str | None:
    return next((found for part in path.relative_to(folder).parts[:-1] if (found := split_named(part))), None)
