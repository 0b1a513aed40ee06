"""What a checkpoint must hold of a model and of the random generators."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from engine.errors import NonFiniteError


def trainable_state(model: nn.Module) -> dict[str, Tensor]:
    """Copies, on the CPU, of the weights that training changes, and of all buffers that are saved."""
    trained = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    # Without duplicates: a weight that two modules share (TSDAE's decoder) is copied once.
    frozen = {name for name, _ in model.named_parameters(remove_duplicate=False)} - trained
    return {
        name: tensor.detach().to("cpu", copy=True)
        for name, tensor in model.state_dict().items()
        if name not in frozen
    }


def load_trainable(model: nn.Module, state: dict[str, Tensor]) -> None:
    """Put back what `trainable_state` copied. Raises KeyError for a weight the model does not have."""
    own = model.state_dict()
    with torch.no_grad():
        for name, tensor in state.items():
            own[name].copy_(tensor)


def random_state(device: torch.device) -> dict[str, Any]:
    """State of torch's generators."""
    state = {"cpu": torch.get_rng_state()}
    if device.type == "cuda":
        state["cuda"] = torch.cuda.get_rng_state(device)
    return state


def restore_random_state(state: dict[str, Any], device: torch.device) -> None:
    torch.set_rng_state(state["cpu"])
    if device.type == "cuda" and "cuda" in state:
        torch.cuda.set_rng_state(state["cuda"], device)


def require_finite(model: nn.Module) -> None:
    """Raise NonFiniteError when a trained weight is NaN or infinite. Waits for the device once."""
    names = [name for name, parameter in model.named_parameters() if parameter.requires_grad]
    weights = [parameter for parameter in model.parameters() if parameter.requires_grad]
    if not weights:
        return
    finite = torch.stack([torch.isfinite(weight.detach()).all() for weight in weights]).tolist()
    for name, ok in zip(names, finite, strict=True):
        if not ok:
            raise NonFiniteError(f"the weights {name} are no longer finite", fix="lower learning_rate")
