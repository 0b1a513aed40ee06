"""A grid of cells, and a widget that sends only those that changed.

Textual sends the whole region of a widget that calls `refresh()`. Here a widget draws itself into a
`Canvas`; the canvas is compared with the one before, and only the spans that differ are refreshed.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.events import Resize
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.theme import SELECTED, Palette, Role, palette_of

Piece = tuple[str, int]
"""Text in one role (with flags)."""
Line = Sequence[Piece]

_SPACE = 32
_WIDE_TAIL = 0
"""Stands in the second cell of a wide character."""
_ASCII = {ord(character): ord(plain) for character, plain in zip("…–—−“”‘’×·→←°±", ">---\"\"''x.>< ~", strict=True)}
_JOIN = 3
"""Unchanged cells between two changed ones that are cheaper to send than a cursor move."""


class Canvas:
    """Characters and roles of a rectangle of cells."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.codes: NDArray[np.uint32] = np.full((height, width), _SPACE, dtype=np.uint32)
        self.roles: NDArray[np.uint16] = np.zeros((height, width), dtype=np.uint16)

    def write(self, x: int, y: int, text: str, role: int = Role.TEXT, limit: int | None = None) -> int:
        """Write text from a cell on, cut at `limit` (an x) or the edge; returns the x behind it."""
        end = self.width if limit is None else min(limit, self.width)
        if not 0 <= y < self.height or x >= end:
            return x
        codes = cell_codes(text)
        if x < 0:
            codes, x = codes[-x:], 0
            if len(codes) and codes[0] == _WIDE_TAIL:
                codes = np.concatenate(([np.uint32(_SPACE)], codes[1:]))
        kept = _cut(codes, end - x)
        stop = x + len(kept)
        row = self.codes[y]
        if x and row[x] == _WIDE_TAIL:
            row[x - 1] = _SPACE
        if stop < self.width and row[stop] == _WIDE_TAIL:
            row[stop] = _SPACE
        row[x:stop] = kept
        self.roles[y, x:stop] = role
        return stop

    def write_line(self, x: int, y: int, line: Line, limit: int | None = None, flags: int = 0) -> int:
        """Write pieces one behind the other; returns the x behind them."""
        for text, role in line:
            x = self.write(x, y, text, role | flags, limit)
        return x

    def highlight(self, y: int, flag: int = SELECTED) -> None:
        """Put a flag on all cells of a row."""
        if 0 <= y < self.height:
            self.roles[y] |= np.uint16(flag)

    def to_ascii(self) -> None:
        """Put what an ASCII terminal shows in place of everything else: also in names, and where a text was cut."""
        strange = self.codes > 126
        if strange.any():
            self.codes[self.codes == _WIDE_TAIL] = _SPACE
            self.codes[strange] = [_ASCII.get(int(code), ord("?")) for code in self.codes[strange]]

    def changed_spans(self, before: Canvas | None) -> list[tuple[int, int, int]]:
        """(y, x1, x2) of the cells that differ from the canvas before; of all cells where the sizes differ."""
        if before is None or (before.width, before.height) != (self.width, self.height):
            return [(y, 0, self.width) for y in range(self.height)]
        changed = (self.codes != before.codes) | (self.roles != before.roles)
        spans = []
        for y in np.flatnonzero(changed.any(axis=1)):
            columns = np.flatnonzero(changed[y])
            breaks = np.flatnonzero(np.diff(columns) > _JOIN + 1)
            starts = columns[np.concatenate(([0], breaks + 1))]
            ends = columns[np.concatenate((breaks, [len(columns) - 1]))] + 1
            spans += [(int(y), int(x1), int(x2)) for x1, x2 in zip(starts, ends, strict=True)]
        return spans

    def strip(self, y: int, palette: Palette, base: Style) -> Strip:
        """A row as Textual draws it."""
        roles = self.roles[y]
        cuts = [0, *(np.flatnonzero(np.diff(roles)) + 1).tolist(), self.width]
        text = self.text(y, keep_tails=True)
        segments = [
            Segment(text[x1:x2].replace("\0", ""), palette.style(int(roles[x1]), base))
            for x1, x2 in itertools.pairwise(cuts)
            if x2 > x1
        ]
        return Strip(segments, self.width)

    def text(self, y: int, *, keep_tails: bool = False) -> str:
        """The characters of a row."""
        row = self.codes[y].astype("<u4").tobytes().decode("utf-32-le")
        return row if keep_tails else row.replace("\0", "")


@lru_cache(maxsize=4096)
def cell_codes(text: str) -> NDArray[np.uint32]:
    """Code points, one for each cell: a wide character is followed by a zero, a control is left out."""
    if not text.isascii() or not text.isprintable():
        text = "".join(_cells(text))
    return np.frombuffer(text.encode("utf-32-le"), dtype="<u4")


def _cells(text: str) -> Iterable[str]:
    for character in text:
        if character == "\t":
            yield "    "
        elif character < " " or unicodedata.combining(character) or unicodedata.category(character) in _NO_CELL:
            continue
        else:
            yield character
            if unicodedata.east_asian_width(character) in "WF":
                yield "\0"


_NO_CELL = frozenset({"Cc", "Cf", "Cs", "Mn", "Me", "Zl", "Zp"})


def _cut(codes: NDArray[np.uint32], width: int) -> NDArray[np.uint32]:
    """The first cells; a wide character that is cut in two becomes a space."""
    kept = codes[: max(0, width)]
    if 0 < len(kept) < len(codes) and codes[len(kept)] == _WIDE_TAIL:
        kept = kept.copy()
        kept[-1] = _SPACE
    return kept


def width_of(line: Line) -> int:
    """Cells that a line takes."""
    return sum(len(cell_codes(text)) for text, _ in line)


def fit(text: str, width: int) -> str:
    """Text cut to a width with an ellipsis where something is missing, padded with spaces."""
    codes = cell_codes(text)
    if len(codes) <= width:
        return text + " " * (width - len(codes))
    if width <= 1:
        return "…"[:width]
    kept = _cut(codes, width - 1).astype("<u4").tobytes().decode("utf-32-le").replace("\0", "")
    return f"{kept}…"


def to_text(line: Line, palette: Palette) -> Text:
    """A line as rich text, for labels and Textual's own widgets."""
    text = Text(no_wrap=True, end="")
    for part, role in line:
        text.append(part, palette.style(role, Style.null()))
    return text


class CellWidget(Widget):
    """Base of the widgets that draw cells. A subclass implements `draw`, and calls `redraw` when its data changed."""

    DEFAULT_CSS = "CellWidget { height: 1fr; }"

    def __init__(
        self, *, ascii_only: bool = False, name: str | None = None, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.ascii_only = ascii_only
        self._canvas: Canvas | None = None

    def draw(self, canvas: Canvas) -> None:
        """Draw the whole content. The canvas is empty."""
        raise NotImplementedError

    @property
    def palette(self) -> Palette:
        return palette_of(self.app)

    def redraw(self) -> None:
        """Draw anew and refresh the spans that changed: nothing is sent where nothing did."""
        width, height = self.content_size
        if not self.is_mounted or not width or not height:
            self._canvas = None
            return
        canvas = self._drawn_canvas(width, height)
        spans = canvas.changed_spans(self._canvas)
        self._canvas = canvas
        if spans:
            self.refresh(*(Region(x1, y, x2 - x1, 1) for y, x1, x2 in spans))

    def _drawn_canvas(self, width: int, height: int) -> Canvas:
        canvas = Canvas(width, height)
        self.draw(canvas)
        if self.ascii_only:
            canvas.to_ascii()
        return canvas

    def render_line(self, y: int) -> Strip:
        canvas, (width, height) = self._canvas, self.content_size
        if canvas is None or (canvas.width, canvas.height) != (width, height):
            canvas = self._canvas = self._drawn_canvas(width, height)
        if y >= canvas.height:
            return Strip.blank(width, self.rich_style)
        return canvas.strip(y, self.palette, self.rich_style)

    def _on_resize(self, event: Resize) -> None:
        self.redraw()
