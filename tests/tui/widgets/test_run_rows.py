"""Rows of which only those are made that somebody looks at."""

from __future__ import annotations

import pytest

from tui.widgets.run_row import RunRow, RunRows


def test_only_rows_that_are_looked_at_are_made_and_once() -> None:
    made: list[int] = []

    def make(place: int) -> RunRow:
        made.append(place)
        return RunRow(f"run{place}", "ner", "done")

    rows = RunRows([f"run{place}" for place in range(5000)], make)
    assert (len(rows), rows[7].id, rows[7].id, rows[-1].id) == (5000, "run7", "run7", "run4999")
    assert [row.id for row in rows[10:12]] == ["run10", "run11"]
    assert made == [7, 4999, 10, 11]
    assert (rows.find("run3000"), rows.find("gone"), rows.find(None)) == (3000, None, None)
    with pytest.raises(IndexError):
        rows[5000]


def test_rows_that_are_there_tell_how_wide_their_machines_are() -> None:
    rows = RunRows.of([RunRow("a", "ner", "done", host="gpu1"), RunRow("b", "ner", "done", host="cpu", away=True)])
    assert rows.host_width == 5
    assert [row.id for row in rows] == ["a", "b"]
