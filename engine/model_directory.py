"""What every task's `model/` holds beside its weights: a card that says what it is, and samples with what they
must give when it is loaded again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from engine.errors import InputError
from engine.files import atomic_directory, read_json, write_json
from engine.registry.safety import problem_with

if TYPE_CHECKING:
    from pydantic import BaseModel

CARD = "finetop.json"
EXPECTED = "expected.json"
CardType = TypeVar("CardType")
ConfigType = TypeVar("ConfigType", bound="BaseModel")


@contextlib.contextmanager
def new_model(
    directory: Path, card: Mapping[str, Any], samples: Sequence[Any], predictions: Sequence[Any]
) -> Iterator[Path]:
    """Yield a directory for the weights; on success it becomes `directory`, complete or absent."""
    with atomic_directory(directory) as staging:
        yield staging
        write_json(staging / CARD, card)
        write_json(staging / EXPECTED, {"samples": samples, "predictions": predictions})


def read_card(directory: Path, task: str, kind: type[CardType]) -> CardType:
    """The card of a model of that task, as `kind`: a dataclass, or dict. Raises InputError when there is none, and
    where the directory holds what could run code: every task reads its card before it loads anything else."""
    card: dict[str, Any] = {}
    with contextlib.suppress(OSError, ValueError):
        card = read_json(directory / CARD)
    try:
        if card.get("task") == task:
            made = msgspec.convert(card, kind)
            _refuse_what_runs_code(directory)
            return made
        problem = f"it is one of {card['task']}" if isinstance(card.get("task"), str) else f"it has no {CARD}"
    except msgspec.ValidationError as mismatch:
        problem = f"{CARD}: {mismatch}"
    raise InputError(
        f"not a model of {task} ({problem})", where=str(directory), fix="name a run or a version of that task"
    )


def _refuse_what_runs_code(directory: Path) -> None:
    problem = problem_with(directory)
    if problem:
        raise InputError(
            f"the model is not loaded: {problem}", where=str(directory), fix="load models that finetop wrote"
        )


def settings_of(config: Mapping[str, Any], kind: type[ConfigType]) -> ConfigType:
    """The config of the training, as a card holds it. Raises InputError where this version does not know it."""
    try:
        return kind.model_validate(config)
    except ValueError as problem:
        raise InputError(f"the model's config cannot be read ({problem})", fix="train it anew") from None


def read_expected(directory: Path) -> tuple[list[Any], list[Any]]:
    """Samples, and what the trained model predicted for them. Raises OSError, ValueError and msgspec.DecodeError."""
    expected = read_json(directory / EXPECTED)
    samples, predictions = expected.get("samples"), expected.get("predictions")
    if not (isinstance(samples, list) and isinstance(predictions, list)):
        raise ValueError(f"{directory / EXPECTED}: expected lists of samples and predictions")
    return samples, predictions
