"""A trained model by its name: of a run, or a version of the registry."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import NotFoundError
from engine.registry.paths import ModelHome, VersionPaths
from engine.registry.reference import is_reference
from engine.registry.store import Version, find_version
from engine.runs.paths import RunPaths
from engine.runs.spec import RunSpec, Target
from engine.runs.store import find_run
from engine.workspace import Workspace


@dataclass(frozen=True)
class Trained:
    """What whoever uses a model must know of it."""

    name: str
    """The id of its run, or `utility/ner@3`."""
    profile: str
    model: str
    task: str
    dataset: str
    """What it was trained on; empty where a task has none."""
    config: dict[str, Any]
    headline: str
    targets: tuple[Target, ...]
    directory: Path
    """Ready to load."""


def find_trained(workspace: Workspace, name: str) -> Trained:
    """The model that a run (an id, a unique prefix, `@latest`) or a version (`utility/ner@production`) names.

    Raises InputError, NotFoundError.
    """
    if is_reference(name):
        return of_version(find_version(workspace, name))
    return of_run(find_run(workspace, name))


def trained_at(directory: Path) -> Trained:
    """The model of the run, or the version, that lies in a directory. Raises InputError, NotFoundError."""
    home = ModelHome(directory.parent)
    if directory.name.isdigit() and VersionPaths(directory).manifest.exists():
        return of_version(Version(home, int(directory.name)))
    RunSpec.read(RunPaths(directory).spec)
    return of_run(RunPaths(directory))


def of_run(paths: RunPaths) -> Trained:
    """Raises NotFoundError where the run has no trained model."""
    if not paths.model.is_dir():
        raise NotFoundError(f"the run {paths.id} has no trained model", fix="wait for it to end, or choose another")
    spec = RunSpec.read(paths.spec)
    return Trained(
        name=paths.id,
        profile=spec.profile,
        model=spec.model,
        task=spec.task,
        dataset=spec.dataset,
        config=spec.config,
        headline=spec.headline,
        targets=spec.targets,
        directory=paths.model,
    )


def of_version(version: Version) -> Trained:
    """Raises InputError where its manifest cannot be read."""
    manifest = version.manifest
    return Trained(
        name=version.name,
        profile=manifest.profile,
        model=manifest.model,
        task=manifest.task,
        dataset=manifest.dataset,
        config=manifest.config,
        headline=manifest.headline,
        targets=tuple(manifest.targets),
        directory=version.paths.model,
    )
