"""Where the curation of a dataset lies: `workspace/curation/DATASET-ID/`.

curation.json, curation.md   what was found, for programs and for people
curation-pictures/           the worst ones, drawn
decisions.csv                what is to be done, which people edit
decisions.lock               held while the file is changed
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.datasets.store import Dataset
from engine.workspace import Workspace


@dataclass(frozen=True)
class CurationPaths:
    """The files of one curation."""

    root: Path

    @classmethod
    def of(cls, workspace: Workspace, dataset: Dataset) -> CurationPaths:
        """Those of a dataset."""
        return cls(workspace.root / "curation" / dataset.id)

    @property
    def report(self) -> Path:
        return self.root / "curation.json"

    @property
    def page(self) -> Path:
        return self.root / "curation.md"

    @property
    def decisions(self) -> Path:
        return self.root / "decisions.csv"

    @property
    def lock(self) -> Path:
        return self.root / "decisions.lock"
