"""What a trained model sees in pictures, so that likeness and doubt are the model's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.curation.descriptors import normalised
from engine.errors import InputError
from engine.tasks.catalog import find_task
from engine.trained import find_trained
from engine.workspace import Workspace

STEP = 256
"""Pictures that are embedded together."""


def embeddings_of(
    workspace: Workspace, run: str, paths: Sequence[Path], tick: Callable[[int, int], None]
) -> NDArray[np.float32]:
    """(pictures, dimensions), of length 1, by a trained model whose predictor has a method `embed` for paths.

    Raises NotFoundError, InputError where the run has no model, or one that embeds no pictures.
    """
    found = find_trained(workspace, run)
    task = find_task(found.task)
    fix = "name one of image-feature-extraction or image-classification"
    if task.predicts_on != "image":
        raise InputError(f"the model of {found.name} sees no pictures", fix=fix)
    embed = getattr(task.load(found.directory, "cpu"), "embed", None)
    if embed is None:
        raise InputError(f"the model of {found.name} gives no embeddings of pictures", fix=fix)
    made = []
    for start in range(0, len(paths), STEP):
        made.append(np.asarray(embed([str(path) for path in paths[start : start + STEP]]), dtype=np.float32))
        tick(min(start + STEP, len(paths)), len(paths))
    return normalised(np.concatenate(made))
