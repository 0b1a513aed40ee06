"""Hyperparameters of named-entity recognition."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from engine.training.config import Labels, PositiveWeights, TrainingConfig, hyperparameter


class Config(TrainingConfig):
    """What a training of a tagger reads, beside what every training reads."""

    method: Literal["full", "lora"] = hyperparameter(
        "full",
        "full trains every weight; lora trains low-rank additions that are merged on save (Hu et al. 2021, "
        "arXiv 2106.09685). Encoders up to 300 M parameters are usually better in full; LoRA wants a higher rate.",
    )
    train_embeddings: bool = hyperparameter(
        True,
        "Whether full training also changes the word embeddings. Left as they are, a word that training never saw "
        "keeps its place among those it did see, a step costs less, and less memory is needed.",
    )
    lora_rank: int = hyperparameter(16, "Rank of the additions (LoRA paper: 4 to 64 differ little).", ge=1, le=1024)
    lora_alpha: int = hyperparameter(
        32, "The additions are scaled by alpha / rank; twice the rank is usual (arXiv 2405.09673).", ge=1
    )
    lora_dropout: float = hyperparameter(0.05, "Dropout before the additions (QLoRA, arXiv 2305.14314).", ge=0, lt=1)
    lora_targets: str | list[str] = hyperparameter(
        "all-linear",
        "Linear layers that get additions: all-linear (QLoRA: needed to match full training), or names such as "
        "query, value.",
    )
    head_learning_rate: float | None = hyperparameter(
        1e-3,
        "Peak learning rate of the new head, which starts from nothing while the base is nearly there (rates by "
        "layer: Howard & Ruder 2018, arXiv 1801.06146, §3.2); none means learning_rate.",
        gt=0,
        le=1,
    )
    class_weights: Annotated[Literal["none", "balanced"] | dict[str, float], PositiveWeights] = hyperparameter(
        "none",
        "Weight of each type in the loss: none, balanced (inverse frequency, King & Zeng 2001), or a mapping from "
        "type (and O) to weight. Weights raise recall of rare types and cost precision.",
    )
    labels: Labels | None = Field(
        None, description="Entity types in the order of the head; none means those of the training split."
    )
    unit: Literal["auto", "word", "piece", "subtoken"] = hyperparameter(
        "auto",
        "What gets a tag, by its first subtoken (Devlin et al. 2018, §5.3): a word (what stands between blanks, but "
        "for punctuation around it), a piece (also cut at punctuation inside, as the tokenizer does), or every "
        "subtoken. auto takes the largest that cuts the fewest training entities: small units are more work "
        "to learn.",
    )
    stride: int = hyperparameter(
        64,
        "Overlap of the windows of a text longer than max_length: its tokens are read with context on both sides.",
        unit="tokens",
        ge=0,
        le=4096,
    )
    length_buckets: bool = hyperparameter(True, "Batches of alike length (less padding) inside shuffled megabatches.")
    outside_keep: float = hyperparameter(
        1.0,
        "Part of the texts without any entity that an epoch trains on, drawn anew each epoch (negative subsampling).",
        gt=0,
        le=1,
    )

    @field_validator("labels")
    @classmethod
    def _outside_is_no_label(cls, labels: list[str] | None) -> list[str] | None:
        if labels is not None and "O" in labels:
            raise ValueError("labels are types of entities; O, which is none, is not among them")
        return labels

    @model_validator(mode="after")
    def _stride_leaves_room(self) -> Config:
        if self.stride > self.max_length // 2:
            raise ValueError(f"stride {self.stride} must be at most half of max_length {self.max_length}")
        return self
