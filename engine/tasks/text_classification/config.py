"""Hyperparameters of text classification from few labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from engine.training.config import Labels, PhaseOutline, TrainingConfig, hyperparameter

SETFIT_BATCH = 16
"""Pairs per batch of SetFit's own trainer."""
Method = Literal["triplet", "supcon", "frozen", "setfit-pairs"]


class HardNegatives(BaseModel):
    """Texts of other classes that look alike are put into the same batch."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    k: int = hyperparameter(2, "Nearest texts of other classes mined for each text; 0 mines none.", ge=0, le=100)
    min_similarity: float = hyperparameter(
        0.25, "Cosine below which a text of another class is no hard negative.", ge=-1, le=1
    )
    oversampling: float = hyperparameter(
        2.0, "How much more often texts with hard negatives are anchors than others.", ge=1, le=100
    )
    labels: list[str] = hyperparameter([], "Labels whose texts are mined for; none means all.")


class Training(BaseModel):
    """How the encoder learns to tell classes apart."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    method: Method = hyperparameter(
        "triplet",
        "triplet and supcon compare all texts of a batch of classes × texts, each encoded once; frozen trains the "
        "head alone; setfit-pairs is SetFit's own trainer with its own defaults, for comparison.",
    )
    samples_per_label: int = hyperparameter(
        2,
        "Texts of each class in a batch; batch_size / this is how many classes it shows.",
        unit="texts",
        ge=2,
        le=256,
    )
    margin: float = hyperparameter(
        0.25, "How much nearer the own class must be than another one, as a cosine distance (triplet).", gt=0, le=2
    )
    triplets: Literal["batch-all", "semi-hard"] = hyperparameter(
        "batch-all", "Which triplets of a batch count: all that violate the margin, or the hardest that is not wrong."
    )
    temperature: float = hyperparameter(
        0.07, "Temperature of supcon (Khosla et al. 2020, arXiv 2004.11362).", gt=0, le=10
    )
    hard_negatives: HardNegatives = hyperparameter(
        HardNegatives(), "Mined from the encoder as it stands, before each epoch."
    )


class Config(TrainingConfig):
    """An encoder that is trained to tell classes apart, and a head on its embeddings."""

    epochs: int = hyperparameter(6, "Passes over the training texts.", unit="epochs", ge=0, le=10_000)
    batch_size: int = hyperparameter(32, "Texts per batch.", unit="texts", ge=4, le=65_536)
    learning_rate: float = hyperparameter(
        1e-4,
        "Peak learning rate of the encoder. SetFit's 2e-5 is for 10 to 100 times as many steps: see losses.py.",
        gt=0,
        le=1,
    )
    patience: int = hyperparameter(
        3,
        "Evaluations without a gain in macro F1 after which the training ends; 0 means never. Few-shot training "
        "overfits early (huggingface/setfit PR 268).",
        unit="evaluations",
        ge=0,
    )
    train_embeddings: bool = hyperparameter(
        False,
        "Whether training also changes the word embeddings: half of the parameters of a small encoder. Few texts "
        "move few of them, and macro F1 was the same (losses.py).",
    )
    dropout: float | None = hyperparameter(
        0.0,
        "Dropout inside the encoder while it learns; none means the base's own. Few steps leave it nothing to "
        "protect from (losses.py).",
        ge=0,
        lt=1,
    )
    max_length: int = hyperparameter(128, "Longest text; the rest is cut.", unit="tokens", ge=8, le=8192)
    train: Training = hyperparameter(Training(), "How the encoder learns.")
    labels: Labels | None = Field(
        None, description="Classes in the order of the head; none means those of the training split, sorted."
    )
    descriptions: dict[str, str] = Field(
        {}, description="Class → what it means, in a few words: what the untrained model compares a text with."
    )
    taxonomy: str = Field("", description="The profile's taxonomy whose labels these are; empty where there is none.")
    template: str = Field(
        "",
        description="How a folder becomes a text: engine/folders/samples/text.py. Empty where the data are texts "
        "already.",
    )
    head_regularization: float = hyperparameter(
        1.0, "Inverse strength C of the L2 penalty of the logistic head.", gt=0, le=1e6
    )
    learn_from: Literal["train", "train+validation"] = hyperparameter(
        "train+validation",
        "What the model that is handed over learns from: labels are expensive, and the head is fitted on validation "
        "texts too once they have said when to stop. Fewer than 30 would not say that reliably: the encoder learns "
        "from them as well, to the end of its epochs. Validation figures are of a head on train alone.",
    )
    class_weights: Literal["none", "balanced"] = hyperparameter(
        "balanced", "balanced weighs classes in the head by inverse frequency: macro F1 counts them alike."
    )
    calibration: Literal["auto", "temperature", "isotonic", "none"] = hyperparameter(
        "auto",
        "What makes a confidence mean what it says: temperature below 1,000 rows, isotonic above, where it tends to "
        "overfit less (scikit-learn's guide).",
    )

    @model_validator(mode="after")
    def _a_batch_shows_two_classes(self) -> Config:
        if self.train.method in ("triplet", "supcon") and self.batch_size < 2 * self.train.samples_per_label:
            raise ValueError(
                f"a batch of {self.batch_size} texts does not hold two classes with {self.train.samples_per_label} "
                "texts each; raise batch_size or lower train.samples_per_label"
            )
        return self

    def phases(self, counts: Mapping[str, int]) -> list[PhaseOutline]:
        """One phase: no step where the encoder stays as it is, and about as many pairs as texts squared where SetFit
        enumerates them."""
        texts = counts.get("train", 0)
        if self.train.method == "frozen":
            return [PhaseOutline("training", texts, self.batch_size, 0)]
        if self.train.method == "setfit-pairs":
            return [PhaseOutline("training", texts * texts, SETFIT_BATCH, 1, max_steps=self.max_steps)]
        return [self.phase("training", texts)]
