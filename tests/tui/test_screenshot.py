"""A picture of any screen, without a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.errors import InputError
from engine.workspace import Workspace
from tui.screenshot import Shot, shot_of, take


@pytest.mark.parametrize("given", [["a.svg"], ["a.svg", "Monitor"], ["a.svg", "monitor"]])
def test_a_screen_is_named_as_in_the_menu(given: list[str]) -> None:
    assert shot_of(given, (80, 24), None, readonly=True) == Shot(Path("a.svg"), "monitor", (80, 24), "dark")


@pytest.mark.parametrize(
    ("given", "readonly", "said"),
    [
        (["a.svg", "nowhere"], False, "no screen 'nowhere'; give data, train, monitor, validate, models"),
        (["a.svg", "label"], True, "the screen label is not there with --readonly; give data, train, monitor"),
        (["a.svg", "data", "train"], False, "takes a file and a screen, not 3 words"),
        (["/"], False, "a directory, not a file"),
        (["nowhere/a.svg"], False, "nowhere: no such directory"),
    ],
)
def test_what_cannot_be_taken_is_one_sentence(given: list[str], readonly: bool, said: str) -> None:
    with pytest.raises(InputError) as refused:
        shot_of(given, (80, 24), None, readonly=readonly)
    assert said in str(refused.value)


def test_a_theme_that_is_not_there_is_one_sentence(console: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no theme 'blue'; give .*dark.*light"):
        take(console(), Shot(tmp_path / "a.svg", theme="blue"))


@pytest.mark.slow
@pytest.mark.parametrize("screen", ["Models", "Label"])
def test_a_screen_other_than_monitor(screen: str, console: Any, tmp_path: Path) -> None:
    picture = tmp_path / "a.svg"
    take(console(remember=False), Shot(picture, screen.lower(), (80, 24), "light"))
    assert f"{screen}]" in picture.read_text().replace("&#160;", " ")
    assert [path.name for path in tmp_path.iterdir()] == ["a.svg"]


@pytest.mark.slow
def test_a_replay_is_taken_while_it_still_runs(utility: Workspace, tmp_path: Path) -> None:
    picture = tmp_path / "a.svg"
    command = [sys.executable, "-m", "tui", "--workspace", str(utility.root), "--replay", "20261120-111532"]
    command += ["--screenshot", str(picture), "monitor", "--size", "100x30", "--theme", "light"]
    done = subprocess.run(command, env={**os.environ, "TERM": "dumb"}, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    text = picture.read_text().replace("&#160;", " ")
    assert "REPLAY" in text and "running" in text and "0.9279" in text
