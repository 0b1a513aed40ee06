"""How the console settles its way of showing pictures, before Textual reads the keyboard."""

from __future__ import annotations

import pytest

from engine.pictures.graphics import Answers, Graphics
from tui.__main__ import _graphics, main

KITTY = {"TERM": "xterm-kitty", "KITTY_WINDOW_ID": "1"}


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A new Kitty that answers; what it was asked."""
    asked: list[str] = []

    def ask(question: str) -> Answers:
        asked.append(question)
        return Answers("kitty(0.41.1)")

    for name in ("TMUX", "STY", "ZELLIJ", "FINETOP_GRAPHICS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("engine.pictures.terminal.ask", ask)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    return asked


@pytest.mark.parametrize(
    ("environment", "wanted", "low_bandwidth", "way", "questions"),
    [
        (KITTY, None, False, Graphics.KITTY, 1),
        (KITTY, None, True, Graphics.BLOCKS, 0),
        (KITTY | {"SSH_CONNECTION": "a 1 b 22"}, None, False, Graphics.BLOCKS, 0),
        (KITTY | {"TMUX": "x"}, None, False, Graphics.BLOCKS, 0),
        (KITTY | {"TMUX": "x"}, "kitty", False, Graphics.KITTY, 0),
        (KITTY, "none", False, Graphics.NONE, 0),
        (KITTY | {"FINETOP_GRAPHICS": "blocks"}, None, False, Graphics.BLOCKS, 0),
        ({"TERM": "xterm-256color"}, None, False, Graphics.BLOCKS, 0),
    ],
)
def test_the_terminal_is_asked_once_and_only_where_it_counts(
    environment: dict[str, str],
    wanted: str | None,
    low_bandwidth: bool,
    way: Graphics,
    questions: int,
    terminal: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert _graphics(wanted, low_bandwidth=low_bandwidth) is way
    assert len(terminal) == questions


def test_the_console_does_not_offer_sixel(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--graphics", "sixel"])
    assert left.value.code == 2 and "invalid choice: 'sixel'" in capsys.readouterr().err
