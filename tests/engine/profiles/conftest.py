"""A small task, so that profiles are tested without any of the real ones."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, model_validator

from engine.tasks import catalog
from engine.tasks.contract import Task
from engine.training.config import TrainingConfig, hyperparameter


class Config(TrainingConfig):
    method: Literal["full", "lora"] = hyperparameter("full", "What is trained.")
    rank: int = hyperparameter(8, "Rank of the adapter.", ge=1, le=256)
    labels: list[str] = hyperparameter([], "Kinds of entities.")

    @model_validator(mode="after")
    def _rank_needs_lora(self) -> Config:
        if self.rank > 64 and self.method == "full":
            raise ValueError("a rank above 64 needs method: lora")
        return self


class Synonym(BaseModel):
    model_config = ConfigDict(extra="forbid")
    of: str
    words: list[str] = Field(min_length=1)


class Recipe(BaseModel):
    model_config = ConfigDict(extra="forbid")
    examples: int = Field(100, description="How many.", ge=1)
    vocabulary: dict[str, list[str]] = Field({}, description="Label → words.")
    synonyms: list[Synonym] = Field([], description="Words that may stand for another.")


@pytest.fixture(autouse=True)
def toy_task(monkeypatch: pytest.MonkeyPatch) -> Task:
    """The task `toy`, found by the catalog."""
    modules = {"": {}, ".config": {"Config": Config}, ".recipe": {"Recipe": Recipe}}
    for suffix, contents in modules.items():
        module = ModuleType(f"toy_task{suffix}")
        vars(module).update(contents)
        monkeypatch.setitem(sys.modules, module.__name__, module)
    task = Task(name="toy", title="Toy", package="toy_task", headline="f1")
    monkeypatch.setattr(sys.modules["toy_task"], "TASK", task, raising=False)
    monkeypatch.setitem(catalog._BUILT_IN, "toy", "toy_task")
    return task


PROFILE = """\
finetop: 1
name: demo
title: A demonstration
models:
  ner:
    task: toy
    description: Finds names.
    config:
      epochs: 20
      learning_rate: 1e-4
      labels: [A, B]
    data:
      seed: 3
      recipe:
        examples: 500
        vocabulary:
          A: [ay]
          B: [bee]
    targets:
      f1: 0.85
      loss/validation: {at_most: 1.5}
    early_stop_on: [diverged]
  other:
    task: toy
presets:
  quick:
    description: Fast.
    models:
      ner:
        config:
          epochs: 2
          labels: [A]
        data:
          recipe:
            vocabulary:
              B: [be, b]
        targets:
          loss/validation: null
    policy:
      retries: 0
policy:
  backoff_s: 1.5
"""


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Writes `demo.yaml` (the profile above, with `replace` done) in the working directory."""
    monkeypatch.chdir(tmp_path)

    def _write(text: str = PROFILE, **replace: str) -> Path:
        for old, new in replace.items():
            assert old in text, f"{old!r} does not stand in the profile"
            text = text.replace(old, new)
        path = tmp_path / "demo.yaml"
        path.write_text(text)
        return path

    return _write
