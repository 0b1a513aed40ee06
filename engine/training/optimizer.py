"""AdamW with its parameter groups, and gradient clipping."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from engine.training.config import TrainingConfig

RateFactor = Callable[[str], float]
"""Parameter name → factor on the learning rate: a new head may learn faster than its base."""


def make_optimizer(model: nn.Module, config: TrainingConfig, rate_factor: RateFactor) -> torch.optim.AdamW:
    """Fused AdamW over the trained parameters.

    Biases and norms are not decayed (as in BERT's own training). Each group carries `rate_factor`, by
    which the loop multiplies the schedule's learning rate.
    """
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            decay = config.weight_decay if parameter.ndim > 1 else 0.0
            groups.setdefault((decay, rate_factor(name)), []).append(parameter)
    return torch.optim.AdamW(
        [
            {"params": parameters, "weight_decay": decay, "rate_factor": factor}
            for (decay, factor), parameters in groups.items()
        ],
        lr=config.learning_rate,
        fused=True,
    )


def set_learning_rate(optimizer: torch.optim.Optimizer, learning_rate: float) -> None:
    """Give every group its learning rate."""
    for group in optimizer.param_groups:
        group["lr"] = learning_rate * group["rate_factor"]


def clip_gradients(parameters: Sequence[nn.Parameter], max_norm: float) -> Tensor:
    """Scale the gradients so that their common norm is at most `max_norm`; returns the norm before.

    On the CPU the scaling is left out when it would multiply by one: torch always does it, to spare a
    GPU the wait for the norm, but here it costs a pass over every gradient.
    """
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    norm = nn.utils.get_total_norm(gradients)
    if norm.is_cuda or float(norm) > max_norm:
        nn.utils.clip_grads_with_norm_(parameters, max_norm, norm)
    return norm
