"""Writes values as `--set KEY=VALUE` reads them: the inverse of `overrides`."""

from __future__ import annotations

import json
import math
from typing import Any

from engine.profiles.document import plain_scalar


def set_value(value: Any) -> str:
    """`3`, `1e-05`, `null`, `true`, `plain words`, `["a", "b"]`."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int | float):
        return _number(value)
    return json.dumps(value, ensure_ascii=False)


def _text(value: str) -> str:
    """As it stands where that is read as text again; else in quotes."""
    plain = value == value.strip() and value.isprintable() and not value.startswith(("[", "{", '"', "'"))
    return value if plain and plain_scalar(value) == value else json.dumps(value, ensure_ascii=False)


def _number(value: float) -> str:
    """As short as it can be without being another number: `0.0005`, `5e-05`, `20`."""
    short = f"{value:g}"
    return short if plain_scalar(short) == value else repr(value)
