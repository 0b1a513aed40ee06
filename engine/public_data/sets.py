"""Which public sets a profile names, and how far each has come in a workspace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from engine.datasets.store import Dataset, list_datasets
from engine.profiles.public_data import PublicSet
from engine.profiles.resolve import ResolvedModel
from engine.profiles.schema import Profile
from engine.public_data.part import Part
from engine.workspace import Workspace

DOWNLOADS = "downloads"
PROVENANCE = "public_data"
"""Key of a manifest's notes."""

State = Literal["imported", "there", "to download", "by hand"]


@dataclass(frozen=True)
class Wanted:
    """A public set for a model, and how far it has come."""

    profile: str
    model: str
    task: str
    about: PublicSet
    file: Path
    """Where the file lies, or is to be put."""
    dataset: Dataset | None = None
    """What was imported of it."""
    part_bytes: int = 0
    """What a broken download left."""
    encrypt: bool = False
    """Whether the pictures are sealed when they are imported; the download itself is not."""

    @property
    def state(self) -> State:
        if self.dataset is not None:
            return "imported"
        if self.file.exists():
            return "there"
        return "by hand" if self.about.url is None else "to download"

    @property
    def missing_bytes(self) -> int:
        """What is to be downloaded still."""
        return (self.about.bytes or 0) - self.part_bytes if self.state == "to download" else 0

    @property
    def by_hand(self) -> str:
        """What to do where nothing can be downloaded."""
        return f"download {self.about.file} from {self.about.homepage}, put it at {self.file} and run this again"


def survey(workspace: Workspace, profile: Profile, models: Sequence[ResolvedModel]) -> list[Wanted]:
    """Every public set of the models; those that people must bring come last."""
    datasets = [found for found in list_datasets(workspace) if PROVENANCE in found.manifest.notes]
    found = [
        _look(workspace, model, about, datasets)
        for model in models
        for about in profile.models[model.model].public_data
    ]
    return sorted(found, key=lambda wanted: wanted.state == "by hand")


def provenance(about: PublicSet, sha256: str) -> dict[str, Any]:
    """What the manifest of an imported set keeps, by which it is found again."""
    kept = about.model_dump(mode="json", exclude={"bytes"})
    return {**kept, "sha256": sha256}


def _look(workspace: Workspace, model: ResolvedModel, about: PublicSet, datasets: Sequence[Dataset]) -> Wanted:
    file = workspace.root / DOWNLOADS / about.name / about.file
    dataset = next((one for one in reversed(datasets) if _is_of(one, model, about)), None)
    part_bytes = Part(file, about.url).size if about.url is not None and not file.exists() else 0
    return Wanted(model.profile, model.model, model.task, about, file, dataset, part_bytes, model.privacy.encrypt)


def _is_of(dataset: Dataset, model: ResolvedModel, about: PublicSet) -> bool:
    manifest = dataset.manifest
    noted = manifest.notes[PROVENANCE]
    if (manifest.profile, manifest.model, manifest.task) != (model.profile, model.model, model.task):
        return False
    if not isinstance(noted, dict) or not isinstance(noted.get("sha256"), str):
        return False
    # A licence or page that was corrected since makes no other dataset.
    told = ("name", "sha256", "format", "sources", "encoding", "skip_bad")
    wanted = provenance(about, about.sha256 or noted["sha256"])
    return all(noted.get(key) == wanted[key] for key in told)
