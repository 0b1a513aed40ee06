"""COCO: one JSON document with images, categories and annotations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.datasets.importers.boxes import BadLabel, Box, box_round, corners, number_of
from engine.datasets.importers.documents import picture_roots, read_document
from engine.datasets.importers.gathering import Gathered, Labels, group_of
from engine.datasets.importers.pictures import Picture, find_picture
from engine.errors import DataError

CROWDS = "annotations of crowds (iscrowd) left out"
FEWEST_COORDINATES = 6


def read_coco(path: Path, split: str | None, gathered: Gathered) -> None:
    """Every image of the document; images without annotations hold no objects."""
    document, sha256 = read_document(path)
    if not isinstance(document, dict) or not isinstance(document.get("images"), list):
        raise DataError("the document has no list `images`", where=str(path), fix="export COCO (instances) again")
    before = len(gathered.found)
    categories = _categories(document.get("categories"), path)
    by_image = _by_image(document.get("annotations"), _ids(document["images"], path), path, gathered)
    roots = picture_roots(path)
    for number, image in enumerate(document["images"], 1):
        where = f"{path}: image {image.get('id', number)}"
        picture = _picture(image, where, roots, gathered)
        if picture is None:
            continue
        labels = Labels(gathered.problems)
        for at, annotation in by_image.get(image["id"], []):
            if annotation.get("iscrowd") == 1:
                gathered.note(CROWDS)
                continue
            with labels.one(f"{path}: annotation {annotation.get('id', at)}") as take:
                take(parse_annotation(annotation, categories, picture.width, picture.height))
        if labels.usable:
            gathered.add(picture, labels.boxes, where, split, group_of(Path(str(image["file_name"]))))
    rows = len(gathered.found) - before
    gathered.origins.append({"path": str(path), "format": "coco", "split": split, "sha256": sha256, "rows": rows})


def parse_annotation(annotation: dict[str, Any], categories: dict[Any, str], width: int, height: int) -> Box:
    """The box of an annotation; where it has none, that round its polygons. Raises BadLabel."""
    category = annotation.get("category_id")
    if not isinstance(category, int | str) or category not in categories:
        raise BadLabel(f"the category {str(category)[:40]!r} is not known")
    box = annotation.get("bbox")
    if box:
        if not isinstance(box, list) or len(box) != 4:
            raise BadLabel("`bbox` must be four numbers [x, y, width, height]")
        x, y, wide, high = map(number_of, box)
        points = corners(x, y, wide, high)
    else:
        points = _outline(annotation.get("segmentation"))
    return box_round(categories[category], points, width, height)


def _outline(segmentation: Any) -> list[tuple[float, float]]:
    if isinstance(segmentation, dict):
        raise BadLabel("the annotation has a mask (RLE) and no `bbox`")
    if not isinstance(segmentation, list) or not segmentation:
        raise BadLabel("the annotation has neither `bbox` nor `segmentation`")
    polygons = segmentation if isinstance(segmentation[0], list) else [segmentation]
    points: list[tuple[float, float]] = []
    for polygon in polygons:
        if not isinstance(polygon, list) or len(polygon) < FEWEST_COORDINATES or len(polygon) % 2:
            raise BadLabel("a polygon of `segmentation` must have three points or more, as x, y, x, y …")
        numbers = [number_of(value) for value in polygon]
        points += zip(numbers[::2], numbers[1::2], strict=True)
    return points


def _picture(image: dict[str, Any], where: str, roots: list[Path], gathered: Gathered) -> Picture | None:
    name = image.get("file_name")
    if not isinstance(name, str) or not name.strip():
        gathered.problems.add(where, "there is no `file_name`", "name the image's file")
        return None
    path = find_picture(name, roots)
    if path is None:
        gathered.problems.add(
            where, f"the image {name!r} is not there", f"put it beside the document or in {roots[1]}"
        )
        return None
    picture = gathered.picture(path, where)
    said = (image.get("width"), image.get("height"))
    if picture and all(isinstance(value, int) for value in said) and said != (picture.width, picture.height):
        what = f"the document says {said[0]} x {said[1]} pixels and {name!r} has {picture.width} x {picture.height}"
        gathered.problems.add(where, what, "use the images that were labelled")
        return None
    return picture


def _categories(value: Any, path: Path) -> dict[Any, str]:
    found = {
        one["id"]: one["name"].strip()
        for one in (value if isinstance(value, list) else [])
        if isinstance(one, dict) and isinstance(one.get("id"), int | str) and isinstance(one.get("name"), str)
    }
    if not any(found.values()):
        raise DataError("the document names no categories", where=str(path), fix="export COCO (instances) again")
    return found


def _ids(images: list[Any], path: Path) -> set[Any]:
    ids: set[Any] = set()
    for number, image in enumerate(images, 1):
        identity = image.get("id") if isinstance(image, dict) else None
        if not isinstance(identity, int | str) or identity in ids:
            what = "has no `id`" if not isinstance(identity, int | str) else f"has the id {identity!r} of another"
            raise DataError(f"image {number} {what}", where=str(path), fix="give each image an id of its own")
        ids.add(identity)
    return ids


def _by_image(
    annotations: Any, images: set[Any], path: Path, gathered: Gathered
) -> dict[Any, list[tuple[int, dict[str, Any]]]]:
    grouped: dict[Any, list[tuple[int, dict[str, Any]]]] = {}
    for number, annotation in enumerate(annotations if isinstance(annotations, list) else [], 1):
        image = annotation.get("image_id") if isinstance(annotation, dict) else None
        if isinstance(image, int | str) and image in images:
            grouped.setdefault(image, []).append((number, annotation))
        else:
            identity = annotation.get("id", number) if isinstance(annotation, dict) else number
            what = f"it is of the image {str(image)[:40]!r}, which the document does not have"
            gathered.problems.add(f"{path}: annotation {identity}", what, "correct its image_id")
    return grouped
