"""A backbone for other libraries."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from engine.errors import InputError
from engine.files import write_json
from engine.vision.backbone import Backbone
from engine.vision.pretrained import CLASS_TOKEN, PretrainedNet


def write_encoder(backbone: Backbone, directory: Path) -> str:
    """Write the encoder as transformers loads it; returns the code that takes the embedding from what it gives
    (`made`). Raises InputError for a net of finetop's own, which no other library knows."""
    net = backbone.net
    if not isinstance(net, PretrainedNet):
        raise InputError(
            f"{backbone.description.base} is a net of finetop's own, which transformers does not know",
            fix="export it with --format onnx or native",
        )
    encoder: Any = net.encoder
    encoder.save_pretrained(directory, safe_serialization=True)
    description = backbone.description
    height, width = description.size
    write_json(
        directory / "preprocessor_config.json",
        {
            "image_processor_type": "ViTImageProcessor",
            "do_resize": True,
            "size": {"height": height, "width": width},
            "do_rescale": True,
            "rescale_factor": 1 / 255,
            "do_normalize": True,
            "image_mean": list(description.mean),
            "image_std": list(description.std),
        },
    )
    return _embedding_of(net, torch.zeros((1, backbone.channels, *backbone.size)))


def write_arrays(module: nn.Module, path: Path) -> None:
    """Write the weights of a module as safetensors."""
    save_file({name: tensor.detach().cpu().contiguous() for name, tensor in module.state_dict().items()}, path)


def pixels_told(backbone: Backbone) -> str:
    """What the encoder is given, in words."""
    description = backbone.description
    height, width = description.size
    mean, std = (tuple(round(value, 6) for value in values) for values in (description.mean, description.std))
    return f"(pictures, {description.channels}, {height}, {width}), 0 to 1, less {mean}, divided by {std}"


def _embedding_of(net: PretrainedNet, image: Tensor) -> str:
    """In code, what PretrainedNet takes of an encoder's output."""
    if net.kind in CLASS_TOKEN:
        return "made.last_hidden_state[:, 0]"
    encoder: Any = net.encoder
    with torch.inference_mode():
        made = encoder(image)
    if made.last_hidden_state.ndim == 4:
        return "made.last_hidden_state.mean((2, 3))"
    return "made.last_hidden_state.mean(1)" if made.get("pooler_output") is None else "made.pooler_output.flatten(1)"
