"""Decisions name rows by split and line: they follow their pictures into the dataset that is written anew."""

from __future__ import annotations

from engine.privacy.curations import renumbered

SHEET = "Picture;split;line;decision\r\nb.png;train;7;drop\r\nfiles/c.png;train;9;keep\r\na.png;test;1;drop\r\n"
LINES = {("train", "b.png"): [5], ("train", "c.png"): [6, 8], ("test", "b.png"): [1]}


def test_lines_are_those_of_the_new_dataset_and_pictures_that_are_gone_are_left_out() -> None:
    after = renumbered(SHEET, LINES)
    assert after == "Picture;split;line;decision\r\nb.png;train;5;drop\r\nfiles/c.png;train;6;keep\r\n"
    assert renumbered(after, LINES) == after


def test_a_sheet_without_these_columns_stays() -> None:
    assert renumbered("image,decision\na.png,drop\n", LINES) == "image,decision\na.png,drop\n"
    assert renumbered("", LINES) == ""
