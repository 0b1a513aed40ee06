"""Hyperparameters of sentence similarity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from engine.training.config import PhaseOutline, TrainingConfig, hyperparameter

UNSUPERVISED, SUPERVISED, ALONE = "unsupervised", "supervised", "supervised alone"
"""The phases: on plain text; on pairs after it; on pairs from the untouched base."""

LossName = Literal["cosine", "cosent", "angle", "cosine+cosent", "cosine+pearson"]


class Config(TrainingConfig):
    """An encoder trained first on plain text (TSDAE, optional), then on scored pairs."""

    epochs: int = hyperparameter(4, "Passes over the scored pairs.", unit="epochs", ge=0, le=10_000)
    batch_size: int = hyperparameter(
        32,
        "Scored pairs per batch; the ranking losses compare within a batch and want 32 or more.",
        unit="pairs",
        ge=1,
        le=65_536,
    )
    learning_rate: float = hyperparameter(
        2e-5, "Peak learning rate (sentence-transformers' documented default for fine-tuning).", gt=0, le=1
    )
    loss: LossName = hyperparameter("cosine", "What pulls the cosine of a pair to its score; see losses.py.")
    pooling: Literal["auto", "mean", "cls"] = hyperparameter(
        "auto", "How token vectors become one: auto takes what the base model was trained with, else the mean."
    )
    normalize: bool = hyperparameter(True, "Embeddings have length 1, so that a dot product is the cosine.")
    unsupervised_method: Literal["tsdae"] = hyperparameter(
        "tsdae", "How plain text is learnt from: rebuild a damaged sentence from its embedding (Wang et al. 2021)."
    )
    unsupervised_epochs: int = hyperparameter(
        0, "Passes over the plain text before the scored pairs; 0 leaves the phase out.", unit="epochs", ge=0, le=1000
    )
    unsupervised_learning_rate: float = hyperparameter(
        3e-5, "Constant learning rate of the unsupervised phase (Wang et al. 2021, section 5).", gt=0, le=1
    )
    unsupervised_batch_size: int = hyperparameter(
        8, "Sentences per batch of the unsupervised phase (Wang et al. 2021).", unit="sentences", ge=1, le=65_536
    )
    deletion_ratio: float = hyperparameter(
        0.6, "Part of the words deleted from a sentence (0.6 was best in Wang et al. 2021, table 5).", gt=0, lt=1
    )
    unsupervised_check: Literal["always", "never"] = hyperparameter(
        "always",
        "Also train on the pairs without the unsupervised phase, and keep the phase only if validation is "
        "better with it; never saves that time and keeps the phase unseen.",
    )

    def phases(self, counts: Mapping[str, int]) -> list[PhaseOutline]:
        """Plain text, the pairs after it, and the pairs alone to compare with: see phases.py."""
        pairs = counts.get("train", 0)
        alone = self.phase(ALONE, pairs)
        if not self.unsupervised_epochs:
            return [alone]
        sentences = counts.get("unlabelled") or 2 * pairs
        unsupervised = PhaseOutline(
            UNSUPERVISED,
            sentences,
            self.unsupervised_batch_size,
            self.unsupervised_epochs,
            max_steps=self.max_steps,
        )
        checked = [alone] if self.unsupervised_check == "always" else []
        return [unsupervised, self.phase(SUPERVISED, pairs), *checked]
