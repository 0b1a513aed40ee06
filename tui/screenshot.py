"""A picture of a screen as SVG, without a terminal: taken when the screen has read what it shows."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textual.pilot import Pilot

from engine.errors import InputError, WorkError
from engine.files import write_atomic
from tui.actions import MENU
from tui.theme import THEME_TITLES, textual_name

if TYPE_CHECKING:
    from tui.app import FinetopApp

STILL_S = 0.6
"""So long nothing changed: then the screen has read what it shows."""
MOVING_S = 10.0
"""A live run never stands still: after so long the picture is taken as soon as all is read."""
PATIENCE_S = 60.0
FIGURES_S = 2.5
"""So long the use of the processor takes to be measured."""
DEFAULT_SCREEN = "monitor"


@dataclass(frozen=True)
class Shot:
    """What is wanted."""

    path: Path
    screen: str = DEFAULT_SCREEN
    size: tuple[int, int] = (120, 40)
    theme: str = "dark"


def shot_of(given: list[str], size: tuple[int, int], theme: str | None, *, readonly: bool) -> Shot:
    """What `--screenshot FILE.svg [SCREEN]` wants. Raises InputError for a screen that is not there."""
    if len(given) > 2:
        raise InputError(f"--screenshot takes a file and a screen, not {len(given)} words", fix="leave the rest out")
    screen = given[1].lower() if len(given) == 2 else DEFAULT_SCREEN
    there = [action.title.lower() for action in MENU if not (readonly and action.changes)]
    if screen not in there:
        hidden = screen in [action.title.lower() for action in MENU]
        what = f"the screen {screen} is not there with --readonly" if hidden else f"no screen {screen!r}"
        raise InputError(what, fix=f"give {', '.join(there)}")
    path = Path(given[0]).expanduser()
    if path.is_dir():
        raise InputError("a directory, not a file to write", where=str(path), fix="name a file in it")
    if not path.parent.is_dir():
        raise InputError("no such directory", where=str(path.parent), fix="make it, or name another")
    return Shot(path, screen, size, theme or "dark")


def take(app: FinetopApp, shot: Shot) -> None:
    """Run the console without a terminal, and write the picture aside and rename it.

    Raises InputError for a theme that is not there or a file that cannot be written, WorkError when the screen does
    not come to an end with reading.
    """
    app.theme = _theme(shot.theme)
    app.animation_level = "none"
    taken: list[str] = []

    async def photograph(pilot: Pilot[object]) -> None:
        if shot.screen != app.current_mode:
            app.action_open(shot.screen)
        if await _is_read(app, pilot):
            taken.append(app.export_screenshot(title="finetop"))
        app.exit()

    app.run(headless=True, size=shot.size, auto_pilot=photograph)
    if not taken:
        raise WorkError(
            f"{shot.screen} still reads after {PATIENCE_S:.0f} s", fix="try again, or a smaller workspace"
        )
    try:
        write_atomic(shot.path, taken[0])
    except OSError as problem:
        raise InputError(
            problem.strerror or "cannot be written", where=str(shot.path), fix="name another file"
        ) from None


async def _is_read(app: FinetopApp, pilot: Pilot[object]) -> bool:
    """Wait until nothing is read any more and the screen stands still; False when it does not come to that."""
    began = still_since = time.monotonic()
    before, polls = "", app.feed.polls
    while (now := time.monotonic()) - began < PATIENCE_S:
        await pilot.pause(0.1)
        shown = _text(app)
        if shown != before or _works(app, now - began):
            before, still_since, polls = shown, now, app.feed.polls
        stands_still = now - still_since >= STILL_S and app.feed.polls >= polls + 2
        if stands_still or (now - began >= MOVING_S and not _works(app, now - began)):
            return True
    return False


def _works(app: FinetopApp, waited_s: float) -> bool:
    """Whether something is still being read."""
    figures = app.options.read_figures is None or "cpu/utilisation_percent" in app.snapshot.figures
    return (
        not app.snapshot.complete
        or any(worker.is_running for worker in app.workers)
        or (not figures and waited_s < FIGURES_S)
    )


def _text(app: FinetopApp) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


def _theme(name: str) -> str:
    if name not in THEME_TITLES:
        raise InputError(f"no theme {name!r}", fix=f"give {', '.join(THEME_TITLES)}")
    return textual_name(name)
