"""What a trained model says of folders: label with confidence, and the labelled folders that are nearest to one.

Every method but `close` may take seconds: call them from threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import FinetopError
from engine.folders.labelling.alike import Alike, LabelledWords
from engine.folders.labelling.suggestions import Suggestion
from engine.folders.profile import TASK
from engine.folders.samples.sample import TrainingSample
from engine.folders.samples.text import DEFAULT_TEMPLATE, text_of
from engine.folders.samples.training_db import training_db
from tui.labelling.place import LabelSet
from tui.labelling.why import Why
from tui.predictor import Predictor

if TYPE_CHECKING:
    from engine.workspace import Workspace

NEAREST = 8
MOST_COMPARED = 5000
"""Labelled folders that one is compared with, the newest."""
MOST_MODELS = 50
"""Runs that are looked through for a model, newest first."""


@dataclass(frozen=True)
class ModelOf:
    """A run whose model knows the labels."""

    run: str
    path: Path
    template: str


class Adviser:
    """One warm model."""

    def __init__(self, model: ModelOf) -> None:
        self.model = model
        self._predictor = Predictor(model.path)

    def ready(self) -> None:
        """Wait until the model is loaded. Raises WorkError that says why it cannot be."""
        self._predictor.ready()

    def suggest(self, samples: Sequence[TrainingSample]) -> dict[int, Suggestion]:
        """Sample → what it is taken for. Raises WorkError."""
        answers = self._predictor.answer([{"text": text_of(sample, self.model.template)} for sample in samples])
        return {
            sample.id: Suggestion(
                str(answer["label"]), float(answer["confidence"]), self.model.run, dict(answer.get("scores", {}))
            )
            for sample, answer in zip(samples, answers, strict=True)
        }

    def nearest(self, sample: TrainingSample, labelled: Sequence[tuple[TrainingSample, str]]) -> Why:
        """The labelled folders that lie nearest in the model's own space. Raises WorkError."""
        texts = [text_of(other, self.model.template) for other, _ in labelled]
        found = self._predictor.nearest(text_of(sample, self.model.template), texts, NEAREST)
        alike = [Alike(labelled[place][0].shown, labelled[place][1], cosine) for place, cosine in found]
        return Why(tuple(alike), f"in the eyes of {self.model.run}")

    def close(self) -> None:
        """End its process."""
        self._predictor.close()


def model_for(workspace: Workspace, wanted: LabelSet) -> ModelOf | None:
    """The newest trained model that knows labels of the taxonomy; None where there is none."""
    from engine.runs.spec import RunSpec
    from engine.runs.store import list_runs

    for paths in list_runs(workspace)[:MOST_MODELS]:
        if not paths.model.is_dir():
            continue
        try:
            spec = RunSpec.read(paths.spec)
        except FinetopError:
            continue
        labels = spec.config.get("labels") or ()
        knows = spec.config.get("taxonomy") == wanted.name or bool(set(labels) & set(wanted.labels))
        if spec.task == TASK and knows:
            return ModelOf(paths.root.name, paths.root, str(spec.config.get("template") or DEFAULT_TEMPLATE))
    return None


def explain(database: Path, sample: TrainingSample, known: Sequence[tuple[int, str]], adviser: Adviser | None) -> Why:
    """The nearest labelled folders: by the model where there is one, else by the words that they share."""
    with training_db(database) as db:
        pairs = [(number, label) for number, label in known if number != sample.id][-MOST_COMPARED:]
        labelled = [(db.sample(number), label) for number, label in pairs]
    if adviser is not None:
        return adviser.nearest(sample, labelled)
    return Why(tuple(LabelledWords(labelled).nearest(sample, NEAREST)), "by words that they share")
