"""A service over a workspace of its own, asked over real HTTP."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from engine.runs.handle import RunHandle
from engine.runs.locks import is_locked
from engine.runs.paths import RunPaths
from engine.runs.spec import RunSpec
from engine.runs.store import create_run, list_runs, new_run_id
from engine.service.limits import ServiceLimits
from engine.service.projects import Projects
from engine.service.server import Server, bound
from engine.service.service import Service
from engine.service.tokens import TokenStore
from engine.workspace import Workspace


def until(condition: Callable[[], Any], what: str, timeout_s: float = 60.0) -> Any:
    """Wait for a condition; its value."""
    deadline = time.monotonic() + timeout_s
    while not (value := condition()):
        assert time.monotonic() < deadline, f"waited {timeout_s:g} s for {what}"
        time.sleep(0.005)
    return value


@dataclass
class Served:
    """A running service and somebody who asks it."""

    service: Service
    client: httpx.Client

    @property
    def workspace(self) -> Workspace:
        return self.service.workspace

    def token(self, *scopes: str, name: str = "somebody", days: float | None = None) -> dict[str, str]:
        """The header of a new token."""
        return {"Authorization": f"Bearer {self.service.tokens.new(name, scopes, days)}"}

    def make_run(self, script: list[dict[str, Any]] | None = None) -> RunPaths:
        """A run of `noop` whose worker was not started."""
        spec = RunSpec(
            id=new_run_id("scripted", "good"),
            profile="scripted",
            model="good",
            task="noop",
            dataset="",
            config={"script": script or []},
            headline="score",
            device="cpu",
            created=time.time(),
        )
        return create_run(self.workspace, spec)

    def end_runs(self) -> None:
        """Nothing goes on after a test, however it went."""
        for handle in map(RunHandle, list_runs(self.workspace)):
            if is_locked(handle.paths.lock):
                handle.stop(now=True)
                handle.wait(30)


@contextmanager
def serving(service: Service) -> Iterator[Served]:
    """The service on a free port."""
    server = Server(service)
    with bound("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        until(lambda: server.started, "the service to start")
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            yield Served(service, client)
        service.closing.set()
        server.should_exit = True
        thread.join(15)
        assert not thread.is_alive()


def a_service(root: Path, *profiles: Path, known: bool = True, **settings: Any) -> Service:
    workspace = Workspace(root)
    return Service(workspace, Projects(profiles, known=known), TokenStore(workspace), **settings)


@pytest.fixture
def served(tmp_path: Path, scripted_profile: Path) -> Iterator[Served]:
    limits = ServiceLimits(body_timeout_s=0.5, poll_s=0.02, heartbeat_s=0.2)
    with serving(a_service(tmp_path / "workspace", scripted_profile, limits=limits)) as found:
        yield found
        found.end_runs()
