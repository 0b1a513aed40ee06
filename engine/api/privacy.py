"""Forgetting people, and what is too old."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.workspace import Workspace, WorkspaceLike

if TYPE_CHECKING:
    from engine.privacy.expire import Expiry
    from engine.privacy.forget import Forgotten


def forget(
    subject: str, *, profile: str | None = None, dry_run: bool = False, workspace: WorkspaceLike = None
) -> Forgotten:
    """Remove a person (a label, or a value of the group column) from datasets, feedback, reference sets, indexes,
    reports and samples, and list the runs whose weights have seen them. docs/privacy.md says what is reached.

    Raises NotFoundError where nothing is of the subject, InputError while a run trained on it is going on.
    """
    from engine.privacy.forget import as_planned, what_would_be_forgotten
    from engine.privacy.forget import forget as forget_in

    place = Workspace.of(workspace)
    if dry_run:
        return as_planned(what_would_be_forgotten(place, subject, profile))
    return forget_in(place, subject, profile)


def expire(profiles: Sequence[str | Path] = (), *, dry_run: bool = False, workspace: WorkspaceLike = None) -> Expiry:
    """Remove examples and feedback that expired, or are older than their model's `privacy.retention_days`.

    `profiles`: paths of profiles that are not found by their name.
    """
    from engine.privacy.expire import expire as expire_in

    return expire_in(Workspace.of(workspace), profiles, dry_run=dry_run)
