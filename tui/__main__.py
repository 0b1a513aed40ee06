"""The `finetop` command: settles how the terminal is used before Textual is imported, then opens the console."""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tui.command_line import DEFAULT_SPEED, parser

if TYPE_CHECKING:
    from engine.pictures.graphics import Graphics
    from engine.workspace import Workspace
    from tui.actions.keymap import Keymap
    from tui.app import Options
    from tui.replay.replay import Replay
    from tui.settings import Settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the console; returns the exit code."""
    given = parser().parse_args(arguments)
    low_bandwidth = given.low_bandwidth if given.low_bandwidth is not None else bool(os.environ.get("SSH_CONNECTION"))
    os.environ.update(terminal_settings(os.environ, low_bandwidth=low_bandwidth))

    from engine.errors import FinetopError

    try:
        return _open(given, low_bandwidth=low_bandwidth)
    except FinetopError as problem:
        print(f"finetop: {problem}", file=sys.stderr)
        return problem.exit_code


def _open(given: argparse.Namespace, *, low_bandwidth: bool) -> int:
    from engine.errors import InputError
    from engine.workspace import Workspace

    settings, keymap = _settings()
    if given.keys:
        print(_keys(keymap, markdown=given.markdown), end="")
        return 0
    workspace = Workspace.locate(given.workspace)
    if given.web is not None:
        return _serve(given, workspace)
    if given.screenshot is None and not _has_screen():
        raise InputError("the console needs a terminal", fix="for scripts there is `engine`")
    if given.replay is None and given.speed is not None:
        raise InputError("--speed says how fast a run is replayed", fix="name the run with --replay")
    options = _options(given, workspace, settings, keymap, low_bandwidth=low_bandwidth)
    if given.replay is None:
        return _show(given, options)
    from tui.replay.replay import open_replay

    with open_replay(workspace, given.replay, DEFAULT_SPEED if given.speed is None else given.speed) as replay:
        # What this machine does now has nothing to do with a run of another day.
        played = dataclasses.replace(
            options,
            workspace=replay.workspace,
            readonly=True,
            now=replay.now,
            read_figures=None,
            replay=replay.note,
            remember=False,
            attached=(),
        )
        return _show(given, played, replay)


def _options(
    given: argparse.Namespace, workspace: Workspace, settings: Settings, keymap: Keymap, *, low_bandwidth: bool
) -> Options:
    from tui.app import Options
    from tui.places.options import attached_of

    photographed = given.screenshot is not None
    return Options(
        workspace=workspace,
        readonly=given.readonly,
        low_bandwidth=low_bandwidth,
        training_db=given.training_db.expanduser().absolute() if given.training_db is not None else None,
        labeller=given.labeller or "",
        graphics=_graphics(given.graphics, low_bandwidth=low_bandwidth),
        keymap=keymap,
        theme=_theme(settings.theme),
        keep_theme=_keep_theme,
        notices=settings.notices,
        ascii_only=given.ascii or not (photographed or _prints_unicode()),
        read_figures=lambda: _read_figures(workspace.root),
        remember=not photographed,
        attached=attached_of(given),
    )


def _show(given: argparse.Namespace, options: Options, replay: Replay | None = None) -> int:
    from tui.app import FinetopApp

    if given.screenshot is not None:
        from tui.screenshot import shot_of, take

        shot = shot_of(given.screenshot, given.size, given.theme, readonly=options.readonly)
        if replay is not None:
            replay.stand_before_the_end()
        app = FinetopApp(options)
        take(app, shot)
        return app.return_code or 0
    app = FinetopApp(options)
    if replay is not None:
        replay.failed = lambda sentence: app.call_from_thread(app.notify, sentence, severity="error", markup=False)
        replay.start()
    app.run(mouse=not given.no_mouse)
    return app.return_code or 0


def terminal_settings(environment: Mapping[str, str], *, low_bandwidth: bool) -> dict[str, str]:
    """Settings that Textual reads once, at import: on a slow line every frame and every animation costs bytes.

    What the operator has set stays. How often data is shown is the feed's pace, 2 times a second on such a line; this
    limit bounds what keys can cause. A key after a pause of one frame is answered at once, so that 15 frames
    a second cost a key nothing, and one that is held down at most 67 ms. With 3 frames every key would wait for the
    frame of the data before it.
    """
    if not low_bandwidth:
        return {}
    wanted = {
        "TEXTUAL_FPS": "15",
        "TEXTUAL_ANIMATIONS": "none",
        "TEXTUAL_SMOOTH_SCROLL": "0",
        # On a slow line the parts of an escape sequence arrive apart; too short a wait tears arrow keys.
        "ESCDELAY": "300",
    }
    return {name: value for name, value in wanted.items() if name not in environment}


def _has_screen() -> bool:
    """A terminal, or the page that `--web` opened this process for."""
    return bool(os.environ.get("TEXTUAL_DRIVER")) or (sys.stdin.isatty() and sys.stdout.isatty())


def _serve(given: argparse.Namespace, workspace: Workspace) -> int:
    try:
        from tui.web import TOKEN_VARIABLE, WebConsole
    except ModuleNotFoundError as missing:
        print(f"finetop: {missing.name} is not installed: `pip install 'finetop[web]'`", file=sys.stderr)
        return 2
    # The page's terminal, not the one that this was typed in.
    os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
    arguments = _of_each_page(given, workspace)
    try:
        WebConsole(arguments, port=given.web, token=os.environ.pop(TOKEN_VARIABLE, "")).serve()
    except OSError as problem:
        print(f"finetop: port {given.web} cannot be opened ({problem.strerror}): name another", file=sys.stderr)
        return 2
    return 0


def _of_each_page(given: argparse.Namespace, workspace: Workspace) -> list[str]:
    """What the console of a page of `--web` is started with."""
    arguments = ["--workspace", str(workspace.root), "--graphics", "blocks"]
    arguments += [f"--attach={place}" for place in given.attach or ()]
    arguments += ["--remote-engine", given.remote_engine] if given.attach else []
    arguments += [f"--ssh={given.ssh}"] if given.ssh is not None else []
    arguments += ["--readonly"] if given.readonly else []
    arguments += ["--training-db", str(given.training_db.expanduser().absolute())] if given.training_db else []
    arguments += ["--labeller", given.labeller] if given.labeller else []
    arguments += ["--replay", given.replay] if given.replay else []
    arguments += ["--speed", str(given.speed)] if given.speed is not None else []
    return arguments


def _prints_unicode() -> bool:
    return bool(os.environ.get("TEXTUAL_DRIVER")) or "utf" in (sys.stdout.encoding or "").lower()


def _graphics(wanted: str | None, *, low_bandwidth: bool) -> Graphics:
    """Settled before Textual reads the keyboard: the terminal's answer would be taken for keys."""
    from engine.pictures.graphics import Graphics, Terminal, for_console, worth_asking_for_console

    given = Graphics(wanted) if wanted else None
    terminal = Terminal(dict(os.environ), is_terminal=sys.stdout.isatty())
    if given is None and not low_bandwidth and worth_asking_for_console(terminal):
        from engine.pictures.terminal import ATTRIBUTES, NAME, ask

        terminal = Terminal(terminal.environment, answers=ask(NAME + ATTRIBUTES))
    return for_console(terminal, given, thrifty=low_bandwidth)


def _settings() -> tuple[Settings, Keymap]:
    """The person's settings, and the keys they make."""
    from engine.errors import InputError
    from tui.settings import located, read_settings

    settings = read_settings(os.environ)
    from tui.actions.keymap import DEFAULT, keymap_of

    if not settings.keys:
        return settings, DEFAULT
    try:
        return settings, keymap_of(settings.keys)
    except InputError as problem:
        raise located(problem, os.environ) from None


def _keys(keymap: Keymap, *, markdown: bool) -> str:
    from tui.actions.reference import key_table, keys_page

    return keys_page(keymap) if markdown else key_table(keymap)


def _theme(wanted: str) -> str:
    """The theme of the settings, else what was chosen the last time; empty where the terminal decides."""
    if wanted != "auto" or "NO_COLOR" in os.environ:
        return "" if wanted == "auto" else wanted
    from tui.remembered import recall, remembered_path
    from tui.theme import THEME_TITLES

    theme = recall(remembered_path(os.environ)).theme
    return theme if theme in THEME_TITLES else ""


def _keep_theme(theme: str) -> None:
    from tui.remembered import Remembered, remember, remembered_path

    remember(remembered_path(os.environ), Remembered(theme))


def _read_figures(root: Path) -> dict[str, float]:
    from engine.devices import disk_figures, figures

    there = next(path for path in (root, *root.parents) if path.exists())
    return {**figures(), **disk_figures(there)}


if __name__ == "__main__":
    sys.exit(main())
