"""The models that Validate can ask: versions of the registry, those in use first, then runs that have a model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.style import Style
from rich.text import Text

from engine.workspace import Workspace
from tui.feed.model import RunInfo
from tui.screens.curves import short_name
from tui.screens.rows import LIVE
from tui.theme import Palette, Role
from tui.widgets.chart.axes import reading

ORDER = ("production", "staging", "previous")
GLYPHS = {"production": "●", "staging": "◐", "previous": "○"}
PLAIN_GLYPHS = {"production": "*", "staging": "+", "previous": "-"}


@dataclass(frozen=True)
class Choice:
    """A trained model by its name."""

    name: str
    """The id of a run, or `utility/ner@3`."""
    short: str
    """What it is called where there is little room."""
    profile: str
    model: str
    task: str
    directory: Path
    """Of the run, or of the version."""
    aliases: tuple[str, ...] = ()
    headline: str = ""
    score: float | None = None

    @property
    def words(self) -> str:
        """What a filter looks through."""
        names = [f"{self.profile}/{self.model}@{alias}" for alias in self.aliases]
        return " ".join([self.name, self.profile, self.model, self.task, *names]).lower()


def runs_to_ask(workspace: Workspace, runs: Iterable[RunInfo]) -> tuple[Choice, ...]:
    """Every run of this machine that ended with a model, newest first."""
    return tuple(
        Choice(
            run.id,
            short_name(run),
            run.view.profile,
            run.view.model,
            run.view.task,
            workspace.runs / run.id,
            headline=run.view.headline,
            score=run.view.score,
        )
        for run in runs
        # A run of another machine has its model there.
        if run.has_model and run.view and run.view.state not in LIVE and not getattr(run, "place", "")
    )


def in_order(versions: Sequence[Choice], runs: Sequence[Choice]) -> tuple[Choice, ...]:
    """What is in use first, then other versions as they come, then runs."""
    used = sorted((one for one in versions if one.aliases), key=lambda one: ORDER.index(one.aliases[0]))
    return (*used, *(one for one in versions if not one.aliases), *runs)


def filtered(choices: Sequence[Choice], written: str) -> tuple[Choice, ...]:
    """Those in whose name, model, task or alias every word stands."""
    words = written.lower().split()
    return tuple(one for one in choices if all(word in one.words for word in words))


def prompt_of(choice: Choice, palette: Palette, width: int, *, mark: str = "", ascii_only: bool = False) -> Text:
    """Model, where it is in use, and how good it is; what there is no room for is left out.

    `mark`: `A` or `B` where it is asked now.
    """
    text = Text(no_wrap=True, overflow="ellipsis")
    glyphs = PLAIN_GLYPHS if ascii_only else GLYPHS
    if mark:
        text.append(f"{mark} ", palette.style(Role.ACTIVE, Style.null()) + Style(bold=True))
    text.append(choice.short, "bold")
    for alias in choice.aliases:
        role = Role.REACHED if alias == "production" else Role.WARNING if alias == "staging" else Role.MUTED
        text.append(f"  {glyphs[alias]} {alias}", palette.style(role, Style.null()))
    facts = [choice.profile, choice.task]
    if choice.score is not None:
        facts.insert(0, f"{choice.headline} {reading(choice.score)}")
    dot = " - " if ascii_only else " · "
    while len(facts) > 1 and len(dot.join(facts)) > width:
        facts.pop()
    text.append("\n" + dot.join(facts), "dim")
    return text
