"""A model of the task `noop` with triggers, and feedback as it lies on disk."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.feedback.forms import LABEL
from engine.feedback.records import LabelRecord
from engine.feedback.store import Ledger
from engine.workspace import Workspace

PROFILE = """\
finetop: 1
name: p
models:
  m:
    task: noop
    config:
      script: [{{evaluate: {{score: 0.9}}}}]
      test_score: {score}
    data:
      recipe: {{examples: 400}}
    targets: {{score: 0.8}}
    triggers:
{triggers}
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


@pytest.fixture
def home(workspace: Workspace) -> Path:
    return workspace.models / "p" / "m"


@pytest.fixture
def profile(tmp_path: Path) -> Callable[..., Path]:
    """Writes a profile whose model has these triggers, a line of YAML each."""

    def write(*triggers: str, score: float = 0.9) -> Path:
        path = tmp_path / "p.yaml"
        lines = "\n".join(f"      - {{train: full, {line}}}" for line in triggers)
        path.write_text(PROFILE.format(triggers=lines, score=score))
        return path

    return write


@pytest.fixture
def no_worker(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Runs are made, and nobody works on them; their ids."""
    launched: list[str] = []
    monkeypatch.setattr("engine.runs.launchers.launch", lambda paths: launched.append(paths.id))
    return launched


def judge(workspace: Workspace, *, right: int, wrong: int, t: float | None = None) -> None:
    """Feedback that confirms and corrects answers, each about an image of its own."""
    ledger = Ledger(workspace, "p", "m", form=LABEL)
    for number in range(right + wrong):
        name = hashlib.sha256(f"{t}-{number}-{right}-{wrong}".encode()).hexdigest()
        ledger.add(
            LabelRecord(
                t=time.time() if t is None else t,
                key=name,
                sent=name,
                sha256=name,
                image=f"files/{name[:16]}.png",
                width=1,
                height=1,
                source="inspection",
                who="ada",
                when=datetime.fromtimestamp(1_700_000_000 + number, UTC),
                label="even",
                kind="confirmed",
                predicted="even" if number < right else "odd",
            )
        )
