"""What is said of models that are being loaded. Pure."""

from __future__ import annotations

from collections.abc import Sequence


def loading_words(waiting: Sequence[tuple[str, float]], now: float) -> str:
    """`Loading ner 90be: 3 s. Esc stops it.`"""
    said = "; ".join(f"{name}: {max(0, int(now - since))} s" for name, since in waiting)
    return f"Loading {said}. It takes some seconds the first time; Esc stops it."
