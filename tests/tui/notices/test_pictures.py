"""Pictures of the list. After a change of looks: look at the new ones, then `pytest --snapshot-update`."""

from __future__ import annotations

from typing import Any

import pytest

from engine.events.schema import SignalEvent
from engine.workspace import Workspace
from tui.notices.seen import Seen

from .conftest import NOW


@pytest.fixture(autouse=True)
def _the_same_place(monkeypatch: pytest.MonkeyPatch) -> None:
    from tui.app import FinetopApp

    monkeypatch.setattr(FinetopApp, "note", "/srv/poles/workspace")


@pytest.mark.parametrize("theme", ["finetop-dark", "finetop-light"])
@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_list_after_a_night(
    utility: Workspace, record: Any, snap_compare: Any, console: Any, until: Any, shows: Any,
    size: tuple[int, int], theme: str,
) -> None:  # fmt: skip
    Seen(utility.root).advance(NOW - 20_000)
    full = "11.2 GiB of 931.5 GiB left"
    nan = "the loss is nan (step 190)"
    worker = record("20261120-120500-utility-ner-5be0", state="lost", started=NOW - 9_000, done_epochs=3.0)
    worker.play()
    worker.say(SignalEvent(t=NOW - 7_000, seq=0, kind="disk_nearly_full", message=full), status=True)
    worker.say(SignalEvent(t=NOW - 6_900, seq=0, kind="diverged", metric="loss", message=nan))
    app = console(now=lambda: NOW)
    app.theme = theme

    async def run(pilot: Any) -> None:
        await until(pilot, lambda: len(app.teller.notices) == 10 and app.snapshot.complete)
        await pilot.press("w")
        await until(pilot, lambda: "while you were away" in shows(app) and "Enter Go" in shows(app))
        await pilot.press("down", "down")
        await until(pilot, lambda: "20261120-120500-utility-ner-5be0" in shows(app))
        await pilot.pause(0.2)

    assert snap_compare(app, terminal_size=size, run_before=run)
