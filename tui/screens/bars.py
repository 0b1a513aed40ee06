"""The line above every screen (where am I) and the line below it (what can I do now)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual.dom import DOMNode
from textual.events import Click, Resize
from textual.geometry import Size
from textual.screen import Screen
from textual.widget import Widget

from tui.actions import MENU, actions_of
from tui.actions.keys import plain
from tui.actions.working import Working, working
from tui.theme import Role, palette_of

if TYPE_CHECKING:
    from tui.app import FinetopApp

ROOMY = 100
"""Columns from which on the menu has room for gaps."""


def console_of(widget: DOMNode) -> FinetopApp:
    """The application, by its own type."""
    from tui.app import FinetopApp

    assert isinstance(widget.app, FinetopApp)
    return widget.app


class Bar(Widget):
    """One line of text that is sent again only when it says something else."""

    DEFAULT_CSS = "Bar { height: 1; background: $panel; }"
    can_focus = False

    def __init__(self) -> None:
        super().__init__()
        self._line = Text()

    def line(self, width: int) -> Text:
        """What it says at this width."""
        raise NotImplementedError

    def update(self) -> None:
        """Say it anew, if it changed."""
        line = self.line(self.size.width)
        if line != self._line or line.spans != self._line.spans:
            self._line = line
            self.refresh()

    def render(self) -> Text:
        if not self._line:
            # The first paint comes before the first event about the size.
            self._line = self.line(self.size.width)
        return self._line

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return container.width

    def on_resize(self, event: Resize) -> None:
        self.update()

    def on_mount(self) -> None:
        self.watch(self.app, "theme", lambda: self.update(), init=False)

    def style(self, role: Role) -> Style:
        """How a role looks here."""
        return palette_of(self.app).style(role, Style.null())


class MenuBar(Bar):
    """The screens by their numbers, with the present one marked; the workspace at the right."""

    def __init__(self, mode: str, note: str) -> None:
        super().__init__()
        self._mode, self._note = mode, note

    async def on_click(self, event: Click) -> None:
        action = event.style.meta.get("bar_action")
        if action:
            await self.app.run_action(action)

    def line(self, width: int) -> Text:
        line = Text(no_wrap=True, overflow="ellipsis", end="")
        line.append_text(self._brand())
        keymap = console_of(self).keymap
        for action in MENU:
            if self.app.check_action("open", (_mode_of(action.name),)) is False:
                continue
            here = action.name == f"open('{self._mode}')"
            meta = Style(meta={"bar_action": f"app.{action.name}"})
            line.append("  " if width >= ROOMY else "")
            key = keymap.label_of(action)
            # The brackets mark the present screen where there is no colour.
            text = f"[{key} {action.title}]" if here else f" {key} {action.title} "
            line.append(text, (self.style(Role.TITLE) if here else self.style(Role.MUTED)) + meta)
        room = width - line.cell_len - 1
        if room >= 12:
            note = (
                self._note
                if len(self._note) < room - 2
                else (">" if console_of(self).options.ascii_only else "…") + self._note[-(room - 4) :]
            )
            line.append(note.rjust(room), self.style(Role.MUTED))
        return line

    def on_mount(self) -> None:
        super().on_mount()
        self.watch(self.app, "unseen", lambda: self.update(), init=False)

    def _brand(self) -> Text:
        """The name; in its place, as wide, what must not be overlooked: so nothing else moves."""
        console = console_of(self)
        if console.options.replay:
            return Text(" REPLAY  ", self.style(Role.WARNING) + Style(bold=True))
        if not console.unseen:
            return Text(" finetop ", self.style(Role.TITLE))
        meta = Style(meta={"bar_action": "app.notices"})
        key = next(console.keymap.label_of(action) for action in actions_of("app") if action.name == "notices")
        count = f"{min(console.unseen, 99)} new"
        said = f"{key} {count}" if len(key) == 1 else count
        return Text(f" {said:<8}", self.style(Role.WARNING) + Style(bold=True) + meta)


class ActionBar(Bar):
    """The keys that do something now, the most useful first, as many as fit."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: list[Working] = []

    def on_mount(self) -> None:
        super().on_mount()
        self.screen.bindings_updated_signal.subscribe(self, self._on_bindings)
        # What a run does changes what can be done with it, without any key.
        console_of(self).snapshot_signal.subscribe(self, lambda _: self.update())

    def _on_bindings(self, _screen: Screen[object]) -> None:
        self.update()

    def line(self, width: int) -> Text:
        line = Text(no_wrap=True, overflow="crop", end="")
        ascii_only = self.app.has_class("-ascii")
        self._shown = fitting(working(self.screen, console_of(self).keymap), width, ascii_only=ascii_only)
        for place, entry in enumerate(self._shown):
            meta = Style(meta={"entry": place})
            line.append(f" {_key(entry, ascii_only)}", self.style(Role.ACTIVE) + Style(bold=True) + meta)
            line.append(f" {entry.action.title} ", self.style(Role.TEXT) + meta)
        return line

    async def on_click(self, event: Click) -> None:
        place = event.style.meta.get("entry")
        if place is not None and place < len(self._shown):
            entry = self._shown[place]
            await self.app.run_action(entry.action.name, default_namespace=entry.node)


ALWAYS = 90
"""Footer orders from here on are never left out."""


def fitting(entries: Iterable[Working], width: int, *, ascii_only: bool = False) -> list[Working]:
    """What a footer of this width shows. Help and Quit stand last: they are how everything else is found."""
    shown = sorted(
        (entry for entry in entries if entry.action.footer),
        key=lambda entry: (entry.action.footer, entry.action.title),
    )
    always = [entry for entry in shown if entry.action.footer >= ALWAYS]
    room = width - sum(_width(entry, ascii_only) for entry in always)
    kept = []
    for entry in shown:
        if entry in always:
            continue
        room -= _width(entry, ascii_only)
        if room < 0:
            break
        kept.append(entry)
    while always and sum(_width(entry, ascii_only) for entry in always) > width:
        always.pop(0)
    return [*kept, *always]


def _key(entry: Working, ascii_only: bool) -> str:
    return plain(entry.key) if ascii_only else entry.key


def _width(entry: Working, ascii_only: bool) -> int:
    return cell_len(_key(entry, ascii_only)) + len(entry.action.title) + 3


def _mode_of(action_name: str) -> str:
    return action_name.split("'")[1]
