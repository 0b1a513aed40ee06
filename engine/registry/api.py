"""The registry's verbs as Python functions, for scripts and for `engine models`."""

from __future__ import annotations

from engine.registry import promotion, store, thresholds
from engine.registry.gate import GateResult
from engine.registry.manifest import AUTOMATIC
from engine.registry.promotion import Move
from engine.registry.reference import parse_model
from engine.registry.standing import Standing
from engine.registry.store import Version
from engine.runs.store import find_run
from engine.workspace import Workspace, WorkspaceLike


def register(run: str, *, workspace: WorkspaceLike = None) -> Version:
    """The version of a run's model; made now where there is none yet. Raises InputError for a run without one."""
    place = Workspace.of(workspace)
    return store.register(place, find_run(place, run))


def gate(version: str, *, device: str = "cpu", workspace: WorkspaceLike = None) -> tuple[GateResult, Standing]:
    """What the gate says of a version, and what stood when it was asked; both can be handed to `promote`."""
    return promotion.gate(Workspace.of(workspace), version, device=device)


def promote(
    version: str,
    *,
    why: str = "",
    who: str | None = None,
    force: bool = False,
    gate: tuple[GateResult, Standing] | None = None,
    device: str = "cpu",
    workspace: WorkspaceLike = None,
) -> Move:
    """Put a version into production if it passes the gate (`gate`: an answer that was looked at before).

    Raises GateRefused with what failed, Moved where somebody was first, InputError.
    """
    result, standing = gate or (None, None)
    return promotion.promote(
        Workspace.of(workspace),
        version,
        why=why,
        who=who,
        force=force,
        gate=result,
        expected_seq=standing.seq if standing is not None else None,
        device=device,
    )


def stage(version: str, *, why: str = "", who: str | None = None, workspace: WorkspaceLike = None) -> Move:
    """Point `staging` at a version. Raises InputError."""
    return promotion.stage(Workspace.of(workspace), version, why=why, who=who)


def rollback(model: str, *, why: str = "", who: str | None = None, workspace: WorkspaceLike = None) -> Move:
    """Bring back what was in production of `PROFILE/MODEL` before. Raises InputError where nothing was."""
    return promotion.rollback(Workspace.of(workspace), *parse_model(model), why=why, who=who)


def retire(model: str, *, why: str, who: str | None = None, workspace: WorkspaceLike = None) -> Move:
    """Take `PROFILE/MODEL` out of production. Raises InputError without a reason, or where nothing is there."""
    return promotion.retire(Workspace.of(workspace), *parse_model(model), why=why, who=who)


def raise_threshold(
    version: str,
    value: float,
    *,
    name: str = AUTOMATIC,
    why: str = "",
    who: str | None = None,
    workspace: WorkspaceLike = None,
) -> Move:
    """Set a threshold of a version higher. Raises InputError."""
    return thresholds.raise_threshold(Workspace.of(workspace), version, value, name=name, why=why, who=who)
