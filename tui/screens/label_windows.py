"""Windows over Label: how far raters agree, and how a model is to be trained."""

from __future__ import annotations

from collections.abc import Sequence

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from engine.folders.labelling.agreement import Agreement
from engine.folders.samples.escapes import escaped
from tui.screens.bars import ActionBar, console_of
from tui.screens.window import Window
from tui.theme import Role, palette_of

MOST_PAIRS, MOST_CONFUSED, MOST_DIFFERING = 8, 6, 10
NOBODY = """\
Nobody has labelled the same folders twice yet.

{label.pass} starts a blind pass over folders that have a label.
Another person starts the console with --labeller NAME.
"""
BANDS = ((0.8, "almost perfect"), (0.6, "substantial"), (0.4, "moderate"), (0.2, "fair"), (0.0, "slight"))
"""Words for kappa of Landis and Koch 1977 (doi 10.2307/2529310); below 0: poor."""


class AgreementScreen(Window[None]):
    """Every two raters with something in common: how often they agree, and where they do not."""

    def __init__(self, found: Sequence[Agreement], *, ascii_only: bool = False) -> None:
        super().__init__()
        self._found, self._ascii_only = found, ascii_only

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="window", classes="wide") as window:
            window.border_title = "Agreement"
            yield Static(self._text(), id="agreement-text")
        yield ActionBar()

    def _text(self) -> Text:
        muted, title = (palette_of(self.app).style(role, Style.null()) for role in (Role.MUTED, Role.TITLE))
        if not self._found:
            return Text(console_of(self).keymap.say(NOBODY))
        text, kappa, arrow = Text(), "kappa" if self._ascii_only else "κ", "->" if self._ascii_only else "→"
        for place, each in enumerate(self._found[:MOST_PAIRS]):
            text.append("\n" if place else "")
            text.append(f"{rater_name(each.first)} and {rater_name(each.second)}\n", title)
            text.append(f"  {each.same} of {each.both} folders alike ({100 * each.same / each.both:.0f} %)")
            if each.kappa is None:
                text.append(f", {kappa} undefined: one label alone\n")
            else:
                text.append(f", {kappa} {each.kappa:.2f}, {word_for(each.kappa)}\n")
            for first, second, count in each.confused[:MOST_CONFUSED]:
                text.append(f"  {count:>4}  {first} {arrow} {second}\n", muted)
            for path in each.differing[:MOST_DIFFERING]:
                text.append(f"        {escaped(path)}\n", muted)
        return text


class TrainOnLabelsScreen(Window[str]):
    """Hands back the chosen preset; empty when the operator thought better of it."""

    def __init__(self, presets: Sequence[tuple[str, str]], labelled: int) -> None:
        super().__init__()
        self._presets, self._labelled = presets, labelled

    def compose(self) -> ComposeResult:
        with Vertical(id="window") as window:
            window.border_title = f"Train on {self._labelled:,} labels?"
            options = [Option(_prompt(f"Preset {name}", text), id=name) for name, text in self._presets]
            yield OptionList(*options, Option(_prompt("Not now", "Go on labelling.")))
        yield ActionBar()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(event.option.id or "")

    def action_dismiss_window(self) -> None:
        self.dismiss("")


def rater_name(rater: tuple[str, int]) -> str:
    """`anna, pass 2`."""
    return f"{rater[0]}, pass {rater[1]}"


def word_for(kappa: float) -> str:
    """What people call such an agreement."""
    return next((word for bound, word in BANDS if kappa >= bound), "poor")


def _prompt(title: str, text: str) -> Text:
    prompt = Text()
    prompt.append(title, "bold")
    prompt.append(f"\n{text}")
    return prompt
