"""The command: what it settles before Textual is imported, and what it never imports."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tui.__main__ import main, terminal_settings
from tui.feed.thread import FULL_PACE, LOW_BANDWIDTH_PACE


def test_on_a_slow_line_nothing_is_animated_and_keys_are_answered_soon() -> None:
    settings = terminal_settings({}, low_bandwidth=True)
    assert settings["TEXTUAL_ANIMATIONS"] == "none" and settings["TEXTUAL_SMOOTH_SCROLL"] == "0"
    assert 10 <= int(settings["TEXTUAL_FPS"]) <= 15


def test_on_a_slow_line_news_come_two_to_four_times_a_second() -> None:
    assert 2 <= 1 / LOW_BANDWIDTH_PACE.speak_s <= 4 and 2 <= 1 / FULL_PACE.speak_s <= 4


def test_at_a_local_terminal_nothing_is_changed() -> None:
    assert terminal_settings({}, low_bandwidth=False) == {}


def test_what_the_operator_set_stays() -> None:
    assert "TEXTUAL_FPS" not in terminal_settings({"TEXTUAL_FPS": "30"}, low_bandwidth=True)


@pytest.mark.parametrize(
    ("connection", "arguments", "slow"),
    [
        ("", [], False),
        ("10.0.0.1 1 10.0.0.2 22", [], True),
        ("10.0.0.1 1 10.0.0.2 22", ["--no-low-bandwidth"], False),
        ("", ["--low-bandwidth"], True),
    ],
)
def test_over_ssh_the_line_is_taken_for_a_slow_one(
    connection: str, arguments: list[str], slow: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Any] = []
    monkeypatch.setenv("SSH_CONNECTION", connection)
    for name in ("TEXTUAL_FPS", "TEXTUAL_ANIMATIONS", "TEXTUAL_SMOOTH_SCROLL", "ESCDELAY"):
        # Set and removed, so that what the command sets goes away again.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    for stream in ("stdin", "stdout"):
        monkeypatch.setattr(f"sys.{stream}.isatty", lambda: True, raising=False)
    monkeypatch.setattr("tui.app.FinetopApp.run", lambda app, mouse: opened.append(app))
    assert main(["--workspace", str(tmp_path), "--graphics", "none", *arguments]) == 0
    assert opened[0].options.low_bandwidth is slow
    assert ("TEXTUAL_FPS" in os.environ) is slow


def test_without_a_terminal_it_says_so(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    assert main([]) == 2
    assert "needs a terminal" in capsys.readouterr().err


def test_a_workspace_that_is_a_file_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "file"
    path.touch()
    assert main(["--workspace", str(path)]) == 2
    assert "a file, not a directory" in capsys.readouterr().err


def test_the_first_paint_needs_neither_numpy_nor_pydantic() -> None:
    code = (
        "import sys, tui.app, tui.screens.monitor\n"
        "print(sorted({'numpy', 'pydantic', 'yaml', 'watchfiles', 'torch', 'markdown_it'} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_a_picture_of_monitor_can_be_taken_without_a_terminal(utility: Any, tmp_path: Path) -> None:
    picture = tmp_path / "monitor.svg"
    command = [sys.executable, "-m", "tui", "--workspace", str(utility.root), "--screenshot", str(picture)]
    done = subprocess.run(command, env={**os.environ, "TERM": "dumb"}, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "Monitor" in picture.read_text()
