"""How much the service takes at once, and how long it waits. Set by whoever runs it, never by a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

MAX_ROWS = 256
"""Samples of one request."""
MAX_TEXT = 100_000
"""Characters of a text."""
MAX_IMAGE_BYTES = 16 << 20
MAX_IMAGE_PIXELS = 25_000_000
"""Three bytes each when it is decoded, and as many pictures of a request as are looked at at once."""
MAX_IMAGES = 32
"""Pictures of one request."""
MAX_FEEDBACK_ITEMS = 1000
MAX_LISTED = 500
"""Runs in one answer."""

_LANES = MappingProxyType({"read": 64, "predict": 256, "train": 8, "admin": 8, "stream": 32})


@dataclass(frozen=True)
class ServiceLimits:
    """Defaults suit a machine with two cores."""

    lanes: Mapping[str, int] = field(default_factory=lambda: _LANES)
    """Lane → requests in work or waiting; one more is answered 429."""
    body_timeout_s: float = 30.0
    """For a whole body, however slowly its bytes keep coming."""
    predict_timeout_s: float = 60.0
    """For a prediction, with the loading of its model."""
    work_timeout_s: float = 120.0
    """For starting a training; the work goes on, and the same request sent again says what became of it."""
    connections: int = 512
    retry_after_s: int = 1
    heartbeat_s: float = 15.0
    """Of an event stream on which nothing happens."""
    poll_s: float = 0.25
    """How often a stream looks for new lines."""
