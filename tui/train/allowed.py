"""Which actions of Train do anything now. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from tui.actions import actions_of
from tui.train.picture import Picture

CHANGING = frozenset(action.name for action in actions_of("train") if action.changes)


@dataclass(frozen=True)
class Situation:
    """What decides besides the picture."""

    readonly: bool = False
    starting: bool = False
    writing: bool = False
    """Whether a field takes letters."""
    has_runs: bool = False
    one_pane: bool = False
    """Whether settings and plan share a place."""


def allowed(action: str, picture: Picture, now: Situation) -> bool:
    """Whether an action works."""
    if action in CHANGING and now.readonly:
        return False
    if action == "submit":
        return picture.can_start and not now.starting
    if action == "cancel_start":
        return now.starting
    if action == "dry_run":
        return picture.planned and not picture.problems
    if action == "copy_run":
        return now.has_runs
    if action in ("find", "only_changed"):
        return picture.sheet is not None and not now.writing
    return action != "next_pane" or now.one_pane
