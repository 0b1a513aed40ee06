"""Other machines without a network: what plays `ssh` drops its options and gives the last word to a shell."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.events import Run
from engine.workspace import Workspace
from tui.feed.model import Snapshot, SnapshotTaken
from tui.feed.thread import Feed
from tui.places.address import parse
from tui.places.attached import Attached

ROOT = Path(__file__).parents[3]
PATIENCE_S = 30.0
SSH = """\
#!/bin/sh
while [ "$1" != "--" ]; do shift; done
shift
echo "$@" >>"$0.calls"
case $1 in
  dead) echo "ssh: connect to host dead port 22: Connection refused" >&2; exit 255 ;;
  mute) exec sleep 600 ;;
  chatty) echo "Welcome to chatty!"; echo "You have mail." ;;
esac
shift
exec /bin/sh -c "$1"
"""


@pytest.fixture
def ssh(tmp_path: Path) -> Path:
    """What is started in place of ssh."""
    path = tmp_path / "ssh"
    path.write_text(SSH)
    path.chmod(0o755)
    return path


@pytest.fixture
def engine(tmp_path: Path) -> str:
    """`engine` on the other machine, which is this one."""
    path = tmp_path / "bin" / "engine of others"
    path.parent.mkdir()
    path.write_text(
        f'#!/bin/sh\n[ -d "$3" ] && echo $$ >"$3/../pid"\nPYTHONPATH={ROOT} exec {sys.executable} -m engine "$@"\n'
    )
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Callable[[str], Workspace]]:
    """`machine("gpu1")` is an empty workspace there."""
    made: dict[str, Workspace] = {}

    def make(name: str) -> Workspace:
        if name not in made:
            made[name] = Workspace(tmp_path / f"of {name}" / "workspace")
            made[name].root.mkdir(parents=True)
        return made[name]

    yield make


@pytest.fixture
def train() -> Iterator[Callable[..., Run]]:
    """`train(workspace, "name", steps)` is a live run that has come so far."""
    with contextlib.ExitStack() as stack:

        def make(workspace: Workspace, name: str = "script", steps: int = 20) -> Run:
            run = stack.enter_context(
                Run(name, workspace=workspace.root, targets={"f1": 0.9}, steps=100, config={"lr": 0.5})
            )
            for step in range(1, steps + 1):
                run.metrics(step, loss=1 / step)
                if step % 5 == 0:
                    run.metrics(step, split="validation", f1=step / 200)
            run.log("so far")
            return run

        yield make


class Watcher:
    """Takes what the feed says."""

    def __init__(self) -> None:
        self.said: list[Snapshot] = []
        self._news = threading.Condition()

    def __call__(self, message: SnapshotTaken) -> None:
        with self._news:
            self.said.append(message.snapshot)
            self._news.notify_all()

    @property
    def last(self) -> Snapshot:
        return self.said[-1]

    def until(self, holds: Callable[[Snapshot], object]) -> Snapshot:
        with self._news:
            assert self._news.wait_for(lambda: self.said and holds(self.said[-1]), PATIENCE_S), self.said[-1:]
            return self.said[-1]


@pytest.fixture
def watch(tmp_path: Path, ssh: Path, engine: str, machine: Any) -> Iterator[Callable[..., tuple[Feed, Watcher]]]:
    """`watch("gpu1", "gpu2")` is a feed that has these machines attached."""
    feeds: list[Feed] = []

    def begin(*hosts: str, **options: Any) -> tuple[Feed, Watcher]:
        attached = [
            Attached(host, parse(f"{host}:{machine(host).root}"), [str(ssh)], **{"engine": engine, **options})
            for host in hosts
        ]
        for each in attached:
            each._link._wait = lambda failures: 0.05
        watcher = Watcher()
        feeds.append(Feed(Workspace(tmp_path / "own"), watcher, attached=attached))
        feeds[-1].start()
        return feeds[-1], watcher

    yield begin
    for feed in feeds:
        feed.stop()


@pytest.fixture
def pid_of(machine: Callable[[str], Workspace]) -> Callable[[str], int]:
    """`pid_of("gpu1")` is the engine that speaks over there."""
    return lambda host: int((machine(host).root.parent / "pid").read_text())


@pytest.fixture
def kill(pid_of: Callable[[str], int]) -> Callable[[str], None]:
    """`kill("gpu1")` ends the engine over there with SIGKILL."""

    def end(host: str) -> None:
        os.kill(pid_of(host), 9)

    return end


@pytest.fixture
def eventually() -> Callable[..., None]:
    """`eventually(condition)`."""

    def wait(holds: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < deadline
            time.sleep(0.01)

    return wait
