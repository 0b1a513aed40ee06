"""The application: its screens, its themes, and the feed that they all read from."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from textual import events
from textual.reactive import var
from textual.screen import Screen
from textual.signal import Signal

from engine.pictures.graphics import Graphics
from tui.actions import ACTIONS, bindings_of
from tui.actions.keymap import DEFAULT, Keymap
from tui.actions.working import working
from tui.feed.model import RunInfo, Snapshot, SnapshotTaken, Wanted
from tui.feed.thread import FULL_PACE, LOW_BANDWIDTH_PACE, Feed
from tui.keys_in_turn import KeysInTurn
from tui.notices.settings import NoticeSettings
from tui.notices.teller import Teller
from tui.places.local import LocalPlace
from tui.theme import THEME_TITLES, THEMES, settings_name, textual_name, theme_for
from tui.thrift import ThriftyApp

if TYPE_CHECKING:
    from engine.runs.spec import RunSpec
    from engine.workspace import Workspace
    from tui.commands.search import Command
    from tui.places.attached import Attached
    from tui.places.place import Place
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
    keymap: Keymap = DEFAULT
    theme: str = ""
    """By its name in the settings; what fits the terminal where nothing is named."""
    keep_theme: Callable[[str], None] = lambda theme: None
    """Called when other colours were chosen; may take as long as a disk does."""
    now: Callable[[], float] = time.time
    read_figures: Callable[[], dict[str, float]] | None = None
    replay: str = ""
    """What is replayed, at which speed; empty where runs are live."""
    notices: NoticeSettings = field(default_factory=NoticeSettings)
    remember: bool = True
    """Whether it is remembered up to when the operator has seen what happened."""
    attached: tuple[Attached, ...] = ()
    """Workspaces on other machines that are watched, too."""


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


class FinetopApp(KeysInTurn, ThriftyApp, inherit_bindings=False):
    """The console. Reads files and starts engine processes; closing it changes nothing for the training."""

    TITLE = "finetop"
    BINDINGS = bindings_of("app")
    # Ours are found with the same key, draw cells, and animate nothing.
    ENABLE_COMMAND_PALETTE = False
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
    unseen: var[int] = var(0)
    """Notices that the operator has not seen."""

    def __init__(self, options: Options) -> None:
        # Else Textual turns colours into greys, and the terminal's own into black on black.
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        self.options = options
        self.snapshot = Snapshot()
        self.snapshot_signal: Signal[Snapshot] = Signal(self, "snapshot")
        self.ready_signal: Signal[None] = Signal(self, "ready")
        """After the first paint."""
        self.notices_signal: Signal[None] = Signal(self, "notices")
        """There are other notices, or they were seen."""
        self.try_run: str | None = None
        """The run that Validate opens with, when Monitor asked for it."""
        self.show_run: str | None = None
        """The run that Monitor puts its cursor on, as soon as it is listed: the one just started."""
        self.clone_run: RunSpec | None = None
        """The run whose settings Train opens with, when Monitor asked for it."""
        self.train_dataset: str | None = None
        """The dataset that Train opens with, when Data asked for it."""
        self.curate_dataset: str | None = None
        """The dataset that Curate puts its cursor on, when Data asked for it."""
        self.warm: WarmModels | None = None
        """The models that Validate keeps loaded."""
        self.feed = Feed(
            options.workspace,
            self.post_message,
            pace=LOW_BANDWIDTH_PACE if options.low_bandwidth else FULL_PACE,
            now=options.now,
            read_figures=options.read_figures,
            attached=options.attached,
        )
        self.teller = Teller(
            self,
            options.workspace,
            now=options.now,
            changed=self._notices_changed,
            settings=options.notices,
            remember=options.remember,
        )
        for theme in THEMES:
            self.register_theme(theme)
        # Not from the environment: Textual takes NO_COLOR out of it.
        self.theme = textual_name(options.theme or theme_for(os.environ, no_color=self.no_color))
        self.set_class(options.ascii_only, "-ascii")

    @property
    def note(self) -> str:
        """What stands at the right of the menu."""
        if self.options.replay:
            return self.options.replay
        place = str(self.options.workspace.root)
        return f"read-only · {place}" if self.options.readonly else place

    def on_ready(self) -> None:
        # The first paint is out: now read, and build what takes long to import.
        self.feed.start()
        self.ready_signal.publish(None)
        for warning in self.keymap.warnings:
            self.notify(f"{warning}: this key may never arrive.", severity="warning", timeout=12, markup=False)

    def on_unmount(self) -> None:
        self.feed.stop()
        self.teller.close()
        if self.warm is not None:
            self.warm.close()

    def on_snapshot_taken(self, message: SnapshotTaken) -> None:
        self.snapshot = message.snapshot
        self.snapshot_signal.publish(message.snapshot)
        self.teller.take(message.snapshot)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.MouseDown):
            self.teller.attend()
        await super().on_event(event)

    @property
    def keymap(self) -> Keymap:
        """Which keys actions have."""
        return self.options.keymap

    def on_load(self) -> None:
        self.set_keymap(dict(self.keymap.changed))

    def place_of(self, run: RunInfo) -> Place:
        """Where a run lies, and what is done with it there."""
        elsewhere = next((machine.place for machine in self.options.attached if machine.name == run.place), None)
        return elsewhere or LocalPlace(self.options.workspace)

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
        """Show the keys that work here."""
        from tui.screens.help import HelpScreen

        if isinstance(self.screen, HelpScreen):
            return
        entries = working(self.screen, self.keymap)
        await self.push_screen(HelpScreen(entries, ascii_only=self.options.ascii_only))

    async def action_commands(self) -> None:
        """Find what can be done by its name."""
        from tui.commands.search import commands_of
        from tui.screens.commands import CommandsScreen

        async def chosen(command: Command | None) -> None:
            if command is None:
                return
            if command.entry is not None:
                await self.run_action(command.entry.action.name, command.entry.node)
            else:
                self.choose_theme(command.theme)

        found = commands_of(working(self.screen, self.keymap))
        await self.push_screen(CommandsScreen(found, ascii_only=self.options.ascii_only), chosen)

    def _notices_changed(self, unseen: int) -> None:
        self.unseen = unseen
        self.notices_signal.publish(None)

    def action_notices(self) -> None:
        """What happened, also while the operator was away."""
        from tui.screens.notices import NoticesWindow

        if len(self.screen_stack) == 1:
            self.push_screen(NoticesWindow(self.teller), self.go_to_run)

    def go_to_run(self, run_id: str | None) -> None:
        """Monitor, with the cursor on a run."""
        if run_id is not None:
            self.show_run = run_id
            self.call_later(self.action_open, "monitor")

    def action_next_theme(self) -> None:
        """The next colours."""
        names = list(THEME_TITLES)
        present = settings_name(self.theme)
        self.choose_theme(names[(names.index(present) + 1) % len(names)] if present in names else names[0])

    def choose_theme(self, name: str) -> None:
        """Show the console in other colours, and keep that for the next time."""
        self.theme = textual_name(name)
        self.notify(f"Colours: {THEME_TITLES[name]}", timeout=2, markup=False)
        self.run_worker(lambda: self.options.keep_theme(name), thread=True, group="theme", exit_on_error=False)

    def action_how_to_quit(self) -> None:
        """Say how the console is closed: people press Ctrl+C for it."""
        self.notify(self.keymap.say("{app.quit} closes the console; training goes on."), markup=False)
