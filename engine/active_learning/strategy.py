"""The names of the strategies. Imports nothing, for commands and forms that only list them."""

from __future__ import annotations

from typing import Literal

Strategy = Literal["random", "uncertainty", "margin", "disagreement", "diverse", "mixed"]
"""`random` is what the others are measured against; what each does: engine/active_learning/choice.py."""
