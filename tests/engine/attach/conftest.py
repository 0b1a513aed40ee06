"""A workspace with runs of scripts, and a session that is spoken to over real pipes."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.attach.protocol import FromWorkspace, Message, read_from_workspace, to_line
from engine.attach.session import Session
from engine.events import Run
from engine.workspace import Workspace

PATIENCE_S = 20.0


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "workspace").mkdir()
    return Workspace(tmp_path / "workspace")


@pytest.fixture
def train(workspace: Workspace) -> Iterator[Callable[..., Run]]:
    """`train("name", steps)` is a live run that has come so far."""
    with contextlib.ExitStack() as stack:

        def make(name: str = "script", steps: int = 20) -> Run:
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


class Talk:
    """The console's end."""

    def __init__(self, session: Session, out: int, into: int) -> None:
        self._out, self._into = os.fdopen(out, "rb"), os.fdopen(into, "wb")
        self.heard: list[FromWorkspace] = []
        self.bytes = 0
        self._news = threading.Condition()
        self.served = threading.Thread(target=session.run, daemon=True)
        self.served.start()
        threading.Thread(target=self._read, daemon=True).start()

    def say(self, *messages: Message) -> None:
        self.say_raw(b"".join(map(to_line, messages)))

    def say_raw(self, data: bytes) -> None:
        self._into.write(data)
        self._into.flush()

    def hear(self, kind: type[Any], holds: Callable[[Any], object] = lambda _: True) -> Any:
        """The first message of a kind for which something holds; waits for it."""
        deadline = time.monotonic() + PATIENCE_S
        with self._news:
            while True:
                for message in self.heard:
                    if isinstance(message, kind) and holds(message):
                        return message
                left = deadline - time.monotonic()
                assert left > 0 and self._news.wait(left), (kind, self.heard[-3:])

    def all(self, kind: type[Any]) -> list[Any]:
        with self._news:
            return [message for message in self.heard if isinstance(message, kind)]

    def hang_up(self) -> None:
        with contextlib.suppress(OSError):
            self._into.close()
        self.served.join(PATIENCE_S)

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            for line in self._out:
                with self._news:
                    self.bytes += len(line)
                    self.heard.append(read_from_workspace(line))
                    self._news.notify_all()


@pytest.fixture
def attach(workspace: Workspace) -> Iterator[Callable[..., Talk]]:
    """`attach(**options)` begins a session."""
    talks: list[Talk] = []

    def begin(**options: Any) -> Talk:
        (into_out, into_in), (out_out, out_in) = os.pipe(), os.pipe()
        session = Session(workspace, os.fdopen(into_out, "rb"), os.fdopen(out_in, "wb"), **options)
        talks.append(Talk(session, out_out, into_in))
        return talks[-1]

    yield begin
    for talk in talks:
        talk.hang_up()
