"""Going through what a search found, picture by picture."""

from __future__ import annotations

import contextlib
import shutil
from typing import Any

import pytest

from engine.curation.paths import CurationPaths
from engine.datasets.store import list_datasets
from engine.pictures.graphics import Graphics
from engine.pictures.kitty import PLACEHOLDER

pytestmark = pytest.mark.slow
"""Each takes a second: real pictures in a real screen."""


async def test_the_gravest_comes_first_with_the_picture_that_it_doubles(
    faulty: Any, curate: Any, shows: Any, until: Any
) -> None:
    async with curate() as (app, pilot):
        await until(pilot, lambda: "the same as" in shows(app) and "▀▀▀▀" in shows(app))
        text = shows(app)
        assert "leak" in text and "shows the same as line 1 of test" in text and "line 3 of train" in text
        assert "not decided: drop is suggested" in text and "0 of 6 decided" in text
        assert sum(view.display for view in app.screen.query("TileView")) == 2


async def test_every_decision_is_on_the_disk_at_once(faulty: Any, curate: Any, shows: Any) -> None:
    async with curate() as (app, pilot):
        for key, decided in (
            ("enter", {("train", 3): "drop"}),
            ("k", {("train", 7): "keep"}),
            ("d", {("train", 5): "drop"}),
        ):
            before = faulty.decisions()
            await pilot.press(key)
            assert faulty.decisions() == before | decided
        assert "3 of 6 decided" in shows(app) and "line 5 of train: drop" in shows(app)


async def test_another_label_is_chosen_by_a_part_of_it(faulty: Any, curate: Any, shows: Any, until: Any) -> None:
    async with curate() as (app, pilot):
        await pilot.press("down", "r")
        await until(pilot, lambda: "What is it?" in shows(app))
        await pilot.press(*"cel", "enter")
        await until(pilot, lambda: faulty.decisions() == {("train", 7): "relabel:cell"})
        await pilot.press("up", "up", "up", "down", "r")
        await until(pilot, lambda: "What is it?" in shows(app))
        # What was decided is the one that Enter takes.
        await pilot.press("up", "escape")
        await until(pilot, lambda: "What is it?" not in shows(app))
        assert faulty.decisions() == {("train", 7): "relabel:cell"}


async def test_undo_takes_back_decision_by_decision(faulty: Any, curate: Any, shows: Any) -> None:
    async with curate() as (app, pilot):
        await pilot.press("k", "d", "backspace")
        assert faulty.decisions() == {("train", 3): "keep"} and "looks like diode" in shows(app)
        await pilot.press("u", "u")
        assert faulty.decisions() == {} and "shows the same as line 1 of test" in shows(app)


async def test_only_one_kind_of_problem_is_shown_at_a_time(faulty: Any, curate: Any, shows: Any) -> None:
    async with curate() as (app, pilot):
        await pilot.press("f")
        assert "only leak: 1" in shows(app) and "exposure" not in shows(app)
        await pilot.press("f", "f", "f", "f")
        assert "only blur: 2" in shows(app) and "as soft as blurred copies" in shows(app)
        await pilot.press("f")
        assert "all problems" in shows(app)


async def test_next_goes_to_what_nobody_has_decided_on(faulty: Any, curate: Any, shows: Any) -> None:
    async with curate() as (app, pilot):
        await pilot.press("down", "k", "up", "up", "n")
        assert "doubles line 2 of train" in shows(app)
        await pilot.press("k", "k", "k", "k", "k")
        assert "All are decided" in shows(app) and "6 of 6 decided" in shows(app)


async def test_what_is_dropped_is_said_before_the_dataset_is_made(
    faulty: Any, curate: Any, shows: Any, until: Any
) -> None:
    async with curate() as (app, pilot):
        await pilot.press("enter", "enter", "k", "ctrl+g")
        await until(pilot, lambda: "Make the curated dataset?" in shows(app))
        text = " ".join(shows(app).replace("│", " ").split())
        assert "3 pictures are dropped: 1 leak, 1 exposure, 1 blur." in text
        assert "1 picture is given another label." in text and "Of these 2 as it is suggested" in text
        await pilot.press("enter")
        await until(pilot, lambda: "Make the curated dataset?" not in shows(app))
        assert len(list_datasets(faulty.workspace)) == 1
        await pilot.press("ctrl+g")
        await until(pilot, lambda: "Make the curated dataset?" in shows(app))
        await pilot.press("down", "enter")
        await until(pilot, lambda: "Made infrared-targets-" in shows(app))
    newest = list_datasets(faulty.workspace)[-1]
    assert newest.manifest.counts == {"train": 9, "test": 4} and newest.manifest.notes["curation"]["relabelled"] == 1


async def test_nothing_to_change_is_said(faulty: Any, curate: Any, shows: Any, until: Any) -> None:
    async with curate() as (app, pilot):
        await pilot.press(*"kkkkkk", "ctrl+g")
        await until(pilot, lambda: "0 pictures are dropped." in shows(app))
        await pilot.press("down", "enter")
        await until(pilot, lambda: "no decision changes the dataset" in shows(app))


async def test_what_another_wrote_into_the_file_is_kept_and_shown(
    faulty: Any, curate: Any, shows: Any, until: Any
) -> None:
    async with curate() as (app, pilot):
        faulty.review().decide(("train", 9), "keep", note="sharp enough")
        await pilot.press("d")
        assert faulty.decisions() == {("train", 3): "drop", ("train", 9): "keep"}
        assert "2 of 6 decided" in shows(app)
        await pilot.press("3", "7")
        await until(pilot, lambda: "2 of 6 decided" in shows(app))


async def test_where_nothing_can_be_saved_nothing_changes(
    faulty: Any, curate: Any, shows: Any, until: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> int:
        raise OSError(28, "No space left on device")

    async with curate() as (app, pilot):
        monkeypatch.setattr("engine.curation.review.write_decisions", full)
        await pilot.press("d")
        await until(pilot, lambda: "nothing could be saved" in shows(app))
        assert faulty.decisions() == {} and "0 of 6 decided" in shows(app)
        assert "shows the same as line 1 of test" in shows(app)


async def test_a_picture_that_is_gone_leaves_a_frame(faulty: Any, curate: Any, shows: Any, until: Any) -> None:
    shutil.rmtree(faulty.dataset.path / "files")
    async with curate() as (app, pilot):
        await until(pilot, lambda: "cannot be shown" in shows(app))
        await pilot.press("d")
        assert faulty.decisions() == {("train", 3): "drop"}


async def test_without_pictures_the_path_is_told(faulty: Any, curate: Any, shows: Any) -> None:
    async with curate(graphics=Graphics.NONE, ascii_only=True) as (app, pilot):
        assert "▀" not in shows(app) and f"datasets/{faulty.dataset.id}/files/" in shows(app)
        await pilot.press("k")
        assert "+ leak" in shows(app)


async def test_with_kitty_only_the_pictures_looked_at_are_sent(
    faulty: Any, console: Any, until: Any, shows: Any
) -> None:
    app = console(graphics=Graphics.KITTY)
    sent: list[str] = []
    app.send = sent.append
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("7")
        await until(pilot, lambda: "infrared-targets" in shows(app))
        await pilot.press("enter")
        await until(pilot, lambda: PLACEHOLDER in shows(app) and sum("a=T,U=1" in text for text in sent) == 2)
        await pilot.press("down")
        await until(pilot, lambda: sum("a=T,U=1" in text for text in sent) == 3)


async def test_nothing_is_sent_while_nothing_changes(faulty: Any, curate: Any, until: Any, shows: Any) -> None:
    async with curate() as (app, pilot):
        await until(pilot, lambda: "▀▀▀▀" in shows(app))
        await pilot.pause(0.2)
        displayed: list[Any] = []
        app._display = lambda *given: displayed.append(given)
        with contextlib.suppress(AttributeError):
            app.feed.nudge()
        await pilot.pause(0.6)
        assert displayed == []


async def test_escape_leaves_the_review_and_then_the_screen(faulty: Any, curate: Any, shows: Any, until: Any) -> None:
    async with curate() as (app, pilot):
        await pilot.press("escape")
        await until(pilot, lambda: "Enter goes through what was found" in shows(app))
        await pilot.press("escape")
        await until(pilot, lambda: "[3 Monitor]" in shows(app))


async def test_a_workspace_without_pictures_says_what_to_do(console: Any, shows: Any, until: Any) -> None:
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("7")
        await until(pilot, lambda: "no dataset of pictures" in shows(app))
        assert "engine data import" in shows(app) and "[7 Curate]" in shows(app)


async def test_read_only_there_is_no_such_screen(faulty: Any, console: Any, shows: Any) -> None:
    app = console(readonly=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("7")
        await pilot.pause()
        assert "[3 Monitor]" in shows(app) and "7 Curate" not in shows(app)


@pytest.mark.slow
async def test_a_dataset_is_searched_from_here(workspace: Any, console: Any, shows: Any, until: Any) -> None:
    from tests.tui.curate.conftest import make_dataset

    dataset = make_dataset(workspace, 30)
    app = console()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("7")
        await until(pilot, lambda: "not searched yet" in shows(app))
        await pilot.press("enter")
        await until(pilot, lambda: "measuring pictures" in shows(app) or "decided" in shows(app), "progress")
        await until(pilot, lambda: "decided" in shows(app), "the review")
        assert "leak" in shows(app)
    assert CurationPaths.of(workspace, dataset).decisions.is_file()


@pytest.mark.slow
async def test_a_search_that_fails_says_why(faulty: Any, curate: Any, shows: Any, until: Any) -> None:
    path = CurationPaths.of(faulty.workspace, faulty.dataset).decisions
    async with curate() as (app, pilot):
        path.write_text("picture,split\n")
        await pilot.press("c")
        await until(pilot, lambda: "column" in shows(app), "the sentence")
        assert "[7 Curate]" in shows(app)


async def test_the_mouse_goes_to_any_flagged_picture(faulty: Any, curate: Any, until: Any) -> None:
    async with curate() as (app, pilot):
        await pilot.click("#flagged", offset=(5, 4))
        await until(pilot, lambda: app.screen.sitting.at == 3)
        await pilot.click("#flagged", offset=(5, 2))
        await until(pilot, lambda: app.screen.sitting.at == 1)
        assert not any(faulty.decisions().values())
