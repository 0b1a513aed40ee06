"""Runs as the catalogue knows them, without a disk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.events.schema import ProgressEvent
from engine.runs.spec import Target
from engine.runs.state import RunView
from tui.feed.model import RunInfo

NOW = 1_795_185_600.0


def made_run(number: int = 0, *, place: str = "", at: float = 0.0, **facts: Any) -> RunInfo:
    """A run; the later its number, the newer."""
    run_id = f"20261120-1434{number % 100:02d}-utility-ner-{number:04x}"
    told: dict[str, Any] = {
        "id": run_id,
        "profile": "utility",
        "model": "ner",
        "task": "token-classification",
        "state": "done",
        "headline": "f1",
        "score": 0.8,
        "targets": (Target("f1", 0.85),),
        "started": NOW - 3600,
        "device": "cuda:0",
        "progress": ProgressEvent(t=0, seq=0, phase="training", step=int(at * 100), steps=100),
    }
    return RunInfo(run_id, RunView(**(told | facts)), place=place)


@pytest.fixture
def a_run() -> Callable[..., RunInfo]:
    """`a_run(number, **facts of the view)`."""
    return made_run
