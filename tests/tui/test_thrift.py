"""What is written to the terminal: the screen becomes what it should, for few bytes."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from tui.thrift import Changes, Shown, cells_of

WIDTH, HEIGHT = 24, 3
STYLES = [Style.parse(text) for text in ("red", "bold blue on black", "none")]
_TOKEN = re.compile(r"\x1b\[(?P<row>\d+);(?P<column>\d+)H|\x1b\[[0-9;]*m|\n|(?P<text>.)", re.DOTALL)


class Terminal:
    """As much of a terminal as the updates need: cursor moves and characters."""

    def __init__(self) -> None:
        self.cells = [[" "] * WIDTH for _ in range(HEIGHT)]
        self.console = Console(
            file=io.StringIO(), force_terminal=True, color_system="truecolor", width=WIDTH, _environ={}
        )

    def write(self, data: str) -> None:
        x = y = 0
        for token in _TOKEN.finditer(data):
            if token["row"]:
                y, x = int(token["row"]) - 1, int(token["column"]) - 1
            elif token["text"]:
                row, width = self.cells[y], cell_len(token["text"])
                if row[x] == "" and x:
                    row[x - 1] = " "  # Half a wide character is none.
                row[x : x + width] = [token["text"], ""][:width]
                x += width
                if x < WIDTH and row[x] == "":
                    row[x] = " "

    def text(self) -> list[str]:
        return ["".join(row) for row in self.cells]


def strip(text: str, style: int = 0) -> Strip:
    middle = len(text) // 2
    pieces = [Segment(text[:middle], STYLES[style]), Segment(text[middle:], STYLES[(style + 1) % 3])]
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
    st.tuples(st.text("ab 日─", max_size=WIDTH).map(fill), st.integers(0, 2)), min_size=HEIGHT, max_size=HEIGHT
)


@settings(deadline=None)
@given(st.lists(screen, min_size=2, max_size=6))
def test_the_terminal_shows_what_the_application_does(screens: list[list[tuple[str, int]]]) -> None:
    terminal, shown = Terminal(), Shown()
    for number, lines in enumerate(screens):
        strips = [strip(text, style) for text, style in lines]
        update = partial(strips, [(y, 0, WIDTH) for y in range(HEIGHT)]) if number else full(strips)
        terminal.write(Changes(update, shown).render_segments(terminal.console))
        assert terminal.text() == [text for text, _ in lines]


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
