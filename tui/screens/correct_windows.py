"""Windows in which a score, and the objects of a picture, are corrected."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Input, Static

from tui.actions import bindings_of
from tui.screens.bars import ActionBar, console_of
from tui.screens.curate_windows import LabelScreen
from tui.screens.field import Field
from tui.screens.verdicts import label_role
from tui.screens.window import Window
from tui.theme import Role, palette_of
from tui.validate.boxes import BoxEditor, box_lines
from tui.widgets.cells import to_text

Objects = list[dict[str, Any]]
MEANING = "0 unrelated, 1 the same. Enter keeps it."


class ScoreScreen(Window[float]):
    """Hands back how alike two texts are; None when the operator thought better of it."""

    CSS_PATH = ["window.tcss", "curate_windows.tcss"]

    def __init__(self, first: str, second: str, said: float) -> None:
        super().__init__()
        self._texts, self._said = f"{first}\n{second}", said

    def compose(self) -> ComposeResult:
        with Vertical(id="window") as window:
            window.border_title = "How alike are they?"
            yield Static(Text(self._texts))
            yield Field(f"{self._said:.2f}", id="part")
            yield Static(MEANING, id="what-happens")
        yield ActionBar()

    def on_mount(self) -> None:
        self.query_one("#part", Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._tell(score_in(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        score = score_in(event.value)
        if isinstance(score, float):
            self.dismiss(score)

    def _tell(self, score: float | str) -> None:
        palette = palette_of(self.app)
        role, said = (Role.ERROR, score) if isinstance(score, str) else (Role.MUTED, MEANING)
        self.query_one("#what-happens", Static).update(Text(said, palette.style(role, Style.null())))


def score_in(written: str) -> float | str:
    """The score that people wrote, or what is wrong with it."""
    try:
        score = float(written.strip().replace(",", "."))
    except ValueError:
        return "Write a number from 0 to 1, such as 0.8."
    if not math.isfinite(score) or not 0 <= score <= 1:
        return "A score lies between 0 and 1."
    return score


class BoxesScreen(Window[Objects]):
    """Hands back the objects as they are right; None when the operator thought better of it."""

    BINDINGS = bindings_of("boxes")

    def __init__(self, name: str, objects: Sequence[Mapping[str, Any]], labels: Sequence[str]) -> None:
        super().__init__()
        self._picture, self._editor = name, BoxEditor(objects, labels)

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="window", classes="wide", can_focus=False) as window:
            window.border_title = Text(f"What is in {self._picture}?")
            yield Static(id="boxes-list")
        yield ActionBar()

    def on_mount(self) -> None:
        self.watch(self.app, "theme", self._show, init=False)
        self._show()

    def _show(self) -> None:
        palette, plain = palette_of(self.app), self.app.has_class("-ascii")
        order, keep = sorted(self._editor.labels), console_of(self).keymap.say("{boxes.keep}")
        lines = box_lines(self._editor, lambda label: label_role(label, order), keep=keep, ascii_only=plain)
        self.query_one("#boxes-list", Static).update(Text("\n").join(to_text(line, palette) for line in lines))
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "keep":
            return self._editor.changed
        if action in ("remove", "relabel", "move"):
            return bool(self._editor.boxes)
        return True

    def action_move(self, step: int) -> None:
        """The object above or below."""
        self._editor.move(step)
        self._show()

    def action_remove(self) -> None:
        """It is not there; once more brings it back."""
        self._editor.remove()
        self._show()

    def action_relabel(self) -> None:
        """Give it another label."""

        def chosen(label: str | None) -> None:
            if label:
                self._editor.relabel(label)
                self._show()

        here = self._editor.boxes[self._editor.at]
        self.app.push_screen(LabelScreen(self._editor.labels, here.label), chosen)

    def action_keep(self) -> None:
        """This is right."""
        self.dismiss(self._editor.objects())
