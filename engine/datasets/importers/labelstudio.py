"""Label Studio: its JSON export, and JSON-MIN. Rectangles and polygons in percent of the image."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from engine.datasets.importers.boxes import BadLabel, Box, box_round, number_of
from engine.datasets.importers.documents import picture_roots, read_document
from engine.datasets.importers.gathering import Gathered, Labels
from engine.datasets.importers.pictures import SUFFIXES, find_picture
from engine.errors import DataError

KINDS = ("rectanglelabels", "polygonlabels")
SHAPES = {"brushlabels": "a brush mask", "ellipselabels": "an ellipse", "keypointlabels": "a key point"}
UNFINISHED = "tasks without a finished annotation left out"
SEVERAL = "tasks have several annotations: the first is taken"
FEWEST_POINTS = 3
HASH_LENGTH = 8
"""Label Studio puts so many hex digits and a hyphen before the name of an uploaded file."""


def read_labelstudio(path: Path, split: str | None, gathered: Gathered) -> None:
    """Every task that was finished; an annotation without results says that there are no objects."""
    document, sha256 = read_document(path)
    if not isinstance(document, list):
        raise DataError("the document is no list of tasks", where=str(path), fix="export JSON from Label Studio")
    before, roots = len(gathered.found), picture_roots(path)
    for number, task in enumerate(document, 1):
        where = f"{path}: task {task.get('id', number) if isinstance(task, dict) else number}"
        results = _results(task, gathered)
        if results is None:
            gathered.note(UNFINISHED)
            continue
        image = _image_name(task)
        found = next((there for name in _names(image) if (there := find_picture(name, roots))), None)
        if found is None:
            what = f"the image {image[:120]!r} is not there" if image else "the task names no image"
            gathered.problems.add(where, what, f"put it beside the export or in {roots[1]}")
            continue
        picture = gathered.picture(found, where)
        if picture is None:
            continue
        labels = Labels(gathered.problems)
        for at, result in enumerate(results, 1):
            with labels.one(f"{where}, result {at}") as take:
                box = parse_result(result, picture.width, picture.height)
                if box is not None:
                    take(box)
        if labels.usable:
            gathered.add(picture, labels.boxes, where, split, None)
    rows = len(gathered.found) - before
    gathered.origins.append(
        {"path": str(path), "format": "labelstudio", "split": split, "sha256": sha256, "rows": rows}
    )


def parse_result(result: Any, width: int, height: int) -> Box | None:
    """The box of one result; None for one that marks no place, such as a choice. Raises BadLabel."""
    if not isinstance(result, dict):
        raise BadLabel("a result must be an object")
    value = result.get("value", result)
    if not isinstance(value, dict):
        raise BadLabel("a result's `value` must be an object")
    other = next((name for name in SHAPES if name in value), None)
    if other:
        raise BadLabel(f"{SHAPES[other]} ({other}) cannot be made a box: label with rectangles or polygons")
    kind = next((name for name in KINDS if name in value), None)
    if kind is None:
        if "points" in value or "width" in value:
            raise BadLabel("a region without a label")
        return None
    names = value[kind]
    if not isinstance(names, list) or len(names) != 1 or not isinstance(names[0], str) or not names[0].strip():
        raise BadLabel("a region must have one label")
    said = (result.get("original_width"), result.get("original_height"))
    if all(isinstance(one, int) for one in said) and said != (width, height):
        raise BadLabel(f"labelled on {said[0]} x {said[1]} pixels, and the image has {width} x {height}")
    percent = _rectangle(value, width, height) if kind == KINDS[0] else _polygon(value.get("points"), width, height)
    return box_round(names[0].strip(), percent, width, height)


def _rectangle(value: dict[str, Any], width: int, height: int) -> list[tuple[float, float]]:
    names = ("x", "y", "width", "height")
    missing = next((name for name in names if name not in value), None)
    if missing:
        raise BadLabel(f"the rectangle has no `{missing}`")
    x, y, wide, high = (number_of(value[name]) for name in names)
    if wide < 0 or high < 0:
        raise BadLabel(f"the box has a negative size ({wide:g} x {high:g} percent)")
    left, top, wide, high = x * width / 100, y * height / 100, wide * width / 100, high * height / 100
    angle = math.radians(number_of(value.get("rotation") or 0))
    cosine, sine = math.cos(angle), math.sin(angle)
    # Turned clockwise round its top left corner, in pixels.
    return [
        (left + across * cosine - down * sine, top + across * sine + down * cosine)
        for across in (0.0, wide)
        for down in (0.0, high)
    ]


def _polygon(points: Any, width: int, height: int) -> list[tuple[float, float]]:
    if not isinstance(points, list) or len(points) < FEWEST_POINTS:
        raise BadLabel("a polygon must have three points or more")
    if not all(isinstance(point, list) and len(point) == 2 for point in points):
        raise BadLabel("a polygon's point must be two numbers")
    return [(number_of(x) * width / 100, number_of(y) * height / 100) for x, y in points]


def _results(task: Any, gathered: Gathered) -> list[Any] | None:
    """The results of the first annotation that was not cancelled; None where there is none."""
    if not isinstance(task, dict):
        return None
    annotations = task.get("annotations", task.get("completions"))
    if isinstance(annotations, list):
        finished = [
            one["result"]
            for one in annotations
            if isinstance(one, dict) and not one.get("was_cancelled") and isinstance(one.get("result"), list)
        ]
        if len(finished) > 1:
            gathered.note(SEVERAL)
        return finished[0] if finished else None
    flat = [
        value for value in task.values() if isinstance(value, list) and all(isinstance(one, dict) for one in value)
    ]
    return flat[0] if flat else None


def _image_name(task: dict[str, Any]) -> str:
    data = task.get("data", task)
    texts = [value for value in (data.values() if isinstance(data, dict) else ()) if isinstance(value, str)]
    named = data.get("image") if isinstance(data, dict) else None
    if isinstance(named, str):
        return named
    return next((text for text in texts if Path(urlsplit(text).path).suffix.lower() in SUFFIXES or "?d=" in text), "")


def _names(reference: str) -> list[str]:
    """Paths that a reference may mean: a URL, a path of the server, with or without the upload's hash."""
    if not reference:
        return []
    parts = urlsplit(reference)
    local = parse_qs(parts.query).get("d")
    path = local[0] if local else unquote(parts.path)
    head, _, tail = Path(path).name.partition("-")
    plain = tail if tail and len(head) == HASH_LENGTH and all(letter in "0123456789abcdef" for letter in head) else ""
    return [path, *([plain] if plain else [])]
