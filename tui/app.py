"""The application: its screens, its themes, and the feed that they all read from."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SystemCommand
from textual.screen import Screen
from textual.signal import Signal

from engine.pictures.graphics import Graphics
from tui.actions import ACTIONS, action_of, bindings_of
from tui.feed.model import Snapshot, SnapshotTaken, Wanted
from tui.feed.thread import FULL_PACE, LOW_BANDWIDTH_PACE, Feed
from tui.theme import THEMES
from tui.thrift import ThriftyApp

if TYPE_CHECKING:
    from engine.workspace import Workspace
    from tui.validate.warm import WarmModels


@dataclass(frozen=True)
class Options:
    """How the console was started."""

    workspace: Workspace
    readonly: bool = False
    low_bandwidth: bool = False
    ascii_only: bool = False
    graphics: Graphics = Graphics.BLOCKS
    """How Validate and Curate show pictures."""
    training_db: Path | None = None
    """What Label opens; the newest of the workspace where nothing is named."""
    labeller: str = ""
    """Whose labels those are that are given in Label; the name of the user where nothing is named."""
    now: Callable[[], float] = time.time
    read_figures: Callable[[], dict[str, float]] | None = None


def _monitor() -> Screen[None]:
    from tui.screens.monitor import MonitorScreen

    return MonitorScreen()


def _train() -> Screen[None]:
    from tui.screens.train import TrainScreen

    return TrainScreen()


def _data() -> Screen[None]:
    from tui.screens.data import DataScreen

    return DataScreen()


def _validate() -> Screen[None]:
    from tui.screens.validate import ValidateScreen

    return ValidateScreen()


def _models() -> Screen[None]:
    from tui.screens.models import ModelsScreen

    return ModelsScreen()


def _label() -> Screen[None]:
    from tui.screens.label import LabelScreen

    return LabelScreen()


def _curate() -> Screen[None]:
    from tui.screens.curate import CurateScreen

    return CurateScreen()


class FinetopApp(ThriftyApp):
    """The console. Reads files and starts engine processes; closing it changes nothing for the training."""

    TITLE = "finetop"
    BINDINGS = bindings_of("app")
    MODES = {
        "monitor": _monitor,
        "train": _train,
        "data": _data,
        "validate": _validate,
        "models": _models,
        "label": _label,
        "curate": _curate,
    }
    DEFAULT_MODE = "monitor"
    CSS_PATH = "app.tcss"

    def __init__(self, options: Options) -> None:
        super().__init__()
        self.options = options
        self.snapshot = Snapshot()
        self.snapshot_signal: Signal[Snapshot] = Signal(self, "snapshot")
        self.ready_signal: Signal[None] = Signal(self, "ready")
        """After the first paint."""
        self.try_run: str | None = None
        """The run that Validate opens with, when Monitor asked for it."""
        self.show_run: str | None = None
        """The run that Monitor puts its cursor on, as soon as it is listed: the one just started."""
        self.warm: WarmModels | None = None
        """The models that Validate keeps loaded."""
        self.feed = Feed(
            options.workspace,
            self.post_message,
            pace=LOW_BANDWIDTH_PACE if options.low_bandwidth else FULL_PACE,
            now=options.now,
            read_figures=options.read_figures,
        )
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = theme_for(os.environ)
        self.set_class(options.ascii_only, "-ascii")

    @property
    def note(self) -> str:
        """What stands at the right of the menu."""
        place = str(self.options.workspace.root)
        return f"read-only · {place}" if self.options.readonly else place

    def on_ready(self) -> None:
        # The first paint is out: now read, and build what takes long to import.
        self.feed.start()
        self.ready_signal.publish(None)

    def on_unmount(self) -> None:
        self.feed.stop()
        if self.warm is not None:
            self.warm.close()

    def on_snapshot_taken(self, message: SnapshotTaken) -> None:
        self.snapshot = message.snapshot
        self.snapshot_signal.publish(message.snapshot)

    def want(self, wanted: Wanted) -> None:
        """Tell the feed what is on screen."""
        self.feed.want(wanted)

    # -- actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether an action is there: with --readonly those that change anything are not."""
        if self.options.readonly:
            written = f"{action}({', '.join(map(repr, parameters))})" if parameters else action
            if any(entry.changes and entry.place == "app" and entry.name == written for entry in ACTIONS):
                return False
        return super().check_action(action, parameters)

    def action_open(self, mode: str) -> None:
        """Go to a screen."""
        if len(self.screen_stack) > 1:
            return
        self.switch_mode(mode)

    async def action_help(self) -> None:
        """Show all keys that work here."""
        from tui.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            await self.push_screen(HelpScreen(self.screen))

    def action_next_theme(self) -> None:
        """The next theme: dark, light, or the terminal's own colours."""
        names = [theme.name for theme in THEMES] + ["ansi-dark", "ansi-light"]
        self.theme = names[(names.index(self.theme) + 1) % len(names)] if self.theme in names else names[0]

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every action that works now, for the palette."""
        found = set()
        for active in screen.active_bindings.values():
            entry = action_of(active.binding)
            if entry is None or not active.enabled or entry in found or entry.name == "command_palette":
                continue
            found.add(entry)
            node, name = active.node, active.binding.action

            def run(name: str = name, node: object = node) -> None:
                self.call_later(self.run_action, name, node)

            yield SystemCommand(f"{entry.title}  ({entry.key_label})", entry.help, run)


def theme_for(environment: Mapping[str, str]) -> str:
    """The theme that fits a terminal: its own 16 colours where it has no more, light where it says it is."""
    light = environment.get("COLORFGBG", "").rpartition(";")[2] in {"7", "15"}
    if environment.get("TERM", "") in {"linux", "vt100", "vt220", "ansi", "xterm"}:
        return "ansi-light" if light else "ansi-dark"
    return "finetop-light" if light else "finetop-dark"
