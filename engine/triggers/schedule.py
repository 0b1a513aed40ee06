"""Cron expressions in a time zone: whether one is due, and when it comes next.

As Debian's cron has it: a time that the clock skips in spring counts when the skipped hour is over, one that the
clock shows twice in autumn counts once; expressions with a star for minute or hour follow the time that passes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import takewhile
from zoneinfo import ZoneInfo

_LONGEST_REPEAT_S = 3 * 3600
_LOOK_BACK_S = (3600.0, 86_400.0, 32 * 86_400.0, math.inf)


def next_after(cron: str, time_zone: str, after: float) -> float | None:
    """The first moment after `after` (both Unix seconds); None where there is none any more."""
    return next(_moments(cron, time_zone, after), None)


def due(cron: str, time_zone: str, since: float, now: float) -> float | None:
    """The last moment after `since` and up to `now`, however many were missed; None where there is none."""
    # Always forwards: cronsim's way back loses moments where a clock changes by half an hour. A little at first:
    # an expression may come every minute, and the last look may have been a year ago.
    for back in _LOOK_BACK_S:
        start = max(since, now - back)
        found = list(takewhile(lambda moment: moment <= now, _moments(cron, time_zone, start)))
        if found:
            return found[-1]
        if start == since:
            break
    return None


def _moments(cron: str, time_zone: str, after: float) -> Iterator[float]:
    from cronsim import CronSim

    # cronsim reads most expressions by the clock on the wall, which repeats an hour in autumn: it begins so much
    # earlier, and what lies before the start is left out.
    begin = datetime.fromtimestamp(math.floor(after) - _LONGEST_REPEAT_S, UTC).astimezone(ZoneInfo(time_zone))
    for moment in CronSim(cron, begin):
        if moment.timestamp() > after:
            yield moment.timestamp()
