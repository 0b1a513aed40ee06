"""Moves of a model: into staging, through the gate into production, and back out."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import msgspec

from engine.errors import FinetopError, InputError, NotFoundError, WorkError
from engine.registry.gate import GateResult
from engine.registry.history import Entry, append, operator
from engine.registry.reference import Reference
from engine.registry.standing import Standing, standing_of
from engine.registry.store import Version, find_version, home_of
from engine.workspace import Workspace

_LOG = logging.getLogger(__name__)


class GateRefused(WorkError):
    """The gate did not let a version pass; `result` says what failed."""

    def __init__(self, result: GateResult) -> None:
        super().__init__(result.sentence, fix="train a better one, or `--force --why REASON`")
        self.result = result


@dataclass(frozen=True)
class Move:
    """What was done."""

    entry: Entry
    standing: Standing
    """What stands after it."""
    gate: GateResult | None = None


def promote(
    workspace: Workspace,
    reference: str | Reference,
    *,
    why: str = "",
    who: str | None = None,
    force: bool = False,
    gate: GateResult | None = None,
    expected_seq: int | None = None,
    device: str = "cpu",
) -> Move:
    """Put a version into production if it passes the gate; what was there becomes `previous`.

    `gate` is the answer that somebody looked at before, with `expected_seq` of what stood then. `force` goes on in
    spite of a refusal and needs `why`. Raises GateRefused, Moved, InputError.
    """
    version = find_version(workspace, reference)
    standing = standing_of(version.home)
    if force and not why.strip():
        raise InputError("an override needs a reason", where=version.name, fix="say why with --why")
    if standing.production == version.number:
        raise InputError(f"{version.name} is in production already", fix="there is nothing to do")
    result = gate or _asked(workspace, version, standing, device)
    if not result.passed and not force:
        raise GateRefused(result)
    entry = Entry(
        who=who or operator(),
        action="promote",
        alias="production",
        from_version=standing.production,
        to_version=version.number,
        why=why,
        forced=not result.passed,
        gate=_as_json(result),
    )
    # What the gate measured against must still be what is replaced.
    written = append(version.home, entry, expected_seq=standing.seq if expected_seq is None else expected_seq)
    _announce(version, written)
    return Move(written, standing_of(version.home), result)


def stage(
    workspace: Workspace,
    reference: str | Reference,
    *,
    why: str = "",
    who: str | None = None,
    gate: GateResult | None = None,
    expected_seq: int | None = None,
) -> Move:
    """Point `staging` at a version. `gate`: what a gate said of it, for the record; `expected_seq`: the last move
    that the decision rests on. Raises InputError, Moved."""
    version = find_version(workspace, reference)
    standing = standing_of(version.home)
    entry = Entry(
        who=who or operator(),
        action="stage",
        alias="staging",
        from_version=standing.staging,
        to_version=version.number,
        why=why,
        gate=_as_json(gate) if gate is not None else None,
    )
    seq = standing.seq if expected_seq is None else expected_seq
    return Move(append(version.home, entry, expected_seq=seq), standing_of(version.home), gate)


def rollback(
    workspace: Workspace,
    profile: str,
    model: str,
    *,
    why: str = "",
    who: str | None = None,
    expected_seq: int | None = None,
) -> Move:
    """Bring the version before back into production. Loads nothing. `expected_seq`: the last move that the decision
    rests on. Raises InputError where there is none, Moved where there was another move since."""
    home = home_of(workspace, profile, model)
    standing = standing_of(home)
    if standing.production is None:
        raise NotFoundError(f"{home.name} has nothing in production", fix=f"`engine models list {home.name}`")
    if standing.previous is None:
        raise InputError(
            f"{home.name}@{standing.production} is the first in production, there is none to go back to",
            fix="promote another, or `engine models retire`",
        )
    before = find_version(workspace, Reference(profile, model, standing.previous))
    _require_files(before)
    entry = Entry(
        who=who or operator(),
        action="rollback",
        alias="production",
        from_version=standing.production,
        to_version=standing.previous,
        why=why,
    )
    written = append(home, entry, expected_seq=standing.seq if expected_seq is None else expected_seq)
    _announce(before, written)
    return Move(written, standing_of(home))


def retire(workspace: Workspace, profile: str, model: str, *, why: str, who: str | None = None) -> Move:
    """Take what is in production out, with nothing in its place. Raises InputError where nothing is."""
    home = home_of(workspace, profile, model)
    standing = standing_of(home)
    if standing.production is None:
        raise NotFoundError(f"{home.name} has nothing in production", fix="there is nothing to do")
    if not why.strip():
        raise InputError("taking a model out of production needs a reason", where=home.name, fix="say why with --why")
    entry = Entry(
        who=who or operator(),
        action="retire",
        alias="production",
        from_version=standing.production,
        to_version=None,
        why=why,
    )
    return Move(append(home, entry, expected_seq=standing.seq), standing_of(home))


def gate(workspace: Workspace, reference: str | Reference, *, device: str = "cpu") -> tuple[GateResult, Standing]:
    """What the gate says of a version now, and what stood when it was asked: both go to `promote`."""
    version = find_version(workspace, reference)
    standing = standing_of(version.home)
    return _asked(workspace, version, standing, device), standing


def _asked(workspace: Workspace, version: Version, standing: Standing, device: str) -> GateResult:
    from engine.registry.gating import run_gate  # numpy and more, which looking and rolling back do without

    production = None if standing.production is None else Version(version.home, standing.production)
    return run_gate(workspace, version, production, device=device)


def _require_files(version: Version) -> None:
    """A rollback must take under a second, so hashes are not computed; what is missing is seen all the same."""
    from engine.registry.integrity import problems_of

    problems = problems_of(version.paths, version.manifest, whole=False)
    if problems:
        raise WorkError(
            f"its files are not intact ({problems[0]})", where=version.name, fix="promote another version"
        )


def _as_json(result: GateResult) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(result)
    return {**document, "passed": result.passed}


def _announce(version: Version, entry: Entry) -> None:
    """Tell the webhooks. The move stands, whatever becomes of that: the service, or cron, sweeps up later."""
    from engine.webhooks.promotions import announce_move

    try:
        announce_move(version.home, entry)
    except (FinetopError, OSError):
        _LOG.exception("webhooks were not told that %s is in production", version.name)
