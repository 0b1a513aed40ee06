"""A window in which the spans of a text are corrected by keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from tui.actions import bindings_of
from tui.screens.bars import ActionBar, console_of
from tui.screens.samples import entities_text
from tui.screens.verdicts import label_role
from tui.screens.window import Window
from tui.theme import Role, palette_of
from tui.validate.spans import SpanEditor

Spans = list[dict[str, Any]]


class SpansScreen(Window[Spans]):
    """Hands back the spans as they are right; None when the operator thought better of it."""

    BINDINGS = bindings_of("spans")

    def __init__(self, text: str, entities: Sequence[Mapping[str, Any]], labels: Sequence[str]) -> None:
        super().__init__()
        self._editor = SpanEditor(text, entities, labels)

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="window", classes="wide", can_focus=False) as window:
            window.border_title = "What is right?"
            yield Static(id="spans-text")
            yield Static(id="spans-labels")
        yield ActionBar()

    def on_mount(self) -> None:
        self.watch(self.app, "theme", self._show, init=False)
        self._show()

    def _show(self) -> None:
        editor, palette = self._editor, palette_of(self.app)
        order = sorted(editor.labels)
        shown = entities_text(editor.text, editor.entities(), palette, order, mark=editor.range)
        start, end = editor.range
        here = editor.here
        said = editor.text[start:end]
        about = f"{said!r} is {here.label}" if here is not None else f"{said!r} has no label"
        plain = self.app.has_class("-ascii")
        labels = Text(f"\n{about}\n\n", palette.style(Role.MUTED, Style.null()))
        for at, label in enumerate(editor.labels):
            chosen = at == editor.label
            mark = (">" if plain else "▸") if chosen else " "
            style = palette.style(label_role(label, order), Style.null())
            labels.append(f"{mark} {label}\n", style + Style(bold=chosen, reverse=chosen))
        words = (
            console_of(self).keymap.say("changed; {spans.keep} keeps it")
            if editor.changed
            else "nothing is changed yet"
        )
        labels.append(f"\n{words}", palette.style(Role.WARNING if editor.changed else Role.MUTED, Style.null()))
        self.query_one("#spans-text", Static).update(shown)
        self.query_one("#spans-labels", Static).update(labels)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "keep":
            return self._editor.changed
        if action == "entity":
            return bool(self._editor.spans)
        return True

    def action_word(self, step: int) -> None:
        """The next word."""
        self._editor.word(step)
        self._show()

    def action_widen(self, step: int) -> None:
        """One word more, or less."""
        self._editor.widen(step)
        self._show()

    def action_entity(self, step: int) -> None:
        """The next span."""
        self._editor.entity(step)
        self._show()

    def action_label(self, step: int) -> None:
        """The next label."""
        self._editor.choose(step)
        self._show()

    def action_put(self) -> None:
        """Give the label."""
        self._editor.put()
        self._show()

    def action_remove(self) -> None:
        """Take the span away."""
        self._editor.remove()
        self._show()

    def action_keep(self) -> None:
        """This is right."""
        self.dismiss(self._editor.entities())
