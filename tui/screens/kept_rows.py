"""Rows of runs that ended are made once: of five thousand runs a new picture changes a few."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tui.feed.model import RunDetail, RunInfo
    from tui.widgets.run_row import RunRow


class MakesRow(Protocol):
    """What makes a row; of a run that ended it does not look at the time."""

    def __call__(self, info: RunInfo, detail: RunDetail | None, now: float, *, named: bool) -> RunRow: ...


class KeptRows:
    """The rows of the last picture, each beside what it was made of."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[RunInfo, RunDetail | None, bool, RunRow]] = {}

    def rows(
        self, ended: Iterable[RunInfo], details: Mapping[str, RunDetail], *, named: bool, make: MakesRow, now: float
    ) -> list[RunRow]:
        """Rows of these runs, made anew where the feed knows something else of them than before.

        What it knows is frozen and handed on as long as it holds, so the same object says the same.
        """
        kept, self._kept, rows = self._kept, {}, []
        for info in ended:
            detail, before = details.get(info.id), kept.get(info.id)
            if before is None or before[0] is not info or before[1] is not detail or before[2] is not named:
                before = (info, detail, named, make(info, detail, now, named=named))
            self._kept[info.id] = before
            rows.append(before[3])
        return rows
