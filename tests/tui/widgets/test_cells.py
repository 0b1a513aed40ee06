"""Canvases: text in cells, and what changed between two of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from tui.theme import BOLD, DARK, SELECTED, Role
from tui.widgets.cells import Canvas, cell_codes, fit, to_text, width_of


def test_text_is_cut_at_the_edges() -> None:
    canvas = Canvas(5, 1)
    assert canvas.write(3, 0, "abc") == 5
    assert canvas.write(-1, 0, "xy") == 1
    canvas.write(0, 7, "below")
    assert canvas.text(0) == "y  ab"


def test_a_wide_character_takes_two_cells() -> None:
    canvas = Canvas(6, 1)
    canvas.write(0, 0, "日本x")
    strip = canvas.strip(0, DARK, Style.null())
    assert strip.text == "日本x "
    assert cell_len(strip.text) == strip.cell_length == 6


@given(st.lists(st.tuples(st.integers(-3, 12), st.text("a日", max_size=6)), max_size=6))
def test_writing_over_half_of_a_wide_character_leaves_no_half(writes: list[tuple[int, str]]) -> None:
    canvas = Canvas(10, 1)
    for x, text in writes:
        canvas.write(x, 0, text)
    assert cell_len(canvas.text(0)) == 10


def test_controls_and_escapes_are_left_out() -> None:
    assert bytes(cell_codes("a\x1b[31mb\x07\u200b").astype("u1")) == b"a[31mb"


def test_pieces_keep_their_roles() -> None:
    canvas = Canvas(8, 1)
    canvas.write_line(0, 0, [("ab", Role.MUTED), ("cd", Role.REACHED | BOLD)])
    segments = list(canvas.strip(0, DARK, Style.null()))
    assert [segment.text for segment in segments] == ["ab", "cd", "    "]
    assert segments[1].style is not None
    assert segments[1].style.bold


def test_a_selected_row_has_another_background() -> None:
    canvas = Canvas(3, 2)
    canvas.highlight(1, SELECTED)
    plain, selected = (next(iter(canvas.strip(y, DARK, Style.null()))).style for y in (0, 1))
    assert plain is not None
    assert selected is not None
    assert plain.bgcolor != selected.bgcolor


rows = st.lists(st.text("ab日 ", min_size=0, max_size=20), min_size=3, max_size=3)


@given(rows, rows)
def test_the_changed_spans_hold_every_cell_that_differs_and_few_others(before: list[str], after: list[str]) -> None:
    old, new = Canvas(20, 3), Canvas(20, 3)
    for y in range(3):
        old.write(0, y, before[y])
        new.write(0, y, after[y])
    covered = {(y, x) for y, x1, x2 in new.changed_spans(old) for x in range(x1, x2)}
    differing = {(y, x) for y in range(3) for x in range(20) if old.codes[y, x] != new.codes[y, x]}
    assert differing <= covered
    assert bool(differing) == bool(covered)
    for y, x1, x2 in new.changed_spans(old):
        assert (y, x1) in differing
        assert (y, x2 - 1) in differing


def test_equal_canvases_have_no_changed_span() -> None:
    one, two = Canvas(9, 2), Canvas(9, 2)
    for canvas in (one, two):
        canvas.write(1, 1, "same", Role.TARGET)
    assert two.changed_spans(one) == []
    two.write(1, 1, "same", Role.MISSED)
    assert two.changed_spans(one) == [(1, 1, 5)]


def test_another_size_changes_everything() -> None:
    assert Canvas(4, 2).changed_spans(Canvas(5, 2)) == [(0, 0, 4), (1, 0, 4)]


@given(st.text("ab日é", max_size=15), st.integers(0, 12))
def test_fitted_text_is_exactly_as_wide_as_asked(text: str, width: int) -> None:
    assert len(cell_codes(fit(text, width))) == width


def test_a_line_becomes_rich_text() -> None:
    text = to_text([("done", Role.REACHED), (" 日", Role.TEXT)], DARK)
    assert text.plain == "done 日"
    assert width_of([("done", Role.REACHED), (" 日", Role.TEXT)]) == 7
