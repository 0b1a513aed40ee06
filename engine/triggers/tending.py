"""All of it: what the service does every minute, and `engine triggers check` once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from engine.triggers.check import Answer, check
from engine.triggers.settling import Settled, settle
from engine.workspace import Workspace


class Tended(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one look."""

    settled: list[Settled]
    """Firings that are over now."""
    answers: list[Answer]
    """What each trigger said."""
    problems: list[str] = []
    """What kept a firing from being carried on with; the next look tries again."""


def tend(
    workspace: Workspace, profiles: Sequence[str | Path] = (), now: float | None = None, *, dry_run: bool = False
) -> Tended:
    """Carry on with firings that are going on, then ask every trigger. Several processes may do so at once.

    `profiles`: names or paths; all that can be found by name, when none is given. May take minutes where a gate is
    asked, which loads models. `dry_run` starts, moves and writes nothing.
    """
    settled, problems = ([], []) if dry_run else settle(workspace, now)
    answers = check(workspace, profiles, now, dry_run=dry_run)
    return Tended(settled=settled, answers=answers, problems=problems)
