import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.datasets.importers.boxes import BadLabel
from engine.datasets.importers.coco import parse_annotation
from engine.errors import DataError
from tests.any_text import any_text

CATEGORIES: dict[Any, str] = {3: "pole"}
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text(max_size=5),
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(any_text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@given(st.integers(0, 98), st.integers(0, 78), st.data())
def test_a_box_is_read_as_corner_and_size(x: int, y: int, data: st.DataObject) -> None:
    wide, high = data.draw(st.integers(1, 100 - x)), data.draw(st.integers(1, 80 - y))
    box = parse_annotation({"category_id": 3, "bbox": [x, y, wide, high]}, CATEGORIES, 100, 80)
    assert box.edges == (x, y, x + wide, y + high)


@given(anything, anything, anything)
def test_whatever_an_annotation_holds_is_a_box_or_a_sentence(category: Any, bbox: Any, segmentation: Any) -> None:
    for annotation in ({"category_id": category}, {"category_id": 3}):
        try:
            box = parse_annotation({**annotation, "bbox": bbox, "segmentation": segmentation}, CATEGORIES, 100, 80)
        except BadLabel as problem:
            assert str(problem)
        else:
            assert 0 <= box.edges[0] < box.edges[2] <= 100 and 0 <= box.edges[1] < box.edges[3] <= 80


def test_boxes_polygons_and_images_without_objects_are_read(
    coco: Callable[..., Path], import_boxes: Any, rows_by_boxes: Any
) -> None:
    annotations = [
        {"id": 1, "image_id": 0, "category_id": 3, "bbox": [10, 20, 30, 40]},
        {"id": 2, "image_id": 0, "category_id": 7, "segmentation": [[5, 5, 25, 5, 25, 9], [30, 6, 40, 6, 35, 12]]},
        {"id": 3, "image_id": 1, "category_id": 7, "bbox": [0, 0, 9, 9], "iscrowd": 1},
    ]
    dataset, summary = import_boxes(coco(annotations=annotations))
    assert rows_by_boxes(dataset) == [("crossarm", [5, 5, 40, 12]), ("pole", [10, 20, 40, 60])]
    assert "1 annotations of crowds (iscrowd) left out" in summary.notes
    assert sum(counts.get("(none)", 0) for counts in dataset.manifest.classes.values()) == 9


@pytest.mark.parametrize(
    ("annotation", "says"),
    [
        ({"category_id": 3, "bbox": [10, 20, 30]}, "annotation 100: `bbox` must be four numbers"),
        ({"category_id": 3, "bbox": [10, 20, "wide", 4]}, "annotation 100: 'wide' is not a finite number"),
        ({"category_id": 3, "bbox": [10, 20, float("nan"), 4]}, "the file is not JSON"),
        ({"category_id": 9, "bbox": [10, 20, 30, 40]}, "annotation 100: the category '9' is not known"),
        ({"category_id": 3, "bbox": [10, 20, 300, 40]}, "annotation 100: the box reaches 210 pixels to the right"),
        ({"category_id": 3, "bbox": [10, 20, 0, 40]}, "annotation 100: the box from 10, 20 to 10, 60 has no area"),
        ({"category_id": 3, "bbox": [10, 20, -5, 40]}, "annotation 100: the box has a negative size (-5 x 40)"),
        ({"category_id": 3}, "annotation 100: the annotation has neither `bbox` nor `segmentation`"),
        ({"category_id": 3, "segmentation": {"counts": "x"}}, "annotation 100: the annotation has a mask (RLE)"),
        ({"category_id": 3, "segmentation": [[1, 2, 3, 4]]}, "annotation 100: a polygon of `segmentation` must"),
        ({"category_id": 3, "bbox": [1, 1, 5, 5], "image_id": 77}, "annotation 100: it is of the image '77'"),
    ],
)
def test_a_bad_annotation_is_named(
    coco: Callable[..., Path], import_boxes: Any, annotation: dict[str, Any], says: str
) -> None:
    path = coco(annotation)
    with pytest.raises(DataError) as told:
        import_boxes(path)
    assert str(path) in str(told.value) and says in str(told.value)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"categories": []}, "the document names no categories"),
        ({"images": [{"id": 1, "file_name": "0.png"}, {"id": 1, "file_name": "1.png"}]}, "image 2 has the id 1 of"),
        ({"images": [{"file_name": "0.png"}]}, "image 1 has no `id`"),
        ({"images": [{"id": 0, "file_name": "gone.png"}], "annotations": []}, "image 0: the image 'gone.png' is not"),
        ({"images": [{"id": 0}], "annotations": []}, "image 0: there is no `file_name`"),
        (
            {"images": [{"id": 0, "file_name": "0.png", "width": 80, "height": 100}], "annotations": []},
            "image 0: the document says 80 x 100 pixels and '0.png' has 100 x 80",
        ),
        (
            {"images": [{"id": n, "file_name": "0.png"} for n in range(2)], "annotations": []},
            "image 1: 0.png is the same image as that of",
        ),
    ],
)
def test_a_document_that_cannot_be_used_is_told(
    coco: Callable[..., Path], import_boxes: Any, changes: dict[str, Any], says: str
) -> None:
    with pytest.raises(DataError) as told:
        import_boxes(coco(**changes))
    assert says in str(told.value)


def test_documents_of_each_split_in_a_folder_keep_their_splits(coco: Callable[..., Path], import_boxes: Any) -> None:
    path = coco()
    document = json.loads(path.read_text())
    path.unlink()
    annotations = path.parent / "annotations"
    annotations.mkdir()
    for name, ids in (("train2017", range(6)), ("val2017", range(6, 9)), ("test2017", range(9, 10))):
        kept = {
            "images": [image for image in document["images"] if image["id"] in ids],
            "annotations": [one for one in document["annotations"] if one["image_id"] in ids],
        }
        (annotations / f"instances_{name}.json").write_text(json.dumps({**document, **kept}))
    _, summary = import_boxes(path.parent)
    assert summary.rows == {"train": 6, "validation": 3, "test": 1}
