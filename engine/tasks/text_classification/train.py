"""Trains a text classifier: the encoder on batches of classes × texts, a head on its embeddings, its calibration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import torch

from engine.errors import DataError
from engine.tasks.contract import Job, Row, TrainOutcome
from engine.tasks.text_classification import TASK
from engine.tasks.text_classification.calibration import Calibration, fit_calibration, kind_for
from engine.tasks.text_classification.config import Config
from engine.tasks.text_classification.data import labels_to_learn
from engine.tasks.text_classification.examples import Examples, part_rows
from engine.tasks.text_classification.head import Head, Matrix, Numbers, Vectors, fit_head, out_of_fold
from engine.tasks.text_classification.model import OWN, Card, untrained_encoder, write_model
from engine.tasks.text_classification.predict import TextClassifier
from engine.tasks.text_classification.prototypes import centroids, descriptions
from engine.tasks.text_classification.setfit_pairs import train_on_pairs
from engine.tasks.text_classification.training import ClassTraining
from engine.training.loop import Loop
from engine.training.state import require_finite
from engine.training.trainable import FitResult, Phase
from engine.training.watch import preparation

EXPECTED_SAMPLES = 8
SPARED = "validation rows that did not say when to stop"
OUT_OF_FOLD = (
    "training texts as the untrained encoder embeds them, each by a head that was fitted without it: there are too "
    "few validation rows to spare some, and texts that the encoder learnt from would flatter it"
)


Held = tuple[Matrix, Numbers, str]
"""Class scores of texts that are no part of what gave them, their classes, and what texts these are, in words."""


@dataclass(frozen=True)
class Untrained:
    """What the untrained encoder gives: prototypes, and scores of held-out texts where validation spares none."""

    heads: dict[str, Head]
    calibrations: dict[str, Calibration]
    out_of_fold: Held | None


def train(job: Job) -> TrainOutcome:
    """Train as the job's config says; the best model on validation stands in `model/` afterwards.

    Raises StopRequested on Stop.NOW, DataError, BaseModelError, NonFiniteError, OutOfMemoryError.
    """
    return _Run(job).train()


class _Run:
    """One training: its encoder, its texts, and what the untrained encoder makes of them."""

    def __init__(self, job: Job) -> None:
        if not isinstance(job.config, Config):
            raise TypeError("the job's config is not one of text classification")
        job.events.progress("loading", 0, 0)
        self.job, self.config = job, job.config
        train, validation = job.dataset.rows("train"), job.dataset.rows("validation")
        few_teach = job.config.learn_from == "train+validation"
        parts = part_rows(train, validation, few_teach=few_teach, seed=job.config.seed)
        if not parts.taught:
            raise DataError("the split 'train' has no texts", where=str(job.dataset.path), fix="make or import more")
        self.labels = _labels(job, parts.taught, job.config)
        known = set(self.labels)
        self.samples = _expected_samples(validation or train)
        self.encoder = untrained_encoder(job.config)
        self.encoder.to(job.device)
        self.eval_batch_size = max(1, job.config.eval_batch_size // job.splits_of_batch)
        taught = [row for row in parts.taught if row["label"] in known]
        self.texts = Examples(self.encoder, taught, self.labels, preparation(job, "tokenizing"))
        self.watched = Examples(self.encoder, parts.watched, self.labels)
        self.spared = Examples(self.encoder, [row for row in parts.spared if row["label"] in known], self.labels)
        self._tell_of_texts(few=len(validation) if not parts.watched else 0)

    def train(self) -> TrainOutcome:
        untrained = self._untrained()
        trainable = ClassTraining(
            self.encoder, self.config, self.texts, self.watched, self.labels, self.eval_batch_size
        )
        method = self.config.train.method
        if method == "setfit-pairs":
            result = train_on_pairs(self.job, self.config, trainable)
        else:
            epochs = 0 if method == "frozen" else self.config.epochs
            loop = Loop(self.job, trainable, Phase("training", epochs), mode=TASK.headline_mode)
            result = loop.fit(self.job.resume_from)
        return self._finish(trainable, untrained, result)

    def _untrained(self) -> Untrained:
        """Prototypes and their calibration, before a weight changes."""
        tell = preparation(self.job, "untrained model")
        classes, count = self.texts.classes, len(self.labels)
        self.encoder.eval()
        with torch.inference_mode():
            vectors = self.texts.vectors(batch_size=self.eval_batch_size, tick=tell)
            heads = {"centroids": centroids(vectors, classes, count)}
            meanings = descriptions(self.encoder, self.config.descriptions, self.labels)
            if meanings is not None:
                heads["descriptions"] = meanings
            if len(self.spared):
                spared = {kind: self._spared_by(head) for kind, head in heads.items()}
                return Untrained(heads, {kind: _temperature(held) for kind, held in spared.items()}, None)
        held = {"centroids": self._out_of_fold(vectors, lambda some, theirs: centroids(some, theirs, count))}
        if meanings is not None:  # these never saw an example
            held["descriptions"] = meanings.logits(vectors), classes, "training texts"
        own = self._out_of_fold(vectors, self._fit)
        return Untrained(heads, {kind: _temperature(each) for kind, each in held.items()}, own)

    def _finish(self, trainable: ClassTraining, untrained: Untrained, result: FitResult) -> TrainOutcome:
        self.job.events.progress("saving", result.steps, result.steps)
        require_finite(self.encoder)
        self.encoder.eval()
        with torch.inference_mode():
            head = self._final_head(trainable)
            calibration, note = self._calibrate(untrained.out_of_fold or self._spared_by(head))
        kept_start = result.best_step == 0 and result.steps > 0
        card = Card(
            task=TASK.name,
            base=self.config.base,
            labels=self.labels,
            max_length=self.encoder.max_length,
            config=self.config.model_dump(mode="json"),
            calibration=calibration,
            prototypes=untrained.calibrations,
            targets=[asdict(target) for target in self.job.targets],
            dataset=self.job.dataset.id,
            validation={} if result.best_score is None else {TASK.headline: result.best_score},
            kept_start=kept_start,
            notes=[note],
        )
        self.job.events.log(note)
        predictions = TextClassifier(self.encoder, head, calibration, card).predict(self.samples)
        heads = {OWN: head, **untrained.heads}
        write_model(self.job.paths.model, card, self.encoder, heads, self.samples, predictions)
        return TrainOutcome(
            stopped=result.stopped,
            best_step=result.best_step,
            score=result.best_score,
            start_score=result.start_score,
        )

    def _final_head(self, trainable: ClassTraining) -> Head:
        """The head that is handed over. The rows that calibrate it are never among what it is fitted on."""
        known = self.watched.classes < len(self.labels)
        if self.config.learn_from == "train" or not known.any():
            return trainable.fit_head()
        vectors = np.concatenate([self._embedded(self.texts), self._embedded(self.watched)[known]])
        return self._fit(vectors, np.concatenate([self.texts.classes, self.watched.classes[known]]))

    def _calibrate(self, held: Held) -> tuple[Calibration, str]:
        """The calibration by these texts, and what to say of it."""
        logits, classes, source = held
        if self.config.calibration == "none":
            return Calibration(), "Confidences are not calibrated: the config says so."
        kind = kind_for(self.config.calibration, len(classes))
        calibration = fit_calibration(kind, logits, classes, source=source)
        if calibration.kind == "none":
            return calibration, "Confidences are not calibrated: no text could be held out."
        return calibration, f"Confidences are calibrated by {calibration.kind} on {len(classes)} {source}."

    def _spared_by(self, head: Head) -> Held:
        return head.logits(self._embedded(self.spared)), self.spared.classes, SPARED

    def _out_of_fold(self, vectors: Vectors, fit: Callable[[Vectors, Numbers], Head]) -> Held:
        """Scores of training texts by heads that were fitted without them."""
        groups = [row.get("group") or at for at, row in enumerate(self.texts.rows)]
        logits, covered = out_of_fold(vectors, self.texts.classes, groups, fit, seed=self.config.seed)
        return logits[covered], self.texts.classes[covered], OUT_OF_FOLD

    def _fit(self, vectors: Vectors, classes: Numbers) -> Head:
        balanced = self.config.class_weights == "balanced"
        return fit_head(
            vectors, classes, len(self.labels), regularization=self.config.head_regularization, balanced=balanced
        )

    def _embedded(self, examples: Examples) -> Vectors:
        if not len(examples):
            return np.zeros((0, self.encoder.transformer.config.hidden_size), dtype=np.float32)
        return examples.vectors(batch_size=self.eval_batch_size)

    def _tell_of_texts(self, *, few: int) -> None:
        """`few`: validation texts that are learnt from, because they are too few to decide anything."""
        if not len(self.watched):
            held = (
                f"{few} validation texts are too few to say when to stop, and are learnt from"
                if few
                else ("no validation texts are held out")
            )
            self.job.events.log(f"{held}: training goes to its end, and has no validation metric")
        if self.texts.at_limit:
            self.job.events.log(
                f"{self.texts.at_limit} training texts fill max_length ({self.encoder.max_length} tokens) and may "
                "have been cut there",
                "warning",
            )


def _labels(job: Job, rows: Sequence[Row], config: Config) -> list[str]:
    """The labels that can be learnt, with a warning for those that cannot. Raises DataError for fewer than two."""
    labels = labels_to_learn(rows, config.labels)
    if len(labels) < 2:
        raise DataError(
            f"the training split has texts of {len(labels)} label{'' if len(labels) == 1 else 's'}",
            where=str(job.dataset.path),
            fix="label texts of two labels at least",
        )
    missing = [label for label in config.labels or () if label not in labels]
    if missing:
        job.events.log(f"no training text is labelled {', '.join(missing)}: the model will never say so", "warning")
    strange = sorted({row["label"] for row in rows} - set(labels))
    if strange:
        job.events.log(f"left out: training texts labelled {', '.join(strange)}, not among `labels`", "warning")
    alone = [label for label in labels if sum(row["label"] == label for row in rows) == 1]
    if alone:
        job.events.log(f"only one training text is labelled {', '.join(alone)}: label more of them", "warning")
    return labels


def _temperature(held: Held) -> Calibration:
    """What turns cosines, which all lie close together, into probabilities."""
    logits, classes, source = held
    return fit_calibration("temperature", logits, classes, source=source)


def _expected_samples(rows: Sequence[Row]) -> list[Row]:
    """A few texts spread over the split."""
    step = max(1, len(rows) // EXPECTED_SAMPLES)
    return [{"text": row["text"]} for row in rows[::step][:EXPECTED_SAMPLES]]
