"""A model comes into memory: loaded, and held against what it predicted when it was trained."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.errors import FinetopError, InputError, WorkError
from engine.runs.predictor import sentence
from engine.runs.verify import compare
from engine.tasks.catalog import find_task
from engine.tasks.contract import Predictor
from engine.trained import Trained

Stamp = tuple[int, int]


@dataclass(frozen=True)
class Use:
    """A loaded model, for the choice of what to unload."""

    name: str
    last_used: float
    """Seconds on the event loop's clock."""
    is_busy: bool
    """Whether somebody waits for it."""
    is_current: bool
    """Whether it is what a place answers with now."""


def load_checked(trained: Trained, device: str) -> Predictor:
    """A model that predicts what it predicted when it was trained; its first batch is behind it.

    Raises NotFoundError where it lacks samples to check it by, WorkError where it cannot be loaded or predicts
    otherwise, InputError where a library is missing.
    """
    try:
        return compare(find_task(trained.task), trained.directory, device)
    except ModuleNotFoundError as problem:
        raise InputError(
            f"the library {problem.name} is not installed", fix="install finetop with the extra `train`"
        ) from problem
    except FinetopError:
        raise
    except Exception as problem:
        raise WorkError(f"the model cannot be loaded ({sentence(problem)})", where=trained.name) from problem


def stamp_of(directory: Path) -> Stamp | None:
    """Changes when a file of a model is replaced, as when a person is forgotten: it is renamed into it. None
    where there is no directory."""
    try:
        found = directory.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def to_unload(loaded: list[Use], *, most: int, idle_s: float, now: float) -> list[str]:
    """Which models leave: those that nobody asked for in `idle_s` seconds and that are nobody's current one; and, of
    more than `most`, those that were used longest ago. None that somebody waits for."""
    oldest_first = sorted((use for use in loaded if not use.is_busy), key=lambda use: use.last_used)
    leaving = [use.name for use in oldest_first if not use.is_current and now - use.last_used >= idle_s]
    for use in oldest_first:
        if len(loaded) - len(leaving) <= most:
            break
        if use.name not in leaving:
            leaving.append(use.name)
    return leaving
