"""Pictures of Label. After a change of looks: look at the new ones, then `pytest --snapshot-update`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.tui.pictures import COLOURS, SIZES, Size

pytestmark = pytest.mark.slow
NOW = 1_795_185_600.0


@pytest.fixture
def picture(snap_compare: Callable[..., bool], console: Any, until: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Compares Label with its picture, after some keys."""
    from tui.app import FinetopApp

    monkeypatch.setattr(FinetopApp, "note", "/srv/assets/workspace")

    def compare(
        size: Size,
        *keys: str,
        ready: Callable[[Any], object] | None = None,
        sizes: tuple[Size, ...] = (),
        colours: tuple[str, ...] = (),
        **options: Any,
    ) -> bool:
        app = console(now=lambda: NOW, labeller="anna", read_figures=dict, **options)
        app.theme = "finetop-dark"

        async def run(pilot: Any) -> None:
            await until(pilot, lambda: app.snapshot.listed, "the first look")
            await pilot.press("6")
            await until(pilot, lambda: app.screen.query("LabelPanes"), "the screen")
            # Suggestions come from a thread: a key pressed before them would be logged without one.
            await pilot.pause(0.7)
            for key in keys:
                await pilot.press(key)
                await pilot.pause()
            if ready is not None:
                await until(pilot, lambda: ready(app), "the screen")
            app.screen.set_focus(None)

        return snap_compare(app, terminal_size=size, run_before=run, sizes=sizes, colours=colours)

    return compare


def test_label_with_a_suggestion(library: Any, predicted: str, labelled: int, picture: Any) -> None:
    assert picture((120, 40), "c", sizes=SIZES, colours=COLOURS)


def test_label_says_why(library: Any, predicted: str, labelled: int, picture: Any) -> None:
    assert picture((120, 40), "s", "W", ready=lambda app: app.screen.model.why is not None, sizes=SIZES[:2])


def test_label_in_ascii(library: Any, predicted: str, labelled: int, picture: Any) -> None:
    assert picture((80, 24), "W", ready=lambda app: app.screen.model.why is not None, ascii_only=True)


def test_label_of_a_folder_with_folders(library: Any, labelled: int, picture: Any) -> None:
    keys = ["slash", *"swamp", "enter"]
    assert picture((120, 40), *keys, ready=lambda app: app.screen.labelling.current.depth == 2)


def test_label_in_a_blind_pass(library: Any, labelled: int, picture: Any) -> None:
    assert picture((80, 24), "P", "c", "a", "a")


def test_label_writes_a_note(library: Any, labelled: int, picture: Any) -> None:
    assert picture((80, 24), "N", *"ask-Tom")


def test_label_tells_agreement(library: Any, labelled: int, picture: Any) -> None:
    keys = ["P", *"acacasaaas", "A"]
    assert picture((120, 40), *keys, ready=lambda app: len(app.screen_stack) == 2)


def test_label_asks_how_to_train(library: Any, labelled: int, picture: Any) -> None:
    assert picture((120, 40), "ctrl+g", ready=lambda app: len(app.screen_stack) == 2)


def test_label_without_a_database(picture: Any, console: Any, snap_compare: Any, until: Any, shows: Any) -> None:
    app = console(now=lambda: NOW, read_figures=dict)
    app.theme = "finetop-dark"

    async def run(pilot: Any) -> None:
        await pilot.press("6")
        await until(pilot, lambda: "engine folders gather" in shows(app))

    assert snap_compare(app, terminal_size=(80, 24), run_before=run)
