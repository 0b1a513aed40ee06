"""Pictures of Validate, each in every size, dark and light, from one start of the console.

After a change of looks: look at the new ones, then `pytest --snapshot-update`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pytest_textual_snapshot import SVGImageExtension

from .conftest import ROWS, TEXT

pytestmark = pytest.mark.slow
SIZES = [(80, 24), (120, 40), (200, 60)]
Steps = Callable[[Any, Any], Awaitable[None]]


@pytest.fixture
def pictures(snapshot: Any, taggers: Any, console: Any, opened: Any, until: Any, monkeypatch: Any) -> Any:
    """Does some steps at 120×40, then compares the screen in all sizes and colours."""
    from tui.app import FinetopApp

    monkeypatch.setattr(FinetopApp, "note", "/srv/utility/workspace")

    async def compare(steps: Steps, **options: Any) -> None:
        app = console(now=lambda: 1_795_185_600.0, read_figures=dict, **options)
        app.theme = "finetop-dark"
        async with app.run_test(size=(120, 40)) as pilot:
            await opened(pilot, app)
            await steps(pilot, app)
            wrong = []
            for width, height in SIZES:
                await pilot.resize_terminal(width, height)
                for look in ("dark", "light"):
                    app.theme = f"finetop-{look}"
                    await pilot.pause(0.15)
                    name = f"{width}x{height}-{look}"
                    shot = app.export_screenshot(title="finetop")
                    if shot != snapshot(name=name, extension_class=SVGImageExtension):
                        wrong.append(name)
        assert not wrong, f"other than before: {', '.join(wrong)}"

    return compare


async def test_the_answer_of_a_tagger(pictures: Any, ask: Any) -> None:
    async def steps(pilot: Any, app: Any) -> None:
        await ask(pilot, app, "A pole stands 6 feet apart.")
        await ask(pilot, app, TEXT)

    await pictures(steps)


async def test_two_versions_beside_each_other(pictures: Any, ask: Any, until: Any, shows: Any) -> None:
    async def steps(pilot: Any, app: Any) -> None:
        await pilot.press("down", "b")
        await until(pilot, lambda: "Ready ner@1 and ner@2" in shows(app))
        await ask(pilot, app, TEXT, "alike")

    await pictures(steps)


async def test_a_correction(pictures: Any, ask: Any, until: Any, shows: Any) -> None:
    async def steps(pilot: Any, app: Any) -> None:
        await ask(pilot, app, TEXT)
        await pilot.press("e", "tab", "down", "space", "tab")
        await until(pilot, lambda: "changed; Enter keeps it" in shows(app))

    await pictures(steps)


async def test_a_file_row_by_row(pictures: Any, until: Any, shows: Any, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [*ROWS, {"text": "bad"}, *({"text": f"{TEXT} See page {page}."} for page in range(40))]
    Path("inspections.jsonl").write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))

    async def steps(pilot: Any, app: Any) -> None:
        await pilot.press("f")
        app.screen.query_one("#source").value = "inspections.jsonl"
        await until(pilot, lambda: "inspections.predictions.jsonl" in shows(app))
        await pilot.press("enter")
        await until(pilot, lambda: "1 failed" in shows(app))
        await pilot.press("down", "down")
        await until(pilot, lambda: "o Order" in shows(app))

    await pictures(steps)


async def test_samples_to_pick_from(pictures: Any, until: Any, shows: Any) -> None:
    async def steps(pilot: Any, app: Any) -> None:
        await pilot.press("p")
        await until(pilot, lambda: "3 of 3 samples" in shows(app))
        await pilot.press("left")
        await until(pilot, lambda: "✗ wrong" in shows(app))

    await pictures(steps)
