"""What is read of the registry, and when."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from engine.registry.history import Entry, append
from engine.registry.store import register
from engine.workspace import Workspace
from tests.engine.registry.made import ended_run
from tui.models.card import card_text, without_front_matter
from tui.models.reader import Reader
from tui.models.shelf import Shelf
from tui.models.watch import Watch


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


def made(workspace: Workspace, **facts: Any) -> Any:
    return register(workspace, ended_run(workspace, **facts))


def test_only_what_changed_is_read_again(workspace: Workspace) -> None:
    reader = Reader(workspace)
    empty = reader.read()
    assert empty is not None and empty.models == () and empty.looked
    first = made(workspace)
    made(workspace, model="n")
    found = reader.read()
    assert found is not None and found.names == ("plain/m", "plain/n")
    assert found.chosen is not None and found.chosen.numbers == (1,) and found.chosen.headline == "score"
    assert reader.read() is None
    append(first.home, Entry(who="ada", action="stage", to_version=1))
    moved = reader.read()
    assert moved is not None and moved.chosen is not None and moved.chosen.standing.staging == 1
    assert moved.chosen.versions[0] is found.chosen.versions[0]
    reader.chosen = "plain/n"
    other = reader.read()
    assert other is not None and other.chosen is not None and other.chosen.name == "plain/n"


def test_what_is_damaged_is_told_beside_what_is_not(workspace: Workspace) -> None:
    made(workspace)
    second = made(workspace)
    (second.paths.model / "finetop.json").unlink()
    (second.home.root / "3").mkdir()
    found = Reader(workspace).read()
    assert found is not None and found.chosen is not None
    empty, damaged, sound = found.chosen.versions
    assert "not the manifest" in empty.problem and empty.manifest is None
    assert "model/finetop.json is missing" in damaged.problem and damaged.manifest is not None
    assert sound.problem == "" and sound.bytes > 0


def test_a_history_that_cannot_be_read_hides_no_versions(workspace: Workspace) -> None:
    version = made(workspace)
    version.home.history.write_text("[]\n")
    found = Reader(workspace).read()
    assert found is not None and found.chosen is not None
    assert "cannot be read" in found.chosen.problem and "cannot be read" in found.models[0].problem
    assert found.chosen.numbers == (1,)


def test_the_watch_speaks_when_something_changed_and_sleeps_while_nobody_looks(workspace: Workspace) -> None:
    made(workspace)
    heard: list[Shelf] = []
    spoken = threading.Event()

    def hear(shelf: Shelf) -> None:
        heard.append(shelf)
        spoken.set()

    watch = Watch(Reader(workspace).read, hear, poll_s=0.01)
    watch.start()
    try:
        assert spoken.wait(5) and len(heard) == 1
        made(workspace)
        until(lambda: heard[-1].chosen is not None and heard[-1].chosen.numbers == (2, 1))
        watch.pause()
        until(lambda: not looks_in(watch, 0.1))
        before = len(heard)
        made(workspace)
        assert not looks_in(watch, 0.1) and len(heard) == before
        spoken.clear()
        watch.start()
        assert spoken.wait(5) and heard[-1].models[0].newest == 3
    finally:
        watch.stop()


def until(holds: Any) -> None:
    deadline = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < deadline


def looks_in(watch: Watch[Shelf], seconds: float) -> int:
    before = watch.looks
    time.sleep(seconds)
    return watch.looks - before


def test_a_card_is_shown_without_what_is_for_machines(workspace: Workspace) -> None:
    version = made(workspace)
    version.paths.card.write_text("---\ntags:\n- ner\n---\n\n# A model\n")
    assert card_text(version.paths) == "# A model\n"
    assert without_front_matter("---\nno end") == "---\nno end"
    version.paths.card.unlink()
    version.paths.report.with_suffix(".md").write_text("# A report\n")
    assert card_text(version.paths) == "# A report\n"
