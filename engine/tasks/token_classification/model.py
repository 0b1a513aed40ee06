"""The tagger: base model with a new head, LoRA or full, and its directory on disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from engine.errors import BaseModelError, InputError
from engine.lean_encoder.encoder import LeanEncoder, lean_encoder
from engine.model_directory import new_model
from engine.tasks.contract import Row
from engine.tasks.token_classification.config import Config
from engine.tasks.token_classification.tags import tag_names
from engine.text_encoder import Encoder
from engine.training.pretrained import UNREADABLE, load_model, load_tokenizer, reason_of


@dataclass(frozen=True)
class Card:
    """`finetop.json`: what a model directory says of itself."""

    task: str
    base: str
    labels: list[str]
    unit: str
    max_length: int
    """Tokens of a window, special ones included."""
    stride: int
    config: dict[str, Any]
    targets: list[dict[str, Any]]
    dataset: str
    """What it was trained on."""
    baseline: dict[str, dict[str, float]]
    """Split of that dataset → metrics of the untrained model."""
    kept_start: bool
    """No evaluation beat the untrained model, so this is that one."""
    finetop: int = 1


@dataclass
class Tagger:
    """A model in memory with what it takes to read texts."""

    model: nn.Module
    tokenizer: Any
    labels: list[str]
    max_length: int
    lean: LeanEncoder | None = None
    """The body in a form that computes the same with less work, as long as the weights stay as they are."""


def build(config: Config, labels: list[str], device: str) -> Tagger:
    """The untrained tagger: pretrained body, new head; the same for the same seed."""
    from transformers import AutoModelForTokenClassification

    tokenizer = load_tokenizer(config.base)
    torch.manual_seed(config.seed)
    names = tag_names(labels)
    model = load_model(
        AutoModelForTokenClassification,
        config.base,
        num_labels=len(names),
        id2label=dict(enumerate(names)),
        label2id={name: number for number, name in enumerate(names)},
    )
    max_length = _window_limit(config.max_length, model.config, tokenizer)
    if config.method == "lora":
        model = _with_lora(model, config)
    elif not config.train_embeddings:
        model.get_input_embeddings().weight.requires_grad_(False)
    return Tagger(model.to(device), tokenizer, labels, max_length)


def head_names(model: nn.Module) -> list[str]:
    """Modules with weights that stand beside the pretrained body."""
    body = getattr(model, "base_model_prefix", "")
    return [name for name, child in model.named_children() if name != body and any(True for _ in child.parameters())]


def is_of_head(tagger: Tagger, parameter: str) -> bool:
    """Whether a parameter's name belongs to the new head, LoRA or not."""
    inner = tagger.model.get_base_model() if hasattr(tagger.model, "get_base_model") else tagger.model  # type: ignore[operator]
    return not set(head_names(inner)).isdisjoint(parameter.split("."))


def start_from_frequencies(tagger: Tagger, weights: Sequence[float]) -> None:
    """Let the new head begin with the tags' frequencies, so that it does not spend its first steps learning
    that most units are O: its bias becomes their logarithm (Lin et al. 2017, arXiv 1708.02002, §4.1).

    `weights` holds how much each tag weighs in the training split.
    """
    shares = torch.tensor(weights, dtype=torch.float64).clamp(min=0.5)
    with torch.no_grad():
        for name, parameter in tagger.model.named_parameters():
            if parameter.requires_grad and parameter.shape == shares.shape and is_of_head(tagger, name):
                parameter.copy_((shares / shares.sum()).log())


def merged(model: nn.Module) -> nn.Module:
    """The model without LoRA: additions folded into the weights they were added to."""
    return model.merge_and_unload() if hasattr(model, "merge_and_unload") else model  # type: ignore[operator]


def save(tagger: Tagger, card: Card, expected: tuple[list[Row], list[Row]], directory: Path) -> None:
    """Write a model directory, complete or absent."""
    with new_model(directory, asdict(card), *expected) as staging:
        tagger.model.save_pretrained(staging)  # type: ignore[operator]
        tagger.tokenizer.save_pretrained(staging)


def read_tagger(directory: Path, card: Card, device: str) -> Tagger:
    """Load a model directory for prediction; needs no PEFT."""
    from transformers import AutoModelForTokenClassification, AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(directory, local_files_only=True, trust_remote_code=False)
        model = AutoModelForTokenClassification.from_pretrained(
            directory, local_files_only=True, use_safetensors=True, dtype=torch.float32, trust_remote_code=False
        )
    except UNREADABLE as problem:
        raise InputError(f"the model cannot be loaded ({reason_of(problem)})", where=str(directory)) from problem
    tagger = Tagger(model.to(device).eval(), tokenizer, card.labels, card.max_length)
    tagger.lean = _lean(tagger)
    return tagger


def _lean(tagger: Tagger) -> LeanEncoder | None:
    body = getattr(tagger.model, "bert", None)
    if body is None:
        return None
    encoder = Encoder(body, tagger.tokenizer, pooling="mean", normalize=False, max_length=tagger.max_length)
    return lean_encoder(encoder, "fp32")


def _window_limit(wanted: int, model_config: Any, tokenizer: Any) -> int:
    """The longest input that both the configuration and the model allow."""
    limits = [wanted, getattr(tokenizer, "model_max_length", wanted)]
    positions = getattr(model_config, "max_position_embeddings", 0)
    if positions and positions > 0:
        # RoBERTa and its kin count positions from the padding index on.
        offset = (model_config.pad_token_id or 0) + 1 if "roberta" in model_config.model_type else 0
        limits.append(positions - offset)
    return int(min(limits))


def _with_lora(model: Any, config: Config) -> Any:
    from peft import LoraConfig, TaskType, get_peft_model

    heads = head_names(model)
    try:
        return get_peft_model(
            model,
            LoraConfig(
                task_type=TaskType.TOKEN_CLS,
                r=config.lora_rank,
                lora_alpha=config.lora_alpha,
                lora_dropout=config.lora_dropout,
                target_modules=config.lora_targets,
                modules_to_save=heads,  # trained in full: a head that is not saved is a random head after loading
                exclude_modules=heads,
            ),
        )
    except ValueError as problem:
        raise BaseModelError(
            f"LoRA does not fit the base model {config.base!r} ({str(problem).splitlines()[0]})",
            fix="set lora_targets to all-linear or to names of its linear layers",
        ) from problem
