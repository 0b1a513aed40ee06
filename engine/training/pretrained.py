"""Loads a base model and its tokenizer with transformers; failures become one sentence."""

from __future__ import annotations

from pickle import UnpicklingError
from typing import Any

from safetensors import SafetensorError

from engine.base_models import SCRATCH, resolve_base
from engine.errors import BaseModelError

UNREADABLE = (OSError, ValueError, KeyError, RuntimeError, EOFError, SafetensorError, UnpicklingError)
"""What transformers raises for a directory that is no model, or a damaged or harmful one: code of its author is not
run (`trust_remote_code=False`, where None would ask at the terminal), and pickles are read as weights alone."""


def load_tokenizer(base: str) -> Any:
    """The tokenizer of a base model. Raises BaseModelError."""
    from transformers import AutoTokenizer

    name = resolve_base(base.removeprefix(SCRATCH))
    try:
        return AutoTokenizer.from_pretrained(name, trust_remote_code=False)
    except UNREADABLE as problem:
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
        config = AutoConfig.from_pretrained(name, trust_remote_code=False, **overrides)
        if base.startswith(SCRATCH):
            return auto_class.from_config(config, dtype=torch.float32, trust_remote_code=False)
        return auto_class.from_pretrained(
            name, config=config, dtype=torch.float32, ignore_mismatched_sizes=True, trust_remote_code=False
        )
    except UNREADABLE as problem:
        raise _unusable(base, problem) from problem


def _unusable(base: str, problem: Exception) -> BaseModelError:
    return BaseModelError(
        f"the base model {base!r} cannot be loaded ({reason_of(problem)})",
        fix="name a directory that holds it, let this machine reach the Hub, or use all-MiniLM-L6-v2",
    )


def reason_of(problem: Exception) -> str:
    """The first line of what a library says, without a full stop."""
    lines = str(problem).strip().splitlines()
    return lines[0].rstrip(".")[:300] if lines else type(problem).__name__
