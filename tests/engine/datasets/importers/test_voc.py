from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.datasets.importers.boxes import BadLabel
from engine.datasets.importers.voc import parse_object
from engine.datasets.importers.xml import UnusableXml, parse_bytes
from engine.errors import DataError

BOX = "<bndbox><xmin>11</xmin><ymin>21</ymin><xmax>40</xmax><ymax>60</ymax></bndbox>"
POLYGON = "<polygon><x1>5</x1><y1>6</y1><x2>25</x2><y2>6</y2><x3>15</x3><y3>30</y3></polygon>"


@pytest.fixture
def voc(tmp_path: Path, make_picture: Any) -> Callable[..., Path]:
    """A VOC folder of ten pictures; `first` is the XML of the first."""

    def make(objects: str = f"<object><name>pole</name>{BOX}</object>", first: str = "") -> Path:
        folder = tmp_path / "VOC"
        for number in range(10):
            make_picture(folder / "JPEGImages" / f"{number}.jpg")
            path = folder / "Annotations" / f"{number}.xml"
            path.parent.mkdir(exist_ok=True)
            inner = objects if number == 0 else f"<object><name>pole</name>{BOX}</object>"
            content = f"<annotation>\n<filename>{number}.jpg</filename>\n{inner}\n</annotation>"
            path.write_text(first if first and number == 0 else content)
        return folder

    return make


def test_boxes_counted_from_1_and_polygons_are_read(voc: Any, import_boxes: Any, rows_by_boxes: Any) -> None:
    dataset, summary = import_boxes(
        voc(f"<object><name>pole</name>{BOX}</object><object><name>arm</name>{POLYGON}</object>")
    )
    boxes = rows_by_boxes(dataset)
    assert ("pole", [10, 20, 40, 60]) in boxes and ("arm", [5, 6, 25, 30]) in boxes
    assert summary.rows == {"train": 7, "validation": 2, "test": 1}


def test_lists_of_splits_are_kept(voc: Any, import_boxes: Any) -> None:
    folder = voc()
    lists = folder / "ImageSets" / "Main"
    lists.mkdir(parents=True)
    for name, numbers in (("train", range(5)), ("val", range(5, 8)), ("test", range(8, 10)), ("trainval", range(8))):
        (lists / f"{name}.txt").write_text("".join(f"{number}\n" for number in numbers))
    _, summary = import_boxes(folder)
    assert summary.rows == {"train": 5, "validation": 3, "test": 2}


@pytest.mark.parametrize(
    ("objects", "says"),
    [
        ("<object><name> </name></object>", "0.xml:3: the object has no name"),
        ("<object><name>pole</name></object>", "0.xml:3: the object has neither `bndbox` nor `polygon`"),
        (
            f"<object><name>pole</name>{BOX.replace('60', '600')}</object>",
            "0.xml:3: the box reaches 520 pixels below",
        ),
        (f"<object><name>pole</name>{BOX.replace('60', 'nan')}</object>", "0.xml:3: 'nan' is not a finite number"),
        (f"<object><name>pole</name>{BOX.replace('60', '')}</object>", "0.xml:3: `bndbox` has no ymax"),
        (f"<object><name>pole</name>{BOX.replace('60', '21')}</object>", "has no area"),
        (f"<object><name>pole</name>{BOX.replace('60', '5')}</object>", "0.xml:3: the box ends before it begins"),
        (
            "\n<object><name>p</name><polygon><x1>1</x1><y1>2</y1></polygon></object>",
            "0.xml:4: a polygon of 1 points",
        ),
        (
            "<size><width>50</width><height>80</height></size>",
            "0.xml: the file says 50 x 80 pixels and the image has",
        ),
    ],
)
def test_a_bad_object_is_named_with_its_line(voc: Any, import_boxes: Any, objects: str, says: str) -> None:
    folder = voc(objects)
    with pytest.raises(DataError) as told:
        import_boxes(folder)
    assert says in str(told.value)
    assert import_boxes(folder, skip_bad=True)[1].skipped == 1


@pytest.mark.parametrize(
    ("first", "says"),
    [
        ('<!DOCTYPE annotation [<!ENTITY a "aaaa">]><annotation>&a;</annotation>', "declares a document type or"),
        ('<!DOCTYPE annotation SYSTEM "file:///etc/passwd"><annotation/>', "declares a document type or entities"),
        ("<annotation><object></annotation>", "the file is not XML (mismatched tag"),
        ("not XML", "the file is not XML"),
        ("<kitti/>", "0.xml:1: <kitti> is no <annotation>"),
    ],
)
def test_a_file_that_cannot_be_used_is_told(voc: Any, import_boxes: Any, first: str, says: str) -> None:
    with pytest.raises(DataError) as told:
        import_boxes(voc(first=first))
    assert says in str(told.value)


def test_an_image_that_is_missing_is_named(voc: Any, import_boxes: Any) -> None:
    folder = voc()
    (folder / "JPEGImages" / "0.jpg").unlink()
    with pytest.raises(DataError, match=r"0\.xml: the image '0\.jpg' is not there; put it in JPEGImages"):
        import_boxes(folder)


def test_entities_are_refused_in_every_encoding() -> None:
    document = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    with pytest.raises(UnusableXml, match="document type"):
        parse_bytes(document.encode("utf-16"))


@given(st.binary(max_size=200))
def test_whatever_the_bytes_are_they_are_an_element_or_a_sentence(data: bytes) -> None:
    try:
        assert parse_bytes(data).name
    except UnusableXml as problem:
        assert str(problem)


@given(st.lists(st.text("0123456789.-nae ", max_size=6), min_size=4, max_size=4))
def test_whatever_a_box_holds_is_a_box_or_a_sentence(values: list[str]) -> None:
    inner = "".join(
        f"<{name}>{value}</{name}>" for name, value in zip(("xmin", "ymin", "xmax", "ymax"), values, strict=True)
    )
    element = parse_bytes(f"<object><name>pole</name><bndbox>{inner}</bndbox></object>".encode())
    try:
        box = parse_object(element, 100, 80)
    except BadLabel as problem:
        assert str(problem)
    else:
        assert 0 <= box.edges[0] < box.edges[2] <= 100 and 0 <= box.edges[1] < box.edges[3] <= 80
