"""Trains a classifier of pictures: what the present model sees, the layers that learn, calibration, who is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import msgspec
import numpy as np
import torch
from torch import nn

from engine.base_models import SCRATCH
from engine.errors import DataError
from engine.evaluation.separation import separation, separation_tables
from engine.evaluation.verification import verify
from engine.labelled_pictures import picture_path
from engine.tasks.contract import Job, Row, TrainOutcome
from engine.tasks.image_classification import TASK
from engine.tasks.image_classification.confidence import Confidence, fit_confidence
from engine.tasks.image_classification.config import Config
from engine.tasks.image_classification.inputs import Inputs, TrainingInputs, WatchedInputs
from engine.tasks.image_classification.model import (
    Card,
    Means,
    starting_labels,
    starting_network,
    write_model,
)
from engine.tasks.image_classification.parts import part_rows
from engine.tasks.image_classification.people import (
    Numbers,
    Threshold,
    Vectors,
    as_strangers,
    likeness,
    means_of,
    threshold_by,
)
from engine.tasks.image_classification.predict import (
    COSINE_TEMPERATURE,
    Recognition,
    Scores,
    scores_of,
)
from engine.tasks.image_classification.tables import named
from engine.tasks.image_classification.training import RecognitionTraining
from engine.training.loop import Loop
from engine.training.trainable import FitResult, Phase
from engine.training.watch import preparation
from engine.vision.loaded import Pictures
from engine.vision.pixels import inline

EXPECTED_SAMPLES = 6


def train(job: Job) -> TrainOutcome:
    """Train as the job's config says; the best model on validation stands in `model/` afterwards.

    Raises StopRequested on Stop.NOW, DataError, InputError, BaseModelError, NonFiniteError, OutOfMemoryError.
    """
    return _Run(job).train()


class _Run:
    """One training: its network, its pictures, and what the network made of them before it learnt."""

    def __init__(self, job: Job) -> None:
        if not isinstance(job.config, Config):
            raise TypeError("the job's config is not one of image classification")
        job.events.progress("loading", 0, 0)
        self.job, self.config = job, job.config
        train, validation = job.dataset.rows("train"), job.dataset.rows("validation")
        self.labels, self.new_labels = starting_labels(job.config, [row["label"] for row in train])
        self.numbers = {label: number for number, label in enumerate(self.labels)}
        self.parts = part_rows(train, validation, self.labels, seed=job.config.seed)
        _check_labels(job, self.labels, train, self.parts.taught)
        self.network = starting_network(job.config, self.labels).to(job.device).eval()
        self.batch_size = max(1, job.config.eval_batch_size // job.splits_of_batch)
        self.pictures = {
            name: self._pictures(rows, name)
            for name, rows in (
                ("training", self.parts.taught),
                ("watched", self.parts.watched),
                ("spared", self.parts.spared),
                ("strangers", self.parts.strangers),
            )
        }
        self.classes = self._classes(self.parts.taught)
        self._tell_of_rows()

    def train(self) -> TrainOutcome:
        start = self._start()
        taught = TrainingInputs(
            self.network,
            self.pictures["training"],
            self.config,
            device=self.job.device,
            batch_size=self.batch_size,
            tick=preparation(self.job, "frozen layers"),
        )
        watched = WatchedInputs(
            self.network,
            self.pictures["watched"],
            device=self.job.device,
            batch_size=self.batch_size,
            cache_mib=self.config.image_cache_mb,
        )
        rows = [{**row, "image": str(self._path(row))} for row in self.parts.watched]
        trainable = RecognitionTraining(self.network, self.config, self.labels, taught, self.classes, watched, rows)
        loop = Loop(
            self.job,
            trainable,
            Phase("training", self.config.epochs),
            mode=TASK.headline_mode,
            rate_factor=lambda name: self.config.head_rate_factor if name.startswith("head.") else 1.0,
        )
        return self._finish(start, loop.fit(self.job.resume_from))

    # -- before

    def _start(self) -> _Side:
        """What the present model makes of the pictures, and whether training is worthwhile."""
        tell = preparation(self.job, "present model")
        vectors = self._scores("training", "backbone", tell)[1]
        means = means_of(vectors, self.classes, len(self.labels))
        side = self._side(means, {name: self._by_means(name, means) for name in ("spared", "strangers")})
        # A base that learnt some of these pictures already tells them apart: others must say how it does.
        held = self.parts.watched + self.parts.strangers
        if self.new_labels and held:
            rows = held
            vectors = np.concatenate([self._scores(name, "backbone")[1] for name in ("watched", "strangers")])
        else:
            rows = self.parts.taught
        identities = [row["label"] for row in rows]
        found = separation(vectors, identities, verify(vectors, identities, seed=self.config.seed))
        self.job.events.log(found.worthwhile.sentence, "info" if found.worthwhile.answer == "yes" else "warning")
        self.worthwhile = f"Before training: {found.worthwhile.sentence}"
        self.before = separation_tables(found, [str(row["image"]) for row in rows])
        return side

    def _by_means(self, name: str, means: Vectors) -> Scores:
        vectors = self._scores(name, "backbone")[1]
        return vectors.astype(np.float64) @ means.T.astype(np.float64) / COSINE_TEMPERATURE, vectors

    # -- after

    def _finish(self, start: _Side, result: FitResult) -> TrainOutcome:
        self.job.events.progress("saving", result.steps, result.steps)
        self.network.eval()
        embedding = self.config.embedding
        means = means_of(self._scores("training", embedding)[1], self.classes, len(self.labels))
        side = self._side(means, {name: self._scores(name, embedding) for name in ("spared", "strangers")})
        told = [self._calibration_note(side.confidence), side.threshold.sentence]
        for note in told:
            self.job.events.log(note)
        card = Card(
            task=TASK.name,
            base=self.config.base,
            labels=self.labels,
            config=self.config.model_dump(mode="json"),
            confidence=side.confidence,
            start_confidence=start.confidence,
            threshold=side.threshold,
            start_threshold=start.threshold,
            pair_threshold=self._pair_threshold(),
            targets=[asdict(target) for target in self.job.targets],
            dataset=self.job.dataset.id,
            validation={} if result.best_score is None else {TASK.headline: result.best_score},
            kept_start=result.best_step == 0 and result.steps > 0,
            notes=[self.worthwhile, *told],
            before=[msgspec.to_builtins(table) for table in self.before],
            new_labels=self.new_labels,
        )
        samples = self._expected_samples()
        recognition = Recognition(
            self.network,
            means,
            card,
            self.job.device,
            confidence=side.confidence,
            threshold=side.threshold,
        )
        predictions = recognition.predict(samples)
        write_model(self.job.paths.model, card, self.network, Means(means, start.means), samples, predictions)
        return TrainOutcome(
            stopped=result.stopped,
            best_step=result.best_step,
            score=result.best_score,
            start_score=result.start_score,
        )

    def _side(self, means: Vectors, held: dict[str, Scores]) -> _Side:
        """Calibration and threshold of a model by what it makes of rows that did not teach it."""
        logits, vectors = held["spared"]
        classes = self._classes(self.parts.spared)
        strange_logits, strange = held["strangers"]
        if len(strange):
            impostors = likeness(strange, means, strange_logits.argmax(axis=1))
        else:
            impostors = as_strangers(vectors, means, classes, logits)
        threshold = threshold_by(impostors, self.config.false_accept_rate, real=len(strange) > 0)
        return _Side(means, fit_confidence(logits, classes), threshold)

    def _pair_threshold(self) -> float | None:
        """Chosen on all validation pictures: half of them have too few pairs for a rare false accept."""
        held = ["watched", "strangers"] if self.parts.shared else ["watched", "spared", "strangers"]
        people = [row["label"] for name in held for row in getattr(self.parts, name)]
        if not people:
            return None
        vectors = np.concatenate([self._scores(name, self.config.embedding)[1] for name in held])
        roc = verify(vectors, people, resamples=0).roc
        rate = self.config.false_accept_rate
        return roc.threshold_for(rate) if roc is not None and roc.shows(rate) else None

    def _calibration_note(self, confidence: Confidence) -> str:
        if not confidence.rows:
            return "Confidences are not calibrated: no validation picture shows a known person."
        whose = (
            "validation pictures, which also said when to stop: there are too few to spare some"
            if self.parts.shared
            else "validation pictures that did not say when to stop"
        )
        return f"Confidences are calibrated by {confidence.kind} on {confidence.rows} {whose}."

    # -- pictures

    def _scores(self, name: str, embedding: str, tell: object = None) -> Scores:
        inputs = Inputs(self.network, self.pictures[name], device=self.job.device, batch_size=self.batch_size)
        return scores_of(self.network, inputs, embedding, tell)  # type: ignore[arg-type]

    def _pictures(self, rows: Sequence[Row], name: str) -> Pictures:
        return Pictures(
            [self._path(row) for row in rows],
            self.network.backbone,
            cache_mib=self.config.image_cache_mb,
            tick=preparation(self.job, f"{name} pictures"),
        )

    def _path(self, row: Row) -> str:
        return str(picture_path(self.job.dataset.path, row))

    def _classes(self, rows: Sequence[Row]) -> Numbers:
        return np.array([self.numbers[row["label"]] for row in rows], dtype=np.int64)

    def _expected_samples(self) -> list[Row]:
        """Pictures of soft noise: the model directory may go elsewhere, and nobody's face with it."""
        source = torch.Generator().manual_seed(self.config.seed)
        coarse = torch.rand((EXPECTED_SAMPLES, 1, 6, 6), generator=source)
        fine = nn.functional.interpolate(coarse, self.network.backbone.size, mode="bilinear")
        return [{"image": inline(picture.permute(1, 2, 0).numpy())} for picture in fine]

    def _tell_of_rows(self) -> None:
        log = self.job.events.log
        if not self.parts.watched:
            log("no validation picture shows a known label: training goes to its end, and has no validation metric")
        frozen = self.network.backbone.frozen_layers
        if self.config.base.startswith(SCRATCH) and frozen:
            log(f"{frozen} frozen layers keep random weights: set trained_layers: all for a scratch base", "warning")
        if self.new_labels:
            log(f"the base knows {len(self.labels) - len(self.new_labels)} labels, new are {named(self.new_labels)}")


class _Side(msgspec.Struct, frozen=True):
    """What a model knows beside its network."""

    means: Vectors
    confidence: Confidence
    threshold: Threshold


def _check_labels(job: Job, labels: Sequence[str], train: Sequence[Row], taught: Sequence[Row]) -> None:
    """Warn of labels that cannot be learnt. Raises DataError for fewer than two that can."""
    counts = {label: 0 for label in labels}
    for row in taught:
        counts[row["label"]] += 1
    there = [label for label, count in counts.items() if count]
    if len(there) < 2:
        raise DataError(
            f"the training split has pictures of {len(there)} label{'' if len(there) == 1 else 's'}",
            where=str(job.dataset.path),
            fix="give pictures of two labels at least",
        )
    missing = [label for label, count in counts.items() if not count]
    if missing:
        job.events.log(f"no training picture shows {named(missing)}", "warning")
    alone = [label for label, count in counts.items() if count == 1]
    if alone:
        job.events.log(f"a single training picture shows {named(alone)}: add more", "warning")
    strange = sorted({row["label"] for row in train} - set(labels))
    if strange:
        job.events.log(f"left out: training pictures of {named(strange)}, not among `labels`", "warning")
