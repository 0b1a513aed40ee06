"""Pictures of a console: taken as soon as it looks as it should, in several sizes and colours from one start."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from pytest_textual_snapshot import SVGImageExtension, normalize_svg

Size = tuple[int, int]
Steps = Callable[[Any], Awaitable[None]]
SIZES: tuple[Size, ...] = ((80, 24), (120, 40), (200, 60))
COLOURS = ("dark", "light")
PATIENCE_S = 20.0
"""For how long a picture may take to look as the kept one does."""
STILL_S = 0.7
"""A screen that was the same for so long is done; longer than a cursor takes to blink."""


def by_size(size: Size) -> str:
    """`80x24`."""
    return f"{size[0]}x{size[1]}"


class Pictures:
    """Compares consoles with the kept pictures of a test."""

    def __init__(self, snapshot: Any, request: pytest.FixtureRequest, folder: Path) -> None:
        self._snapshot, self._folder = snapshot.use_extension(SVGImageExtension), folder
        self._updates = bool(request.config.getoption("update_snapshots"))
        self._kept = request.path.parent / "__snapshots__" / request.path.stem
        self._test = request.node.name

    def compare(
        self,
        app: Any,
        *,
        terminal_size: Size = (80, 24),
        run_before: Steps,
        sizes: Sequence[Size] = (),
        colours: Sequence[str] = (),
    ) -> bool:
        """Do the steps at `terminal_size` and compare; then in all `sizes` and `colours`, where any are given.

        The pictures of a matrix are named as those of a test with these as parameters: `test[80x24-dark]`.
        """
        wrong: list[str] = []

        async def take(pilot: Any) -> None:
            await run_before(pilot)
            for size in sizes or [terminal_size]:
                if size != tuple(app.size):
                    await pilot.resize_terminal(*size)
                for colour in colours or [""]:
                    app.theme = f"finetop-{colour}" if colour else app.theme
                    name = "-".join(part for part in (by_size(size) if sizes else "", colour) if part)
                    await self._look(pilot, name or None, wrong)
            app.exit()

        app.run(headless=True, auto_pilot=take, size=terminal_size)
        assert not wrong, f"other than before (`pytest --snapshot-update` keeps the new ones): {', '.join(wrong)}"
        return True

    async def _look(self, pilot: Any, name: str | None, wrong: list[str]) -> None:
        """Wait for the kept picture; where a new one is to be kept, until nothing moves any more."""
        file = self._kept / (f"{self._test}[{name}].svg" if name is not None else f"{self._test}.svg")
        wanted = normalize_svg(file.read_text()) if file.exists() and not self._updates else None
        began = same_since = time.monotonic()
        before = ""
        while True:
            await pilot.pause(0.01)
            shot = normalize_svg(pilot.app.export_screenshot(title=pilot.app.title, simplify=True))
            now = time.monotonic()
            if shot != before:
                before, same_since = shot, now
            if shot == wanted or now - began > PATIENCE_S or (wanted is None and now - same_since > STILL_S):
                break
            await pilot.pause(0.04)
        if shot != (self._snapshot(name=name) if name is not None else self._snapshot):
            seen = self._folder / f"{name or 'seen'}.svg"
            seen.write_text(shot)
            wrong.append(f"{seen} instead of {file}")
