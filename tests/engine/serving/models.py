"""Models on disk that load in no time and say which one they are."""

from __future__ import annotations

from pathlib import Path

from engine.model_directory import new_model
from engine.tasks.noop.predict import Model
from engine.trained import Trained


def a_model(directory: Path, number: int, *, expected_of: int | None = None) -> Trained:
    """Version `number` of a model whose predictions hold that number; `expected_of` lies about what it predicted."""
    home = directory / str(number)
    samples = [{"text": "one"}, {"text": "three"}]
    expected = Model(number if expected_of is None else expected_of).predict(samples)
    with new_model(home, {"task": "noop", "value": number, "config": {"test_score": 0.5}}, samples, expected):
        pass
    return Trained(
        name=f"scripted/good@{number}",
        profile="scripted",
        model="good",
        task="noop",
        dataset="",
        config={},
        headline="score",
        targets=(),
        directory=home,
    )
