"""What an operator does in Validate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.feedback.texts import corrections_file

from .conftest import ROWS, TEXT, TEXTS

pytestmark = pytest.mark.slow
SIZE = (120, 40)


def kept(workspace: Any, split: str = "train") -> list[dict[str, Any]]:
    path = corrections_file(workspace, "utility", "ner", split)  # type: ignore[arg-type]
    return [msgspec.json.decode(line) for line in path.read_bytes().splitlines()] if path.exists() else []


async def test_versions_stand_before_runs_and_a_filter_finds_them(
    taggers: Any, console: Any, until: Any, shows: Any, opened: Any
) -> None:
    app = console()
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app)
        text = shows(app)
        assert text.index("ner@1  ● production") < text.index("ner@2  ◐ staging") < text.index("ner 90be")
        await pilot.press("slash", *"utility/ner@staging")
        await until(pilot, lambda: "1 of 3" in shows(app) and "ner@1" not in shows(app))
        await pilot.press("enter", "enter")
        await until(pilot, lambda: app.screen.state.first.choice.name == "utility/ner@2")


async def test_two_versions_answer_beside_each_other(
    taggers: Any, console: Any, until: Any, shows: Any, opened: Any, ask: Any
) -> None:
    app = console()
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app)
        await pilot.press("b")
        await until(pilot, lambda: "Choose another model" in shows(app))
        await pilot.press("down", "b")
        await until(pilot, lambda: "Ready ner@1 and ner@2" in shows(app))
        assert "A ner@1" in shows(app) and "B ner@2" in shows(app) and len(app.warm.warm) == 2
        await ask(pilot, app, TEXT, "alike")
        text = shows(app)
        assert "2 differences, 2 alike" in text or "differs" in text
        assert "only A   G.O. 95" in text and "A  utility/ner@1" in text and "B  utility/ner@2" in text
        (titles,) = [line for line in text.splitlines() if "utility/ner@1" in line]
        assert "utility/ner@2" in titles  # beside each other
        await pilot.press("s")
        await until(pilot, lambda: "▸ B  utility/ner@2" in shows(app))
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: not any("A  ut" in line and "B  ut" in line for line in shows(app).splitlines()))
        await pilot.press("b")
        await until(pilot, lambda: "alone is asked again" in shows(app) and len(app.warm.warm) == 1)


async def test_escape_stops_a_model_that_is_being_loaded(
    taggers: Any, console: Any, until: Any, shows: Any, opened: Any
) -> None:
    (taggers.models / "utility/ner/2/slow").touch()
    app = console()
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app)
        await pilot.press("down", "b")
        await until(pilot, lambda: "Loading ner@2: 0 s" in shows(app) and len(app.warm.warm) == 2)
        await pilot.press("escape")
        await until(pilot, lambda: "Stopped; utility/ner@2 is not loaded" in shows(app))
        assert app.current_mode == "validate" and app.screen.state.ready
        await until(pilot, lambda: len(app.warm.warm) == 1)


async def test_a_model_that_cannot_be_loaded_and_one_that_dies_say_why(
    taggers: Any, console: Any, until: Any, shows: Any, opened: Any
) -> None:
    (taggers.models / "utility/ner/2/broken").touch()
    app = console()
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app)
        await pilot.press("down", "b")
        await until(pilot, lambda: "the weights are gone" in shows(app))
        assert app.screen.state.ready  # the first one still answers
        app.screen.query_one("#first").value = "die"
        await pilot.press("ctrl+g")
        await until(pilot, lambda: "(exit code 3): out of memory" in shows(app) and "loads it again" in shows(app))
        await pilot.press("up", "enter")
        await until(pilot, lambda: "Ready on cpu" in shows(app))


async def test_an_answer_is_accepted_once_and_undone(
    taggers: Any, console: Any, until: Any, shows: Any, opened: Any, ask: Any
) -> None:
    app = console()
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app)
        await ask(pilot, app, "The pole leans.")
        await pilot.press("a")
        await until(pilot, lambda: "✓ accepted by you" in shows(app) and "1 accepted · 1 kept" in shows(app))
        (line,) = kept(taggers)
        assert line["entities"] == [{"start": 4, "end": 8, "label": "EQUIPMENT"}] and line["verdict"] == "accepted"
        await pilot.press("a", "r", "e")
        await pilot.pause()
        assert len(app.screen_stack) == 1 and len(kept(taggers)) == 1
        await ask(pilot, app, "The pole leans.")
        await pilot.press("a")
        await until(pilot, lambda: "there already; nothing was added" in shows(app))
        await pilot.press("u")
        await until(pilot, lambda: "Taken back" in shows(app) and "1 kept" not in shows(app))
        assert kept(taggers) == []


async def test_spans_are_corrected_by_keys_and_a_held_out_text_is_never_trained_on(
    taggers: Any, console: Any, until: Any, shows: Any, opened: Any, ask: Any
) -> None:
    app = console()
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app)
        await ask(pilot, app, TEXT)
        await pilot.press("r")
        await until(pilot, lambda: "✗ rejected by you" in shows(app) and "press e" in shows(app))
        await pilot.press("e")
        await until(pilot, lambda: "What is right?" in shows(app) and "nothing is changed" in shows(app))
        await pilot.press("enter")  # nothing to keep yet
        await pilot.press("tab", "x", "tab", "down", "space")
        await until(pilot, lambda: "changed; Enter keeps it" in shows(app))
        await pilot.press("enter")
        await until(pilot, lambda: "✎ corrected by you" in shows(app) and "of the test split" in shows(app))
        assert "rejected" not in app.screen.query_one("#result").border_subtitle
    assert kept(taggers) == []
    (line,) = kept(taggers, "test")
    assert [one["label"] for one in line["entities"]] == ["MEASURE", "EQUIPMENT"]


async def test_a_correction_that_is_closed_changes_nothing(
    taggers: Any, console: Any, until: Any, shows: Any, opened: Any, ask: Any
) -> None:
    app = console()
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app)
        await ask(pilot, app, TEXT)
        await pilot.press("e", "x", "escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await pilot.pause()
        assert "by you" not in shows(app)
    assert not (taggers.root / "feedback").exists()


async def test_readonly_answers_and_takes_nothing(
    taggers: Any, console: Any, until: Any, shows: Any, opened: Any, ask: Any
) -> None:
    app = console(readonly=True)
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app)
        await ask(pilot, app, TEXT)
        assert "Accept" not in shows(app) and "Pick" in shows(app)
        await pilot.press("a", "r", "e", "u")
        await pilot.pause()
        assert "by you" not in shows(app) and len(app.screen_stack) == 1
    assert not (taggers.root / "feedback").exists()


async def test_a_held_out_sample_is_picked_and_told_right_or_wrong(
    taggers: Any, console: Any, until: Any, shows: Any, opened: Any
) -> None:
    app = console()
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app)
        await pilot.press("p")
        await until(pilot, lambda: "[test]" in shows(app) and "3 of 3 samples" in shows(app))
        await pilot.press("c")
        await until(pilot, lambda: "2 of 3 samples with EQUIPMENT" in shows(app))
        await pilot.press("slash", *"guy", "enter")
        await until(pilot, lambda: "1 of 3 samples with EQUIPMENT with 'guy'" in shows(app))
        await pilot.press("enter")
        await until(pilot, lambda: "✗ wrong   too much MEASURE '6 feet'" in shows(app))
        assert app.screen.query_one("#first").value == TEXTS[1]


async def test_samples_of_the_run_say_what_the_model_got_wrong_and_files_open(
    taggers: Any, console: Any, until: Any, shows: Any, opened: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # however long its name is, paths are not cut
    (tmp_path / "own.txt").write_text("Mind the pole.\n")
    app = console()
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app)
        await pilot.press("p")
        await until(pilot, lambda: "3 of 3 samples" in shows(app))
        await pilot.press("left")
        await until(pilot, lambda: "✗ wrong" in shows(app), "the samples of the run")
        await pilot.press("w")
        await until(pilot, lambda: "2 of 3 samples that the model got wrong" in shows(app))
        await pilot.press("f")
        app.screen.query_one("#written").value = "gone.txt"
        await pilot.press("enter", "w")
        await until(pilot, lambda: "there is no such file" in shows(app))
        await pilot.press("f")
        app.screen.query_one("#written").value = "own.txt"
        await pilot.press("enter")
        await until(pilot, lambda: "1 of 1 samples" in shows(app))
        await pilot.press("enter")
        await until(
            pilot, lambda: app.screen.query("#first") and app.screen.query_one("#first").value.startswith("Mind")
        )


def a_file(folder: Path) -> Path:
    path = folder / "rows.jsonl"
    rows = [*ROWS, {"text": "bad"}, {"no": 1}, {"text": "The pole leans."}]
    path.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    return path


async def test_every_row_of_a_file_is_asked_sorted_and_corrected(
    taggers: Any, console: Any, until: Any, shows: Any, opened: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # however long its name is, paths are not cut
    app = console()
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app)
        await pilot.press("f", "enter")
        await until(pilot, lambda: "Write the path of a file." in shows(app))
        app.screen.query_one("#source").value = a_file(tmp_path).name
        await until(pilot, lambda: "rows.predictions.jsonl" in shows(app))
        await pilot.press("enter")
        await until(pilot, lambda: "2 of 3 labelled ones right (67 %) · 2 failed" in shows(app))
        assert "✗ failed  this sample cannot be read" in shows(app) and "✗ failed  no text" in shows(app)
        await pilot.press("o")
        await until(pilot, lambda: "by confidence, least sure first" in shows(app))
        await pilot.press("w", "enter")
        await until(pilot, lambda: "✗ wrong   too much MEASURE '6 feet'" in shows(app))
        await pilot.press("f")
        await until(pilot, lambda: "2 failed" in shows(app))  # the table is still there
        await pilot.press("n")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "source")
        app.screen.query_one("#source").value = str(tmp_path)
        await pilot.press("enter")
        await until(pilot, lambda: "a folder, and the model" in shows(app))
    assert len((tmp_path / "rows.predictions.jsonl").read_bytes().splitlines()) == 6


async def test_a_batch_that_is_stopped_leaves_no_file(
    taggers: Any, console: Any, until: Any, shows: Any, opened: Any, tmp_path: Path
) -> None:
    source = a_file(tmp_path)
    app = console()
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app)
        (taggers.models / "utility/ner/1/slow").touch()
        await pilot.press("f")
        app.screen.query_one("#source").value = str(source)
        await pilot.press("enter")
        await until(pilot, lambda: "Esc stops it" in shows(app))
        await pilot.press("escape")
        await until(pilot, lambda: "Stopped; nothing was written." in shows(app))
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
    assert [path.name for path in tmp_path.iterdir() if "predictions" in path.name] == []


async def test_without_writing_a_batch_is_shown_all_the_same(
    taggers: Any, console: Any, until: Any, shows: Any, opened: Any, tmp_path: Path
) -> None:
    app = console(readonly=True)
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app)
        await pilot.press("f")
        app.screen.query_one("#source").value = str(a_file(tmp_path))
        await pilot.press("enter")
        await until(pilot, lambda: "not written: --readonly" in shows(app))
    assert not (tmp_path / "rows.predictions.jsonl").exists()


async def test_a_batch_that_is_stopped_does_not_end_the_next(
    taggers: Any, console: Any, until: Any, shows: Any, opened: Any, tmp_path: Path
) -> None:
    source = a_file(tmp_path)
    slow = taggers.models / "utility/ner/1/slow"
    app = console()
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app)
        slow.touch()
        await pilot.press("f")
        app.screen.query_one("#source").value = str(source)
        await until(pilot, lambda: app.screen.query_one("#output").value)
        await pilot.press("enter")
        await until(pilot, lambda: "Esc stops it" in shows(app))
        slow.unlink()
        await pilot.press("escape", "enter")
        await until(pilot, lambda: app.screen.table is not None, "the second batch")
        assert "exit code" not in shows(app)


@pytest.mark.parametrize("key", ["f", "p"])
async def test_a_home_that_nobody_has_is_a_name_like_any_other(
    taggers: Any, console: Any, until: Any, shows: Any, opened: Any, key: str
) -> None:
    app = console()
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app)
        await pilot.press(key)
        await until(pilot, lambda: len(app.screen_stack) == 2)
        if key == "p":
            await pilot.press("f")
        await pilot.press(*"~no-such-user/x.csv", "enter")
        await until(pilot, lambda: "~no-such-user/x.csv" in shows(app) and "there is no such file" in shows(app))
