"""Takes people out of a trained model as far as it can be done: their templates, and their place in the head.

What is left is an empty place under another name: nobody is recognised by it. The layers below still learnt from
their pictures; only a new training forgets that.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np

from engine.errors import InputError
from engine.files import atomic_file, read_json
from engine.model_directory import CARD

HEAD = "head.safetensors"
TEMPLATES = ("means", "start_means", "output.weight")
BIAS = "output.bias"
NEVER = -1e4
"""Score of a label that must not be said: its share after softmax is 0."""


def forget(model: Path, labels: Collection[str]) -> bool:
    """Empty the rows of these labels in a model directory; whether there was anything to empty. Doing it again
    changes nothing. Raises InputError for a head that cannot be read."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file, save_file

    file = model / HEAD
    if not file.is_file():
        return False
    try:
        known = read_json(model / CARD)["labels"]
        arrays = load_file(file)
        at = [number for number, label in enumerate(known) if label in labels]
        emptied = {name: np.array(array) for name, array in arrays.items()}
        for name in TEMPLATES:
            emptied[name][at] = 0
        emptied[BIAS][at] = NEVER
    except (OSError, ValueError, KeyError, IndexError, TypeError, SafetensorError) as problem:
        raise InputError(
            f"the head cannot be read ({problem})", where=str(file), fix="remove the run: `engine runs remove RUN`"
        ) from None
    if all(np.array_equal(emptied[name], arrays[name]) for name in emptied):
        return False
    with atomic_file(file) as temporary:
        save_file(emptied, temporary)
    return True
