"""The document says all that the service answers: schemathesis asks whatever it allows, and much that it does not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.registry.store import register
from engine.service.access import SCOPES
from tests.engine.registry.made import ended_run

from .conftest import a_service, serving

PROFILE = """\
finetop: 1
name: utility
models: {ner: {task: noop, config: {script: [{evaluate: {score: 0.8}}]}}}
presets: {quick: {}}
"""
"""The examples of the document name it; nothing is trained."""


@pytest.mark.slow
def test_no_request_brings_a_5xx_or_an_answer_that_the_document_does_not_have(tmp_path: Path) -> None:
    profile = tmp_path / "utility.yaml"
    profile.write_text(PROFILE)
    with serving(a_service(tmp_path / "workspace", profile, known=False)) as served:
        for _ in range(2):
            register(served.workspace, ended_run(served.workspace, profile="utility", model="ner"))
        (token,) = served.token(*SCOPES).items()
        done = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "run", f"{served.client.base_url}/openapi.json"),
                *("--header", ": ".join(token), "--max-examples", "5", "--continue-on-failure", "--no-color"),
                # What goes together no schema says: a dataset serves one model, a training needs one before it.
                *("--exclude-checks", "positive_data_acceptance", "--generation-database", "none"),
            ],
            capture_output=True,
            text=True,
            cwd=tmp_path,
        )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
