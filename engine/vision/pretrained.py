"""Image encoders of transformers as backbones: what they take, and which of their outputs is the embedding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from engine.base_models import resolve_base
from engine.errors import BaseModelError
from engine.training.pretrained import UNREADABLE, reason_of

CLASS_TOKEN = {"vit", "deit", "beit", "dinov2", "dinov2_with_registers", "dinov3_vit", "vit_mae", "vit_msn"}
"""Kinds of model whose first token stands for the picture. The pooler that some of them have was trained for a
classification that is not ours, or never (DINOv2, MAE)."""
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""What most encoders were trained with; taken where the model does not say."""


@dataclass(frozen=True)
class Takes:
    """What an encoder was trained on."""

    channels: int
    size: tuple[int, int]
    """Height and width."""
    mean: tuple[float, ...]
    std: tuple[float, ...]


class PretrainedNet(nn.Module):
    """(N, channels, height, width), normalised → (N, dimensions)."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder
        config: Any = encoder.config
        self.kind = str(config.model_type)
        sizes = getattr(config, "hidden_sizes", None)
        self.dimensions = int(sizes[-1] if sizes else config.hidden_size)

    def forward(self, images: Tensor) -> Tensor:
        made = self.encoder(images, **self._options(images))
        hidden = made.last_hidden_state
        if hidden.ndim == 4:
            return hidden.mean((2, 3))
        if self.kind in CLASS_TOKEN:
            return hidden[:, 0]
        pooled = getattr(made, "pooler_output", None)
        return hidden.mean(1) if pooled is None else pooled.flatten(1)

    def pooled(self, hidden: Tensor) -> Tensor:
        """The embedding by what the last layer gives; not that of encoders with a pooler of their own."""
        if hidden.ndim == 4:
            return hidden.mean((2, 3))
        for name, child in self.encoder.named_children():
            if "norm" in name:
                hidden = child(hidden)
        return hidden[:, 0] if self.kind in CLASS_TOKEN else hidden.mean(1)

    def _options(self, images: Tensor) -> dict[str, bool]:
        """ViT learnt positions for one size; others find theirs by themselves."""
        if self.kind not in {"vit", "deit", "vit_msn"}:
            return {}
        trained: Any = self.encoder.config
        size = trained.image_size
        own = (size, size) if isinstance(size, int) else tuple(size)
        return {} if tuple(images.shape[2:]) == own else {"interpolate_pos_encoding": True}


def pretrained_net(base: str) -> tuple[PretrainedNet, Takes]:
    """The encoder of a Hub id or directory, from safetensors alone. Raises BaseModelError."""
    from transformers import AutoConfig, AutoModel
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    place = resolve_base(base)
    try:
        config = AutoConfig.from_pretrained(place, trust_remote_code=False)
        if not hasattr(config, "num_channels"):
            raise ValueError(f"{config.model_type} is no encoder of pictures")
        encoder = AutoModel.from_pretrained(place, use_safetensors=True, trust_remote_code=False)
        return PretrainedNet(encoder), _takes(place, config)
    except (*UNREADABLE, AttributeError) as problem:
        raise BaseModelError(
            f"the base model cannot be loaded ({reason_of(problem)})",
            where=base,
            fix="name an image encoder with safetensors, such as facebook/dinov2-small, or scratch:resnet-8",
        ) from problem


def _takes(place: str, config: Any) -> Takes:
    channels = int(config.num_channels)
    says = _processor(place)
    size = says.get("crop_size") or says.get("size") or getattr(config, "image_size", 224)
    mean, std = says.get("image_mean") or IMAGENET_MEAN, says.get("image_std") or IMAGENET_STD
    if len(mean) != channels:
        mean, std = [sum(mean) / len(mean)] * channels, [sum(std) / len(std)] * channels
    return Takes(channels, _pair(size), tuple(mean), tuple(std))


def _processor(place: str) -> dict[str, Any]:
    """What the model's own processor does to pictures; nothing where it brings none."""
    from transformers import AutoImageProcessor

    try:
        return dict(AutoImageProcessor.from_pretrained(place, trust_remote_code=False).to_dict())
    except (OSError, ValueError, KeyError):
        return {}


def _pair(size: Any) -> tuple[int, int]:
    if isinstance(size, dict):
        edge = size.get("shortest_edge") or size.get("longest_edge")
        return (int(edge), int(edge)) if edge else (int(size["height"]), int(size["width"]))
    if isinstance(size, list | tuple):
        return int(size[0]), int(size[-1])
    return int(size), int(size)
