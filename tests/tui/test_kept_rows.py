"""Rows of runs that ended are made once."""

from __future__ import annotations

from tui.screens.kept_rows import KeptRows

from tui.feed.model import RunDetail, RunInfo
from tui.widgets.run_row import RunRow


def test_a_row_is_made_again_only_where_something_else_is_known() -> None:
    made: list[str] = []

    def make(info: RunInfo, detail: RunDetail | None, now: float, *, named: bool) -> RunRow:
        made.append(info.id)
        return RunRow(info.id, info.id, "done")

    kept, first, second = KeptRows(), RunInfo("a", None), RunInfo("b", None)
    rows = kept.rows([first, second], {}, named=True, make=make, now=0.0)
    again = kept.rows([first, second], {}, named=True, make=make, now=9.0)
    assert made == ["a", "b"] and again[0] is rows[0]
    kept.rows([first, RunInfo("b", None, "gone")], {}, named=True, make=make, now=9.0)
    assert made == ["a", "b", "b"]
    kept.rows([first], {"a": RunDetail(1)}, named=True, make=make, now=9.0)
    kept.rows([first], {}, named=False, make=make, now=9.0)
    assert made == ["a", "b", "b", "a", "a"]
