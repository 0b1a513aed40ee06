"""A run as a row of the table: what is shown, which columns there is room for, and their text. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import overload

from tui.theme import Role
from tui.widgets.cells import Line, fit
from tui.widgets.durations import age, duration
from tui.widgets.gauge import Goal, gauge
from tui.widgets.progress import progress_cell
from tui.widgets.sparkline import sparkline
from tui.widgets.states import state_cell

_GAP = 2
ROOMY = 100
"""Cells from which on the names of machines have room."""
HOST = "host"
"""Title of the column that is there only where runs are on several machines."""
LIVE = ("starting", "running", "stopping", "stalled", "queued")


@dataclass(frozen=True)
class RunRow:
    """What the table shows of a run."""

    id: str
    model: str
    state: str
    phase: str = ""
    """The trainer's phase; of a run that ended, the reason."""
    step: int = 0
    steps: int = 0
    epoch: float = 0.0
    epochs: float = 0.0
    eta_s: float | None = None
    metric: str = ""
    """The headline metric's name."""
    value: float | None = None
    goal: Goal | None = None
    history: Sequence[float] = ()
    """The headline metric so far."""
    device: str = ""
    age_s: float | None = None
    """Age of the last event; None once the run ended."""
    host: str = ""
    """The machine that it is on; empty where all are on this one."""
    away: bool = False
    """That machine is not reachable: what is shown is what was last heard."""
    pinned: bool = False
    """Kept above the others by the operator."""


@dataclass(frozen=True)
class Column:
    """A column: the lower the rank, the longer it stays when the window gets narrow."""

    title: str
    rank: int
    width: int
    most: int
    """Width up to which it takes room that is left."""
    text: Callable[[RunRow, int, bool], Line]
    right: bool = False


def columns_for(width: int, *, host: int = 0) -> list[tuple[Column, int]]:
    """The columns that fit into a width, in their order, with the cells that each gets.

    `host`: cells that the longest name of a machine takes; 0 where all runs are on this one.
    """
    kept: list[Column] = []
    used = 0
    for column in sorted(COLUMNS, key=lambda column: column.rank):
        if column.title == HOST:
            if not host:
                continue
            most = column.most if width >= ROOMY else column.width
            column = replace(column, width=min(max(host, column.width), most))
        need = column.width + (_GAP if kept else 0)
        if used + need > width:
            break
        kept.append(column)
        used += need
    widths = {column.title: column.width for column in kept}
    spare = width - used
    while spare and (growing := [column for column in kept if widths[column.title] < column.most]):
        for column in growing[:spare]:
            widths[column.title] += 1
        spare = width - sum(widths.values()) - _GAP * (len(kept) - 1)
    placed = {column.title: column for column in kept}
    return [(placed[column.title], widths[column.title]) for column in COLUMNS if column.title in placed]


def _state(row: RunRow, width: int, ascii_only: bool) -> Line:
    if is_old(row):
        # Nobody knows whether it still is what it was; that stands in the phase.
        return (("? unknown", Role.MUTED),)
    return state_cell(row.state, ascii_only=ascii_only)


def is_old(row: RunRow) -> bool:
    """Whether what a row says was true when its machine was last heard, and may not be now."""
    return row.away and row.state in LIVE


def _host(row: RunRow, width: int, ascii_only: bool) -> Line:
    if not row.away:
        return ((fit(row.host, width), Role.TEXT),)
    glyph = "x" if ascii_only else "✗"
    return ((fit(f"{glyph} {row.host}", width), Role.WARNING),)


def host_width(hosts: Iterable[tuple[str, bool]]) -> int:
    """Cells that the longest name of a machine takes; with each, whether that is not reachable."""
    return max((len(host) + 2 * away for host, away in hosts), default=0)


class RunRows(Sequence[RunRow]):
    """Rows in their order, each made when it is first looked at: of thousands a dozen are on screen."""

    def __init__(self, ids: Sequence[str], make: Callable[[int], RunRow], host_width: int = 0) -> None:
        self.ids, self.host_width = ids, host_width
        self._make = make
        self._made: dict[int, RunRow] = {}

    @classmethod
    def of(cls, rows: Sequence[RunRow]) -> RunRows:
        """Rows that are there already."""
        kept = tuple(rows)
        return cls([row.id for row in kept], kept.__getitem__, host_width((row.host, row.away) for row in kept))

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, place: int) -> RunRow: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[RunRow, ...]: ...
    def __getitem__(self, place: int | slice) -> RunRow | tuple[RunRow, ...]:
        if isinstance(place, slice):
            return tuple(self[index] for index in range(*place.indices(len(self))))
        index = place + len(self) if place < 0 else place
        if not 0 <= index < len(self):
            raise IndexError(place)
        row = self._made.get(index)
        if row is None:
            row = self._made[index] = self._make(index)
        return row

    def find(self, run: str | None) -> int | None:
        """The place of a run; None where it has no row."""
        try:
            return self.ids.index(run)
        except ValueError:
            return None


def _model(row: RunRow, width: int, ascii_only: bool) -> Line:
    profile, slash, model = row.model.rpartition("/")
    if slash and len(row.model) > width and len(model) <= width - 3:
        # The model is what tells runs apart; of the profile as much as there is room for.
        return ((fit(profile, width - len(model) - 1) + slash + model, Role.TEXT),)
    return ((fit(row.model, width), Role.TEXT),)


def _progress(row: RunRow, width: int, ascii_only: bool) -> Line:
    if not row.steps:
        return (("", Role.TEXT),)
    role = Role.BAR if row.state in LIVE and not row.away else Role.MUTED
    percent = min(100, int(100 * row.step / row.steps))
    bar = progress_cell(row.step, row.steps, width - 5, role=role, ascii_only=ascii_only)
    return (*bar, (f" {percent:>3}%", Role.TEXT))


def _metric(row: RunRow, width: int, ascii_only: bool) -> Line:
    if not row.metric:
        return (("", Role.TEXT),)
    name = min(12, max(8, width - 20))
    bar = max(0, width - name - 11)
    figure = gauge(row.value, row.goal, width=bar if bar >= 5 else 0, word=False, ascii_only=ascii_only)
    return ((fit(row.metric, name), Role.MUTED), (" ", Role.TEXT), *figure)


def _phase(row: RunRow, width: int, ascii_only: bool) -> Line:
    return ((fit(row.phase, width), Role.ERROR if row.state in ("failed", "lost") else Role.MUTED),)


def _epoch(row: RunRow, width: int, ascii_only: bool) -> Line:
    if not row.epochs:
        return (("", Role.TEXT),)
    # A number that is cut is another number.
    texts = (f"{row.epoch:.1f}/{row.epochs:g}", f"{row.epoch:.0f}/{row.epochs:g}", f"{row.epoch:.0f}")
    return ((next((text for text in texts if len(text) <= width), ""), Role.TEXT),)


def _eta(row: RunRow, width: int, ascii_only: bool) -> Line:
    return ((duration(row.eta_s) if row.eta_s is not None else "", Role.TEXT),)


def _spark(row: RunRow, width: int, ascii_only: bool) -> Line:
    return _trend(tuple(row.history), width, ascii_only)


@lru_cache(maxsize=256)
def _trend(history: tuple[float, ...], width: int, ascii_only: bool) -> Line:
    """Drawn once for each evaluation, and not with every step."""
    return sparkline(history, width, ascii_only=ascii_only)


def _device(row: RunRow, width: int, ascii_only: bool) -> Line:
    return ((row.device, Role.MUTED),)


def _age(row: RunRow, width: int, ascii_only: bool) -> Line:
    return (
        (age(row.age_s) if row.age_s is not None else "", Role.WARNING if row.state == "stalled" else Role.MUTED),
    )


COLUMNS = (
    Column("state", 0, 10, 10, _state),
    Column(HOST, 1, 6, 14, _host),
    Column("model", 1, 10, 26, _model),
    Column("progress", 2, 11, 25, _progress),
    Column("phase", 6, 14, 24, _phase),
    Column("epoch", 5, 8, 8, _epoch, right=True),
    Column("left", 4, 6, 6, _eta, right=True),
    Column("metric", 3, 24, 34, _metric),
    Column("trend", 7, 12, 24, _spark),
    Column("device", 8, 7, 8, _device),
    Column("event", 9, 5, 5, _age, right=True),
)
