"""What is written to the terminal: the screen becomes what it should, for few bytes."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from tests.tui.benchmark import load
from tui.thrift import Changes, Shown, cells_of

WIDTH, HEIGHT = 24, 3
STYLES = [Style.parse(text) for text in ("red", "bold blue on black", "none", "underline #102030 on #405060")]


class Terminal:
    """A terminal of its own, and how what it is sent is written."""

    def __init__(self) -> None:
        self.screen = load("screen").Screen(WIDTH, HEIGHT)
        self.console = Console(
            file=io.StringIO(), force_terminal=True, color_system="truecolor", width=WIDTH, _environ={}
        )

    def write(self, data: str) -> None:
        # The driver's terminal begins a new line where it goes down one.
        self.screen.feed(data.replace("\n", "\r\n").encode())

    def text(self) -> list[str]:
        return list(self.screen.text())

    def styles(self) -> list[list[object]]:
        return [[style for _, style in row] for row in self.screen.cells]


def strip(text: str, style: int = 0) -> Strip:
    middle = len(text) // 2
    pieces = [Segment(text[:middle], STYLES[style]), Segment(text[middle:], STYLES[(style + 1) % 4])]
    return Strip([piece for piece in pieces if piece.text], cell_len(text))


def fill(text: str) -> str:
    while cell_len(text) > WIDTH:
        text = text[:-1]
    return text + " " * (WIDTH - cell_len(text))


def full(lines: Sequence[Strip]) -> LayoutUpdate:
    return LayoutUpdate([[line] for line in lines], Region(0, 0, WIDTH, HEIGHT))


def partial(lines: Sequence[Strip], spans: list[tuple[int, int, int]]) -> ChopsUpdate:
    return ChopsUpdate([{0: line} for line in lines], spans, [[WIDTH]] * len(lines))


screen = st.lists(
    st.tuples(st.text("ab 日─", max_size=WIDTH).map(fill), st.integers(0, 3)), min_size=HEIGHT, max_size=HEIGHT
)


@settings(deadline=None)
@given(st.lists(screen, min_size=2, max_size=6))
def test_the_terminal_shows_what_the_application_does(screens: list[list[tuple[str, int]]]) -> None:
    terminal, shown = Terminal(), Shown()
    for number, lines in enumerate(screens):
        strips = [strip(text, style) for text, style in lines]
        # Some of them as Textual sends a change of the layout.
        update = partial(strips, [(y, 0, WIDTH) for y in range(HEIGHT)]) if number % 2 else full(strips)
        terminal.write(Changes(update, shown).render_segments(terminal.console))
        alone = Terminal()
        alone.write(full(strips).render_segments(alone.console))
        assert terminal.text() == [text for text, _ in lines]
        assert terminal.styles() == alone.styles()
        assert not terminal.screen.unknown


def test_nothing_is_written_for_what_stands_there_already() -> None:
    terminal, shown = Terminal(), Shown()
    lines = [strip(fill("same text")) for _ in range(HEIGHT)]
    Changes(full(lines), shown).render_segments(terminal.console)
    again = [strip(fill("same text")) for _ in range(HEIGHT)]
    assert Changes(partial(again, [(0, 0, WIDTH), (2, 3, 9)]), shown).render_segments(terminal.console) == ""


def test_one_changed_cell_costs_one_move_and_one_style() -> None:
    terminal, shown = Terminal(), Shown()
    Changes(full([strip(fill("aaaaaaaa"))] * HEIGHT), shown).render_segments(terminal.console)
    changed = [strip(fill("aaaaabaa"))] * HEIGHT
    written = Changes(partial(changed, [(1, 0, WIDTH)]), shown).render_segments(terminal.console)
    assert written == "\x1b[31m\x1b[2;6Hb\x1b[0m"


def test_a_layout_that_changes_little_is_sent_as_what_changed() -> None:
    terminal, shown = Terminal(), Shown()
    Changes(full([strip(fill("aaaaaaaa"))] * HEIGHT), shown).render_segments(terminal.console)
    changed = full([strip(fill("aaaaabaa")), *[strip(fill("aaaaaaaa"))] * (HEIGHT - 1)])
    assert Changes(changed, shown).render_segments(terminal.console) == "\x1b[31m\x1b[1;6Hb\x1b[0m"


def test_an_update_is_noted_once_however_often_it_is_written() -> None:
    terminal, shown = Terminal(), Shown()
    changes = Changes(full([strip(fill("text"))] * HEIGHT), shown)
    assert changes.render_segments(terminal.console) == changes.render_segments(terminal.console) != ""


def test_a_screen_of_another_size_is_sent_whole() -> None:
    terminal, shown = Terminal(), Shown()
    Changes(full([strip(fill("text"))] * HEIGHT), shown).render_segments(terminal.console)
    taller = LayoutUpdate([[strip(fill("text"))]] * (HEIGHT + 1), Region(0, 0, WIDTH, HEIGHT + 1))
    assert Changes(taller, shown).render_segments(terminal.console).count("text") == HEIGHT + 1


def test_a_style_is_written_once_for_all_its_changes() -> None:
    terminal, shown = Terminal(), Shown()
    Changes(full([strip(fill("a" * 9))] * HEIGHT), shown).render_segments(terminal.console)
    changed = [strip(fill("b" + "a" * 8))] * HEIGHT
    spans = [(y, 0, 1) for y in range(HEIGHT)]
    written = Changes(partial(changed, spans), shown).render_segments(terminal.console)
    assert written.count("\x1b[31m") == 1
    assert written.count("b") == HEIGHT


def test_changes_outside_the_span_wait_for_theirs() -> None:
    terminal, shown = Terminal(), Shown()
    terminal.write(Changes(full([strip(fill("aaaa"))] * HEIGHT), shown).render_segments(terminal.console))
    after = [strip(fill("bbbb"))] * HEIGHT
    terminal.write(Changes(partial(after, [(0, 2, 4)]), shown).render_segments(terminal.console))
    assert terminal.text()[0].startswith("aabb")
    terminal.write(Changes(partial(after, [(0, 0, WIDTH)]), shown).render_segments(terminal.console))
    assert terminal.text()[0].startswith("bbbb")


def test_after_something_else_wrote_everything_is_sent_again() -> None:
    terminal, shown = Terminal(), Shown()
    lines = [strip(fill("text"))] * HEIGHT
    Changes(full(lines), shown).render_segments(terminal.console)
    shown.forget_all()
    assert "te" in Changes(partial(lines, [(0, 0, WIDTH)]), shown).render_segments(terminal.console)


def test_characters_that_join_are_kept_with_the_cell_before() -> None:
    assert cells_of([Strip([Segment("e\u0301x")], 2)]) == [("e\u0301", None), ("x", None)]


def test_a_line_whose_cells_cannot_be_told_is_sent_whole() -> None:
    terminal, shown = Terminal(), Shown()
    Changes(full([strip(fill("text"))] * HEIGHT), shown).render_segments(terminal.console)
    odd = Strip([Segment("👩‍🔬 lab", STYLES[0]), Segment(" x" * 9, STYLES[1])], WIDTH)
    update = partial([odd] * HEIGHT, [(1, 3, 4)])
    assert "lab" in Changes(update, shown).render_segments(terminal.console)
    assert "lab" in Changes(update, shown).render_segments(terminal.console)


@pytest.mark.parametrize("as_layout", [True, False])
def test_text_gives_the_terminal_no_orders(as_layout: bool) -> None:
    orders = "a\x1b]0;owned\x07b\x9b2J日\x1b[31mc\u202ed"
    line = Strip([Segment(orders, STYLES[0]), Segment(" " * (WIDTH - cell_len(orders)))], WIDTH)
    blank = strip(" " * WIDTH)
    lines = [line, blank, blank]
    update = full(lines) if as_layout else partial(lines, [(0, 0, WIDTH)])
    terminal, shown = Terminal(), Shown()
    for _ in range(2):  # on a screen that is not known, and on one that is
        written = Changes(update, shown).render_segments(terminal.console)
        shown.changes(0, 0, [("x", None)] * WIDTH)
        assert "\x07" not in written and "\x9b" not in written and "\u202e" not in written
        assert "\x1b]" not in written and "]0;ownedb2J日[31mcd" in written
