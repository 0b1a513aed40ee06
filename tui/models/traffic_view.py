"""A candidate beside production, as lines: who answers how much, what came of it, and what the test says. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.models.columns import Column, columns_for, header, row
from tui.theme import BOLD, Role
from tui.widgets.cells import Line
from tui.widgets.durations import ago
from tui.widgets.page import wrapped
from tui.widgets.progress import bar

if TYPE_CHECKING:
    from engine.traffic.activity import Recent
    from engine.traffic.request_log import Count
    from engine.traffic.status import Status

NOTHING = "Nothing is deployed: {models.try} tries the version beside production, on a part of the requests."
BAR = 10
_NEXT = {
    "stay": "It stays",
    "ramp": "The next step is due",
    "fallback": "It falls back",
    "offer": "It may be promoted",
}
_VERDICTS: dict[str, tuple[str, str, int]] = {
    "better": ("✓", "+", Role.REACHED | BOLD),
    "worse": ("✗", "x", Role.ERROR | BOLD),
    "not yet": ("…", "?", Role.ACTIVE | BOLD),
}


def traffic_lines(
    status: Status | None,
    now: float,
    width: int,
    height: int,
    *,
    nothing: str = NOTHING,
    problem: str = "",
    ascii_only: bool = False,
) -> list[Line]:
    """The deployment, its two arms, the verdict, the guards, and what is to be done next.

    `nothing`: `NOTHING` with the keys as they are set.
    """
    if problem:
        return wrapped(problem, width, Role.ERROR)
    if status is None:
        return wrapped(nothing, width, Role.MUTED)
    lines = [_head(status, now, ascii_only), *_arms(status, width, ascii_only), _verdict(status, ascii_only)]
    lines += wrapped(f"{_NEXT[status.decision.action]}: {status.decision.why}.", width, Role.TEXT)
    lines += _guards(status, width, ascii_only)
    return lines[:height]


def _head(status: Status, now: float, ascii_only: bool) -> Line:
    deployment = status.deployment
    told = f"@{deployment.candidate} beside @{deployment.production}  "
    since = f"  for {ago(now - deployment.started)}"
    if deployment.is_shadow:
        return (
            (told, Role.TITLE | BOLD),
            ("shadow: it sees all and answers nobody", Role.ACTIVE),
            (since, Role.MUTED),
        )
    drawn = bar(deployment.share / 100, BAR, role=Role.ACTIVE, ascii_only=ascii_only)
    return (
        (told, Role.TITLE | BOLD),
        *drawn,
        (f" {deployment.share:g} % of the keys", Role.TEXT),
        (since, Role.MUTED),
    )


def _arms(status: Status, width: int, ascii_only: bool) -> list[Line]:
    deployment, judgement = status.deployment, status.judgement
    versions = (deployment.production, deployment.candidate)
    counts, recents = (status.production, status.candidate), (status.recent_production, status.recent_candidate)
    rights = (judgement.production, judgement.candidate)
    dash = "-" if ascii_only else "–"

    def both(texts: tuple[str, str], role: int = Role.TEXT) -> tuple[Line, ...]:
        return tuple(((text, role),) for text in texts)

    columns = [
        Column("", both((f"production @{versions[0]}", f"candidate @{versions[1]}"), Role.TITLE), 0),
        Column("requests", both((f"{counts[0].requests:,}", f"{counts[1].requests:,}")), 3, right=True),
        Column("failed", both((_failed(counts[0], dash), _failed(counts[1], dash))), 4, right=True),
        Column("labelled", both((f"{judgement.outcomes[0]:,}", f"{judgement.outcomes[1]:,}")), 2, right=True),
        Column("wrong", both((_wrong(rights[0], dash), _wrong(rights[1], dash))), 1, right=True),
        Column("p95", both((_p95(recents[0], dash), _p95(recents[1], dash))), 5, right=True),
        Column("verified", both((_human(counts[0], dash), _human(counts[1], dash))), 6, right=True),
    ]
    fitting = columns_for(columns, width)
    return [header(fitting), row(fitting, 0), row(fitting, 1)]


def _verdict(status: Status, ascii_only: bool) -> Line:
    judgement = status.judgement
    glyph, plain, role = _VERDICTS[judgement.verdict]
    words = {"better": "The candidate is better", "worse": "The candidate is worse"}
    told = f"{plain if ascii_only else glyph} {words.get(judgement.verdict, 'Not yet decided')}"
    if not any(judgement.outcomes):
        return ((told, role), (": nobody has said yet which answers were right", Role.MUTED))
    span = f"{100 * judgement.lower:+.1f} to {100 * judgement.upper:+.1f} points"
    return ((told, role), (f": {span}", Role.TEXT))


def _guards(status: Status, width: int, ascii_only: bool) -> list[Line]:
    lines: list[Line] = []
    kept = "  ".join(f"{'+' if ascii_only else '✓'} {guard.name}" for guard in status.guards if not guard.crossed)
    for guard in status.guards:
        if guard.crossed:
            lines += wrapped(f"{'x' if ascii_only else '✗'} {guard.name}: {guard.told}", width, Role.ERROR)
    return [*lines, (("guards  ", Role.MUTED), (kept, Role.REACHED))] if kept else lines


def _failed(count: Count, dash: str) -> str:
    return f"{100 * count.failed / count.requests:.1f} %" if count.requests else dash


def _human(count: Count, dash: str) -> str:
    decided = count.automatic + count.human
    return f"{100 * count.human / decided:.0f} %" if decided else dash


def _wrong(rate: float | None, dash: str) -> str:
    return dash if rate is None else f"{100 * (1 - rate):.1f} %"


def _p95(recent: Recent, dash: str) -> str:
    return dash if recent.p95_ms is None else f"{recent.p95_ms:.0f} ms"
