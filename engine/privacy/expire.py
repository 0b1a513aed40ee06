"""`engine data expire`: removes what is older than its model lets it be, and what has expired by its own date."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.datasets.store import list_datasets
from engine.errors import InputError
from engine.feedback.store import list_feedback
from engine.feedback.texts import list_corrected
from engine.privacy import journal
from engine.privacy.carry_out import is_own_record, is_own_row
from engine.privacy.forget import Forgotten, as_planned, begin, finish_begun, summed_up
from engine.privacy.removal import Removal, new_id
from engine.privacy.survey import survey
from engine.profiles import load_profile
from engine.workspace import Workspace

DAY_S = 86_400.0


@dataclass(frozen=True)
class Expired:
    """What was too old of one model, or would be removed."""

    profile: str
    model: str
    retention_days: int | None
    """None: no age is too old, and the examples' own dates alone count."""
    removed: Forgotten


@dataclass(frozen=True)
class Expiry:
    """What became of a call."""

    models: tuple[Expired, ...]
    """Those of which something was removed."""
    unknown: tuple[str, ...] = ()
    """Profiles that are not found by their name, so that nobody knows how old their data may be."""


def expire(
    workspace: Workspace, profiles: Sequence[str | Path] = (), *, dry_run: bool = False, now: float | None = None
) -> Expiry:
    """Remove what is too old of every model of the workspace.

    `profiles`: paths of profiles that are not found by their name. Raises InputError while a run that is trained on
    such data is going on.
    """
    now = time.time() if now is None else now
    models = _models(workspace)
    days, unknown = _retention(models, profiles)
    if dry_run:
        planned = [(one, _wanted(workspace, *one, days.get(one), now)) for one in models]
        found = [
            Expired(*one, days.get(one), as_planned(removal)) for one, removal in planned if _is_something(removal)
        ]
        return Expiry(tuple(found), unknown)
    done = []
    with journal.alone(workspace):
        finish_begun(workspace)
        for one in models:
            removal = _wanted(workspace, *one, days.get(one), now)
            if _is_something(removal):
                done.append(Expired(*one, days.get(one), summed_up(begin(workspace, removal))))
    return Expiry(tuple(done), unknown)


def _wanted(workspace: Workspace, profile: str, model: str, days: int | None, now: float) -> Removal:
    wanted = Removal(
        id=new_id(),
        reason="expire",
        profile=profile,
        model=model,
        now=now,
        oldest=now - days * DAY_S if days is not None else 0.0,
    )
    return survey(
        workspace,
        wanted,
        lambda manifest, row: is_own_row(wanted, manifest, row),
        lambda record: is_own_record(wanted, record),
    )


def _is_something(removal: Removal) -> bool:
    return bool(removal.rows or removal.lines)


def _models(workspace: Workspace) -> list[tuple[str, str]]:
    """Every model that has data in the workspace."""
    found = {(dataset.manifest.profile, dataset.manifest.model) for dataset in list_datasets(workspace)}
    found |= {(whose.profile, whose.model) for whose, _ in list_corrected(workspace)}
    return sorted(found | {(about.profile, about.model) for about in list_feedback(workspace)})


def _retention(
    models: Sequence[tuple[str, str]], profiles: Sequence[str | Path]
) -> tuple[Mapping[tuple[str, str], int | None], tuple[str, ...]]:
    """Model → days, and the profiles that are not found."""
    given = [load_profile(str(path)) for path in profiles]
    known = {profile.name: profile for profile in given}
    unknown = []
    for name in sorted({profile for profile, _ in models} - known.keys()):
        try:
            known[name] = load_profile(name)
        except InputError:
            unknown.append(name)
    days = {
        (name, model): known[name].models[model].privacy.retention_days
        for name, model in models
        if name in known and model in known[name].models
    }
    return days, tuple(unknown)
