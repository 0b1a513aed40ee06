"""How much the intake of feedback takes, waits and trusts. Set by whoever runs it, never by a payload."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Defaults suit photographs sent by people."""

    allow_private: bool = False
    """Fetch from private and loopback addresses, too: image servers of one's own network."""
    max_bytes: int = 32 << 20
    max_pixels: int = 50_000_000
    connect_timeout_s: float = 10.0
    total_timeout_s: float = 60.0
    """For one image, with name resolution and redirects."""
    max_redirects: int = 4
    parallel: int = 4
    """Images in work at once; each may take three bytes a pixel of memory."""
