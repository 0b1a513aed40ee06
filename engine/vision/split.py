"""A backbone in two: frozen layers, of which a picture needs to see but once, and those that learn.

split = split_of(backbone)      # after freezing.train_last
hidden = split.before(images)   # the same as long as the layers are frozen
split.after(hidden)             # what backbone(images) gives
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.vision.backbone import Backbone

TOLERANCE = 1e-4
"""How far both ways may differ, relative to the largest number: only the order of sums does."""


class _Reached(Exception):
    """The first layer that learns was reached with this."""

    def __init__(self, hidden: Tensor) -> None:
        self.hidden = hidden


@dataclass(frozen=True)
class Split:
    """A backbone whose first layers are frozen."""

    backbone: Backbone
    learning: list[nn.Module]
    """Layers that learn; none where the whole backbone is frozen."""

    def before(self, images: Tensor) -> Tensor:
        """What enters the first layer that learns; the embedding where none does."""
        if not self.learning:
            return self.backbone(images)
        handle = self.learning[0].register_forward_pre_hook(_leave)
        try:
            self.backbone(images)
        except _Reached as reached:
            return reached.hidden
        finally:
            handle.remove()
        raise ValueError("the layer that learns first is never reached")

    def after(self, hidden: Tensor) -> Tensor:
        """The embedding."""
        if not self.learning:
            return hidden
        if hidden.ndim == 4:
            hidden = hidden.contiguous(memory_format=torch.channels_last)
        for layer in self.learning:
            hidden = _first(layer(hidden))
        return self.backbone.pooled(hidden)


def split_of(backbone: Backbone) -> Split | None:
    """The backbone in two; None where nothing is frozen, or where its layers do not simply follow each other (Swin
    passes sizes along): what both ways give is compared on a picture of noise."""
    layers = [layer for _, layer in backbone.layers()]
    if not backbone.frozen_layers:
        return None
    split = Split(backbone, layers[backbone.frozen_layers :])
    training = backbone.training
    backbone.eval()
    try:
        with torch.inference_mode():
            device = next(backbone.parameters()).device
            images = torch.rand((2, backbone.channels, *backbone.size), generator=torch.Generator().manual_seed(0))
            images = images.to(device)
            whole, parted = backbone(images), split.after(split.before(images))
    except (TypeError, ValueError, RuntimeError, AttributeError, IndexError):
        return None
    finally:
        backbone.train(training)
    scale = float(whole.abs().max())
    same = whole.shape == parted.shape and float((whole - parted).abs().max()) <= TOLERANCE * max(scale, 1e-6)
    return split if same else None


def _leave(module: nn.Module, given: tuple[Tensor, ...]) -> None:
    raise _Reached(given[0])


def _first(made: Tensor | tuple[Tensor, ...]) -> Tensor:
    """Some layers give attentions beside."""
    return made if isinstance(made, Tensor) else made[0]
