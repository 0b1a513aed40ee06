"""`engine serve` as a process: refused where it would be open to others, light, and gone without a trace in runs."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from engine.cli.main import main
from engine.runs.handle import RunHandle
from engine.runs.paths import RunPaths
from engine.service.server import bound
from engine.service.tokens import TokenStore
from engine.workspace import Workspace

from .conftest import until


def free_port() -> int:
    with bound("127.0.0.1", 0) as listening:
        port: int = listening.getsockname()[1]
        return port


@contextmanager
def a_process(workspace: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], httpx.Client]]:
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "engine",
        "serve",
        "--port",
        str(port),
        "--workspace",
        str(workspace),
        *arguments,
    ]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:

        def answers() -> bool:
            assert process.poll() is None, process.communicate()[1].decode()
            try:
                return client.get("/health").status_code == 200
            except httpx.TransportError:
                return False

        until(answers, "the service to answer")
        try:
            yield process, client
        finally:
            process.kill()
            process.communicate()


def exit_code(*arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    return int(left.value.code or 0)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_beyond_loopback_it_needs_a_token(host: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("serve", "--host", host, "--workspace", str(tmp_path)) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"error: {host} can be reached from other machines") and said.count("\n") == 1


def test_a_revoked_token_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = TokenStore(Workspace(tmp_path))
    store.new("one", ["read"])
    store.revoke("one")
    assert exit_code("serve", "--host", "0.0.0.0", "--workspace", str(tmp_path)) == 2


def test_a_port_that_is_taken_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with bound("127.0.0.1", 0) as listening:
        port = str(listening.getsockname()[1])
        assert exit_code("serve", "--port", port, "--workspace", str(tmp_path)) == 2
    assert "cannot be listened on" in capsys.readouterr().err


def test_tokens_are_made_listed_and_revoked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = ("--workspace", str(tmp_path))
    assert exit_code("tokens", "new", "board", "--scopes", "read, predict", "--expires-days", "3", *place) == 0
    secret = capsys.readouterr().out.strip()
    assert TokenStore(Workspace(tmp_path)).find(secret) is not None
    assert exit_code("tokens", "revoke", "board", *place) == 0
    assert exit_code("tokens", "list", *place) == 0
    shown = capsys.readouterr().out
    assert "revoked" in shown and secret not in shown
    assert exit_code("tokens", "new", "x", "--scopes", "root", *place) == 2


@pytest.mark.slow
def test_a_killed_service_leaves_its_trainings_alone(tmp_path: Path) -> None:
    profile = tmp_path / "long.yaml"
    profile.write_text(
        "finetop: 1\nname: long\nmodels: {m: {task: noop, config: {script: [{sleep: 0.2}], epochs: 20}}}\n"
    )
    place = tmp_path / "workspace"
    asked = {"request_id": "one", "profile": "long", "device": "cpu"}
    with a_process(place, "--profile", str(profile)) as (process, client):
        (run,) = client.post("/fine-tune/start", json=asked).json()["runs"]
        handle = RunHandle(RunPaths(Workspace(place).runs / run))
        until(lambda: handle.state == "running", "the run to run")
        with client.stream("GET", f"/runs/{run}/events") as answer:
            ids = [line for line in _first(answer.iter_lines(), 12) if line.startswith("id: ")]
            process.send_signal(signal.SIGKILL)
    assert handle.state == "running"
    with a_process(place, "--profile", str(profile)) as (process, client):
        assert client.post("/fine-tune/start", json=asked).json() == {
            "request_id": "one",
            "runs": [run],
            "started": False,
        }
        rest = client.get(f"/runs/{run}/events", headers={"Last-Event-ID": ids[-1].removeprefix("id: ")}).text
        assert 'data: {"state": "done"}' in rest and ids[-1] not in rest
        assert client.get(f"/runs/{run}").json()["state"] == "done"


@pytest.mark.slow
def test_it_ends_at_once_with_a_stream_open_and_imports_nothing_heavy(tmp_path: Path) -> None:
    place = Workspace(tmp_path / "workspace")
    run = RunPaths(place.runs / "20260101-000000-plain-m-0000")
    run.root.mkdir(parents=True)
    run.spec.write_text("")
    run.status.write_text('{"type": "run", "t": 1.0, "seq": 0, "id": "x"}\n')
    with a_process(place.root) as (process, client):
        libraries = Path(f"/proc/{process.pid}/maps").read_text()
        assert "torch" not in libraries and "transformers" not in libraries
        with client.stream("GET", f"/runs/{run.root.name}/events") as answer:
            next(answer.iter_lines())
            process.terminate()
            assert process.wait(5) in {0, -signal.SIGTERM}


def _first(lines: Iterator[str], count: int) -> list[str]:
    return [next(lines) for _ in range(count)]
