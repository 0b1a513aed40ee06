"""What every reader of a foreign record gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True)
class Point:
    """Numbers measured at a step."""

    step: int
    t: float
    """Unix seconds."""
    split: str
    values: Mapping[str, float]
    epoch: float = 0.0


@dataclass(frozen=True)
class Facts:
    """What a record says of its training beside the numbers."""

    steps: int = 0
    """How many there will be; 0 where it is not said."""
    epochs: float = 0.0
    config: Mapping[str, Any] = field(default_factory=dict)


class Recording(Protocol):
    """One training in the form that some program left it."""

    kind: str
    path: Path
    name: str
    """What to call its model, where the operator gives no name."""

    def facts(self) -> Facts:
        """What is known beside the points. Valid after the first reading."""
        ...

    def read(self) -> Iterator[Point]:
        """Points that came since the last call, in the order of the record. Raises DataError where it is damaged."""
        ...
