"""Hyperparameters of retrieval: an embedding that is trained to tell classes apart, and how it answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from engine.training.config import PhaseOutline, TrainingConfig, hyperparameter
from engine.vision.augmentation import Augmentation

Side = Annotated[int, Field(ge=8, le=2048)]
Rule = Literal["majority", "distance-weighted", "rank-weighted"]
SimilarityKind = Literal["cosine", "centred", "l2", "ip", "diagonal", "whitened"]
MEBI = 2**20
USUAL_DIMENSIONS = 128
FEW_FOR_A_MARGIN = 50
"""Pictures of a class below which an angular margin tends to be learnt by heart (deepinsight/insightface issues 495
and 2669 fail with 2 to some dozens)."""


class Contrast(BaseModel):
    """How the embedding learns to tell classes apart."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    loss: Literal["supcon", "triplet", "softmax", "arcface", "none"] = hyperparameter(
        "supcon",
        "supcon and triplet compare all pictures of a batch of classes × pictures; softmax pulls each to a direction "
        "of its class and away from those of others (NormFace, Wang et al. 2017, arXiv 1704.06369), arcface by a "
        "margin, which fails on few pictures per class; none leaves the embedding as it is: only the similarity, the "
        "votes and the confidence are fitted. Nets from random weights learn most from softmax.",
    )
    samples_per_label: int = hyperparameter(
        4,
        "Pictures of each class in a batch; batch_size / this is how many classes it shows.",
        unit="pictures",
        ge=2,
        le=256,
    )
    temperature: float = hyperparameter(
        0.1, "Temperature of supcon (Khosla et al. 2020, arXiv 2004.11362).", gt=0, le=10
    )
    margin: float = hyperparameter(
        0.25, "How much nearer the own class must be than another one, as a cosine distance (triplet).", gt=0, le=2
    )
    triplets: Literal["semi-hard", "batch-all"] = hyperparameter(
        "semi-hard", "Which triplets of a batch count: the hardest that is not wrong, or all that violate the margin."
    )
    arcface_margin: float = hyperparameter(
        0.3, "Angle by which the own class must be nearer (arcface).", unit="rad", gt=0, le=1
    )
    scale: float = hyperparameter(
        8.0,
        "What cosines are multiplied by before the softmax (softmax, arcface). Of 8 and 16 the smaller did better on "
        "60 pictures of each class; faces by the thousand are trained with 30 to 64.",
        gt=0,
        le=256,
    )

    @property
    def margin_of_directions(self) -> float:
        """The margin between directions of classes; 0 is plain softmax over cosines."""
        return self.arcface_margin if self.loss == "arcface" else 0.0


class Answers(BaseModel):
    """How neighbours become an answer with a confidence. `auto` is chosen on validation."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    similarity: Literal["auto"] | SimilarityKind = hyperparameter(
        "auto", "How alike two embeddings are: auto tries cosine, centred, l2, ip, diagonal and whitened."
    )
    k: Literal["auto"] | Annotated[int, Field(ge=1, le=200)] = hyperparameter(
        "auto", "Neighbours that vote.", unit="neighbours"
    )
    vote: Literal["auto"] | Rule = hyperparameter("auto", "What a neighbour's vote counts.")
    map_at: int = hyperparameter(
        10, "Neighbours by which the ranking is judged: the k of mAP@k.", unit="neighbours", ge=1, le=200
    )
    calibration: Literal["auto", "temperature", "platt", "beta", "isotonic"] = hyperparameter(
        "auto",
        "What makes a confidence mean what it says; auto chooses by the number of rows and their cross-validated "
        "log-loss.",
    )
    calibration_share: float = hyperparameter(
        0.5,
        "Part of validation that says neither when to stop nor which similarity is best, and on which the confidence "
        "is fitted.",
        ge=0,
        le=0.9,
    )
    false_accept_rate: float = hyperparameter(
        0.1,
        "Part of the false accepts that may pass: below the confidence where that is so, the answer is `unknown`.",
        gt=0,
        lt=1,
    )
    false_accept_of: Literal["wrong", "strangers"] = hyperparameter(
        "wrong",
        "What a false accept is: an answer that is wrong, or any answer to a picture of a class that has no "
        "reference (each class plays the stranger once, its references hidden). The report shows what either would "
        "let through.",
    )
    collection: str = hyperparameter(
        "ir_embeddings", "Name of the ChromaDB collection.", pattern=r"^[a-zA-Z0-9][a-zA-Z0-9_-]{1,61}[a-zA-Z0-9]$"
    )


class Config(TrainingConfig):
    """A backbone with a projection, trained by comparison; answers come from nearest neighbours."""

    base: str = hyperparameter(
        "facebook/dinov2-small",
        "Base model: a Hub id or directory of an image encoder, a model directory of this task, or scratch:resnet-8.",
    )
    epochs: int = hyperparameter(20, "Passes over the training pictures.", unit="epochs", ge=0, le=10_000)
    batch_size: int = hyperparameter(64, "Pictures per batch.", unit="pictures", ge=4, le=65_536)
    learning_rate: float = hyperparameter(1e-4, "Peak learning rate.", gt=0, le=1)
    patience: int = hyperparameter(
        5, "Evaluations without a gain in mAP after which the training ends; 0 means never.", unit="evaluations", ge=0
    )
    channels: Annotated[int, Field(ge=1, le=16)] | None = hyperparameter(
        None, "Channels of the pictures as the net sees them; none means as the base takes them, 1 for scratch nets."
    )
    image_size: Side | tuple[Side, Side] | None = hyperparameter(
        None, "Height and width to which pictures are brought; none means the base's own.", unit="pixels"
    )
    fit: Literal["stretch", "pad"] = hyperparameter(
        "stretch", "How a picture of other proportions is brought to image_size."
    )
    bits: Literal[8, 16] = hyperparameter(
        8, "Bits of each value that are kept: thermal pictures of 14 or 16 bits differ in less than 8 can say."
    )
    trained_layers: Annotated[int, Field(ge=0, le=1000)] | Literal["all"] = hyperparameter(
        "all", "Last layers of the backbone that learn; the others stay as they are, batch-norm in evaluation mode."
    )
    projection: Annotated[int, Field(ge=0, le=4096)] | None = hyperparameter(
        None,
        "Dimensions of the embedding: a linear layer on the backbone; 0 takes the backbone's own. None: as the model "
        "has it that training starts from, 128 for others.",
        unit="dimensions",
    )
    train: Contrast = hyperparameter(Contrast(), "How the embedding learns.")
    augment: Augmentation = hyperparameter(
        Augmentation(), "What a training picture may go through: right for the sensor that took it."
    )
    answers: Answers = hyperparameter(Answers(), "How neighbours become an answer with a confidence.")
    image_cache_mb: int = hyperparameter(
        2048, "Memory for decoded pictures; where they do not fit they are decoded anew.", unit="MiB", ge=0
    )

    @model_validator(mode="after")
    def _a_batch_shows_two_classes(self) -> Config:
        if self.train.loss in ("supcon", "triplet") and self.batch_size < 2 * self.train.samples_per_label:
            raise ValueError(
                f"a batch of {self.batch_size} pictures does not hold two classes with "
                f"{self.train.samples_per_label} pictures each; raise batch_size or lower train.samples_per_label"
            )
        return self

    def phases(self, counts: Mapping[str, int]) -> list[PhaseOutline]:
        """One phase, of no step where nothing learns."""
        pictures = counts.get("train", 0)
        if self.train.loss == "none":
            return [PhaseOutline("training", pictures, self.batch_size, 0)]
        return [self.phase("training", pictures)]

    def cautions(self, classes: Mapping[str, int]) -> list[str]:
        """Losses that ask for more pictures than there are."""
        found = []
        fewest = min(classes, key=lambda name: classes[name], default=None)
        contrast = self.train
        if contrast.loss == "arcface" and fewest and classes[fewest] < FEW_FOR_A_MARGIN:
            found.append(
                f"arcface asks for {FEW_FOR_A_MARGIN} pictures of each class and {fewest} has {classes[fewest]}: the "
                "margin tends to fail on so few; take supcon or softmax"
            )
        alone = [name for name, count in classes.items() if count == 1]
        if contrast.loss in ("supcon", "triplet") and alone:
            found.append(
                f"{', '.join(alone[:5])} has one picture, which has nothing of its class to be compared with"
            )
        return found

    def kept_mib(self, counts: Mapping[str, int]) -> float:
        """Decoded pictures of the splits that training looks at."""
        size = self.image_size or 224
        height, width = (size, size) if isinstance(size, int) else size
        each = height * width * (self.channels or 3) * self.bits // 8
        return min(self.image_cache_mb, each * (counts.get("train", 0) + counts.get("validation", 0)) / MEBI)
