"""Loads a base model and its tokenizer with transformers; failures become one sentence."""

from __future__ import annotations

from typing import Any

from engine.base_models import SCRATCH, resolve_base
from engine.errors import BaseModelError


def load_tokenizer(base: str) -> Any:
    """The tokenizer of a base model. Raises BaseModelError."""
    from transformers import AutoTokenizer

    name = resolve_base(base.removeprefix(SCRATCH))
    try:
        return AutoTokenizer.from_pretrained(name)
    except (OSError, ValueError) as problem:
        raise _unusable(base, problem) from problem


def load_model(auto_class: Any, base: str, **overrides: Any) -> Any:
    """A model of `auto_class` with the weights of `base`, in fp32; `scratch:NAME` takes the architecture alone.

    Parts that the base does not have (a new head) are drawn from torch's generator. `overrides` go into
    the model's configuration. Raises BaseModelError.
    """
    import torch
    from transformers import AutoConfig

    name = resolve_base(base.removeprefix(SCRATCH))
    try:
        config = AutoConfig.from_pretrained(name, **overrides)
        if base.startswith(SCRATCH):
            return auto_class.from_config(config, dtype=torch.float32)
        return auto_class.from_pretrained(name, config=config, dtype=torch.float32, ignore_mismatched_sizes=True)
    except (OSError, ValueError) as problem:
        raise _unusable(base, problem) from problem


def _unusable(base: str, problem: Exception) -> BaseModelError:
    reason = str(problem).strip().splitlines()[0].rstrip(".")
    return BaseModelError(
        f"the base model {base!r} cannot be loaded ({reason})",
        fix="name a directory that holds it, let this machine reach the Hub, or use all-MiniLM-L6-v2",
    )
