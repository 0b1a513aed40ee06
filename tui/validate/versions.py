"""Reads which versions the registry has. Slow: call in threads."""

from __future__ import annotations

from engine.errors import FinetopError
from engine.registry.standing import Standing, standing_of
from engine.registry.store import Version, models, versions
from engine.workspace import Workspace
from tui.validate.choices import Choice

MOST_OF_A_MODEL = 30
"""Newest versions that are offered, beside those in use."""


def versions_to_ask(workspace: Workspace) -> tuple[Choice, ...]:
    """The versions of every model, newest first. One that cannot be read is left out: Models says why."""
    found = []
    for home in models(workspace):
        try:
            standing = standing_of(home)
        except (FinetopError, OSError):
            standing = Standing()
        there = list(reversed(versions(workspace, home.profile, home.model)))
        used = {standing.production, standing.staging, standing.previous}
        offered = [one for at, one in enumerate(there) if at < MOST_OF_A_MODEL or one.number in used]
        found += [choice for one in offered if (choice := _choice(one, standing)) is not None]
    return tuple(found)


def _choice(version: Version, standing: Standing) -> Choice | None:
    try:
        manifest = version.manifest
    except (FinetopError, OSError):
        return None
    return Choice(
        version.name,
        f"{version.home.model}@{version.number}",
        manifest.profile,
        manifest.model,
        manifest.task,
        version.paths.root,
        tuple(standing.aliases_of(version.number)),
        manifest.headline,
        manifest.score,
    )
