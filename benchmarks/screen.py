"""As much of a terminal as it takes to know what stands on it: cells with their styles, from the bytes written.

Covers what Textual and Bubble Tea send: cursor moves, erasing, scrolling, repeats, tabs, colours, alternate screen.
What is not known is counted in `unknown`, so that a comparison never rests on a code passed over in silence.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable

from rich.cells import get_character_cell_size

Style = tuple[str, str, frozenset[int]]
"""Foreground, background, attributes."""
Cell = tuple[str, Style]

PLAIN: Style = ("", "", frozenset())
_BLANK = " "
_TOKEN = re.compile(
    r"\x1b\[(?P<private>[<=>?]?)(?P<numbers>[0-9;:]*)(?P<between>[ -/]*)(?P<final>[@-~])"
    r"|\x1b\](?P<osc>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    r"|\x1bP(?P<dcs>.*?)\x1b\\"
    r"|\x1b(?P<escape>[()#][0-9A-Za-z]|[^\[\]P])"
    r"|(?P<control>[\x00-\x1f\x7f])"
    r"|(?P<text>[^\x00-\x1f\x7f]+)",
    re.DOTALL,
)
_HARMLESS = frozenset({("?", "h"), ("?", "l"), ("?", "p"), ("", "t"), (">", "m"), (">", "u"), ("<", "u"), ("?", "u"),
                       ("?", "W"), ("", "h"), ("", "l"), ("", "c"), (">", "c"), ("", "q"), (">", "q"), ("", "n"),
                       ("=", "u"), ("?", "n"), ("?", "m")})  # fmt: skip
"""Modes, questions and settings that change no cell."""


class Screen:
    """What a terminal of some size shows."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.on_change: Callable[[int, int, str, str], None] | None = None
        """Called as (x, y, before, after) for each cell whose character changes."""
        self.unknown: Counter[str] = Counter()
        self._rest = b""
        self._forget()

    def _forget(self) -> None:
        self.cells: list[list[Cell]] = [self._blank_row() for _ in range(self.height)]
        self.x = self.y = 0
        self._wraps = False
        self._top, self._bottom = 0, self.height - 1
        self._style = PLAIN
        self._saved = (0, 0)
        self._last = _BLANK

    def resize(self, width: int, height: int) -> None:
        """Another size: what stands there stays, as far as it has room."""
        old = self.cells
        self.width, self.height = width, height
        self.cells = [self._blank_row() for _ in range(height)]
        for row, before in zip(self.cells, old, strict=False):
            row[: min(width, len(before))] = before[:width]
        self.x, self.y = min(self.x, width - 1), min(self.y, height - 1)
        self._top, self._bottom, self._wraps = 0, height - 1, False

    def text(self) -> list[str]:
        """The characters, line by line."""
        return ["".join(character for character, _ in row) for row in self.cells]

    def feed(self, data: bytes) -> None:
        """Take in what was written; a code or a character that is torn waits for its rest."""
        data = self._rest + data
        text, self._rest = _whole(data)
        position = 0
        while position < len(text):
            token = _TOKEN.match(text, position)
            if token is None:
                break
            position = token.end()
            if token["text"]:
                self._put(token["text"])
            elif token["final"]:
                self._code(token["private"], token["numbers"], token["between"], token["final"])
            elif token["control"]:
                self._control(token["control"])
            elif token["escape"]:
                self._escape(token["escape"])
        self._rest = text[position:].encode() + self._rest

    # -- characters

    def _put(self, text: str) -> None:
        for character in text:
            size = 1 if character.isascii() else get_character_cell_size(character)
            if size == 0:
                continue
            if self._wraps or self.x + size > self.width:
                self._wraps, self.x = False, 0
                self._line_feed()
            self._break_halves(self.x, self.x + size)
            self._set(self.x, character)
            if size == 2:
                self._set(self.x + 1, "")
            self._last = character
            if self.x + size >= self.width:
                self.x, self._wraps = self.width - 1, True
            else:
                self.x += size

    def _break_halves(self, start: int, end: int) -> None:
        """Half a wide character is none: what is left of those at the edges becomes a space."""
        row = self.cells[self.y]
        if start and row[start][0] == "":
            self._set(start - 1, _BLANK, row[start - 1][1])
        if end < self.width and row[end][0] == "":
            self._set(end, _BLANK, row[end][1])

    def _set(self, x: int, character: str, style: Style | None = None) -> None:
        row = self.cells[self.y]
        before = row[x][0]
        row[x] = (character, self._style if style is None else style)
        if before != character and self.on_change is not None:
            self.on_change(x, self.y, before, character)

    def _erase(self, columns: Iterable[int]) -> None:
        style = ("", self._style[1], frozenset[int]())
        for x in columns:
            self._set(x, _BLANK, style)

    def _erase_rows(self, rows: Iterable[int]) -> None:
        here = self.y
        for self.y in rows:
            self._erase(range(self.width))
        self.y = here

    def _blank_row(self) -> list[Cell]:
        return [(_BLANK, PLAIN)] * self.width

    # -- moves

    def _go(self, x: int, y: int) -> None:
        self.x, self.y = max(0, min(x, self.width - 1)), max(0, min(y, self.height - 1))
        self._wraps = False

    def _control(self, code: str) -> None:
        if code == "\r":
            self._go(0, self.y)
        elif code in "\n\x0b\x0c":
            self._wraps = False
            self._line_feed()
        elif code == "\b":
            self._go(self.x - 1, self.y)
        elif code == "\t":
            self._go((self.x // 8 + 1) * 8, self.y)
        elif code not in "\x07\x00\x0e\x0f":
            self.unknown[repr(code)] += 1

    def _escape(self, code: str) -> None:
        if code == "M":
            if self.y == self._top:
                self._scroll(-1)
            else:
                self._go(self.x, self.y - 1)
        elif code == "D":
            self._line_feed()
        elif code == "E":
            self._go(0, self.y)
            self._line_feed()
        elif code == "7":
            self._saved = (self.x, self.y)
        elif code == "8":
            self._go(*self._saved)
        elif code == "c":
            self._forget()
        elif code not in "=>" and code[0] not in "()":
            self.unknown[f"ESC {code}"] += 1

    def _line_feed(self) -> None:
        if self.y == self._bottom:
            self._scroll(1)
        else:
            self.y = min(self.y + 1, self.height - 1)

    def _scroll(self, count: int, top: int | None = None) -> None:
        """Lines between the margins go up (or down where negative)."""
        top = self._top if top is None else top
        block = [self.cells[y] for y in range(top, self._bottom + 1)]
        size = len(block)
        count = max(-size, min(size, count))
        fresh = [self._blank_row() for _ in range(abs(count))]
        moved = block[count:] + fresh if count > 0 else fresh + block[: size + count]
        for y, row in enumerate(moved, top):
            before, self.cells[y] = self.cells[y], row
            if self.on_change is not None:
                for x, ((old, _), (new, _)) in enumerate(zip(before, row, strict=True)):
                    if old != new:
                        self.on_change(x, y, old, new)

    # -- codes

    def _code(self, private: str, numbers: str, between: str, final: str) -> None:
        if private or between:
            if private == "?" and final in "hl" and numbers in ("1049", "47", "1047"):
                self._erase_rows(range(self.height))
                self._go(0, 0)
            elif (private, final) not in _HARMLESS and not between:
                self.unknown[f"CSI {private}{numbers}{final}"] += 1
            return
        if final == "m":
            self._style = styled(self._style, numbers)
            return
        given = [int(part) if part.isdigit() else 0 for part in numbers.split(";")]
        first = max(1, given[0])
        second = max(1, given[1]) if len(given) > 1 else 1
        moves = {
            "A": (0, -first),
            "B": (0, first),
            "C": (first, 0),
            "D": (-first, 0),
            "e": (0, first),
            "a": (first, 0),
        }
        if final in "Hf":
            self._go(second - 1, first - 1)
        elif final in moves:
            across, down = moves[final]
            self._go(self.x + across, self.y + down)
        elif final in "EF":
            self._go(0, self.y + (first if final == "E" else -first))
        elif final in "G`":
            self._go(first - 1, self.y)
        elif final == "d":
            self._go(self.x, first - 1)
        elif final == "I":
            self._go((self.x // 8 + first) * 8, self.y)
        elif final == "Z":
            self._go((-(-self.x // 8) - first) * 8, self.y)
        elif final in "JKX@PLMSTbr":
            self._change(final, given[0], first, numbers, second)
        elif (private, final) not in _HARMLESS:
            self.unknown[f"CSI {numbers}{final}"] += 1

    def _change(self, final: str, given: int, count: int, numbers: str, second: int) -> None:
        if final in "JK":
            self._clear(final, given)
        elif final == "X":
            self._erase(range(self.x, min(self.x + count, self.width)))
        elif final in "@P":
            row, room = [cell for cell in self.cells[self.y]], self.width - self.x
            count = min(count, room)
            blanks = [(_BLANK, PLAIN)] * count
            tail = blanks + row[self.x : self.width - count] if final == "@" else row[self.x + count :] + blanks
            for x, (character, style) in enumerate(tail, self.x):
                self._set(x, character, style)
        elif final in "LM":
            if self._top <= self.y <= self._bottom:
                self._scroll(count if final == "M" else -count, self.y)
        elif final in "ST":
            self._scroll(count if final == "S" else -count)
        elif final == "b":
            self._put(self._last * count)
        else:
            self._top = count - 1
            self._bottom = min(self.height, second if ";" in numbers else self.height) - 1
            self._go(0, 0)

    def _clear(self, final: str, which: int) -> None:
        columns = (range(self.x, self.width), range(self.x + 1), range(self.width))[min(which, 2)]
        self._erase(columns)
        if final == "J":
            self._erase_rows((range(self.y + 1, self.height), range(self.y), range(self.height))[min(which, 2)])


def styled(style: Style, numbers: str) -> Style:
    """The style after an SGR code."""
    front, back, attributes = style
    parts = numbers.replace(":", ";").split(";")
    while parts:
        code = int(parts.pop(0) or 0)
        if code == 0:
            front, back, attributes = PLAIN
        elif code in (38, 48) and parts:
            taken = 1 if parts[0] == "5" else 3
            colour, parts = ";".join(parts[: taken + 1]), parts[taken + 1 :]
            front, back = (colour, back) if code == 38 else (front, colour)
        elif 30 <= code <= 37 or 90 <= code <= 97 or code == 39:
            front = "" if code == 39 else str(code)
        elif 40 <= code <= 47 or 100 <= code <= 107 or code == 49:
            back = "" if code == 49 else str(code)
        elif code < 10:
            attributes |= {code}
        elif 21 <= code <= 29:
            attributes -= {1, 2} if code == 22 else {code - 20}
    return front, back, attributes


def _whole(data: bytes) -> tuple[str, bytes]:
    """The text up to the last whole character and code, and what is torn."""
    end = len(data)
    last = data.rfind(b"\x1b")
    if last >= 0 and _TORN.fullmatch(data, last):
        end = last
    for back in range(1, min(4, end) + 1):
        byte = data[end - back]
        if byte >= 0xC0:
            needed = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            if needed > back:
                end -= back
            break
        if byte < 0x80:
            break
    return data[:end].decode(errors="replace"), data[end:]


_TORN = re.compile(rb"\x1b(?:\[[0-9;:<=>? -/]*|\][^\x07\x1b]*|P[^\x1b]*|[()#])?", re.DOTALL)
