"""A backbone: pictures in, embeddings out. Where its weights come from, its layers in order, its files."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from engine.base_models import SCRATCH
from engine.errors import BaseModelError, InputError
from engine.files import read_json, write_json
from engine.vision.pretrained import PretrainedNet, Takes, pretrained_net
from engine.vision.residual import ResidualNet, residual_net

DESCRIPTION = "backbone.json"
WEIGHTS = "backbone.safetensors"
ENCODER = "encoder"
"""Directory of an encoder of transformers, in its own layout."""
SCRATCH_SIZE = (64, 64)
MOST_SIDE = 2048
Fit = Literal["stretch", "pad"]


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """`backbone.json`: what the weights beside it are."""

    base: str
    channels: int
    size: tuple[int, int]
    """Height and width to which pictures are brought."""
    mean: tuple[float, ...]
    std: tuple[float, ...]
    fit: Fit = "stretch"
    """`pad` keeps the proportions of a picture and fills the rest with its mean."""


class Backbone(nn.Module):
    """(N, channels, height, width) from 0 to 1 → (N, dimensions)."""

    mean: Tensor
    std: Tensor

    def __init__(self, net: ResidualNet | PretrainedNet, description: Description) -> None:
        super().__init__()
        self.net, self.description = net, description
        self.dimensions = net.dimensions
        self.frozen_layers = 0
        """First layers that stay as they are, in evaluation mode (engine.vision.freezing)."""
        for name in ("mean", "std"):
            values = torch.tensor(getattr(description, name), dtype=torch.float32).reshape(1, -1, 1, 1)
            self.register_buffer(name, values, persistent=False)

    @property
    def channels(self) -> int:
        return self.description.channels

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return self.description.size

    def forward(self, images: Tensor) -> Tensor:
        return self.net(((images - self.mean) / self.std).contiguous(memory_format=torch.channels_last))

    def pooled(self, hidden: Tensor) -> Tensor:
        """The embedding by what the last layer gives."""
        return self.net.pooled(hidden)

    def layers(self) -> list[tuple[str, nn.Module]]:
        """Its layers from the picture to the embedding: what is counted when some are frozen."""
        return _layers(self.net)

    def train(self, mode: bool = True) -> Backbone:
        """Frozen layers stay in evaluation mode: their batch-norm must keep its statistics."""
        super().train(mode)
        if mode and self.frozen_layers:
            for _, layer in self.layers()[: self.frozen_layers]:
                layer.eval()
            for module in self.modules():
                own = list(module.parameters(recurse=False))
                if own and not any(parameter.requires_grad for parameter in own):
                    module.eval()
        return self

    def save(self, directory: Path) -> None:
        """Write the weights and their description into a directory."""
        write_json(directory / DESCRIPTION, self.description)
        if isinstance(self.net, PretrainedNet):
            encoder: Any = self.net.encoder
            encoder.save_pretrained(directory / ENCODER, safe_serialization=True)
            return
        state = {name: tensor.detach().cpu().contiguous() for name, tensor in self.net.state_dict().items()}
        save_file(state, directory / WEIGHTS)


def load_backbone(
    base: str,
    *,
    channels: int | None = None,
    size: int | tuple[int, int] | None = None,
    fit: Fit = "stretch",
    seed: int = 0,
) -> Backbone:
    """The backbone that `base` names: `scratch:NAME`, a directory that `save` wrote, a Hub id or a directory of
    transformers. None: as the base was made for. Raises BaseModelError, InputError."""
    wanted = (size, size) if isinstance(size, int) else size
    if base.startswith(SCRATCH):
        taken = wanted or SCRATCH_SIZE
        depth = channels or 1
        net = residual_net(base.removeprefix(SCRATCH), depth, taken, seed)
        return _ready(
            net, Description(base=base, channels=depth, size=taken, mean=(0.5,) * depth, std=(0.25,) * depth, fit=fit)
        )
    path = Path(base).expanduser()
    if (path / DESCRIPTION).is_file():
        backbone = saved_backbone(path)
        _same_channels(base, backbone.channels, channels)
        if wanted is None or wanted == backbone.size:
            return backbone
        return _ready(backbone.net, msgspec.structs.replace(backbone.description, size=wanted))
    found, takes = pretrained_net(base)
    _same_channels(base, takes.channels, channels)
    return _ready(found, _described(base, takes, wanted, fit))


def saved_backbone(directory: Path) -> Backbone:
    """The backbone that `save` wrote. Nothing in the directory is run. Raises InputError."""
    try:
        description = msgspec.convert(read_json(directory / DESCRIPTION), Description)
        if not all(0 < side <= MOST_SIDE for side in description.size) or not 0 < description.channels <= 64:
            raise ValueError(f"a size of {description.size} with {description.channels} channels")
        if (directory / ENCODER).is_dir():
            net, _ = pretrained_net(str(directory / ENCODER))
            return _ready(net, description)
        made = residual_net(description.base.removeprefix(SCRATCH), description.channels, description.size, 0)
        made.load_state_dict(load_file(directory / WEIGHTS))
        return _ready(made, description)
    except (OSError, ValueError, RuntimeError, SafetensorError, BaseModelError) as problem:
        reason = str(problem).splitlines()[0][:200] if str(problem) else type(problem).__name__
        raise InputError(
            f"the backbone cannot be loaded ({reason})", where=str(directory), fix="train the model anew"
        ) from problem


def _described(base: str, takes: Takes, size: tuple[int, int] | None, fit: Fit) -> Description:
    return Description(
        base=base, channels=takes.channels, size=size or takes.size, mean=takes.mean, std=takes.std, fit=fit
    )


def _ready(net: ResidualNet | PretrainedNet, description: Description) -> Backbone:
    # Convolutions are faster so, on GPUs and on CPUs.
    return Backbone(net, description).to(memory_format=torch.channels_last)


def _same_channels(base: str, own: int, wanted: int | None) -> None:
    if wanted is not None and wanted != own:
        raise BaseModelError(
            f"the base model takes {own} channels and `channels` says {wanted}",
            where=base,
            fix=f"leave `channels` out: pictures are brought to {own}",
        )


def _layers(net: ResidualNet | PretrainedNet) -> list[tuple[str, nn.Module]]:
    if isinstance(net, ResidualNet):
        return [("stem", net.stem), *((f"block {at}", block) for at, block in enumerate(net.blocks, 1))]
    encoder = net.encoder
    first = [(name, child) for name, child in encoder.named_children() if "embed" in name]
    body = [child for name, child in encoder.named_children() if "embed" not in name and name != "pooler"]
    found = [block for child in body for block in _blocks(child)]
    return [*first, *((f"layer {at}", block) for at, block in enumerate(found, 1))]


def _blocks(module: nn.Module) -> list[nn.Module]:
    """The repeated parts of an encoder: entries of its longest list of alike modules, stages taken apart."""
    own = [module] if isinstance(module, nn.ModuleList | nn.Sequential) else []
    lists = [child for child in (*own, *module.children()) if isinstance(child, nn.ModuleList | nn.Sequential)]
    alike = [list(child) for child in lists if len({type(part) for part in child}) == 1]
    parts = max(alike, key=len, default=[])
    if parts and type(parts[0]).__name__.endswith("Stage"):
        return [block for part in parts for block in _blocks(part)]
    return parts
