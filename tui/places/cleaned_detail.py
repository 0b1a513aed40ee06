"""The events of a run elsewhere, made harmless after they were read. Pure."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from engine.attach.protocol import LATEST
from tui.feed.model import LogLine, RunDetail
from tui.places.cleaned import line

if TYPE_CHECKING:
    from engine.events.columns import Series


def cleaned_detail(detail: RunDetail, most_series: int) -> RunDetail:
    """Texts without control codes, times that a clock can show, no more metrics than anybody looks at."""
    return replace(
        detail,
        log=tuple(map(cleaned_line, detail.log)),
        moments=tuple(
            replace(moment, text=line(moment.text)) for moment in detail.moments if 0 <= moment.t <= LATEST
        ),
        series={key: series for key, series in islice(detail.series.items(), most_series) if _has_times(series)},
    )


def cleaned_line(entry: LogLine) -> LogLine:
    """A line that can be shown."""
    t = entry.t if entry.t is not None and 0 <= entry.t <= LATEST else None
    return replace(entry, t=t, text=line(entry.text))


def _has_times(series: Series) -> bool:
    return not len(series) or bool(series.t.min() >= 0 and series.t.max() <= LATEST)
