"""A picture in true pixels, for a terminal that knows Kitty's placeholders.

The pixels are sent once. What stands on the screen are cells of text that name the picture, so the console goes on
to know every cell: they scroll, are covered by another screen and come back as text does, for the bytes of text.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from engine.pictures import kitty

PALETTE = {46: (0, 255, 0), 51: (0, 255, 255), 196: (255, 0, 0), 201: (255, 0, 255), 226: (255, 255, 0)}
"""Colours that name pictures: they are the same in 256 colours and in all, but name another number there. One after
the other, so that a cell never shows the picture before with the new one's pixels."""
SLOTS = 8
"""Pictures beside each other that can have names of their own, besides the one in slot 0."""
MORE_SLOTS = 24
"""Further ones, in paler colours."""
LEAST_SATURATION = 0.16
_BETWEEN = (95, 135, 175, 215)
"""Levels of the palette's cube between none and all."""


def names_of(slot: int) -> dict[int, tuple[int, int, int]]:
    """Number in 256 colours → colour, of the names of one slot. No two slots share any."""
    if slot == 0:
        return PALETTE
    colours = [
        colour
        for level in _BETWEEN
        for colour in (
            (0, 255, level),
            (255, 0, level),
            (level, 0, 255),
            (level, 255, 0),
            (0, level, 255),
            (255, level, 0),
        )
    ]
    if slot > SLOTS:
        paler = [(r, g, b) for r, g, b in itertools.product(_BETWEEN, repeat=3) if _is_colour(r, g, b)]
        return {_number(*colour): colour for colour in paler[slot - SLOTS - 1 :: MORE_SLOTS]}
    return {_number(*colour): colour for colour in colours[slot - 1 :: SLOTS]}


def _is_colour(*colour: int) -> bool:
    """Whether 256 colours keep it apart from the greys, which have numbers of their own."""
    low, high = min(colour), max(colour)
    return (high - low) / (510 - high - low if high + low > 255 else high + low) > LEAST_SATURATION


def _number(red: int, green: int, blue: int) -> int:
    six = [0 if value == 0 else (value - 55) // 40 for value in (red, green, blue)]
    return 16 + 36 * six[0] + 6 * six[1] + six[2]


@dataclass(frozen=True)
class Name:
    """What a terminal knows a picture by."""

    id: int
    colour: Color


class Pixels:
    """The one picture that a widget has in the terminal."""

    def __init__(self, send: Callable[[str], None], *, all_colours: bool, tmux: bool, slot: int = 0) -> None:
        self._send, self._tmux = send, tmux
        self._names = [
            Name((red << 16 | green << 8 | blue) if all_colours else number, Color.from_rgb(red, green, blue))
            for number, (red, green, blue) in names_of(slot).items()
        ]
        self._turn = 0
        self._shown: Name | None = None
        self._codes = ""
        self._place = (0, 0)

    def next_name(self) -> Name:
        """For the next picture."""
        self._turn += 1
        return self._names[self._turn % len(self._names)]

    def show(self, name: Name, codes: list[str], place: tuple[int, int]) -> None:
        """Send a picture for so many columns and rows; the one before goes."""
        before, self._shown, self._place = self._shown, name, place
        # In one piece: the driver's queue is short, and the console would wait for the line.
        self._codes = "".join(map(self._wrapped, codes))
        self._send(self._codes)
        if before is not None and before != name:
            self._send(self._wrapped(kitty.deleted(before.id)))

    def move(self, place: tuple[int, int]) -> None:
        """Show it on another number of cells."""
        if self._shown is not None and place != self._place:
            self._place = place
            self._send(self._wrapped(kitty.placed(self._shown.id, *place)))

    def send_again(self) -> None:
        """To a terminal that has forgotten it."""
        if self._shown is not None:
            self._send(self._codes + self._wrapped(kitty.placed(self._shown.id, *self._place)))

    def take_away(self) -> None:
        """Free what the terminal keeps."""
        if self._shown is not None:
            self._send(self._wrapped(kitty.deleted(self._shown.id)))
        self._shown, self._codes, self._place = None, "", (0, 0)

    def segments(self, y: int, base: Style) -> list[Segment]:
        """The cells of a row, one by one: a segment of them could be cut between a cell and its marks."""
        if self._shown is None or y >= self._place[1]:
            return []
        style = base + Style(color=self._shown.colour)
        return [Segment(cell, style) for cell in kitty.placeholders(y, self._place[0])]

    def _wrapped(self, code: str) -> str:
        return kitty.through_tmux(code) if self._tmux else code
