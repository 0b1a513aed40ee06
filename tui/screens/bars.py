"""The line above every screen (where am I) and the line below it (what can I do now)."""

from __future__ import annotations

from collections.abc import Iterable

from rich.style import Style
from rich.text import Text
from textual.binding import Binding
from textual.events import Click, Resize
from textual.geometry import Size
from textual.screen import Screen
from textual.widget import Widget

from tui.actions import MENU, Action, action_of
from tui.theme import Role, palette_of

ROOMY = 100
"""Columns from which on the menu has room for gaps."""


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

    async def on_click(self, event: Click) -> None:
        action = event.style.meta.get("bar_action")
        if action:
            await self.app.run_action(action, default_namespace=self.screen)

    def style(self, role: Role) -> Style:
        """How a role looks here."""
        return palette_of(self.app).style(role, Style.null())


class MenuBar(Bar):
    """The screens by their numbers, with the present one marked; the workspace at the right."""

    def __init__(self, mode: str, note: str) -> None:
        super().__init__()
        self._mode, self._note = mode, note

    def line(self, width: int) -> Text:
        line = Text(no_wrap=True, overflow="ellipsis", end="")
        line.append(" finetop ", self.style(Role.TITLE))
        for action in MENU:
            if self.app.check_action("open", (_mode_of(action.name),)) is False:
                continue
            here = action.name == f"open('{self._mode}')"
            meta = Style(meta={"bar_action": f"app.{action.name}"})
            line.append("  " if width >= ROOMY else "")
            # The brackets mark the present screen where there is no colour.
            text = f"[{action.key_label} {action.title}]" if here else f" {action.key_label} {action.title} "
            line.append(text, (self.style(Role.TITLE) if here else self.style(Role.MUTED)) + meta)
        room = width - line.cell_len - 1
        if room >= 12:
            note = self._note if len(self._note) < room - 2 else "…" + self._note[-(room - 4) :]
            line.append(note.rjust(room), self.style(Role.MUTED))
        return line


class ActionBar(Bar):
    """The keys that do something now, the most useful first, as many as fit."""

    def on_mount(self) -> None:
        super().on_mount()
        self.screen.bindings_updated_signal.subscribe(self, self._on_bindings)

    def _on_bindings(self, _screen: Screen[object]) -> None:
        self.update()

    def line(self, width: int) -> Text:
        line = Text(no_wrap=True, overflow="crop", end="")
        active = [entry.binding for entry in self.screen.active_bindings.values() if entry.enabled]
        shown = _shown(active, self.app.has_class("-ascii"))
        # Help and Quit stand last and always fit: they are how everything else is found.
        always = [entry for entry in shown if entry[0] >= ALWAYS]
        room = width - sum(_width(entry) for entry in always)
        for entry in [*_that_fit([entry for entry in shown if entry[0] < ALWAYS], room), *always]:
            _, key, title, action = entry
            meta = Style(meta={"bar_action": action})
            line.append(f" {key}", self.style(Role.ACTIVE) + Style(bold=True) + meta)
            line.append(f" {title} ", self.style(Role.TEXT) + meta)
        return line


ALWAYS = 90
"""Footer orders from here on are never left out."""

Entry = tuple[int, str, str, str]


def plain(key: str) -> str:
    """A key's name for fonts without arrows."""
    return {"→": "Right", "←": "Left", "↑": "Up", "↓": "Down"}.get(key, key)


def written(key: str) -> str:
    """A key's name as people write it: `^q`, `F5`."""
    return key.upper() if key[1:].isdigit() else key.replace("ctrl+", "^")


def _shown(bindings: Iterable[Binding], ascii_only: bool) -> list[Entry]:
    """Each action once, by the first of its keys that works now: while a field takes letters, that is another."""
    keys: dict[Action, list[str]] = {}
    for binding in bindings:
        action = action_of(binding)
        if action is not None and action.footer:
            keys.setdefault(action, []).append(binding.key)
    entries = []
    for action, working in keys.items():
        order = action.keys.split(",")
        first = min(working, key=order.index)
        label = action.key_label if first == order[0] else written(first)
        name = f"app.{action.name}" if action.place == "app" else action.name
        entries.append((action.footer, plain(label) if ascii_only else label, action.title, name))
    return sorted(entries)


def _that_fit(entries: list[Entry], room: int) -> list[Entry]:
    fitting = []
    for entry in entries:
        room -= _width(entry)
        if room < 0:
            break
        fitting.append(entry)
    return fitting


def _width(entry: Entry) -> int:
    return len(entry[1]) + len(entry[2]) + 3


def _mode_of(action_name: str) -> str:
    return action_name.split("'")[1]
