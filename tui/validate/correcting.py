"""What a prediction says, as a row of a dataset would have it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ENTITY, THING = ("start", "end", "label"), ("label", "box")


def right_of(prediction: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a row, if the prediction is right; a similarity is the score."""
    if "entities" in prediction:
        return {"entities": [{name: one[name] for name in ENTITY} for one in prediction["entities"]]}
    if "objects" in prediction:
        return {"objects": [{name: one[name] for name in THING} for one in prediction["objects"]]}
    if "similarity" in prediction:
        return {"score": min(1.0, max(0.0, float(prediction["similarity"])))}
    return {"label": str(prediction.get("label", ""))}
