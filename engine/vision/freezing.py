"""Which layers of a backbone learn."""

from __future__ import annotations

from engine.vision.backbone import Backbone


def train_last(backbone: Backbone, layers: int | None) -> int:
    """Let the last `layers` layers learn (None: all) and keep those before as they are, in evaluation mode.

    Norms after the last layer learn with it. Returns how many layers are frozen; all of them with 0, and then
    nothing of the backbone learns.
    """
    found = backbone.layers()
    frozen = 0 if layers is None else max(0, len(found) - layers)
    backbone.frozen_layers = frozen
    first = next(iter(found[frozen][1].parameters()), None) if frozen < len(found) else None
    learns = frozen == 0
    # Parameters stand in the order of the layers: what lies between two layers belongs to the one before.
    for parameter in backbone.parameters():
        learns = learns or parameter is first
        parameter.requires_grad_(learns)
    backbone.train(backbone.training)
    return frozen
