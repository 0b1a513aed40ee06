"""What a run was started with, and how it stands."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Static

from engine.runs.spec import RunSpec
from tui.feed.model import RunInfo
from tui.screens.bars import ActionBar
from tui.screens.base import Told, attempt
from tui.screens.window import Window
from tui.theme import Role, palette_of


class DetailsScreen(Window[None]):
    """The specification, each value with its origin."""

    class SpecRead(Message):
        """What it was started with is here."""

        def __init__(self, spec: RunSpec) -> None:
            super().__init__()
            self.spec = spec

    def __init__(self, run: RunInfo, read: Callable[[], RunSpec]) -> None:
        super().__init__()
        self._run_info, self._read = run, read

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="window", classes="wide") as window:
            window.border_title = Text(self._run_info.id)
            yield Static(id="details-text")
        yield ActionBar()

    def on_mount(self) -> None:
        self._show(None)
        self.run_worker(self._fetch, thread=True, exit_on_error=False)

    def _fetch(self) -> None:
        message = attempt(lambda: self.SpecRead(self._read()))
        if message is not None:
            self.post_message(message)

    def on_told(self, message: Told) -> None:
        message.stop()
        self.notify(message.text, severity="error", markup=False)

    def on_details_screen_spec_read(self, event: SpecRead) -> None:
        self._show(event.spec)

    def _show(self, spec: RunSpec | None) -> None:
        muted, title = (palette_of(self.app).style(role, Style.null()) for role in (Role.MUTED, Role.TITLE))
        text = Text()
        for heading, facts in _sections(self._run_info, spec):
            text.append(f"{heading}\n", title)
            width = max((len(name) for name, _, _ in facts), default=0)
            for name, value, origin in facts:
                text.append(f"  {name:<{width}}  ", muted)
                text.append(value.replace("≥", ">=").replace("≤", "<=") if self.app.has_class("-ascii") else value)
                text.append(f"  {origin}\n" if origin else "\n", muted)
            text.append("\n")
        self.query_one("#details-text", Static).update(text)


Fact = tuple[str, str, str]
ONLY_THERE = "for Validate, Train and Data run finetop there"
"""What cannot be done with a run elsewhere, and where it can."""


def _sections(run: RunInfo, spec: RunSpec | None) -> list[tuple[str, list[Fact]]]:
    view = run.view
    sections: list[tuple[str, list[Fact]]] = []
    if view is not None:
        state = view.state + (f" ({view.reason})" if view.reason and view.reason != view.state else "")
        facts = [("state", state, view.message), ("attempt", str(view.attempt), "")]
        facts += [("started", _clock(view.started), "")] if view.started else []
        facts += [("ended", _clock(view.ended), "")] if view.ended else []
        facts.append(("directory", f"runs/{run.id.rpartition(':')[2]}", ""))
        facts += [("machine", run.place, ONLY_THERE)] if run.place else []
        sections.append(("State", facts))
    if spec is not None:
        targets = ", ".join(str(target) for target in spec.targets) or "none"
        sections.append(
            (
                "Specification",
                [
                    ("task", spec.task, ""),
                    ("preset", spec.preset, ""),
                    ("dataset", spec.dataset or "none", ""),
                    ("device", spec.device, ""),
                    ("targets", targets, ""),
                ],
            )
        )
        origins = {name.removeprefix("config."): origin for name, origin in spec.origins.items()}
        sections.append(
            ("Configuration", [(name, _shown(value), origins.get(name, "")) for name, value in spec.config.items()])
        )
    return sections


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else "–" if value is None else str(value)


def _clock(t: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(t))
