"""An application around one widget."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.message import Message
from textual.widget import Widget

from tui.theme import THEMES


class Stage(App[None]):
    """Shows one widget, and collects the messages that it posts."""

    CSS = "Stage > Screen { layout: vertical; }"

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name
        self.widget = widget
        self.messages: list[Message] = []

    def compose(self) -> ComposeResult:
        yield self.widget

    def text(self) -> str:
        """What stands on screen."""
        return "\n".join(strip.text.rstrip() for strip in self.screen._compositor.render_strips())

    def collect(self, message: Message) -> None:
        """Note a message of the widget's once, not again at each ancestor."""
        own = type(message).__qualname__.split(".")[0] == type(self.widget).__name__
        if own and not any(message is known for known in self.messages):
            self.messages.append(message)


@pytest.fixture
def stage() -> Callable[..., Any]:
    """Give a widget and a size: a context manager that yields (app, pilot)."""

    def open_stage(widget: Widget, size: tuple[int, int] = (80, 16)) -> Any:
        app = Stage(widget)
        return _Opened(app, app.run_test(size=size, message_hook=app.collect))

    return open_stage


class _Opened:
    def __init__(self, app: Stage, context: Any) -> None:
        self.app, self.context = app, context

    async def __aenter__(self) -> tuple[Stage, Any]:
        pilot = await self.context.__aenter__()
        self.app.widget.focus()
        await pilot.pause()
        return self.app, pilot

    async def __aexit__(self, *problem: object) -> None:
        await self.context.__aexit__(*problem)
