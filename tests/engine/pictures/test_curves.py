"""Curves as a file."""

from __future__ import annotations

from xml.etree import ElementTree

from engine.pictures.curves import curves_svg


def test_each_name_has_a_line_and_a_point_where_it_operates() -> None:
    content = curves_svg(
        {"pole": [(0, 1), (1, 0)], "a<b": [(0, 0.5)]}, across="recall", up="precision", points={"pole": (0.5, 0.5)}
    )
    drawn = ElementTree.fromstring(content)
    tags = [element.tag.rpartition("}")[2] for element in drawn.iter()]
    assert tags.count("polyline") == 2 and tags.count("circle") == 1
    assert {"pole", "a<b", "recall", "precision"} <= {element.text for element in drawn.iter()}
