"""What every test stands on: no test touches the leases, the workspace or the Hub of the person who runs it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

# Several tests run side by side: threads of one would wait for those of another. Before torch is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="session", autouse=True)
def _apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Before any other fixture, those of modules too: a run of the person's own would make them wait."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FINETOP_LEASES", str(tmp_path_factory.mktemp("leases")))
        patch.setenv("HF_HUB_OFFLINE", "1")
        patch.delenv("FINETOP_WORKSPACE", raising=False)
        yield


@pytest.fixture(autouse=True)
def _own_leases(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FINETOP_LEASES", str(tmp_path_factory.mktemp("leases")))


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
