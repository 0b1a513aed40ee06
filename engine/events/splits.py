"""How other programs name splits, and the metrics on them."""

from __future__ import annotations

SPLITS = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "eval": "validation",
    "evaluation": "validation",
    "dev": "validation",
    "test": "test",
}
"""How others call a split → our word."""


def split_and_name(tag: str) -> tuple[str, str]:
    """Split and metric of a name such as `eval/loss`, `loss/val`, `eval_f1`, `lr`."""
    parts = tag.strip("/").split("/")
    for place in (0, -1):
        if len(parts) > 1 and parts[place].lower() in SPLITS:
            split = SPLITS[parts.pop(place).lower()]
            return split, "/".join(parts)
    word, joint, rest = tag.partition("_")
    if joint and rest and word.lower() in SPLITS:
        return SPLITS[word.lower()], rest
    return "train", tag
