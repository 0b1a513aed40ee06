import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.datasets.importers.boxes import BadLabel
from engine.datasets.importers.labelstudio import parse_result
from engine.errors import DataError
from tests.any_text import any_text


def rectangle(**changes: Any) -> dict[str, Any]:
    value = {"x": 10, "y": 25, "width": 30, "height": 50, "rotation": 0, "rectanglelabels": ["pole"], **changes}
    return {"type": "rectanglelabels", "original_width": 100, "original_height": 80, "value": value}


@pytest.fixture
def export(tmp_path: Path, make_picture: Any) -> Callable[..., Path]:
    """An export of ten tasks; the first has the given results."""

    def make(results: list[Any], **first: Any) -> Path:
        tasks: list[dict[str, Any]] = []
        for number in range(10):
            make_picture(tmp_path / "ls" / "images" / f"{number}.jpg")
            annotation = {"was_cancelled": False, "result": results if number == 0 else [rectangle()]}
            reference = f"/data/upload/4/0a1b2c3d-{number}.jpg"
            tasks.append({"id": 50 + number, "data": {"image": reference}, "annotations": [annotation]})
        tasks[0] = {**tasks[0], **first}
        path = tmp_path / "ls" / "export.json"
        path.write_text(json.dumps(tasks))
        return path

    return make


def test_rectangles_and_polygons_in_percent_become_boxes(export: Any, import_boxes: Any, rows_by_boxes: Any) -> None:
    polygon = {"type": "polygonlabels", "value": {"points": [[50, 50], [90, 50], [70, 75]], "polygonlabels": ["arm"]}}
    choice = {"type": "choices", "value": {"choices": ["usable"]}}
    dataset, summary = import_boxes(export([rectangle(), polygon, choice]))
    boxes = rows_by_boxes(dataset)
    assert ("pole", [10, 20, 40, 60]) in boxes and ("arm", [50, 40, 90, 60]) in boxes
    assert summary.rows == {"train": 7, "validation": 2, "test": 1}


def test_a_turned_rectangle_becomes_the_box_round_it() -> None:
    box = parse_result(rectangle(x=50, y=25, width=20, height=25, rotation=90), 100, 80)
    assert box is not None
    assert box.edges == pytest.approx((30, 20, 50, 40))


def test_unfinished_tasks_are_left_out_and_an_empty_annotation_means_no_objects(
    export: Any, import_boxes: Any
) -> None:
    _, summary = import_boxes(export([], annotations=[{"was_cancelled": True, "result": []}]))
    assert "1 tasks without a finished annotation left out" in summary.notes
    assert sum(summary.rows.values()) == 9
    dataset, _ = import_boxes(export([]))
    assert sum(counts.get("(none)", 0) for counts in dataset.manifest.classes.values()) == 1


def test_the_short_form_of_the_export_is_read(tmp_path: Path, make_picture: Any, import_boxes: Any) -> None:
    tasks = []
    for number in range(10):
        make_picture(tmp_path / f"{number}.png")
        reference = f"/data/local-files/?d=set/{number}.png"
        tasks.append({"id": number, "image": reference, "label": [rectangle()["value"]]})
    path = tmp_path / "min.json"
    path.write_text(json.dumps(tasks))
    dataset, _ = import_boxes(path, format="labelstudio")
    assert sum(counts["pole"] for counts in dataset.manifest.classes.values()) == 10


@pytest.mark.parametrize(
    ("result", "says"),
    [
        (rectangle(x=80), "task 50, result 1: the box reaches 10 pixels to the right of the image of 100 x 80"),
        (rectangle(width=0), "task 50, result 1: the box from 10, 20 to 10, 60 has no area"),
        (rectangle(width=-3), "task 50, result 1: the box has a negative size (-3 x 50 percent)"),
        (rectangle(x=None), "task 50, result 1: 'None' is not a finite number"),
        (rectangle(rectanglelabels=[]), "task 50, result 1: a region must have one label"),
        (rectangle(rectanglelabels=["a", "b"]), "task 50, result 1: a region must have one label"),
        ({**rectangle(), "original_width": 50}, "labelled on 50 x 80 pixels, and the image has 100 x 80"),
        ({"value": {"brushlabels": ["pole"]}}, "a brush mask (brushlabels) cannot be made a box"),
        ({"value": {"points": [[1, 2]], "polygonlabels": ["arm"]}}, "a polygon must have three points or more"),
        ({"value": {"points": [1, 2, 3], "polygonlabels": ["arm"]}}, "a polygon's point must be two numbers"),
        ({"value": {"x": 1, "y": 1, "width": 5, "height": 5}}, "a region without a label"),
        ("text", "a result must be an object"),
    ],
)
def test_a_bad_result_is_named_with_its_task(export: Any, import_boxes: Any, result: Any, says: str) -> None:
    path = export([result])
    with pytest.raises(DataError) as told:
        import_boxes(path)
    assert says in str(told.value)
    assert import_boxes(path, skip_bad=True)[1].skipped == 1


def test_an_image_that_is_missing_is_named(export: Any, import_boxes: Any) -> None:
    with pytest.raises(DataError, match=r"task 50: the image 's3://bucket/gone\.jpg' is not there"):
        import_boxes(export([rectangle()], data={"image": "s3://bucket/gone.jpg"}))


values = st.none() | st.booleans() | st.floats() | st.integers() | any_text(max_size=4)


@given(
    st.dictionaries(st.sampled_from(["x", "y", "width", "height", "rotation"]), values), st.lists(values, max_size=2)
)
def test_whatever_a_region_holds_is_a_box_or_a_sentence(changes: dict[str, Any], labels: list[Any]) -> None:
    for names in (labels, ["pole"]):
        try:
            box = parse_result(rectangle(**changes, rectanglelabels=names), 100, 80)
        except BadLabel as problem:
            assert str(problem)
        else:
            assert box is not None
            assert 0 <= box.edges[0] < box.edges[2] <= 100 and 0 <= box.edges[1] < box.edges[3] <= 80
