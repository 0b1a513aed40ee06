"""Examples as their task sees them: pictures where there are any, and text; as many as there is room for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Static

from engine.pictures.graphics import Graphics
from tui.data.example_view import example_text
from tui.data.examples import Example
from tui.screens.data_pictures import ExamplePictures
from tui.theme import Role, palette_of
from tui.widgets.picture import can_show

if TYPE_CHECKING:
    from PIL.Image import Image


class ExamplesView(VerticalScroll, can_focus=False):
    """Draws what it is told, and says how many of the examples it had room for."""

    class Resized(Message):
        """There is another room: what fits into it may be more, or less."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, ExamplesView.Resized)

    def __init__(self, graphics: Graphics, *, ascii_only: bool, first_slot: int, id: str) -> None:
        super().__init__(id=id)
        self._graphics, self._ascii_only, self._first_slot = graphics, ascii_only, first_slot

    def compose(self) -> ComposeResult:
        yield ExamplePictures(self._graphics, ascii_only=self._ascii_only, first_slot=self._first_slot)
        yield Static(classes="rows", markup=False)

    def on_mount(self) -> None:
        # Other colours are shown as another room is: what stands there is written anew.
        self.watch(self.app, "theme", self._draw_anew, init=False)

    def on_resize(self) -> None:
        self._draw_anew()

    def _draw_anew(self) -> None:
        self.post_message(self.Resized())

    @property
    def shows_pictures(self) -> bool:
        """Whether there is a way to show any."""
        return self._graphics is not Graphics.NONE and can_show(palette_of(self.app), ascii_only=self._ascii_only)

    def say(self, text: str, role: Role = Role.MUTED) -> None:
        """A sentence in place of examples."""
        self.query_one(ExamplePictures).show_none()
        self._write(Text(text, palette_of(self.app).style(role, Style.null())))

    def show(
        self, examples: Sequence[Example], pictures: Sequence[Image | None], labels: Sequence[str]
    ) -> tuple[Example, ...]:
        """Show the first of these; those that there was room for."""
        room, shown = self.content_size, tuple(examples)
        with_boxes = bool(pictures) and "objects" in examples[0].row
        if pictures and room.width:
            fitted = self.query_one(ExamplePictures).show(examples, pictures, labels, room.width, room.height)
            shown = shown[:fitted]
            if not with_boxes:
                self._write(Text())
                return shown
        else:
            self.query_one(ExamplePictures).show_none()
        text, fitted = self._text(shown, labels, room.width, room.height, pictured=with_boxes)
        self._write(text)
        return shown[:fitted]

    def _text(
        self, examples: Sequence[Example], labels: Sequence[str], width: int, height: int, *, pictured: bool
    ) -> tuple[Text, int]:
        palette = palette_of(self.app)
        text, used, fitted = Text(), 0, 0
        for example in examples:
            one = (
                Text(example.problem, palette.style(Role.ERROR, Style.null()))
                if example.problem
                else example_text(example.row, palette, labels, pictured=pictured, ascii_only=self._ascii_only)
            )
            lines = len(one.wrap(self.app.console, max(10, width))) + 1
            if fitted and used + lines > height + 1:
                break
            text.append("\n\n" if fitted else "")
            text.append_text(one)
            used, fitted = used + lines, fitted + 1
        return text, fitted

    def _write(self, text: Text) -> None:
        self.query_one(".rows", Static).update(text)
