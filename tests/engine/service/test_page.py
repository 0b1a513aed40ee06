"""docs/service.md: its commands work, and its tables are those of the code."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from engine.registry.store import register
from engine.runs.handle import RunHandle
from engine.runs.paths import RunPaths
from engine.service.access import ACCESS, SCOPES
from tests.engine.registry.made import ended_run

from .conftest import a_service, serving
from .test_schema import PROFILE

PAGE = (Path(__file__).parents[3] / "docs" / "service.md").read_text()


def test_the_table_of_scopes_is_that_of_the_code() -> None:
    for scope in (*SCOPES, None):
        (row,) = re.findall(rf"^\| {scope or re.escape('(none)')} \| (.*) \|$", PAGE, re.MULTILINE)
        method, told = "", set()
        for name, path in re.findall(r"`(?:(GET|POST|DELETE) )?(/[^`]*)`", row):
            method = name or method
            told.add(f"{method} {path}")
        assert told == {route for route, access in ACCESS.items() if access.scope == scope}


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("curl") is None, reason="the page's commands are of curl")
def test_its_commands_do_what_it_says(tmp_path: Path) -> None:
    profile = tmp_path / "utility.yaml"
    profile.write_text(PROFILE)
    with serving(a_service(tmp_path / "workspace", profile, known=False)) as served:
        register(served.workspace, ended_run(served.workspace, profile="utility", model="ner"))
        secret = served.service.tokens.new("page", SCOPES)
        environment = {**os.environ, "TOKEN": secret}
        answers: list[Any] = []
        for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL):
            for command in re.split(r"\n(?=curl )", block.strip()):
                here = command.replace("http://127.0.0.1:8001", str(served.client.base_url).rstrip("/"))
                done = subprocess.run(
                    ["bash", "-c", here], capture_output=True, text=True, env=environment, check=True
                )
                answers.append(json.loads(done.stdout) if done.stdout.startswith("{") else done.stdout)
                environment |= _learnt(answers[-1])
                if "fine-tune/start" in command:
                    RunHandle(RunPaths(served.workspace.runs / environment["RUN"])).wait(60)
                if "evaluate" in command:  # what is asked next needs something in production
                    served.client.post(
                        "/models/utility/ner/promote",
                        json={"version": "1"},
                        headers={"Authorization": f"Bearer {secret}"},
                    )
    refused = [answer["error"]["what"] for answer in answers if isinstance(answer, dict) and "error" in answer]
    assert refused[0] == "there is no profile 'thermal'", "this test has another one alone"
    assert [what.partition(":")[0] for what in refused[1:]] == ["utility/ner@2 does not pass the gate"]
    assert any("event: end" in answer for answer in answers if isinstance(answer, str))
    assert {"taken": ["added"]} in answers


def _learnt(answer: Any) -> dict[str, str]:
    """What later commands name: ids out of answers."""
    if not isinstance(answer, dict):
        return {}
    run = {"RUN": answer["runs"][0]} if "started" in answer else {}
    return run | ({"REQUEST": answer["predictions"][0]["id"]} if "arm" in answer else {})
