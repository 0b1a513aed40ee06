"""The versions of a workspace: registered, listed, found."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from engine.errors import InputError, NotFoundError
from engine.files import atomic_directory
from engine.registry.history import held
from engine.registry.making import write_version
from engine.registry.manifest import Manifest, read_manifest
from engine.registry.paths import ModelHome, VersionPaths
from engine.registry.reference import ALIASES, LATEST, Reference, parse_reference
from engine.registry.standing import standing_of
from engine.runs.paths import RunPaths
from engine.runs.spec import RunSpec
from engine.workspace import Workspace


@dataclass(frozen=True)
class Version:
    """An immutable trained model of the registry. Its manifest is read when it is asked."""

    home: ModelHome
    number: int

    @property
    def name(self) -> str:
        """`utility/ner@3`."""
        return f"{self.home.name}@{self.number}"

    @property
    def paths(self) -> VersionPaths:
        return self.home.version(self.number)

    @cached_property
    def manifest(self) -> Manifest:
        """Raises InputError where it cannot be read."""
        return read_manifest(self.paths.manifest)


def register(workspace: Workspace, run: RunPaths) -> Version:
    """Make a version of a run's model, complete or not at all; the one that is there where the run has one already.

    Raises InputError for a run without a model or a report.
    """
    spec = RunSpec.read(run.spec)
    if not run.model.is_dir() or not run.report.is_file():
        raise InputError("the run has no tested model", where=run.id, fix="wait for it to end, or choose another")
    home = home_of(workspace, spec.profile, spec.model)
    with held(home):
        known = _versions(home)
        there = next((version for version in reversed(known) if version.manifest.run == run.id), None)
        if there is not None:
            return there
        _sweep(home)
        made = Version(home, known[-1].number + 1 if known else 1)
        with atomic_directory(made.paths.root) as staging:
            write_version(VersionPaths(staging), made.number, run, spec)
        return made


def home_of(workspace: Workspace, profile: str, model: str) -> ModelHome:
    """Where a model's versions lie, whether there are any or not."""
    return ModelHome(workspace.models / profile / model)


def models(workspace: Workspace) -> list[ModelHome]:
    """Every model that has a version."""
    found = [ModelHome(path) for path in sorted(workspace.models.glob("[!.]*/[!.]*")) if path.is_dir()]
    return [home for home in found if _numbers(home)]


def versions(workspace: Workspace, profile: str, model: str) -> list[Version]:
    """The versions of a model, oldest first."""
    return _versions(home_of(workspace, profile, model))


def find_version(workspace: Workspace, reference: str | Reference) -> Version:
    """The version that `utility/ner@3` or `utility/ner@production` names. Raises InputError, NotFoundError."""
    wanted = parse_reference(reference) if isinstance(reference, str) else reference
    home = home_of(workspace, wanted.profile, wanted.model)
    numbers = _numbers(home)
    if not numbers:
        raise NotFoundError(
            f"{home.name} has no version", fix=f"train it: `engine train {wanted.profile} {wanted.model}`"
        )
    number = numbers[-1] if wanted.selector == LATEST else wanted.selector
    if number in ALIASES:
        found = standing_of(home).of(number)
        if found is None:
            raise NotFoundError(f"{home.name} has nothing in {number}", fix=f"`engine models list {home.name}`")
        number = found
    if number not in numbers or not isinstance(number, int):
        raise NotFoundError(
            f"{home.name} has no version {number}, only {_spans(numbers)}", fix=f"`engine models list {home.name}`"
        )
    return Version(home, number)


def version_of_run(workspace: Workspace, run: RunPaths) -> Version | None:
    """The version that a run became; None where it is none."""
    spec = RunSpec.read(run.spec)
    found = reversed(versions(workspace, spec.profile, spec.model))
    return next((version for version in found if version.manifest.run == run.id), None)


def _versions(home: ModelHome) -> list[Version]:
    return [Version(home, number) for number in _numbers(home)]


def _numbers(home: ModelHome) -> list[int]:
    try:
        names = os.listdir(home.root)  # noqa: PTH208 - names are all that is needed
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(int(name) for name in names if name.isascii() and name.isdigit() and name[0] != "0")


def _spans(numbers: list[int]) -> str:
    return f"{numbers[0]}" if len(numbers) == 1 else f"{numbers[0]} to {numbers[-1]}"


def _sweep(home: ModelHome) -> None:
    """Remove what a killed registration left; nobody else registers now."""
    for leftover in home.root.glob(".[0-9]*.tmp"):
        _remove(leftover)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
