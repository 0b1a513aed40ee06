"""Hyperparameters of image classification by transfer learning. Light: pydantic alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from engine.training.config import Labels, PhaseOutline, PositiveWeights, TrainingConfig, hyperparameter
from engine.vision.augmentation import Augmentation

Side = Annotated[int, Field(ge=8, le=2048)]
Embedding = Literal["backbone", "head"]


class Config(TrainingConfig):
    """A backbone of which the last layers learn, and a new head on it.

    Settings whose source is not named are those that the product was asked for.
    """

    base: str = hyperparameter(
        "facebook/dinov2-small",
        "Base model: a Hub id or directory of an image encoder (DINOv2, ViT, ResNet …), a model directory of this "
        "task, whose head grows by what is new, one of image retrieval, or scratch:NAME, a small net with random "
        "weights (scratch:resnet-8, scratch:resnet-14 …).",
    )
    epochs: int = hyperparameter(20, "Passes over the training pictures.", unit="epochs", ge=0, le=10_000)
    batch_size: int = hyperparameter(32, "Pictures per batch.", unit="pictures", ge=2, le=65_536)
    learning_rate: float = hyperparameter(
        1e-4, "Peak learning rate of Adam: 1e-4 to 1e-5 where the backbone is pretrained.", gt=0, le=1
    )
    head_rate_factor: float = hyperparameter(
        1.0,
        "Factor on the learning rate for the head, which is new where the backbone may know much already.",
        gt=0,
        le=1000,
    )
    warmup_ratio: float = hyperparameter(
        0.05, "Part of all steps in which the learning rate rises from 0.", ge=0, le=1
    )
    schedule: Literal["linear", "cosine", "constant", "plateau"] = hyperparameter(
        "plateau", "How the learning rate falls after the warm-up; plateau: by plateau_factor when there is no gain."
    )
    weight_decay: float = hyperparameter(
        1e-4, "Decoupled weight decay (not on biases and norms); with 0 the optimizer is plain Adam.", ge=0, le=1
    )
    patience: int = hyperparameter(
        5,
        "Evaluations without a gain after which the training ends with the best weights; 0 means never.",
        unit="evaluations",
        ge=0,
    )

    labels: Labels | None = Field(
        None,
        description="People (or classes) in the order of the head; none means those of the training split, sorted, "
        "after those that the base's head knows.",
    )
    image_size: Side | tuple[Side, Side] | None = hyperparameter(
        None,
        "Height and width to which pictures are brought; none means the base's own, 64 for scratch nets.",
        unit="pixels",
    )
    channels: Annotated[int, Field(ge=1, le=16)] | None = hyperparameter(
        None, "Channels of the pictures as the net sees them; none means as the base takes them, 1 for scratch nets."
    )
    fit: Literal["stretch", "pad"] = hyperparameter(
        "stretch", "How a picture of other proportions is brought to image_size."
    )
    trained_layers: Literal["all"] | Annotated[int, Field(ge=0, le=1000)] = hyperparameter(
        4,
        "Last layers of the backbone that learn; the others stay as they are, with batch-norm in evaluation mode. 0 "
        "trains the head alone, all the whole backbone.",
        unit="layers",
    )
    hidden_size: int = hyperparameter(512, "Width of the head's hidden layer.", unit="units", ge=2, le=65_536)
    head_dropout: float = hyperparameter(0.3, "Dropout before the head's last layer.", ge=0, lt=1)
    label_smoothing: float = hyperparameter(
        0.1, "Part of each target that is spread over all labels (Szegedy et al. 2015, arXiv 1512.00567).", ge=0, lt=1
    )
    class_weights: Annotated[Literal["none", "balanced"] | dict[str, float], PositiveWeights] = hyperparameter(
        "balanced",
        "Weight of each label in the loss: balanced weighs by inverse frequency, or a mapping from label to weight.",
    )
    augment: Augmentation = hyperparameter(
        Augmentation(gradient=0.3, blur=1.0, rotate=8.0, occlusion=0.2),
        "How training pictures are changed anew each time they are seen: light, pose, blur, something before the "
        "face. Never mirrored unless it says so.",
    )
    cached_views: int = hyperparameter(
        8,
        "What the frozen layers make of a training picture is computed once for this many augmented views, which the "
        "epochs take in turn; 0 computes a new view in every epoch. Without augmentation one view is all there are.",
        unit="views",
        ge=0,
        le=1000,
    )
    image_cache_mb: int = hyperparameter(
        2048,
        "Memory for what the frozen layers make, at most, and never more than half of what is free; where it does "
        "not hold cached_views there are fewer, and where it holds none nothing is kept.",
        unit="MiB",
        ge=0,
        le=1_000_000,
    )

    embedding: Embedding = hyperparameter(
        "backbone",
        "Which vector tells whether two pictures show the same person: the backbone's, or that of the head's hidden "
        "layer (network.py).",
    )
    false_accept_rate: float = hyperparameter(
        0.01,
        "Part of the strangers that may pass for a known person; the threshold of `known` is chosen for it on "
        "validation.",
        gt=0,
        lt=1,
    )
    enrolment: int = hyperparameter(
        5,
        "Pictures by which the report makes a person known whom training never saw; the others of that person are "
        "searched for.",
        unit="pictures",
        ge=1,
        le=1000,
    )

    def phases(self, counts: Mapping[str, int]) -> list[PhaseOutline]:
        """One."""
        return [self.phase("training", counts.get("train", 0))]

    def kept_mib(self, counts: Mapping[str, int]) -> float:
        """Decoded pictures, and what the frozen layers make of them."""
        return float(self.image_cache_mb) if counts.get("train") else 0.0

    def cautions(self, classes: Mapping[str, int]) -> list[str]:
        """What to mind before a training on so many pictures of each label."""
        if self.base.startswith("scratch:") and self.trained_layers != "all":
            return ["a scratch base has random weights and its first layers would keep them: set trained_layers: all"]
        return []

    @model_validator(mode="after")
    def _weights_are_of_labels(self) -> Config:
        if self.labels is not None and isinstance(self.class_weights, dict):
            strange = sorted({*self.class_weights} - {*self.labels})
            if strange:
                raise ValueError(f"{strange[0]!r} is not among labels ({', '.join(self.labels)})")
        return self
