"""The command: what it settles before Textual is imported, and what it never imports."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tui.__main__ import main, terminal_settings


def test_over_ssh_nothing_is_animated_and_frames_are_few() -> None:
    settings = terminal_settings({"SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}, low_bandwidth=False)
    assert settings["TEXTUAL_FPS"] == "15" and settings["TEXTUAL_ANIMATIONS"] == "none"


def test_at_a_local_terminal_nothing_is_changed() -> None:
    assert terminal_settings({}, low_bandwidth=False) == {}


def test_what_the_operator_set_stays() -> None:
    assert "TEXTUAL_FPS" not in terminal_settings({"TEXTUAL_FPS": "30"}, low_bandwidth=True)


def test_low_bandwidth_draws_at_most_four_frames_a_second() -> None:
    assert int(terminal_settings({}, low_bandwidth=True)["TEXTUAL_FPS"]) <= 4


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
