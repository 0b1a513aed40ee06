"""Which moments are marked on the x axis of the charts: those that explain a curve. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from tui.feed.model import Moment
from tui.monitor.timeline import glyph_of
from tui.widgets.chart.curve import Mark

MOST = 200
"""More marks than cells say nothing."""


def marks_of(moments: Sequence[Moment], *, ascii_only: bool) -> list[Mark]:
    """Signals, and where the run was resumed."""
    chosen = [moment for moment in moments if moment.kind in ("signal", "resumed")][-MOST:]
    return [Mark(moment.t, moment.step, *glyph_of(moment, ascii_only=ascii_only)) for moment in chosen]
