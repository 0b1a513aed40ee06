"""Which texts a model takes to be most like one: neighbours in its own space."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from engine.errors import InputError

if TYPE_CHECKING:
    from engine.tasks.contract import Predictor

MAX_TEXTS = 20_000
"""Texts that are compared: 30 MB of vectors of 384 numbers."""


class Nearest:
    """Compares by cosine. A text is embedded once, however often it is asked about."""

    def __init__(self, predictor: Predictor) -> None:
        self._predictor = predictor
        self._vectors: dict[str, Any] = {}

    def to(self, text: str, among: Sequence[str], count: int) -> list[tuple[int, float]]:
        """(place among them, cosine), the nearest first. Raises InputError where the model has no space for texts."""
        import numpy as np

        if not among or count < 1:
            return []
        if len(among) > MAX_TEXTS:
            raise InputError(f"{len(among)} texts to compare", fix=f"send at most {MAX_TEXTS} at once")
        vectors = self._embedded([text, *among])
        cosines = vectors[1:] @ vectors[0]
        best = np.argsort(-cosines, kind="stable")[:count]
        return [(int(place), float(cosines[place])) for place in best]

    def _embedded(self, texts: Sequence[str]) -> Any:
        import numpy as np

        embed = getattr(self._predictor, "embed", None)
        if embed is None:
            raise InputError("this model has no space that texts lie in", fix="ask a text classifier")
        new = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        if len(self._vectors) + len(new) > 2 * MAX_TEXTS:
            self._vectors.clear()
            new = list(dict.fromkeys(texts))
        if new:
            found = np.asarray(embed(new), dtype=np.float32)
            lengths = np.linalg.norm(found, axis=1, keepdims=True)
            self._vectors.update(zip(new, found / np.maximum(lengths, 1e-12), strict=True))
        return np.stack([self._vectors[text] for text in texts])
