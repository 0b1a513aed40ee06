"""The registry as the screen Models shows it: every model in a line, the chosen one with its versions and history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.registry.history import Entry
from engine.registry.manifest import Manifest
from engine.registry.standing import Standing


@dataclass(frozen=True)
class VersionSeen:
    """A version as its directory has it."""

    number: int
    manifest: Manifest | None
    """None where it cannot be read."""
    bytes: int = 0
    """Of all its files."""
    problem: str = ""
    """What is damaged, in a sentence."""

    @property
    def score(self) -> float | None:
        """The headline metric."""
        return self.manifest.score if self.manifest is not None else None

    @property
    def measured(self) -> Mapping[str, float | None]:
        """Metrics on the version's own test set."""
        return self.manifest.measured if self.manifest is not None else {}

    @property
    def targets(self) -> tuple[int, int]:
        """Targets reached, and how many there are."""
        if self.manifest is None:
            return 0, 0
        wanted = self.manifest.targets
        return sum(target.reached(self.measured.get(target.metric)) for target in wanted), len(wanted)


@dataclass(frozen=True)
class ModelSeen:
    """One model and what stands of it; versions and history of the chosen one alone."""

    profile: str
    model: str
    standing: Standing
    newest: int = 0
    """The highest number of a version."""
    versions: tuple[VersionSeen, ...] = ()
    """The newest first."""
    entries: tuple[Entry, ...] = ()
    """Moves, the newest first."""
    headline: str = ""
    lower_is_better: bool = False
    """Of the headline metric."""
    problem: str = ""
    """Why nobody knows what stands, in a sentence."""

    @property
    def name(self) -> str:
        """`utility/ner`."""
        return f"{self.profile}/{self.model}"

    @property
    def numbers(self) -> tuple[int, ...]:
        return tuple(version.number for version in self.versions)

    @property
    def production(self) -> VersionSeen | None:
        """The version in use."""
        return self.version(self.standing.production)

    def version(self, number: int | None) -> VersionSeen | None:
        """The version with a number."""
        return next((version for version in self.versions if version.number == number), None)

    def reference(self, number: int) -> str:
        """`utility/ner@3`."""
        return f"{self.name}@{number}"


@dataclass(frozen=True)
class Shelf:
    """All models that have versions, by name."""

    models: tuple[ModelSeen, ...] = ()
    chosen: ModelSeen | None = None
    """The one whose versions are shown."""
    looked: bool = False
    """Whether the disk was looked at."""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(model.name for model in self.models)


def metrics_beside(versions: Sequence[VersionSeen], headline: str) -> list[str]:
    """Metrics to show beside the headline: what targets ask for, then those that most versions measured, as they
    come."""
    asked = dict.fromkeys(
        target.metric for version in versions if version.manifest is not None for target in version.manifest.targets
    )
    counts: dict[str, int] = {}
    for version in versions:
        for name, value in version.measured.items():
            counts[name] = counts.get(name, 0) + (value is not None)
    known = [name for name in asked if counts.get(name)]
    others = sorted((name for name in counts if name not in asked and counts[name]), key=lambda name: -counts[name])
    return [name for name in (*known, *others) if name != headline]
