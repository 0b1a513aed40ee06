"""The files of the registry, by name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class VersionPaths:
    """Where the parts of one version lie. Nothing here touches the disk."""

    root: Path

    @property
    def manifest(self) -> Path:
        return self.root / "manifest.json"

    @property
    def model(self) -> Path:
        """`model/`: ready to load."""
        return self.root / "model"

    @property
    def card(self) -> Path:
        """`README.md`: what the version is, for people."""
        return self.root / "README.md"

    @property
    def report(self) -> Path:
        """`report.json`: evaluation on the held-out test split."""
        return self.root / "report.json"

    @property
    def metrics(self) -> Path:
        """`metrics.json`: of a training on feedback, what was before and after."""
        return self.root / "metrics.json"


@dataclass(frozen=True)
class ModelHome:
    """Where the versions of one model lie: `models/PROFILE/MODEL/`. Nothing here touches the disk."""

    root: Path

    @property
    def profile(self) -> str:
        return self.root.parent.name

    @property
    def model(self) -> str:
        return self.root.name

    @property
    def name(self) -> str:
        """`utility/ner`."""
        return f"{self.profile}/{self.model}"

    @property
    def workspace(self) -> Path:
        return self.root.parent.parent.parent

    @property
    def history(self) -> Path:
        """`history.jsonl`: every move, in order."""
        return self.root / "history.jsonl"

    @property
    def lock(self) -> Path:
        """`.lock`: flocked while a version is registered or a move is written."""
        return self.root / ".lock"

    def version(self, number: int) -> VersionPaths:
        return VersionPaths(self.root / str(number))
