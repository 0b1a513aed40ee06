"""Watch any training script: three lines, and the console shows it."""

from __future__ import annotations


class Run:
    """Placeholder for the events owner: see docs/architecture.md."""
