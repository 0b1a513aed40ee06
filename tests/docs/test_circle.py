"""The documented circle, run as a reader would run it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.registry.history import read_history
from engine.registry.integrity import problems_of
from engine.registry.standing import standing_of
from engine.registry.store import home_of, versions
from engine.workspace import Workspace

CIRCLE = Path(__file__).parents[2] / "docs" / "examples" / "circle.py"


@pytest.mark.slow
def test_a_model_goes_into_production_learns_from_the_field_and_goes_back(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(CIRCLE), str(tmp_path / "workspace")],
        env={**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(CIRCLE.parents[2])},
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    home = home_of(Workspace(tmp_path / "workspace"), "doors", "recogniser")
    moves = [(entry.action, entry.to_version) for entry in read_history(home)]
    assert moves == [
        ("promote", 1),
        ("trigger", None),
        ("stage", 2),
        ("deploy", 2),
        ("promote", 2),
        ("rollback", 1),
    ]
    gates = [entry.gate["passed"] for entry in read_history(home) if entry.gate is not None]
    assert gates == [True, True, True]
    assert standing_of(home).production == 1
    made = versions(Workspace(tmp_path / "workspace"), "doors", "recogniser")
    assert [problems_of(version.paths, version.manifest, whole=True) for version in made] == [[], []]
