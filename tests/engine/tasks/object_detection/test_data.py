from pathlib import Path
from typing import Any

import pytest

from engine.errors import DataError
from engine.labelled_pictures import picture_path
from engine.tasks.object_detection.data import count_classes, labels_of, problem_with


def row(*objects: Any, **changes: Any) -> dict[str, Any]:
    return {"image": "files/0123.jpg", "width": 100, "height": 80, "objects": list(objects), **changes}


def thing(label: Any = "pole", box: Any = (10, 20, 30.5, 40)) -> dict[str, Any]:
    return {"label": label, "box": list(box) if isinstance(box, tuple) else box}


def test_rows_with_and_without_objects_can_be_used() -> None:
    assert problem_with(row()) is None
    assert problem_with(row(thing(), thing("crossarm", (0, 0, 100, 80)))) is None


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (row(image=""), "`image` must be the path of a picture"),
        (row(image=7), "`image` must be the path of a picture"),
        (row(image="/etc/passwd"), "'/etc/passwd' leads out of the dataset"),
        (row(image="files/../../x.jpg"), "leads out of the dataset"),
        (row(image="..\\x.jpg"), "leads out of the dataset"),
        (row(width=0), "`width` must be a whole number of pixels"),
        (row(height=80.0), "`height` must be a whole number of pixels"),
        (row(height=True), "`height` must be a whole number of pixels"),
        (row(objects=None), "`objects` must be a list of {label, box}; write [] where there is none"),
        (row("pole"), "object 1: must be an object with label and box"),
        (row(thing(""), thing()), "object 1: `label` must be a name other than '(none)'"),
        (row(thing("(none)")), "object 1: `label` must be a name"),
        (row(thing(), thing(box=(1, 2, 3))), "object 2: `box` must be four numbers"),
        (row(thing(box=(1, 2, 3, "4"))), "object 1: `box` must be four numbers"),
        (row(thing(box=(1, 2, 3, float("nan")))), "object 1: `box` must be four numbers"),
        (row(thing(box=(1, 2, 3, True))), "object 1: `box` must be four numbers"),
        (row(thing(box=None)), "object 1: `box` must be four numbers"),
        (row(thing(box=(-1, 2, 3, 4))), "the box [-1, 2, 3, 4] is not inside the image of 100 x 80 pixels"),
        (row(thing(box=(1, 2, 100.5, 4))), "is not inside the image"),
        (row(thing(box=(5, 2, 5, 4))), "the box [5, 2, 5, 4] has no area"),
        (row(thing(box=(5, 8, 9, 4))), "has no area"),
    ],
)
def test_a_row_that_cannot_be_used_is_told_in_words(bad: dict[str, Any], says: str) -> None:
    assert says in str(problem_with(bad))


def test_objects_are_counted_by_label_and_images_without_any_apart() -> None:
    rows = [row(thing(), thing()), row(thing("crossarm")), row()]
    assert count_classes(rows) == {"(none)": 1, "crossarm": 1, "pole": 2}
    assert labels_of(rows) == ["crossarm", "pole"]


def test_a_picture_lies_in_its_dataset_and_nowhere_else(tmp_path: Path) -> None:
    assert picture_path(tmp_path, row()) == tmp_path / "files" / "0123.jpg"
    for path in ("/etc/passwd", "../x.jpg", "files/../../x.jpg"):
        with pytest.raises(DataError, match="leads out of the dataset"):
            picture_path(tmp_path, row(image=path))
