"""Sends the terminal only the cells that differ from what it shows.

Textual 8.2 sends a partial update from the left edge of the widget to the end of the span that changed, a widget that
calls `refresh()` is sent whole, and so is the screen whenever its layout changes. Here the last content of each line
is kept, and an update becomes the runs of cells that are new. After a resize, a suspension or `repaint` nothing is
taken for known, so that the whole screen is sent: that also repairs one that something else wrote on.

Here, too, text loses what a terminal would obey, whichever widget shows it: Textual and Rich send it as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.cells import cell_len, get_character_cell_size
from rich.segment import Segment
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.app import App
from textual.strip import Strip

from tui.codes import Cell, Run, write_runs

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
    from textual.screen import Screen

_JOIN = 2
"""Cells that did not change and are cheaper to send again than a cursor move."""
_OBEYED = dict.fromkeys(
    [*range(32), *range(127, 160), 0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
"""Control codes, and those that turn the direction of writing. Textual counts no cell for any of them."""


class ThriftyApp(App[None]):
    """An application that sends changed cells only. Everything else is Textual's."""

    def __init__(self, *, ansi_color: bool | None = None) -> None:
        super().__init__(ansi_color=ansi_color)
        self._shown = Shown()

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        if isinstance(renderable, ChopsUpdate | LayoutUpdate):
            changes = Changes(renderable, self._shown)
            # Textual writes where the cursor stands, even where no cell changed.
            if not (self._draws and self._same_cursor and not changes.render_segments(self.console)):
                super()._display(screen, changes)
        else:
            super()._display(screen, renderable)

    @property
    def _draws(self) -> bool:
        """Whether an update would be written now, as Textual asks before it writes."""
        return bool(
            self._running
            and not self._closed
            and not self._batch_count
            and self._driver is not None
            and not self.is_headless
        )

    @property
    def _same_cursor(self) -> bool:
        return self.screen.outer_size.clamp_offset(self.cursor_position) == self._previous_cursor_position

    def repaint(self) -> None:
        """Send the whole screen again: something else may have written on it."""
        self._shown.forget_all()
        self.refresh()

    def send(self, codes: str) -> None:
        """Write codes that change no cell: after them the terminal shows what it did before."""
        if self._driver is not None:
            self._driver.write(codes)

    def on_mount(self) -> None:
        self.app_resume_signal.subscribe(self, lambda _: self._shown.forget_all())

    def on_resize(self) -> None:
        # A terminal cuts or wraps its lines as it likes, and may be back at the old size by now.
        self.repaint()


class Shown:
    """What the terminal shows, line by line; a line is None where it is not known."""

    def __init__(self) -> None:
        self._lines: list[list[Cell] | None] = []

    def fits(self, width: int, height: int) -> bool:
        """Whether it is what a screen of this size shows, and every line of it is known."""
        return len(self._lines) == height and all(line is not None and len(line) == width for line in self._lines)

    def whole(self, lines: list[list[Cell] | None]) -> None:
        """Take note of a full repaint."""
        self._lines = lines

    def changes(self, y: int, x: int, cells: list[Cell]) -> list[tuple[int, list[Cell]]]:
        """Note that these cells now stand at a place; returns (x, cells) of those that are new."""
        line = self._lines[y] if y < len(self._lines) else None
        if line is None or len(line) < x + len(cells):
            return [(x, cells)]
        before = line[x : x + len(cells)]
        line[x : x + len(cells)] = cells
        if before == cells:
            return []
        changed = [index for index, cell in enumerate(cells) if cell != before[index]]
        runs: list[list[int]] = []
        for index in changed:
            if runs and index - runs[-1][1] <= _JOIN:
                runs[-1][1] = index + 1
            else:
                runs.append([index, index + 1])
        return [(x + start, cells[start:end]) for start, end in (_whole(cells, *run) for run in runs)]

    def forget_all(self) -> None:
        """Something else wrote on the terminal."""
        self._lines = []

    def forget(self, y: int) -> None:
        """A line was written whose cells could not be told."""
        if y < len(self._lines):
            self._lines[y] = None


class Changes(CompositorUpdate):
    """An update of Textual's, reduced to what is new when it is first written."""

    def __init__(self, update: ChopsUpdate | LayoutUpdate, shown: Shown) -> None:
        self._update, self._shown = update, shown
        self._written: str | None = None

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield self._update

    def render_segments(self, console: Console) -> str:
        if self._written is None:
            self._written = self._write(console)
        return self._written

    def _write(self, console: Console) -> str:
        update = self._update
        if isinstance(update, ChopsUpdate):
            width = max((ends[-1] for ends in update.chop_ends if ends), default=0)
            return write_runs(self._changed_runs(update), console._color_system, width)
        lines = [tuple(harmless(strip) for strip in line) for line in update.strips]
        cells = [cells_of(line) for line in lines]
        if self._shown.fits(update.region.width, update.region.height) and None not in cells:
            return write_runs(self._changed_lines(cells), console._color_system, update.region.width)
        self._shown.whole(cells)
        return LayoutUpdate(list[Iterable[Strip]](lines), update.region).render_segments(console)

    def _changed_lines(self, lines: list[list[Cell] | None]) -> Iterable[Run]:
        for y, line in enumerate(lines):
            for x, changed in self._shown.changes(y, 0, line or []):
                yield y, x, changed

    def _changed_runs(self, update: ChopsUpdate) -> Iterable[Run]:
        """(y, x, cells) of what the terminal does not show yet."""
        for y, x1, x2 in update.spans:
            for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
                if strip is None or x >= x2 or end <= x1:
                    continue
                strip = harmless(strip)
                cells = cells_of([strip])
                if cells is None:
                    self._shown.forget(y)
                    for text, style, control in strip:
                        if not control:
                            yield y, x, [(text, style)]
                            x += cell_len(text)
                    continue
                first, last = _whole(cells, max(x1 - x, 0), min(x2, end) - x)
                for place, changed in self._shown.changes(y, x + first, cells[first:last]):
                    yield y, place, changed


def harmless(strip: Strip) -> Strip:
    """The same cells without codes that stood in their text; almost always the strip itself."""
    if all(text.isprintable() or control for text, _, control in strip):
        return strip
    cleaned = [
        segment if segment.control else Segment(segment.text.translate(_OBEYED), segment.style) for segment in strip
    ]
    return Strip(cleaned, strip.cell_length)


def cells_of(strips: Iterable[Strip]) -> list[Cell] | None:
    """The cells of strips; None where their characters do not add up to their width (joined emoji)."""
    cells: list[Cell] = []
    width = 0
    for strip in strips:
        width += strip.cell_length
        for text, style, control in strip:
            if control:
                continue
            if text.isascii():
                cells += [(character, style) for character in text]
                continue
            for character in text:
                size = get_character_cell_size(character)
                if size == 0:
                    if cells:
                        cells[-1] = (cells[-1][0] + character, cells[-1][1])
                    continue
                cells.append((character, style))
                if size == 2:
                    cells.append(("", style))
    return cells if len(cells) == width else None


def _whole(cells: list[Cell], start: int, end: int) -> tuple[int, int]:
    """A range that cuts no wide character."""
    if 0 < start < len(cells) and not cells[start][0]:
        start -= 1
    if end < len(cells) and not cells[end][0]:
        end += 1
    return start, end
