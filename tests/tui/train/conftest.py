"""Profiles that train in milliseconds, and the console on them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

REHEARSAL = """\
finetop: 1
name: rehearsal
title: Follows a script in place of training
models:
  quick:
    task: noop
    description: Ends at once.
    config: {script: [{report: {loss: 0.5}}, {evaluate: {score: 0.8}}]}
    targets: {score: 0.7}
  slow:
    task: noop
    description: Takes a while.
    config: {epochs: 40, script: [{report: {loss: 0.5}}, {sleep: 0.1}]}
presets:
  short:
    description: One epoch.
    models: {slow: {config: {epochs: 1}}}
"""
POLES = """\
finetop: 1
name: poles
title: Texts about poles
models:
  ner:
    task: token-classification
    description: Finds what a text names.
    config: {base: "scratch:tiny", labels: [STANDARD, MEASURE], epochs: 20, learning_rate: 5.0e-4}
    targets: {f1: 0.85}
  search:
    task: sentence-similarity
    config: {epochs: 4, batch_size: 32}
presets:
  quick:
    description: Minutes on two cores.
    models: {ner: {config: {epochs: 3}}, search: {config: {epochs: 2}}}
"""


@pytest.fixture
def profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one profile; the shipped ones are out of the way."""
    from engine.profiles import finding

    folder = tmp_path / "profiles"
    folder.mkdir()
    (folder / "rehearsal.yaml").write_text(REHEARSAL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(finding, "shipped_profiles", lambda: folder)
    return folder


@pytest.fixture
def train(profiles: Path, console: Any, until: Any, shows: Any) -> Callable[..., Any]:
    """`async with train() as (app, pilot)`: the console on Train, its settings read."""

    @contextlib.asynccontextmanager
    async def opened(size: tuple[int, int] = (120, 40), *, ready: str = "[x] quick", **options: Any) -> Any:
        app = console(**options)
        async with app.run_test(size=size) as pilot:
            await pilot.press("2")
            await until(pilot, lambda: ready in shows(app), ready)
            yield app, pilot

    return opened
