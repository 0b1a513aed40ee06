"""Keys that arrive all at once, as from a paste or over a slow line, do what they do one after another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual import events

from tests.tui.train.conftest import POLES
from tests.tui.train.test_train import at, value_of

pytestmark = pytest.mark.slow


def burst(app: Any, *keys: str) -> None:
    for key in keys:
        app.post_message(events.Key(key, key if len(key) == 1 else None))


async def test_a_value_typed_in_one_burst_with_enter_reaches_the_field(train: Any, until: Any) -> None:
    async with train() as (app, pilot):
        await at(app, pilot, until, "slow", "epochs")
        burst(app, "enter", "backspace", "backspace", "2", "5", "enter")
        await until(pilot, lambda: value_of(app, "slow", "epochs") == "25")
        assert app.current_mode == "train"


async def test_words_typed_in_one_burst_with_slash_reach_the_filter(train: Any, until: Any) -> None:
    async with train() as (app, pilot):
        await at(app, pilot, until, "slow", "epochs")
        burst(app, "slash", *"lr", "enter")
        await until(pilot, lambda: app.screen.picture.wanted.words == "lr")
        assert app.screen.panes.line.value == "" and len(app.screen_stack) == 1


async def test_keys_of_one_burst_reach_the_window_that_the_first_opened(
    train: Any, profiles: Path, until: Any
) -> None:
    (profiles / "rehearsal.yaml").write_text(POLES)
    async with train(ready="[x] ner") as (app, pilot):
        await at(app, pilot, until, "ner", "schedule")
        screen = app.screen
        burst(app, "enter", *"cos", "enter")
        await until(pilot, lambda: screen.picture.draft.changes == ("ner.schedule=cosine",))


async def test_a_burst_over_screens_ends_in_the_field_it_names(train: Any, until: Any) -> None:
    async with train() as (app, pilot):
        screen = app.screen
        burst(app, "3", "2", "l", "7")
        await until(pilot, lambda: app.screen is screen and screen.panes.line.value == "7")
