"""Pictures of Train. After a change of looks: look at the new ones, then `pytest --snapshot-update`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.datasets.store import write_dataset
from tests.tui.pictures import COLOURS, SIZES, Size
from tests.tui.train.conftest import POLES
from tui.train.command import commands

pytestmark = pytest.mark.slow
NOW = 1_795_185_600.0


@pytest.fixture
def picture(
    workspace: Any,
    record: Any,
    profiles: Path,
    snap_compare: Callable[..., bool],
    console: Any,
    until: Any,
    monkeypatch: Any,
) -> Any:
    """Compares Train with its picture, after some keys, on a workspace where other runs wait for the same device."""
    from engine.devices import Device
    from engine.plan import making
    from tui.app import FinetopApp

    device = Device("cpu", "AMD EPYC 7763", 65_536)
    monkeypatch.setattr(FinetopApp, "note", "/srv/poles/workspace")
    monkeypatch.setattr(
        "tui.screens.train.commands", lambda draft, profile, _: commands(draft, profile, "/srv/poles/workspace")
    )
    monkeypatch.setattr("engine.devices.list_devices", lambda: [device])
    monkeypatch.setattr(making, "list_devices", lambda: [device])
    monkeypatch.setattr("engine.runs.leases.list_devices", lambda: [device])
    monkeypatch.setattr(making, "_disk", lambda *_: making.DiskPlan(412.0, 34_000.0, 100_000.0))
    (profiles / "rehearsal.yaml").unlink()
    (profiles / "poles.yaml").write_text(POLES)
    record(
        "20261120-143409-utility-embeddings-c21d", model="embeddings", state="queued", started=NOW - 260
    ).hold().play()
    record("20261120-093011-utility-ner-e5a8", state="failed", started=NOW - 18_600, done_epochs=1.0, best=0.5).play()
    sizes = {"train": 840, "validation": 240, "test": 120}
    for model, task in (("ner", "token-classification"), ("search", "sentence-similarity")):
        rows = {split: [{"text": f"{split} {number}"} for number in range(size)] for split, size in sizes.items()}
        classes = {"train": {"STANDARD": 383, "MEASURE": 613}} if model == "ner" else {}
        write_dataset(
            workspace, task=task, profile="poles", model=model, splits=rows, classes=classes, source="import"
        )

    def compare(
        size: Size,
        *keys: str,
        changes: str = "ner.epochs=5",
        ready: Callable[[Any], object] | None = None,
        sizes: tuple[Size, ...] = (),
        colours: tuple[str, ...] = (),
        **options: Any,
    ) -> bool:
        app = console(now=lambda: NOW, read_figures=dict, **options)
        app.theme = "finetop-dark"

        async def run(pilot: Any) -> None:
            await until(pilot, lambda: app.snapshot.complete)
            await pilot.press("2")
            await until(pilot, lambda: app.screen.picture.sheet is not None)
            # A change that cannot be leaves what is known of the datasets as it was.
            await until(pilot, lambda: app.screen.picture.planned, "the first plan")
            app.screen.panes.line.value = changes
            await until(pilot, lambda: len(app.screen.picture.draft.changes) == len(changes.split()))
            sheet = app.screen.panes.settings.sheet
            await until(pilot, lambda: any(row.changed for row in sheet.rows) or not changes)
            sheet.focus()
            sheet.go_to(("ner", "epochs"))
            await until(pilot, lambda: app.screen.picture.planned or app.screen.picture.problems, "the plan")
            await pilot.press(*keys)
            await until(pilot, lambda: ready is None or ready(app), "the screen")

        return snap_compare(app, terminal_size=size, run_before=run, sizes=sizes, colours=colours)

    return compare


def test_train(picture: Any) -> None:
    assert picture((120, 40), sizes=SIZES, colours=COLOURS)


def test_the_plan_at_80x24(picture: Any) -> None:
    assert picture((80, 24), "p")


def test_a_value_that_cannot_be(picture: Any) -> None:
    assert picture(
        (80, 24),
        *["enter", "x"],
        ready=lambda app: app.screen.panes.settings._problem,
    )


def test_the_dry_run(picture: Any) -> None:
    assert picture((120, 40), "d", ready=lambda app: len(app.screen_stack) == 2)


def test_a_run_to_copy_is_picked(picture: Any) -> None:
    assert picture((120, 40), "r", ready=lambda app: len(app.screen_stack) == 2)


def test_train_in_ascii(picture: Any) -> None:
    assert picture((120, 40), changes="ner.epochs=5 search.batch_size=0", ascii_only=True)
