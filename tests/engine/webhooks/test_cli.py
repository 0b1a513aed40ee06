"""`engine webhooks`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.cli.main import main
from engine.webhooks.endpoints import read_endpoints
from engine.webhooks.queue import enqueue
from engine.webhooks.signing import new_secret
from engine.workspace import Workspace

from .ended import run_in
from .receiver import Receiver


@pytest.fixture
def engine(workspace: Workspace, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """Runs a command; (exit code, stdout, stderr)."""

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(["webhooks", *arguments, "--workspace", str(workspace.root)])
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return call


def test_from_adding_to_removing(engine, workspace: Workspace, receiver: Receiver) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = engine("add", receiver.url(), "--kinds", "run.failed, run.finished", "--allow-private")
    id, secret = out.split()
    (endpoint,) = read_endpoints(workspace)
    assert (code, endpoint.id, endpoint.secret, endpoint.kinds) == (0, id, secret, ("run.failed", "run.finished"))

    assert engine("test", id[:6])[::2] == (0, f"{id}: it answers 204 No Content\n")
    receiver.answers["/hook"] = [500, 500, 204]
    assert engine("test", id)[::2] == (1, f"{id}: it answers 500 Internal Server Error\n")

    lost = run_in(workspace, "running")
    assert "delivered 0, failed 1, given up 0, waiting 1" in engine("deliver")[2]
    (waiting,) = json.loads(engine("pending", "--json")[1])
    assert (waiting["message"], waiting["tries"], waiting["last"]) == (f"run.failed:{lost.id}:1", 1, "http500")
    assert "1 events are due now" in engine("retry", id)[2]
    assert json.loads(engine("deliver", "--json")[1])["delivered"] == 1
    assert receiver.got[-1].is_signed_with(secret)

    (listed,) = json.loads(engine("list", "--json")[1])
    assert (listed["delivered"], listed["waiting"], listed["dead"], listed["disabled"]) == (1, 0, 0, "")
    assert secret not in engine("list")[1]
    engine("disable", id)
    assert read_endpoints(workspace)[0].disabled == "by hand"
    engine("enable", id)
    enqueue(workspace, "run.failed", "run.failed:r:1", {})
    assert "and 1 events that were on their way to it" in engine("remove", id)[2]
    assert read_endpoints(workspace) == ()


def test_a_secret_of_ones_own_comes_from_a_file(engine, workspace: Workspace, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "secret").write_text(f"{new_secret()}\n")
    engine("add", "https://hooks.example.org/", "--secret-file", str(tmp_path / "secret"))
    assert read_endpoints(workspace)[0].secret == (tmp_path / "secret").read_text().strip()
    (tmp_path / "secret").write_text("\n")
    code, _, err = engine("add", "https://hooks.example.org/2", "--secret-file", str(tmp_path / "secret"))
    assert code == 2 and "there is no secret" in err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["add", "ftp://h.org"], "use http:// or https://"),
        (["add", "http://127.0.0.1/"], "allow it with --allow-private"),
        (["add", "https://h.org", "--kinds", "run.done"], "there is no kind of event 'run.done'"),
        (["remove", "we_1"], "there is no endpoint 'we_1'"),
        (["test", "we_1"], "there is no endpoint 'we_1'"),
        (["add", "https://h.org", "--secret-file", "/nonexistent"], "No such file"),
    ],
)
def test_bad_input_is_one_sentence(engine, workspace: Workspace, arguments: list[str], sentence: str) -> None:  # type: ignore[no-untyped-def]
    code, out, err = engine(*arguments)
    assert code in (1, 2) and out == "" and sentence in err and err.count("\n") == 1
    assert not workspace.root.exists()
