"""Decisions in a real terminal, and the console killed in the middle."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.tui.real_terminal import PATIENCE_S, Terminal


@pytest.fixture
def terminal(faulty: Any, tmp_path: Path) -> Iterator[Callable[[], Terminal]]:
    opened: list[Terminal] = []

    def start() -> Terminal:
        one = Terminal(["--workspace", str(faulty.workspace.root)], tmp_path)
        opened.append(one)
        one.wait(lambda: b"7 Curate" in one.seen, "the first paint")
        one.press("7")
        one.wait(lambda: b"Enter goes through" in one.seen, "the datasets")
        one.press("\r")
        one.wait(lambda: b"of 6 decided" in one.seen or b"decided" in one.seen, "the review")
        return one

    yield start
    for one in opened:
        one.close()


@pytest.mark.slow
def test_a_kill_in_the_middle_loses_no_decision(faulty: Any, terminal: Callable[[], Terminal]) -> None:
    first = terminal()
    for key, count in (("k", 1), ("d", 2), ("\r", 3)):
        first.press(key)
        first.wait(lambda count=count: len(faulty.decisions()) == count, f"decision {count}")  # type: ignore[misc]
    os.kill(first.process.pid, signal.SIGKILL)
    first.process.wait()
    before = faulty.decisions()
    assert before == {("train", 3): "keep", ("train", 7): "drop", ("train", 5): "drop"}
    # Whatever was being written lies aside, and the file is whole.
    assert faulty.review().counts().flagged == 6

    second = terminal()
    # It goes on with the first that nobody has decided on.
    second.press("k")
    second.wait(lambda: len(faulty.decisions()) == 4, "decision 4")
    second.press("q")
    second.process.wait(PATIENCE_S)
    assert faulty.decisions() == before | {("train", 10): "keep"}
