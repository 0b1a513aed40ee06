"""Fifty labels in a real terminal, and the console killed in the middle."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.folders.labelling.log import log_path, read_log
from engine.folders.labelling.state import replay
from engine.folders.samples.training_db import training_db
from tests.tui.real_terminal import PATIENCE_S, Terminal


@pytest.fixture
def terminal(library: Path, workspace: Any, tmp_path: Path) -> Iterator[Callable[[], Terminal]]:
    opened: list[Terminal] = []

    def start() -> Terminal:
        arguments = ["--workspace", str(workspace.root), "--labeller", "anna", "--training-db", str(library)]
        one = Terminal(arguments, tmp_path)
        opened.append(one)
        one.wait(lambda: b"6 Label" in one.seen, "the first paint")
        one.press("6")
        one.wait(lambda: b"labels/h" in one.seen or b" of 84" in one.seen, "the screen")
        return one

    yield start
    for one in opened:
        one.close()


@pytest.mark.slow
def test_fifty_labels_with_a_crash_in_the_middle(
    library: Path, state_of: Any, terminal: Callable[[], Terminal]
) -> None:
    keys = "csgaou" * 9

    def label(screen: Terminal, place: int) -> None:
        screen.press(keys[place])
        screen.wait(lambda: len(state_of(library).labels) == place + 1, f"label {place + 1}")

    first = terminal()
    for place in range(25):
        label(first, place)
    os.kill(first.process.pid, signal.SIGKILL)
    first.process.wait()
    before = state_of(library).labels
    assert len(before) == 25

    # The power went while a line was written.
    with log_path(library).open("ab") as log:
        log.write(b'{"id":"torn","t":1.0,"act":"label","taxonomy":"v2","who":"an')

    second = terminal()
    for place in range(25, 50):
        label(second, place)
    second.press("q")
    second.process.wait(PATIENCE_S)

    read = read_log(log_path(library))
    after = replay(read.entries, "v2").labels
    assert read.unreadable == 1 and len(after) == 50 and before.items() <= after.items()
    assert [entry.label for entry in read.entries].count("creator_or_studio") == 9
    # Quitting brought the database up to the log.
    with training_db(library) as db:
        found = {db.sample(number).path: one.label for number, one in db.labels("v2").items()}
    assert found == {path: entry.label for path, entry in after.items()}
