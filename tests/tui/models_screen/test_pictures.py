"""Pictures of Models. After a change of looks: look at the new ones, then `pytest --snapshot-update`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.tui.models_screen.conftest import NOW, a_comparison, a_gate
from tests.tui.pictures import COLOURS, SIZES, Size

pytestmark = pytest.mark.slow


@pytest.fixture
def picture(snap_compare: Callable[..., bool], console: Any, until: Any, shows: Any, monkeypatch: Any) -> Any:
    """Compares Models with its picture, after some keys."""
    from tui.app import FinetopApp

    monkeypatch.setattr(FinetopApp, "note", "/srv/poles/workspace")

    def compare(
        size: Size,
        *keys: str,
        shown: str,
        sizes: tuple[Size, ...] = (),
        colours: tuple[str, ...] = (),
        **options: Any,
    ) -> bool:
        app = console(now=lambda: NOW, read_figures=dict, **options)
        app.theme = "finetop-dark"

        async def run(pilot: Any) -> None:
            await pilot.press("5")
            await until(pilot, lambda: "Versions of" in shows(app), "the versions")
            await pilot.press("right", "down")
            await until(pilot, lambda: app.screen.use is not None and app.screen.use.model == "utility/ner")
            for key in keys:
                await pilot.press(key)
                await pilot.pause(0.1)
            await until(pilot, lambda: shown in shows(app), "the screen")

        return snap_compare(app, terminal_size=size, run_before=run, sizes=sizes, colours=colours)

    return compare


def test_models(registry: Any, deployed: Any, fired: Any, picture: Any) -> None:
    assert picture((120, 40), shown="try it", sizes=SIZES, colours=COLOURS)


def test_the_gate(registry: Any, engine: Any, picture: Any) -> None:
    assert picture((80, 24), "P", shown="5 of 5 checks", sizes=SIZES, colours=COLOURS)


def test_the_gate_refuses(registry: Any, engine: Any, picture: Any) -> None:
    engine.says("gate", a_gate(passed=False))
    assert picture((80, 24), "P", shown="1 of 5 checks failed", colours=COLOURS)


def test_two_versions_compared(registry: Any, engine: Any, picture: Any) -> None:
    engine.says("compare", a_comparison())
    assert picture((120, 40), "c", shown="is better than", sizes=SIZES)


def test_the_ab_at_80x24(registry: Any, deployed: Any, picture: Any) -> None:
    assert picture((80, 24), "p", shown="candidate is better")


def test_triggers_at_80x24(registry: Any, fired: Any, picture: Any) -> None:
    assert picture((80, 24), "p", "p", shown="staged @3")


def test_a_rollback_is_confirmed(registry: Any, picture: Any) -> None:
    assert picture((120, 40), "R", shown="back to @1")


def test_models_in_ascii(registry: Any, deployed: Any, fired: Any, picture: Any) -> None:
    assert picture((80, 24), ascii_only=True, shown="! forced")


def test_the_card(registry: Any, picture: Any) -> None:
    assert picture((120, 40), "m", shown="Finds equipment")
