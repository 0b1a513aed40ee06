"""The embedding: a backbone, a projection, vectors of length 1."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from engine.errors import InputError
from engine.labelled_pictures import picture_path
from engine.linear_head import Vectors
from engine.tasks.image_feature_extraction.config import USUAL_DIMENSIONS, Config
from engine.vision.backbone import DESCRIPTION, Backbone, load_backbone, saved_backbone
from engine.vision.freezing import train_last
from engine.vision.loaded import Pictures

PROJECTION = "projection.safetensors"
Told = Callable[[int], None]


class Embedder(nn.Module):
    """(N, channels, height, width) from 0 to 1 → (N, dimensions), of length 1."""

    def __init__(self, backbone: Backbone, projection: nn.Linear | None) -> None:
        super().__init__()
        self.backbone = backbone
        self.projection: nn.Module = projection or nn.Identity()
        self.dimensions = projection.out_features if projection is not None else backbone.dimensions

    def forward(self, images: Tensor) -> Tensor:
        return nn.functional.normalize(self.projection(self.backbone(images)).float(), dim=1)

    def embed(self, pictures: Pictures, *, batch_size: int, tick: Told = lambda done: None) -> Vectors:
        """(pictures, dimensions), in evaluation mode and without gradients; `tick` hears how many are done."""
        if not len(pictures):
            return np.zeros((0, self.dimensions), dtype=np.float32)
        device = next(self.parameters()).device
        made = []
        was_training = self.training
        self.eval()
        with torch.inference_mode():
            for start in range(0, len(pictures), batch_size):
                numbers = range(start, min(start + batch_size, len(pictures)))
                made.append(self(pictures.tensor(numbers).to(device)).cpu().numpy())
                tick(numbers.stop)
        self.train(was_training)
        return np.concatenate(made).astype(np.float32)

    def save(self, directory: Path) -> None:
        """Write the backbone and the projection into a directory."""
        self.backbone.save(directory)
        if isinstance(self.projection, nn.Linear):
            state = {name: tensor.detach().cpu() for name, tensor in self.projection.state_dict().items()}
            save_file(state, directory / PROJECTION)


def new_embedder(config: Config) -> Embedder:
    """What a training with this config starts from; the same for the same seed. A model directory brings its own
    projection, unless the config asks for other dimensions. Raises BaseModelError, InputError."""
    backbone = load_backbone(
        config.base, channels=config.channels, size=config.image_size, fit=config.fit, seed=config.seed
    )
    embedder = Embedder(backbone, _projection_of(config, backbone))
    train_last(backbone, None if config.trained_layers == "all" else config.trained_layers)
    return embedder


def saved_embedder(directory: Path) -> Embedder:
    """The embedder that `save` wrote. Raises InputError."""
    backbone = saved_backbone(directory)
    return Embedder(backbone, _saved_projection(directory, backbone.dimensions)).eval()


def _projection_of(config: Config, backbone: Backbone) -> nn.Linear | None:
    base, wanted = Path(config.base).expanduser(), config.projection
    if (base / DESCRIPTION).is_file():
        saved = _saved_projection(base, backbone.dimensions)
        own = 0 if saved is None else saved.out_features
        if wanted is None or wanted == own:
            return saved
    wanted = USUAL_DIMENSIONS if wanted is None else wanted
    if not wanted:
        return None
    torch.manual_seed(config.seed)
    projection = nn.Linear(backbone.dimensions, wanted)
    # As good as the backbone before anything is learnt: a random turn keeps all angles, up to what is left out.
    nn.init.orthogonal_(projection.weight)
    nn.init.zeros_(projection.bias)
    return projection


def _saved_projection(directory: Path, dimensions: int) -> nn.Linear | None:
    file = directory / PROJECTION
    if not file.exists():
        return None
    try:
        state = load_file(file)
        weight = state["weight"]
        if weight.ndim != 2 or weight.shape[1] != dimensions:
            raise ValueError(f"it takes {tuple(weight.shape)} and the backbone gives {dimensions}")
        projection = nn.Linear(weight.shape[1], weight.shape[0])
        projection.load_state_dict(state)
        return projection
    except (OSError, KeyError, ValueError, RuntimeError, SafetensorError) as problem:
        raise InputError(
            f"the projection cannot be read ({problem})", where=str(file), fix="train the model anew"
        ) from None


def sources_of(rows: Sequence[dict[str, object]], dataset: Path) -> list[Path]:
    """Where the pictures of rows lie."""
    return [picture_path(dataset, row) for row in rows]
