"""Which figures of the devices are worth sending. Pure."""

from __future__ import annotations

from collections.abc import Mapping

OWN_MEMORY = "process/memory_mib"
"""That of the process which reads them: of no interest to anybody."""


def worth_telling(before: Mapping[str, float], after: Mapping[str, float], *, live: bool) -> bool:
    """Whether figures differ enough; while nothing trains, only by steps that a person would call a change."""
    if before.keys() != after.keys():
        return True
    return any(abs(after[name] - before[name]) >= _step(name, live) for name in after)


def _step(name: str, live: bool) -> float:
    if name.endswith("_mib"):
        return 64.0 if live else 1024.0
    return 1.0 if live else 15.0
