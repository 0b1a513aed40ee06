"""What a version says of itself (`manifest.json`): where it comes from, what it measured, what belongs to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from engine.errors import InputError
from engine.runs.spec import Continuation, DecisionPolicy, PromotionPolicy, Target

FORMAT = 1
AUTOMATIC = "automatic"
"""Threshold: decisions of at least this confidence are not verified by people."""


class FileFact(msgspec.Struct, frozen=True):
    """A file of a version, as it was registered."""

    sha256: str
    bytes: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """One version."""

    finetop: int = FORMAT
    profile: str
    model: str
    version: int
    task: str
    created: float
    """Unix seconds of the registration."""
    run: str
    dataset: str
    dataset_sha256: str
    """Hash of the dataset's content; empty where a task has none."""
    base: str
    preset: str
    config: dict[str, Any]
    """The hyperparameters, resolved."""
    headline: str
    targets: list[Target]
    metrics: dict[str, dict[str, float | None]]
    """Test set → metrics: `DATASET/test`, and its slices as `DATASET/test/SLICE`."""
    intervals: dict[str, tuple[float, float]] = {}
    """95 % intervals of the metrics on the test set."""
    calibration: dict[str, Any] = {}
    """How confidences were calibrated, as the model's card says."""
    thresholds: dict[str, float] = {}
    """Operating thresholds: the model's own, and `automatic`, from which no human verifies a decision."""
    libraries: dict[str, str] = {}
    """Distribution → version that it was trained with."""
    licences: list[str] = []
    continues: Continuation | None = None
    """What a training on feedback went on from."""
    promotable: bool | None = None
    """Of a training on feedback: whether it forgot no more than it may."""
    promotion: PromotionPolicy = PromotionPolicy()
    decisions: DecisionPolicy = DecisionPolicy()
    """How its automatic threshold is raised while it is new."""
    files: dict[str, FileFact]
    """Path in the version's directory → what it must be; the manifest itself is not among them."""

    @property
    def name(self) -> str:
        """`utility/ner@3`."""
        return f"{self.profile}/{self.model}@{self.version}"

    @property
    def test_set(self) -> str:
        """The test set that the targets are about."""
        return f"{self.dataset}/test"

    @property
    def measured(self) -> dict[str, float | None]:
        """Metrics on that test set."""
        return self.metrics.get(self.test_set, {})

    @property
    def score(self) -> float | None:
        """The headline metric."""
        return self.measured.get(self.headline)


def read_manifest(path: Path) -> Manifest:
    """Raises InputError for what is no manifest."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError, ValueError, RecursionError) as problem:
        raise InputError(
            f"not the manifest of a version ({problem})", where=str(path), fix="register its run anew"
        ) from None
