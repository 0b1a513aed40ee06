"""Which actions of Label do something now."""

from __future__ import annotations

from engine.folders.labelling.sitting import Sitting
from tui.actions import actions_of

ACTIONS = frozenset(action.name.partition("(")[0] for action in actions_of("label")) - {"leave"}


def possible(action: str, labelling: Sitting | None, *, writing: bool, suggested: bool, taxonomies: int) -> bool:
    """Whether an action of `ACTIONS` can be done. While a field takes letters none can."""
    if labelling is None or writing:
        return False
    if action == "accept":
        return suggested
    if action in ("skip", "note", "why"):
        return labelling.current is not None
    if action == "undo":
        return labelling.state.undoable(labelling.who, labelling.turn) is not None
    if action in ("train", "next_pass", "export"):
        return bool(labelling.known)
    return action != "next_set" or taxonomies > 1
