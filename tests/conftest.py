"""What every test stands on: no test touches the leases, the workspace or the Hub of the person who runs it."""

import os
from pathlib import Path

import pytest

# Several tests run side by side: threads of one would wait for those of another. Before torch is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(autouse=True)
def _apart(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FINETOP_LEASES", str(tmp_path_factory.mktemp("leases")))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.delenv("FINETOP_WORKSPACE", raising=False)


@pytest.fixture
def scripted_profile(tmp_path: Path) -> Path:
    """A profile of two models that follow a script in place of training."""
    path = tmp_path / "scripted.yaml"
    path.write_text(
        """\
finetop: 1
name: scripted
title: Follows a script
models:
  good:
    task: noop
    config:
      epochs: 2
      script:
        - report: {loss: 0.5}
        - evaluate: {score: 0.8}
    targets: {score: 0.7}
  bad:
    task: noop
    config:
      script:
        - raise: bad_data
    targets: {score: 0.7}
"""
    )
    return path
