"""Cron expressions in a time zone: whether one is due, and when it comes next.

As Debian's cron has it: a time that the clock skips in spring counts when the skipped hour is over, one that the
clock shows twice in autumn counts once; expressions with a star for minute or hour follow the time that passes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_LONGEST_REPEAT_S = 3 * 3600


def next_after(cron: str, time_zone: str, after: float) -> float | None:
    """The first moment after `after` (both Unix seconds); None where there is none any more."""
    return next(_moments(cron, time_zone, after), None)


def due(cron: str, time_zone: str, since: float, now: float) -> float | None:
    """The last moment after `since` and up to `now`, however many were missed; None where there is none."""
    last = next(_moments(cron, time_zone, now, reverse=True), None)
    return last if last is not None and last > since else None


def _moments(cron: str, time_zone: str, start: float, *, reverse: bool = False) -> Iterator[float]:
    """Moments after `start`; up to and including it, backwards."""
    from cronsim import CronSim

    # cronsim reads most expressions by the clock on the wall, which repeats an hour in autumn: it begins so much
    # earlier, and what lies on the wrong side of the start is left out.
    begin = math.floor(start) + (_LONGEST_REPEAT_S if reverse else -_LONGEST_REPEAT_S)
    clock = datetime.fromtimestamp(begin, UTC).astimezone(ZoneInfo(time_zone))
    for moment in CronSim(cron, clock, reverse=reverse):
        found = moment.timestamp()
        if (found <= start) if reverse else (found > start):
            yield found
