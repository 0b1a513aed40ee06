"""Start training: choose profile, models, preset and overrides, see the plan, start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Group
from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.message import Message
from textual.widgets import Input, Static

from engine.errors import FinetopError
from engine.workspace import Workspace
from tui.actions import bindings_of
from tui.screens.base import ConsoleScreen
from tui.screens.field import Field
from tui.screens.form import Choice, ProfileForm, ProfilesRead, read_profiles
from tui.screens.plan_view import plan_view
from tui.theme import Role, palette_of

if TYPE_CHECKING:
    from engine.plan import Plan

SETTLE_S = 0.4
"""A plan is made when nothing was typed for this long."""


@dataclass(frozen=True)
class Wish:
    """A choice with its overrides."""

    choice: Choice
    overrides: tuple[str, ...] = ()


class TrainScreen(ConsoleScreen):
    """The form and, beside it, what would run."""

    MODE = "train"
    CSS_PATH = "form.tcss"
    BINDINGS = bindings_of("train")

    class Planned(Message):
        """The plans are here, or the sentence that says why there are none."""

        def __init__(self, wish: Wish, plans: Sequence[Plan], problem: str = "") -> None:
            super().__init__()
            self.wish, self.plans, self.problem = wish, tuple(plans), problem

    class Started(Message):
        """The runs are on their way."""

        def __init__(self, ids: Sequence[str]) -> None:
            super().__init__()
            self.ids = tuple(ids)

    class NotStarted(Message):
        """Nothing was started."""

        def __init__(self, problem: str) -> None:
            super().__init__()
            self.problem = problem

    def __init__(self) -> None:
        super().__init__()
        self._plan_for: Wish | None = None
        self._starting = False

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="form-body"):
            with VerticalScroll(id="choice", can_focus=False):
                yield ProfileForm()
                overrides = Field(placeholder="epochs=3 ner.batch_size=8", id="overrides")
                overrides.border_title = "Changes"
                yield overrides
            with VerticalScroll(id="result") as result:
                result.border_title = "Plan"
                yield Static("Reading the profiles …", id="plan")

    def on_mount(self) -> None:
        self.in_thread(read_profiles, group="profiles")

    @property
    def wish(self) -> Wish:
        """What the operator has asked for."""
        return Wish(self.query_one(ProfileForm).choice, tuple(self.query_one("#overrides", Input).value.split()))

    def on_profiles_read(self, event: ProfilesRead) -> None:
        self.query_one(ProfileForm).show(event.profiles)
        if not event.profiles:
            self.query_one("#plan", Static).update("There is no profile: write one to profiles/NAME.yaml.")

    def on_profile_form_changed(self, event: ProfileForm.Changed) -> None:
        event.stop()
        self._plan_soon()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._plan_soon()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._make_plan()

    def on_screen_resume(self) -> None:
        # Another run may have ended or another dataset may be there since.
        if self._plan_for is not None:
            self._make_plan()

    def _plan_soon(self) -> None:
        self.refresh_bindings()
        self._plan_for = None
        self.set_timer(SETTLE_S, self._make_plan, name="plan")

    def _make_plan(self) -> None:
        wish = self.wish
        if wish == self._plan_for or self._starting:
            return
        self._plan_for = wish
        profile = wish.choice.profile
        if profile is not None and profile.problem:
            self._say(profile.problem, Role.ERROR)
        elif not wish.choice.complete:
            self._say("Choose at least one model: space ticks it.", Role.MUTED)
        else:
            workspace = self.console.options.workspace
            self.in_thread(lambda: self.Planned(wish, *planned(wish, workspace)), group="plan")

    def on_train_screen_planned(self, event: Planned) -> None:
        if event.wish != self.wish:
            return
        if event.problem:
            self._say(event.problem, Role.ERROR)
        else:
            palette = palette_of(self.app)
            self.query_one("#plan", Static).update(Group(*(plan_view(plan, palette) for plan in event.plans)))
        self.refresh_bindings()

    def _say(self, text: str, role: Role) -> None:
        self.query_one("#plan", Static).update(Text(text, palette_of(self.app).style(role, Style.null())))

    # -- start

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "submit":
            return not self._starting and self.is_mounted and self.wish.choice.complete
        return True

    def action_submit(self) -> None:
        """Start what is chosen; missing data is generated first."""
        wish = self.wish
        if self._starting or not wish.choice.complete:
            return
        self._starting = True
        self.query_one("#result").border_title = "Starting: data that is missing is generated first …"
        self.refresh_bindings()
        workspace = self.console.options.workspace

        def work() -> Message:
            from engine.api import train

            assert wish.choice.profile is not None
            try:
                handles = train(
                    str(wish.choice.profile.path),
                    wish.choice.models,
                    preset=wish.choice.preset,
                    overrides=wish.overrides,
                    workspace=workspace,
                )
            except Exception as problem:
                return self.NotStarted(str(problem) or type(problem).__name__)
            return self.Started([handle.id for handle in handles])

        self.in_thread(work, group="start", exclusive=False)

    def on_train_screen_started(self, event: Started) -> None:
        self._done()
        self.console.feed.nudge()
        self.console.show_run = event.ids[0]
        self.notify(f"Started {', '.join(event.ids)}.", markup=False)
        if self.console.screen is self:
            self.console.action_open("monitor")

    def on_train_screen_not_started(self, event: NotStarted) -> None:
        self._done()
        self._say(event.problem, Role.ERROR)

    def _done(self) -> None:
        self._starting = False
        self._plan_for = None
        self.query_one("#result").border_title = "Plan"
        self.refresh_bindings()


def planned(wish: Wish, place: Workspace) -> tuple[list[Plan], str]:
    """The plan of every chosen model, or the problem. Slow: call it in a thread."""
    from engine.api import resolve_models
    from engine.plan import plan
    from engine.starting import choose_dataset, with_base_run

    assert wish.choice.profile is not None
    try:
        models = resolve_models(
            str(wish.choice.profile.path), wish.choice.models, preset=wish.choice.preset, overrides=wish.overrides
        )
        return [plan(place, with_base_run(place, model), choose_dataset(place, model, None)) for model in models], ""
    except FinetopError as problem:
        return [], str(problem)
