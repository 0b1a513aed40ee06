"""The models that can be asked, with a field that finds some of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Resize
from textual.message import Message
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from engine.workspace import Workspace
from tui.labelling.beside import Beside
from tui.screens.base import Told
from tui.screens.field import Field
from tui.theme import palette_of
from tui.validate.choices import Choice, filtered, in_order, prompt_of


class ModelList(Vertical):
    """The cursor stays on its model when others come and go."""

    @dataclass
    class Taken(Message):
        """The operator chose a model."""

        choice: Choice

    @dataclass
    class Offered(Message):
        """The list was filled, with so many models."""

        count: int

    @dataclass
    class Versions(Message):
        """What the registry has."""

        choices: tuple[Choice, ...]

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, ModelList.Versions)

    def __init__(self, workspace: Workspace, *, ascii_only: bool) -> None:
        super().__init__(id="choice")
        self._workspace, self._ascii_only = workspace, ascii_only
        self._runs: tuple[Choice, ...] | None = None
        self._versions: tuple[Choice, ...] | None = None
        """None until they were read: what is in use stands first, where the cursor begins."""
        self._every: tuple[Choice, ...] = ()
        self._offered: tuple[Choice, ...] = ()
        self._marks: Mapping[str, str] = {}
        self._room = 0

    def compose(self) -> ComposeResult:
        written = Field(id="filter", placeholder="words, such as production")
        written.border_title = "Find"
        yield written
        models = OptionList(id="models")
        models.border_title = "Trained models"
        yield models

        yield RegistryReader(id="registry-reader")

    def show_runs(self, runs: tuple[Choice, ...]) -> None:
        """Offer these runs behind the versions."""
        if runs == self._runs:
            return
        if self._runs is not None:
            self.read_versions()  # a run that ended may have become one
        self._runs = runs
        self._offer()

    def read_versions(self) -> None:
        """Look what the registry has."""
        self.query_one(RegistryReader).read(self._workspace)

    def on_model_list_versions(self, message: Versions) -> None:
        message.stop()
        if message.choices != self._versions:
            self._versions = message.choices
            self._offer()

    def mark(self, marks: Mapping[str, str]) -> None:
        """Say which models are asked: name → `A` or `B`."""
        if marks != self._marks:
            self._marks = dict(marks)
            self._fill()

    def repaint(self) -> None:
        """The colours are others now."""
        self._fill()

    def _offer(self) -> None:
        if self._runs is None or self._versions is None:
            return
        self._every = in_order(self._versions, self._runs)
        self._fill()
        self.post_message(self.Offered(len(self._every)))

    @property
    def highlighted(self) -> Choice | None:
        """The model under the cursor."""
        place = self.query_one("#models", OptionList).highlighted
        return self._offered[place] if place is not None and place < len(self._offered) else None

    def point_at(self, name: str) -> Choice | None:
        """Put the cursor on a model, whatever the filter says; None where it is not there."""
        choice = next((one for one in self._every if one.name == name), None)
        if choice is not None:
            if choice not in self._offered:
                self.query_one("#filter", Input).value = ""
                self._fill()
            self.query_one("#models", OptionList).highlighted = self._offered.index(choice)
        return choice

    def focus_list(self) -> None:
        """Let arrow keys choose a model."""
        self.query_one("#models").focus()

    def focus_filter(self) -> None:
        """Let keys be letters of the filter."""
        self.query_one("#filter").focus()

    def unfilter(self) -> bool:
        """Empty the filter that is being written; whether there was any."""
        written = self.query_one("#filter", Input)
        if not written.has_focus or not written.value:
            return False
        written.value = ""
        return True

    def _fill(self) -> None:
        before, listing = self.highlighted, self.query_one("#models", OptionList)
        written = self.query_one("#filter", Input).value
        self._offered = filtered(self._every, written)
        palette, room = palette_of(self.app), listing.content_size.width or self.size.width
        self._room = room
        listing.clear_options()
        listing.add_options(
            Option(prompt_of(one, palette, room, mark=self._marks.get(one.name, ""), ascii_only=self._ascii_only))
            for one in self._offered
        )
        names = [one.name for one in self._offered]
        if before is not None and before.name in names:
            listing.highlighted = names.index(before.name)
        elif names:
            listing.highlighted = 0
        shown = f"{len(names)} of {len(self._every)}" if written else ""
        listing.border_subtitle = shown
        self.call_after_refresh(self._fit)

    def on_resize(self, event: Resize) -> None:
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        # What is said of a model depends on the room for it.
        if self.query_one("#models", OptionList).content_size.width != self._room:
            self._fill()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._fill()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_list()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Taken(self._offered[event.option_index]))


class RegistryReader(Beside):
    """Reads versions in a thread."""

    def read(self, workspace: Workspace) -> None:
        """Look now."""
        from tui.validate.versions import versions_to_ask

        def work() -> Message:
            try:
                return ModelList.Versions(versions_to_ask(workspace))
            except OSError as problem:
                self.post_message(Told(str(problem), failed=True))
                return ModelList.Versions(())  # the runs are offered all the same

        self.in_thread(work)
