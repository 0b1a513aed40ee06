"""Label: one folder at a time with what surrounds it, and a key for each label. Every keystroke is saved."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.events import Key

from engine.errors import FinetopError
from engine.folders.labelling.sitting import Sitting
from tui.actions import bindings_of
from tui.feed.model import Wanted
from tui.labelling.database_beside import DatabaseBeside
from tui.labelling.keys import keys_of
from tui.labelling.learning import Learning
from tui.labelling.model_beside import ModelBeside
from tui.labelling.place import WHAT_TO_DO, LabelSet
from tui.labelling.possible import ACTIONS, possible
from tui.screens.base import ConsoleScreen
from tui.screens.label_panes import LabelPanes, LabelPlace, shown_of
from tui.screens.label_windows import AgreementScreen, TrainOnLabelsScreen
from tui.screens.writing_field import WritingField
from tui.theme import Role
from tui.widgets.lines import Lines

HOW = "Letters label. {label.accept} accepts, {label.skip} skips, {label.undo} takes back; {app.help} shows all."


class LabelScreen(ConsoleScreen):
    """Takes the keys, hands what they mean to the sitting, and shows how it stands."""

    MODE = "label"
    CSS_PATH = "label.tcss"
    BINDINGS = bindings_of("label")
    # None would mean the application's own, which is the first field there is: keys would go into it.
    AUTO_FOCUS = ""

    def __init__(self) -> None:
        super().__init__()
        self.labelling: Sitting | None = None
        """The sitting; None until the database is open."""
        self.label_set: LabelSet | None = None
        self.keys: dict[str, str] = {}
        """Key → label."""

    def compose_body(self) -> ComposeResult:
        yield LabelPlace(ascii_only=self.console.options.ascii_only)
        yield DatabaseBeside(self.console.options)
        yield ModelBeside()
        yield Learning(self.console.options.workspace)

    @property
    def panes(self) -> LabelPanes:
        """What shows the sitting."""
        return self.query_one(LabelPanes)

    @property
    def writing(self) -> bool:
        """Whether keys are letters of a text."""
        return bool(self.query(LabelPanes)) and self.panes.writing.purpose is not None

    @property
    def database(self) -> DatabaseBeside:
        """What is labelled."""
        return self.query_one(DatabaseBeside)

    @property
    def model(self) -> ModelBeside:
        """What suggests."""
        return self.query_one(ModelBeside)

    @property
    def learning(self) -> Learning:
        """What trains."""
        return self.query_one(Learning)

    # -- opening

    def on_mount(self) -> None:
        # A run that was started here may have gone on, or ended.
        self.console.snapshot_signal.subscribe(self, self.learning.follow)

    def on_screen_resume(self) -> None:
        self.console.want(Wanted())
        if self.labelling is None:
            self.database.look()

    def on_database_beside_nothing(self, event: DatabaseBeside.Nothing) -> None:
        event.stop()
        self.query_one(LabelPlace).wait(event.place.problem or WHAT_TO_DO)

    async def on_database_beside_sitting(self, event: DatabaseBeside.Sitting) -> None:
        event.stop()
        self.labelling, self.label_set = event.labelling, event.wanted
        self.keys = {key: label for label, key in keys_of(event.labelling.labels).items()}
        await self.query_one(LabelPlace).open()
        torn = event.labelling.opened.unreadable
        passed = f"{torn} torn lines of the log were passed over; all others count."
        self.say(passed if torn else self.console.keymap.say(HOW), Role.WARNING if torn else Role.MUTED)
        self.learning.sit(event.labelling, event.wanted)
        self.model.forget()
        self.model.find(self.console.options.workspace, event.wanted)
        self.show()

    # -- what is shown

    def show(self) -> None:
        """Show the sitting as it stands; what is the same is not sent again."""
        labelling, wanted = self.labelling, self.label_set
        if labelling is None or wanted is None or not self.query(LabelPanes):
            return
        self.model.look(labelling)
        self.set_class(self.model.explaining, "-explained")
        keys = {label: key for key, label in self.keys.items()}
        self.panes.show(shown_of(labelling, wanted, keys, self.model, ascii_only=self.console.options.ascii_only))
        self.refresh_bindings()

    def say(self, text: str, role: Role = Role.MUTED) -> None:
        """One line for the operator."""
        if self.query(LabelPanes):
            self.panes.say(text, role)

    def on_model_beside_changed(self, event: ModelBeside.Changed) -> None:
        event.stop()
        if event.problem:
            self.say(event.problem, Role.ERROR)
        self.show()

    # -- keys

    def on_key(self, event: Key) -> None:
        label = self.keys.get(event.key)
        if label is not None and self.labelling is not None and self.labelling.current is not None:
            event.stop()
            event.prevent_default()
            self._give(label)

    def on_lines_clicked(self, event: Lines.Clicked) -> None:
        event.stop()
        if event.lines.id == "labels" and not self.writing:
            self._give(self.panes.label_at(event.y))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action not in ACTIONS or possible(
            action,
            self.labelling,
            writing=self.writing,
            suggested=self.model.suggestion(self.labelling) is not None,
            taxonomies=len(self.database.place.sets),
        )

    def action_accept(self) -> None:
        """Give what the model suggests."""
        if suggestion := self.model.suggestion(self.labelling):
            self._give(suggestion.label)

    def _give(self, label: str) -> None:
        labelling = self.labelling
        if not label or labelling is None or labelling.current is None:
            return
        name, suggestion = labelling.current.last_name, self.model.suggestion(labelling)
        self._act(lambda: labelling.give(label, suggestion), f"{name}: {label}")

    def action_skip(self) -> None:
        """Put the folder off."""
        labelling = self.labelling
        if labelling is not None and labelling.current is not None:
            self._act(labelling.skip, f"{labelling.current.last_name}: put off")

    def action_undo(self) -> None:
        """Take the last act back, and show its folder."""
        labelling = self.labelling
        if labelling is not None and (last := labelling.state.undoable(labelling.who, labelling.turn)):
            self._act(labelling.undo, f"Taken back: {last.label or last.act}")

    def action_move(self, step: int) -> None:
        """Back, or on, without deciding."""
        if self.labelling is not None:
            self.labelling.move(step)
            self._moved()

    def action_next_pass(self) -> None:
        """Into a blind pass, and out of it."""
        labelling = self.labelling
        if labelling is not None:
            self._act(labelling.next_pass, "")
            blind = f"Pass {labelling.turn}: say again what these folders are. Former labels are hidden; P goes back."
            self.say(blind if labelling.blind else "Back among the folders without a label.")

    def _act(self, act: Callable[[], object], said: str) -> None:
        """Do something that is saved; where it cannot be, nothing has changed."""
        try:
            act()
        except FinetopError as problem:
            self.say(str(problem), Role.ERROR)
            return
        self.database.changed()
        self.say(said)
        self._moved()

    def _moved(self) -> None:
        if self.labelling is not None:
            self.model.explain(self.labelling)
        self.show()

    def action_why(self) -> None:
        """Show the nearest labelled folders, for this folder and the next ones; once more hides them."""
        self.model.toggle_explaining()
        self._moved()

    # -- notes and searches

    def action_note(self) -> None:
        """Write something down about the folder."""
        if self.labelling is not None:
            self.panes.writing.ask("note", self.labelling.note)

    def action_search(self) -> None:
        """Look for folders."""
        self.panes.writing.ask("search")

    def on_writing_field_toggled(self) -> None:
        self.refresh_bindings()

    def on_writing_field_written(self, event: WritingField.Written) -> None:
        event.stop()
        text, labelling = event.text, self.labelling
        if labelling is None:
            return
        if event.purpose == "note" and text != labelling.note:
            self._act(lambda: labelling.write_note(text), "The note is kept." if text else "The note is gone.")
        elif event.purpose == "search" and text:
            self.database.search(text)

    def action_leave(self) -> None:
        """Out of the field, then out of the reasons, then back to Monitor."""
        if self.writing:
            self.panes.writing.leave()
        elif self.model.explaining:
            self.action_why()
        else:
            super().action_leave()

    def on_database_beside_searched(self, event: DatabaseBeside.Searched) -> None:
        event.stop()
        if self.labelling is not None and event.ids:
            self.labelling.look_for(event.ids)
            self.say(
                f"{len(event.ids)} folders hold {event.text!r}: "
                + self.console.keymap.say("{label.later} goes through them.")
            )
            self._moved()
        else:
            self.say(f"No folder's path holds {event.text!r}.", Role.WARNING)

    # -- learning

    def action_next_set(self) -> None:
        """The next taxonomy."""
        sets = self.database.place.sets
        if self.label_set in sets:
            self.database.open_set(sets[(sets.index(self.label_set) + 1) % len(sets)])

    def action_agreement(self) -> None:
        """How far passes and people agree."""
        if self.labelling is not None:
            plain = self.console.options.ascii_only
            self.app.push_screen(AgreementScreen(self.labelling.agreements(), ascii_only=plain))

    def action_export(self) -> None:
        """Write the labels to a file."""
        self.learning.export()

    def action_next_batch(self) -> None:
        """Propose what to label next."""
        self.learning.propose(self.model.run)

    def on_learning_batch(self, event: Learning.Batch) -> None:
        event.stop()
        labelling, batch = self.labelling, event.proposed
        if labelling is not None and labelling.state.taxonomy == event.taxonomy:
            said = f"{len(batch.paths)} folders to label ({batch.how})."
            self._act(lambda: labelling.take_batch(batch.paths, batch.how), said)

    def action_train(self) -> None:
        """Ask how, then train on the labels."""
        if self.labelling is None or self.label_set is None or self.learning.busy("train"):
            return

        def chosen(preset: str | None) -> None:
            if preset:
                self.learning.train(preset)

        self.app.push_screen(TrainOnLabelsScreen(self.label_set.presets, len(self.labelling.known)), chosen)

    def on_learning_said(self, event: Learning.Said) -> None:
        event.stop()
        self.console.feed.nudge()
        self.say(event.text, Role.ERROR if event.failed else Role.TEXT)

    def on_learning_trained(self, event: Learning.Trained) -> None:
        event.stop()
        self.say(f"{event.text}. Its suggestions come now.", Role.REACHED)
        if self.label_set is not None:
            self.model.find(self.console.options.workspace, self.label_set)
