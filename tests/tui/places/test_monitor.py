"""Monitor with other machines: what the operator sees of them, and what is possible there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.runs.catalogue import Catalogue
from engine.runs.paths import RunPaths
from engine.workspace import Workspace
from tests.tui.pictures import COLOURS, SIZES
from tui.feed.follow import Follower
from tui.feed.model import PlaceInfo, RunDetail, RunInfo, Wanted
from tui.places.local import LocalPlace

NOW = 1_795_185_600.0
NER = "20261120-143408-utility-ner-7f3a"
NO_ENGINE = "no engine in the PATH there: give --remote-engine FILE"
FIGURES = {
    "cuda:0/utilisation_percent": 93.0,
    "cuda:0/memory_used_mib": 6420.0,
    "cuda:0/memory_total_mib": 24564.0,
    "cuda:0/temperature_c": 67.0,
}


class Own(LocalPlace):
    """Takes the machine off the run's name, as a real link does."""

    def _paths(self, run_id: str) -> RunPaths:
        return super()._paths(run_id.rpartition(":")[2])


class Elsewhere:
    """A machine whose link is a directory of this one: the same pictures each time."""

    def __init__(self, name: str, workspace: Workspace | None, **info: Any) -> None:
        self.name, self._info = name, PlaceInfo(name, **info)
        self._catalogue = Catalogue(workspace or Workspace(Path("/nonexistent")), lambda: NOW)
        self._wanted: tuple[str, ...] = ()
        self.place = Own(workspace) if workspace else None

    def start(self, changed: Callable[[], object]) -> None:
        while not self._catalogue.complete:
            self._catalogue.refresh()

    def stop(self) -> None:
        pass

    def want(self, wanted: Wanted) -> None:
        self._wanted = tuple(name.rpartition(":")[2] for name in wanted.selected if name.startswith(self.name))

    def runs(self) -> tuple[RunInfo, ...]:
        return tuple(replace(run, id=f"{self.name}:{run.id}", place=self.name) for run in self._catalogue.runs())

    def details(self) -> dict[str, RunDetail]:
        found = {}
        for name in self._wanted:
            paths = self._catalogue.paths(name)
            if paths is not None:
                follower = Follower(RunPaths(paths.root), "f1")
                follower.advance(5)
                found[f"{self.name}:{name}"] = follower.detail()
        return found

    def info(self) -> PlaceInfo:
        return self._info


@pytest.fixture
def machines(utility: Workspace) -> tuple[Elsewhere, ...]:
    """One that works, one that just went away, and one that was never there."""
    return (
        Elsewhere("gpu1", utility, connected=True, listed=True, figures=FIGURES),
        Elsewhere("ada@gpu2.lab", utility, listed=True, problem="ssh: no route to host", seen_at=NOW, silent_min=2),
        Elsewhere("gpu3", None, problem=NO_ENGINE),
    )


@pytest.fixture
def monitor(console: Any, machines: Any, tmp_path: Path, monkeypatch: Any) -> Callable[..., Any]:
    from tui.app import FinetopApp

    monkeypatch.setattr(FinetopApp, "note", "/srv/poles/workspace")

    def make(**options: Any) -> Any:
        own = Workspace(tmp_path / "own")
        return console(workspace=own, now=lambda: NOW, read_figures=dict, attached=machines, **options)

    return make


def test_machines(monitor: Any, snap_compare: Any, until: Any, shows: Any) -> None:
    app = monitor()

    async def run(pilot: Any) -> None:
        await until(pilot, lambda: "not reachable" in shows(app) and "gpu1" in shows(app), "the machines")
        await until(
            pilot, lambda: app.snapshot.details and "0.8815" in shows(app) and "loss" in shows(app), "the curves"
        )

    assert snap_compare(app, terminal_size=(120, 40), run_before=run, sizes=SIZES, colours=COLOURS)


async def test_the_screen_says_how_it_stands_and_what_is_old(monitor: Any, until: Any, shows: Any) -> None:
    app = monitor()
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "? unknown" in shows(app), "the rows")
        screen = shows(app)
        assert "● gpu1 6 runs" in screen and "✗ ada@gpu2.lab not reachable, last seen 2m ago" in screen
        assert "● running" in screen and "✗ gpu2.lab" in screen and "--remote-engine" in screen


async def test_a_run_elsewhere_has_its_details_with_what_cannot_be_done(monitor: Any, until: Any, shows: Any) -> None:
    app = monitor()
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "? unknown" in shows(app), "the rows")
        await pilot.press("enter")
        await until(pilot, lambda: "learning_rate" in shows(app), "the specification")
        assert "run finetop there" in shows(app) and ":2026" not in shows(app).split("directory")[1][:40]


async def test_validate_offers_the_models_of_this_machine_alone(monitor: Any, until: Any, shows: Any) -> None:
    app = monitor()
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "? unknown" in shows(app), "the rows")
        await pilot.press("4")
        await pilot.pause(0.3)
        assert "gpu1" not in shows(app)


async def test_stop_goes_to_the_machine_of_the_run(monitor: Any, until: Any, shows: Any, utility: Workspace) -> None:
    from engine.runs.control import stop_requested
    from engine.tasks.contract import Stop

    app = monitor()
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "? unknown" in shows(app), "the rows")
        run = app.screen.list.highlighted
        assert run.place
        await pilot.press("s", "enter")
        await until(pilot, lambda: stop_requested(RunPaths(utility.runs / NER)) is Stop.AFTER_STEP, "the request")


async def test_a_read_only_console_offers_no_stop(monitor: Any, until: Any, shows: Any) -> None:
    app = monitor(readonly=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "? unknown" in shows(app), "the rows")
        assert " Stop" not in shows(app)
