"""What a task offers, and what it is given. Imports nothing heavy.

A task is a package with the modules `config`, `recipe`, `generate`, `data`, `train`, `evaluate`, `predict`, and
`comparable` and `forget` where it offers these; its `__init__` holds one `Task`. Modules are imported when they are
first used, so that asking a task for its name never imports torch.
"""

from __future__ import annotations

import enum
import importlib
import importlib.util
import inspect
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, Protocol

from engine.datasets.progress import Told, untold
from engine.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from pydantic import BaseModel

    from engine.datasets.store import Dataset
    from engine.evaluation.report import Report
    from engine.events.writer import EventWriter
    from engine.runs.paths import RunPaths
    from engine.runs.spec import RunPolicy, Target
    from engine.tasks.comparable import Comparable

Row = dict[str, Any]
"""One example as it stands in a dataset's JSONL."""


class Stop(enum.Enum):
    """What the operator asked of a running trainer."""

    NO = "no"
    AFTER_STEP = "after step"
    """Finish the optimizer step, publish a checkpoint, evaluate and hand over the best model so far."""
    NOW = "now"
    """Publish a checkpoint and leave, within 5 s."""


@dataclass(frozen=True)
class Job:
    """All that a trainer knows of the outside."""

    run_id: str
    config: BaseModel
    dataset: Dataset
    device: str
    """`cpu`, `cuda:0` …: what the lease gave."""
    paths: RunPaths
    events: EventWriter
    should_stop: Callable[[], Stop]
    headline: str
    targets: tuple[Target, ...] = ()
    early_stop_on: tuple[str, ...] = ()
    policy: RunPolicy | None = None
    resume_from: Path | None = None
    """A checkpoint directory whose manifest verified."""
    splits_of_batch: int = 1
    """Micro-batches per batch: doubled after each out-of-memory."""


@dataclass(frozen=True)
class TrainOutcome:
    """What a training handed over."""

    stopped: bool
    """True when a stop request ended it before its time."""
    best_step: int
    score: float | None
    """The headline metric on validation of the model in `model/`."""
    start_score: float | None
    """The headline metric on validation of the untrained model."""


@dataclass(frozen=True)
class Generated:
    """What a recipe made: rows per split (`train`, `validation`, `test`, and others such as `unlabelled`)."""

    splits: dict[str, list[Row]]
    notes: dict[str, Any]
    """Stands in the manifest: grading rule, held-out vocabulary …"""
    files: dict[str, bytes] = field(default_factory=dict)
    """What rows name as `files/NAME`: pictures, by `engine.datasets.files.content_name`."""


class Predictor(Protocol):
    """A loaded model."""

    def predict(self, samples: Sequence[Row]) -> list[Row]:
        """One prediction per sample; a sample is a dataset row, labels not needed."""


@dataclass(frozen=True)
class Task:
    """A kind of model, by its Hugging Face pipeline name."""

    name: str
    title: str
    package: str
    """The package whose modules keep the contract."""
    headline: str
    """The metric by which checkpoints are compared and models are shown."""
    headline_mode: str = "max"
    """`max` or `min`."""
    metrics: tuple[str, ...] = ()
    """Names that a report may hold, `*` standing for a class; a target on any other is never reached."""
    predicts_on: str = "text"
    """What a sample is made of, for forms: `text`, `text pair`, `image`."""
    feedback: Literal["", "objects", "label"] = ""
    """The form of feedback that it learns from (`engine.feedback.forms`); empty: none."""
    new_labels: bool = False
    """Whether a training on feedback may bring labels that the model does not know."""

    def module(self, name: str) -> ModuleType:
        """One of the task's modules; imported now if it was not before."""
        return importlib.import_module(f"{self.package}.{name}")

    @property
    def config_class(self) -> type[BaseModel]:
        return self.module("config").Config

    @property
    def recipe_class(self) -> type[BaseModel]:
        return self.module("recipe").Recipe

    def generate(self, recipe: BaseModel, seed: int, told: Told = untold) -> Generated:
        """Make the splits that the recipe describes; the same for the same seed. A task's `generate` that takes
        `told` says through it how far it is."""
        make = self.module("generate").generate
        takes_told = "told" in inspect.signature(make).parameters
        made: Generated = make(recipe, seed, told=told) if takes_told else make(recipe, seed)
        return made

    def for_preview(self, recipe: BaseModel) -> BaseModel:
        """A recipe like this one that makes few examples, in a second or two; the same where it makes few anyway,
        and where the task's module `recipe` does not offer it."""
        fewer = getattr(self.module("recipe"), "for_preview", None)
        return recipe if fewer is None else fewer(recipe)

    def problem_with(self, row: Row) -> str | None:
        """What is wrong with a dataset row, in words; None when it can be used."""
        return self.module("data").problem_with(row)

    def count_classes(self, rows: Sequence[Row]) -> dict[str, int]:
        """How many examples each class has (entities per label, pairs per score band …)."""
        return self.module("data").count_classes(rows)

    def train(self, job: Job) -> TrainOutcome:
        """Train; write checkpoints and `model/`; emit events. Raises StopRequested on Stop.NOW."""
        return self.module("train").train(job)

    def evaluate(self, model: Path, dataset: Dataset, split: str, device: str) -> Report:
        """Metrics, intervals, tables and worst errors of a model directory on a split."""
        return self.module("evaluate").evaluate(model, dataset, split, device)

    def load(self, model: Path, device: str) -> Predictor:
        """Load a model directory for prediction."""
        return self.module("predict").load(model, device)

    def load_baseline(self, model: Path, device: str) -> Predictor:
        """The untrained model that a model directory began with. Raises InputError where the task has none that
        predicts."""
        return self._offered("predict", "load_baseline", "has no untrained model that predicts")(model, device)

    def headline_over(self, rows: Sequence[Row], predictions: Sequence[Row]) -> Callable[[NDArray[np.int64]], float]:
        """The headline metric as a function of rows, by their numbers, of which some may be drawn more than once:
        what resamples are scored by. Raises InputError where the task does not offer it."""
        return self._offered("evaluate", "headline_over", "cannot be compared row by row")(rows, predictions)

    def comparable(self, predictor: Predictor, rows: Sequence[Row], samples: Sequence[Row]) -> Comparable:
        """What `engine compare` sets beside the same of another model: `predictor` is asked the samples, which are
        the rows with their pictures where they lie. A task without a module `comparable` gives its headline alone.
        Raises InputError where it does not offer that."""
        if importlib.util.find_spec(f"{self.package}.comparable") is not None:
            made: Comparable = self.module("comparable").comparable(predictor, rows, samples)
            return made
        from engine.tasks.comparable import Comparable

        score = self.headline_over(rows, predictor.predict(samples))
        return Comparable(metrics=lambda at: {self.headline: score(at)})

    def forget(self, model: Path, labels: Collection[str]) -> bool:
        """Take what a model directory keeps of these labels out of it, such as mean embeddings of people; whether
        there was any. A task whose models keep nothing of single labels has no module `forget`."""
        if importlib.util.find_spec(f"{self.package}.forget") is None:
            return False
        found: bool = self.module("forget").forget(model, labels)
        return found

    def exporter(self, name: str, what: str) -> Any:
        """A part of the task's module `export` (`engine.registry.export`). Raises InputError where the task has
        none: `what` says what it would be for."""
        found = None
        if importlib.util.find_spec(f"{self.package}.export") is not None:
            found = getattr(self.module("export"), name, None)
        if found is None:
            raise InputError(f"models of {self.name} have no export {what}", fix="export it with --format native")
        return found

    def _offered(self, module: str, name: str, lack: str) -> Callable[..., Any]:
        found = getattr(self.module(module), name, None)
        if found is None:
            raise InputError(f"the task {self.name} {lack}", fix="compare runs of another task")
        return found
