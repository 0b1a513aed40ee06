"""Train: choose what is to be trained, change any setting, see what would run, and start it."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.widgets import Input

from tui.actions import bindings_of
from tui.feed.model import Snapshot, Wanted
from tui.screens import train_messages as told
from tui.screens import train_work as work
from tui.screens.base import ConsoleScreen, types_text
from tui.screens.choose_window import ChooseWindow
from tui.screens.dry_run_window import DryRunWindow
from tui.screens.train_choice import ChoiceList
from tui.screens.train_panes import TrainPanes
from tui.screens.train_settings import SheetPane
from tui.screens.train_sheet import SettingSheet
from tui.screens.train_start import Starter
from tui.theme import Role
from tui.train import picture as pictures
from tui.train.allowed import Situation, allowed
from tui.train.choices import chosen
from tui.train.command import commands
from tui.train.copying import as_draft, said_of, with_found
from tui.train.desk import Desk
from tui.train.draft import Draft, with_dataset, with_line
from tui.train.picture import Picture
from tui.train.run_entries import Entries, choice_entries, dataset_entries, run_entries
from tui.train.sheet import next_choice, with_setting

SETTLE_S = 0.25
"""Plans are made when nothing was changed for this long."""


class TrainScreen(ConsoleScreen):
    """Keeps the picture; threads say what a draft means; panes show both."""

    MODE = "train"
    CSS_PATH = "train.tcss"
    BINDINGS = bindings_of("train")
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide"), (160, "-vast")]

    def __init__(self) -> None:
        super().__init__()
        self.picture = Picture()

    def compose_body(self) -> ComposeResult:
        yield TrainPanes(ascii_only=self.console.options.ascii_only)
        yield Starter(self.console.options.workspace, lambda text, role: self.panes.say(text, role))

    def on_mount(self) -> None:
        self.desk = Desk(self.console.options.workspace)
        self.panes.show(self.picture, ())
        self.panes.choice.focus()
        self.console.snapshot_signal.subscribe(self, self._on_snapshot)

    def on_screen_resume(self) -> None:
        self.console.want(Wanted())
        self.in_thread(lambda: work.read_desk(self.desk), group="desk")

    @property
    def panes(self) -> TrainPanes:
        """What shows it."""
        return self.query_one(TrainPanes)

    @property
    def starter(self) -> Starter:
        """What starts it."""
        return self.query_one(Starter)

    # -- what is asked for, and what it means

    def _put(self, draft: Draft) -> None:
        """Ask for something else."""
        if draft != self.picture.draft:
            self.panes.say("")
            self._look(pictures.with_draft(self.picture, draft))

    def _look(self, picture: Picture) -> None:
        """Read what the draft means: settings at once, plans when it has settled."""
        desk, draft = self.desk, picture.draft
        self._show(picture)
        if picture.complete:
            self.in_thread(lambda: work.read_sheet(desk, draft), group="sheet")
            self.set_timer(SETTLE_S, lambda: self._plan(draft), name="plan")

    def _plan(self, draft: Draft) -> None:
        if draft != self.picture.draft or self.picture.problems:
            return
        desk = self.desk

        def make() -> None:
            for message in work.make_plans(desk, draft, lambda: self.is_running and self.picture.draft == draft):
                self.post_message(message)

        self.in_thread(make, group="plan")

    def _show(self, picture: Picture) -> None:
        self.picture = picture
        self.panes.show(picture, self.console.snapshot.runs)
        self.refresh_bindings()

    def _on_snapshot(self, snapshot: Snapshot) -> None:
        if self.console.screen is self:
            self.panes.show_outline(self.picture, snapshot.runs)

    def on_desk_read(self, event: told.DeskRead) -> None:
        newest = next((run.view.profile for run in self.console.snapshot.runs if run.view is not None), "")
        self._look(pictures.with_desk(self.picture, event.profiles, event.devices, newest))
        console, workspace = self.console, self.console.options.workspace
        desk, spec, dataset = self.desk, console.clone_run, console.train_dataset
        console.clone_run = console.train_dataset = None
        if spec is not None:
            self.in_thread(lambda: work.copy_spec(desk, workspace, spec), group="copy")
        elif dataset is not None:
            self.in_thread(lambda: work.find_dataset(workspace, dataset), group="copy")

    def on_sheet_read(self, event: told.SheetRead) -> None:
        self._show(pictures.with_sheet(self.picture, event.draft, event.sheet, event.problem))

    def on_planned(self, event: told.Planned) -> None:
        found = (event.draft, event.plans, event.slots, event.complete, event.problem)
        self._show(pictures.with_plans(self.picture, *found))

    def on_copied(self, event: told.Copied) -> None:
        if event.repeat is None:
            self.panes.say(event.problem, Role.ERROR)
            return
        self._put(as_draft(event.repeat))
        self.panes.say(said_of(event.repeat), Role.WARNING if event.repeat.notes else Role.MUTED)
        self.panes.settings.sheet.focus()

    def on_dataset_found(self, event: told.DatasetFound) -> None:
        draft, said = with_found(self.picture, event.profile, event.model, event.dataset)
        role = Role.MUTED if draft != self.picture.draft else Role.ERROR
        self._put(draft)
        self.panes.say(event.problem or said, role)

    # -- choosing

    def on_choice_list_chosen(self, event: ChoiceList.Chosen) -> None:
        picture, choice, desk = self.picture, event.choice, self.desk
        if choice.part == "dataset":
            self.in_thread(lambda: work.read_datasets(desk, picture.draft, choice.name), group="datasets")
            return
        profile = next((one for one in picture.profiles if one.path == choice.name), picture.profile)
        self._put(chosen(picture.draft, choice, profile))

    def on_datasets_read(self, event: told.DatasetsRead) -> None:
        entries = dataset_entries(event.datasets, self.console.options.now())

        def take(dataset: str) -> None:
            self._put(with_dataset(self.picture.draft, event.model, dataset))

        self._pick(f"What {event.model} is trained on", entries, self.picture.draft.dataset(event.model), take)

    def action_copy_run(self) -> None:
        """Copy the settings of an earlier run."""
        options, desk = self.console.options, self.desk
        entries = run_entries(self.console.snapshot.runs, options.now(), ascii_only=options.ascii_only)

        def take(run: str) -> None:
            if (found := self.console.snapshot.find(run)) is not None:
                place = self.console.place_of(found)
                self.in_thread(lambda: work.copy_run(desk, options.workspace, place, run), group="copy")

        self._pick("Copy the settings of a run", entries, "", take)

    def _pick(self, title: str, entries: Entries, at: str, take: Callable[[str], None]) -> None:
        window = ChooseWindow(title, entries, at=at)
        self.app.push_screen(window, lambda answer: take(answer) if answer is not None else None)

    # -- settings

    def on_setting_sheet_asked(self, event: SettingSheet.Asked) -> None:
        row = self.panes.settings.sheet.row
        if row is None or row.setting is None:
            return
        if event.what == "reset":
            self._set(*row.key, row.setting.without)
        elif event.what == "next" or row.setting.kind == "truth":
            self._set(*row.key, next_choice(row))
        elif row.setting.kind == "choice":
            self._pick(row.setting.name, choice_entries(row), row.value, lambda value: self._set(*row.key, value))
        else:
            self.panes.settings.edit(row)

    def _set(self, model: str, name: str, value: str) -> None:
        """A value; none of its own where profile and preset say the same."""
        if self.picture.sheet is not None:
            self._put(with_setting(self.picture.draft, self.picture.sheet, model, name, value))

    def on_sheet_pane_written(self, event: SheetPane.Written) -> None:
        row, desk, draft = self.panes.settings.editing, self.desk, self.picture.draft
        if row is None or row.setting is None:
            return
        value = event.value.strip()
        if event.done and value in ("", row.setting.without):
            self.panes.settings.leave_field()
            self._set(event.model, event.name, row.setting.without)
        elif value:
            self.in_thread(
                lambda: work.judge(desk, draft, event.model, event.name, event.value, done=event.done), group="judge"
            )
        else:
            self.panes.settings.judge(event.value, "")

    def on_judged(self, event: told.Judged) -> None:
        pane = self.panes.settings
        row = pane.editing
        if row is not None and row.key != (event.model, event.name):
            return  # another value is written by now
        if event.done and not event.problem and row is not None:
            pane.leave_field()
            self._set(event.model, event.name, event.value.strip())
        else:
            pane.judge(event.value, event.problem)

    def on_sheet_pane_filtered(self, event: SheetPane.Filtered) -> None:
        self._show(pictures.with_words(self.picture, event.words))

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        draft, problem = with_line(self.picture.draft, event.value)
        if problem:
            self._show(pictures.with_bad_line(self.picture, problem))
        elif self.picture.bad_line:
            self._look(pictures.with_draft(self.picture, draft))
        else:
            self._put(draft)

    def on_input_submitted(self) -> None:
        self.panes.settings.sheet.focus()

    # -- start

    def action_submit(self) -> None:
        """Start what is chosen; missing data is made first."""
        self.starter.start(self.picture.draft)
        self.refresh_bindings()

    def action_cancel_start(self) -> None:
        """Give the start up."""
        self.starter.cancel()

    def on_started(self, event: told.Started) -> None:
        self.console.feed.nudge()
        self.console.show_run = event.ids[0]
        self.notify(f"Started {', '.join(event.ids)}.", markup=False)
        if self.console.screen is self:
            self.console.action_open("monitor")

    # -- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if not self.is_mounted:
            return True
        now = Situation(
            readonly=self.console.options.readonly,
            starting=self.starter.busy,
            writing=self.focused is not None and types_text(self.focused),
            has_runs=any(run.view is not None for run in self.console.snapshot.runs),
            one_pane=self.has_class("-narrow") or self.has_class("-short"),
        )
        return allowed(action, self.picture, now)

    def action_dry_run(self) -> None:
        """The whole plan, and the commands that do the same."""
        from engine.plan import lines

        options, picture = self.console.options, self.picture
        name = picture.profile.command_name if picture.profile is not None else ""
        plan = [line for one in picture.plans for line in (*lines(one), "")]
        made = commands(picture.draft, name, str(options.workspace.root))
        self.app.push_screen(DryRunWindow(made, plan, ascii_only=options.ascii_only))

    def action_next_pane(self) -> None:
        """Settings or plan."""
        self.toggle_class("-plan")
        self.query_one("#train-outline" if self.has_class("-plan") else "#sheet").focus()

    def action_find(self) -> None:
        """Type what is looked for."""
        self.remove_class("-plan")
        self.panes.settings.ask_filter()

    def action_only_changed(self) -> None:
        """Only the settings that were changed."""
        self._show(pictures.with_only_changed(self.picture, not self.picture.wanted.changed))

    def action_line(self) -> None:
        """All changes as one line."""
        self.panes.line.focus()

    def action_leave(self) -> None:
        """Out of the field that has the focus; without one, back to Monitor."""
        if self.focused is self.panes.line:
            self.panes.settings.sheet.focus()
        elif not self.panes.settings.leave():
            super().action_leave()
