from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.datasets.importers.boxes import TOLERANCE, BadLabel
from engine.datasets.importers.yolo import parse_label
from engine.errors import DataError

NAMES = {0: "pole", 1: "crossarm"}
parts = st.floats(0, 1)


@given(parts, parts, parts, parts, st.integers(16, 4000), st.integers(16, 4000))
def test_a_box_that_is_read_lies_inside_the_image_where_it_was_written(
    x0: float, x1: float, y0: float, y1: float, width: int, height: int
) -> None:
    (x0, x1), (y0, y1) = sorted((x0, x1)), sorted((y0, y1))
    line = f"1 {(x0 + x1) / 2:.8f} {(y0 + y1) / 2:.8f} {x1 - x0:.8f} {y1 - y0:.8f}"
    try:
        box = parse_label(line, NAMES, width, height)
    except BadLabel as problem:
        assert "has no area" in str(problem)
        assert min((x1 - x0) * width, (y1 - y0) * height) < 0.01
        return
    assert box.label == "crossarm"
    expected = (x0 * width, y0 * height, x1 * width, y1 * height)
    assert all(abs(edge - wanted) < 0.01 for edge, wanted in zip(box.edges, expected, strict=True))
    assert box.edges[0] >= 0 and box.edges[1] >= 0 and box.edges[2] <= width and box.edges[3] <= height


@given(st.lists(st.tuples(parts, parts), min_size=3, max_size=20))
def test_a_polygon_becomes_the_box_round_it(points: list[tuple[float, float]]) -> None:
    line = "0 " + " ".join(f"{x:.9f} {y:.9f}" for x, y in points)
    try:
        box = parse_label(line, NAMES, 200, 100)
    except BadLabel as problem:
        assert "has no area" in str(problem)
        return
    xs, ys = zip(*points, strict=True)
    expected = (min(xs) * 200, min(ys) * 100, max(xs) * 200, max(ys) * 100)
    assert all(abs(edge - wanted) < 0.01 for edge, wanted in zip(box.edges, expected, strict=True))


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r"), max_size=60))
def test_whatever_stands_in_a_line_is_a_box_or_a_sentence(line: str) -> None:
    try:
        box = parse_label(line, NAMES, 100, 80)
    except BadLabel as problem:
        assert str(problem)
    else:
        assert 0 <= box.edges[0] < box.edges[2] <= 100


@given(st.floats(0.01, 40))
def test_what_leaves_the_image_by_a_pixel_is_clipped_and_by_more_refused(beyond: float) -> None:
    wide = 0.5 + beyond / 100
    line = f"0 {0.5 + wide / 2:.9f} 0.5 {wide:.9f} 0.5"
    if beyond <= TOLERANCE:
        assert parse_label(line, NAMES, 100, 80).edges[2] == 100
    elif beyond > TOLERANCE + 0.05:
        with pytest.raises(BadLabel, match="to the right of the image of 100 x 80"):
            parse_label(line, NAMES, 100, 80)


def test_boxes_and_polygons_in_one_file_become_boxes(
    yolo: Callable[..., Path], import_boxes: Any, rows_by_boxes: Any
) -> None:
    folder = yolo("0 0.5 0.5 0.2 0.25\n\n1 0.1 0.1 0.3 0.1 0.3 0.2 0.1 0.25\n")
    dataset, summary = import_boxes(folder)
    boxes = rows_by_boxes(dataset)
    assert ("pole", [40.0, 30.0, 60.0, 50.0]) in boxes
    assert ("crossarm", [10.0, 8.0, 30.0, 20.0]) in boxes
    assert summary.rows == {"train": 7, "validation": 2, "test": 1}
    assert dataset.is_intact() and dataset.manifest.files == 10


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        ("0 0.5 0.5 0.2\n", "0.txt:1: 4 numbers, where a box has 5 and a polygon 7, 9, 11 …; correct the label"),
        ("0 0.5 0.5 0.2 0.2 0.9\n", "0.txt:1: 6 numbers, where a box has 5"),
        ("0 0.5 0.5 0.2 0.2\n0 0.5 nan 0.2 0.2\n", "0.txt:2: 'nan' is not a finite number"),
        ("0 0.5 inf 0.2 0.2\n", "0.txt:1: 'inf' is not a finite number"),
        ("0 0,5 0.5 0.2 0.2\n", "0.txt:1: '0,5' is not a finite number"),
        ("2 0.5 0.5 0.2 0.2\n", "0.txt:1: the class '2' is not known (data.yaml has 0 to 1)"),
        ("-1 0.5 0.5 0.2 0.2\n", "0.txt:1: the class '-1' is not known"),
        ("0.5 0.5 0.5 0.2 0.2\n", "0.txt:1: the class '0.5' is not known"),
        ("pole 0.5 0.5 0.2 0.2\n", "0.txt:1: 'pole' is not a finite number"),
        ("0 0.5 0.5 0 0.2\n", "0.txt:1: the box from 50, 32 to 50, 48 has no area; remove it"),
        ("0 0.5 0.5 -0.2 0.2\n", "0.txt:1: the box has a negative size (-0.2 x 0.2)"),
        ("0 0.95 0.5 0.2 0.2\n", "0.txt:1: the box reaches 5 pixels to the right of the image of 100 x 80"),
        ("0 0.05 0.5 0.2 0.2\n", "0.txt:1: the box reaches 5 pixels to the left of the image"),
        ("0 50 40 20 20\n", "0.txt:1: the box reaches 5900 pixels to the right of the image"),
        (b"\xff\xfe0\x00", "0.txt: the label file is no text that can be read"),
    ],
)
def test_a_bad_label_is_told_with_its_line_and_can_be_skipped(
    yolo: Callable[..., Path], import_boxes: Any, labels: str | bytes, says: str
) -> None:
    folder = yolo(labels)
    with pytest.raises(DataError) as told:
        import_boxes(folder)
    assert says in str(told.value)
    assert "--skip-bad" in str(told.value)
    dataset, summary = import_boxes(folder, skip_bad=True)
    assert summary.skipped == 1
    assert says.split(";")[0] in summary.problems[0]
    # A box round nothing goes alone; any other bad label takes its image with it.
    assert sum(summary.rows.values()) == (10 if "no area" in says else 9)
    assert dataset.is_intact()


def test_an_image_without_a_label_file_holds_no_objects_and_it_is_said(
    yolo: Callable[..., Path], import_boxes: Any
) -> None:
    folder = yolo()
    (folder / "labels" / "3.txt").unlink()
    dataset, summary = import_boxes(folder)
    assert "1 images have no label file: taken as images without objects" in summary.notes
    assert sum(counts.get("(none)", 0) for counts in dataset.manifest.classes.values()) == 1


def test_labels_without_an_image_are_told(yolo: Callable[..., Path], import_boxes: Any) -> None:
    folder = yolo()
    (folder / "images" / "4.jpg").unlink()
    with pytest.raises(DataError, match=r"labels/4\.txt: there is no image for these labels"):
        import_boxes(folder)


def test_no_label_file_at_all_is_a_mistake_and_not_a_set_of_empty_images(
    yolo: Callable[..., Path], import_boxes: Any
) -> None:
    folder = yolo()
    for path in (folder / "labels").iterdir():
        path.unlink()
    with pytest.raises(DataError, match=r"no image has a label file; put labels/NAME\.txt"):
        import_boxes(folder)


@pytest.mark.parametrize(
    ("names", "says"),
    [
        ("names: [", "the file is not YAML"),
        ("nc: 2\n", "the file names no classes; write names: [pole, crossarm]"),
        ("- 1\n", "the file names no classes"),
        ("names: [pole, crossarm]\ntrain: gone/images\n", "`train` names 'gone/images', which is not there"),
        ("names: [pole]\nkpt_shape: [4, 2]\n", "the labels hold key points"),
    ],
)
def test_a_description_that_cannot_be_used_is_told(
    yolo: Callable[..., Path], import_boxes: Any, names: str, says: str
) -> None:
    with pytest.raises(DataError) as told:
        import_boxes(yolo(names=names))
    assert says in str(told.value) and "data.yaml" in str(told.value)


@pytest.mark.parametrize("layout", ["images/{}/x{}.jpg", "{}/images/x{}.jpg"])
@pytest.mark.parametrize("described", [True, False])
def test_splits_of_the_source_are_kept_in_either_layout(
    tmp_path: Path, make_picture: Any, import_boxes: Any, layout: str, described: bool
) -> None:
    folder, number = tmp_path / "set", 0
    counts = {"train": 5, "valid": 3, "test": 2}
    for split, count in counts.items():
        for _ in range(count):
            number += 1
            picture = make_picture(folder / layout.format(split, number))
            labels = Path(str(picture).replace("/images/", "/labels/")).with_suffix(".txt")
            labels.parent.mkdir(parents=True, exist_ok=True)
            labels.write_text("0 0.5 0.5 0.5 0.5\n")
    places = "".join(
        f"{key}: ../{layout.format(split, '').rsplit('/', 1)[0]}\n"
        for key, split in (("train", "train"), ("val", "valid"), ("test", "test"))
    )
    (folder / "data.yaml").write_text("names: {0: pole}\n" + (places if described else ""))
    _, summary = import_boxes(folder)
    assert summary.rows == {"train": 5, "validation": 3, "test": 2}


def test_augmented_copies_of_one_photograph_stay_in_one_split(
    tmp_path: Path, make_picture: Any, import_boxes: Any
) -> None:
    for number in range(30):
        picture = make_picture(tmp_path / "set" / "images" / f"photo{number // 3}.rf.{number:08x}.jpg")
        picture.with_suffix(".txt").write_text("0 0.5 0.5 0.5 0.5\n")
    (tmp_path / "set" / "classes.txt").write_text("pole\n")
    dataset, _ = import_boxes(tmp_path / "set")
    groups = [{row["group"] for row in dataset.rows(split)} for split in dataset.splits]
    assert sum(map(len, groups)) == len(set().union(*groups)) == 10


def test_a_folder_of_one_split_finds_its_names_above(yolo: Callable[..., Path], import_boxes: Any) -> None:
    _, summary = import_boxes(f"train={yolo() / 'images'}")
    assert sum(summary.rows.values()) == 10


def test_a_readme_beside_the_pictures_is_no_label_file(tmp_path: Path, make_picture: Any, import_boxes: Any) -> None:
    for number in range(10):
        make_picture(tmp_path / "set" / f"{number}.jpg").with_suffix(".txt").write_text("0 0.5 0.5 0.5 0.5\n")
    (tmp_path / "set" / "README.txt").write_text("Ten pictures of poles, labelled by hand.\n")
    (tmp_path / "set" / "classes.txt").write_text("pole\n")
    _, summary = import_boxes(tmp_path / "set")
    assert sum(summary.rows.values()) == 10


def test_names_that_unfold_without_end_are_refused_at_once(yolo: Callable[..., Path], import_boxes: Any) -> None:
    levels = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 12))
    with pytest.raises(DataError, match="the file names no classes"):
        import_boxes(yolo(names=f"l0: &l0 [a]\n{levels}names: [*l11]\n"))
