"""Several notices at once as one: a machine that goes down takes its runs with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tui.notices.notice import BAD, WORRYING, Notice

ONE_BY_ONE = 3
"""So many are told each for itself."""


def summary(notices: Sequence[Notice]) -> str:
    """`20 failed, 2 done`: the worst first."""
    counts = Counter(notice.kind for notice in notices)
    order = sorted(counts, key=lambda kind: (kind not in BAD, kind not in WORRYING, -counts[kind]))
    return ", ".join(f"{counts[kind]} {kind}" for kind in order)


def severity(notices: Sequence[Notice]) -> str:
    """As Textual's toasts name it."""
    kinds = {notice.kind for notice in notices}
    if kinds & BAD:
        return "error"
    return "warning" if kinds & WORRYING else "information"
