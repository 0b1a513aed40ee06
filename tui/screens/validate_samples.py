"""The part of Validate that brings samples: picked ones, and those of a whole file."""

from __future__ import annotations

from textual.widget import Widget

from engine.tasks.catalog import find_task
from tui.screens.batch_window import Asks, BatchScreen, Table
from tui.screens.pick_window import PickScreen, Shop
from tui.screens.validate_part import validate_screen_of
from tui.validate.asking_state import State
from tui.validate.batch import Asked
from tui.validate.picking import Picked


class SamplesPart(Widget):
    """Not seen; it opens windows."""

    DEFAULT_CSS = "SamplesPart { display: none; }"

    def __init__(self, state: State) -> None:
        super().__init__(id="samples-part")
        self._state = state
        self._tables: dict[str, Table] = {}
        """Model → its last batch."""

    def pick(self) -> None:
        """Choose a sample, and ask."""
        first = self._state.first
        if first is None:
            return
        screen = validate_screen_of(self)
        options = screen.console.options
        dataset = first.subject.dataset if first.subject is not None else ""
        task = find_task(first.choice.task)
        shop = Shop(options.workspace, dataset, first.choice.directory, task.predicts_on)

        def picked(one: Picked | None) -> None:
            if one is not None:
                screen.fill(one.sample, f"({one.words})", one.split)

        self.app.push_screen(PickScreen(shop, ascii_only=options.ascii_only), picked)

    def ask_file(self) -> None:
        """Ask about every row of a file; a table that is there is shown again."""
        first = self._state.first
        if first is None:
            return
        screen = validate_screen_of(self)
        options = screen.console.options
        name = first.choice.name
        task = find_task(first.choice.task)
        asks = Asks(name, first.choice.directory, task.predicts_on, options.readonly)
        window = BatchScreen(asks, self._tables.get(name), ascii_only=options.ascii_only)

        def chosen(one: Asked | None) -> None:
            if window.table is not None:
                self._tables[name] = window.table
            if one is not None:
                screen.fill(dict(one.sample), f"(row {one.number})")

        self.app.push_screen(window, chosen)
