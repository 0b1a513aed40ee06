"""Runs as the catalogue knows them, without a disk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.events.schema import SignalEvent
from engine.runs.spec import Target
from engine.runs.state import RunView
from tui.feed.model import RunInfo

NOW = 1_795_185_600.0


@pytest.fixture
def run() -> Callable[..., RunInfo]:
    """`run(state, **facts)`."""

    def make(state: str, run_id: str = "20261120-143408-utility-ner-7f3a", **facts: Any) -> RunInfo:
        signals = facts.pop("signals", ())
        view = RunView(
            id=run_id,
            profile="utility",
            model="ner",
            task="token-classification",
            state=state,  # type: ignore[arg-type]
            headline="f1",
            targets=(Target("f1", 0.85),),
            **({"ended": NOW} if state in ("done", "failed", "lost", "stopped") else {}) | facts,
        )
        raised = tuple(
            SignalEvent(t=t, seq=seq, kind=kind, message=f"{kind} it says") for seq, (kind, t) in enumerate(signals)
        )
        return RunInfo(run_id, view, last_event_t=NOW, signals=raised)

    return make
