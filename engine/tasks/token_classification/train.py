"""Trains a tagger: base model, new head, the shared loop, model directory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict

import numpy as np
import torch
from torch import Tensor, nn

from engine.errors import DataError
from engine.tasks.contract import Job, Row, TrainOutcome
from engine.tasks.token_classification import TASK
from engine.tasks.token_classification.config import Config
from engine.tasks.token_classification.examples import Examples, measure, read_with
from engine.tasks.token_classification.inference import flat_heads, pad, unit_logits
from engine.tasks.token_classification.model import (
    Card,
    Tagger,
    build,
    is_of_head,
    merged,
    save,
    start_from_frequencies,
)
from engine.tasks.token_classification.predict import TaggerPredictor, prediction_of
from engine.tasks.token_classification.tags import begin_tag, inside_tag, labels_in, tag_names
from engine.training.buckets import length_buckets, longest_batch, shuffled_batches
from engine.training.loop import Loop
from engine.training.trainable import Batch, Phase
from engine.training.watch import Tick, preparation

SAMPLES_PER_EVALUATION = 2
EXPECTED_SAMPLES = 8
UNITS = ("word", "piece", "subtoken")
"""From large to small."""


def train(job: Job) -> TrainOutcome:
    """Train as the job's config says; the best model on validation stands in `model/` afterwards.

    Raises StopRequested on Stop.NOW, DataError, BaseModelError, NonFiniteError, OutOfMemoryError.
    """
    config = job.config
    assert isinstance(config, Config)
    job.events.progress("loading", 0, 0)
    rows = {split: job.dataset.rows(split) for split in ("train", "validation", "test")}
    labels = config.labels or labels_in(rows["train"])
    if not labels:
        raise DataError("no entity in the training split", where=str(job.dataset.path), fix="label some, then train")
    tagger = build(config, labels, job.device)
    eval_batch_size = max(1, config.eval_batch_size // job.splits_of_batch)

    def read(split: str, unit: str) -> Examples:
        return Examples.read(
            tagger, rows[split], unit=unit, stride=config.stride, tell=preparation(job, f"tokenizing {split}")
        )

    examples = {"train": _in_fitting_units(config.unit, lambda unit: read("train", unit))}
    unit = examples["train"].unit
    examples |= {split: read(split, unit) for split in ("validation", "test")}
    _warn_of_misfits(job, examples["train"])
    start_from_frequencies(tagger, tag_frequencies(examples["train"], config, labels))
    baseline = _untrained(job, tagger, examples["test"], eval_batch_size)
    trainable = TaggerTraining(tagger, config, examples["train"], examples["validation"], eval_batch_size)
    loop = Loop(
        job,
        trainable,
        Phase("training", config.epochs),
        mode=TASK.headline_mode,
        rate_factor=_head_rate(tagger, config),
    )
    result = loop.fit(job.resume_from)

    job.events.progress("saving", result.steps, result.steps)
    tagger.model = merged(tagger.model).eval()
    card = Card(
        task=TASK.name,
        base=config.base,
        labels=labels,
        unit=unit,
        max_length=tagger.max_length,
        stride=config.stride,
        config=config.model_dump(mode="json"),
        targets=[asdict(target) for target in job.targets],
        dataset=job.dataset.id,
        baseline={"test": baseline},
        kept_start=result.best_step == 0 and result.steps > 0,
    )
    samples = _expected_samples(rows["test"] or rows["validation"])
    save(tagger, card, (samples, TaggerPredictor(tagger, card, job.device).predict(samples)), job.paths.model)
    return TrainOutcome(
        stopped=result.stopped,
        best_step=result.best_step,
        score=result.best_score,
        start_score=result.start_score,
    )


class TaggerTraining:
    """What the loop needs of a tagger (engine.training.trainable.Trainable). Examples are windows."""

    def __init__(
        self, tagger: Tagger, config: Config, training: Examples, validation: Examples, eval_batch_size: int
    ) -> None:
        self.tagger, self.config = tagger, config
        self.model: nn.Module = tagger.model
        self.training, self.validation, self.eval_batch_size = training, validation, eval_batch_size
        self.lengths = [len(window.ids) for window in training.windows]
        self.device = next(self.model.parameters()).device
        self.pad_id = tagger.tokenizer.pad_token_id or 0
        weights = tag_weights(config.class_weights, training.tags, tagger.labels)
        self.weights = None if weights is None else torch.tensor(weights, dtype=torch.float32)
        self.device_weights = None if self.weights is None else self.weights.to(self.device)
        empty = [not training.tags[window.document].any() for window in training.windows]
        self.empty = np.flatnonzero(empty)
        self.kept_always = np.flatnonzero(np.logical_not(empty))

    def batches(self, epoch: int) -> list[list[int]]:
        chosen = self._examples_of(epoch)
        lengths = [self.lengths[index] for index in chosen]
        make = length_buckets if self.config.length_buckets else shuffled_batches
        made = make(lengths, self.config.batch_size, seed=self.config.seed, epoch=epoch)
        return [[int(chosen[at]) for at in batch] for batch in made]

    def longest_batch(self) -> list[int]:
        return longest_batch(self.lengths, self.config.batch_size)

    def collate(self, indices: Sequence[int], epoch: int) -> Batch:
        windows = [self.training.windows[index] for index in indices]
        tags = [
            self.training.tags[window.document][window.first_unit : window.first_unit + len(window.heads)]
            for window in windows
        ]
        return {
            **pad(windows, self.pad_id),
            "heads": flat_heads(windows),
            "tags": torch.from_numpy(np.concatenate(tags)),
        }

    def weight(self, batch: Batch) -> float:
        """Units, or the sum of their class weights: the loss is a weighted mean."""
        if self.weights is None:
            return float(len(batch["tags"]))
        return float(self.weights[batch["tags"]].sum())

    def loss_sum(self, batch: Batch) -> Tensor:
        logits = unit_logits(self.model, batch, batch["heads"])
        return nn.functional.cross_entropy(logits, batch["tags"], weight=self.device_weights, reduction="sum")

    def evaluate(self, tick: Tick) -> dict[str, float]:
        reading = read_with(
            self.tagger, self.validation, eval_batch_size=self.eval_batch_size, device=str(self.device), tell=tick
        )
        shown = [number for number, spans in enumerate(self.validation.spans) if spans][:SAMPLES_PER_EVALUATION]
        for number in shown:
            row = self.validation.rows[number]
            tick.sample(
                {"text": row["text"], "entities": row["entities"]},
                prediction_of(row["text"], reading.found[number], self.tagger.labels),
            )
        return measure(self.tagger, self.validation, reading)

    def _examples_of(self, epoch: int) -> list[int]:
        """Windows of an epoch: all, or those with entities and a part of the others drawn anew."""
        if self.config.outside_keep == 1:
            return list(range(len(self.lengths)))
        count = round(len(self.empty) * self.config.outside_keep)
        drawn = np.random.default_rng((self.config.seed, epoch, 2)).choice(self.empty, count, replace=False)
        return sorted([*self.kept_always.tolist(), *drawn.tolist()])


def tag_frequencies(examples: Examples, config: Config, labels: Sequence[str]) -> list[float]:
    """How much each tag weighs in the loss over a split."""
    counts = np.bincount(np.concatenate(examples.tags), minlength=len(tag_names(labels))).astype(float)
    weights = tag_weights(config.class_weights, examples.tags, labels)
    return list(counts if weights is None else counts * weights)


def tag_weights(
    wanted: str | dict[str, float], tags: Sequence[np.ndarray], labels: Sequence[str]
) -> list[float] | None:
    """Weight of each tag in the loss; None when all are alike.

    `balanced` is n / (classes * n_class) over the types and O, as in scikit-learn (King & Zeng 2001); a
    type's B and I weigh the same, or the model would learn to break entities.
    """
    if wanted == "none":
        return None
    if isinstance(wanted, dict):
        by_type = [wanted.get("O", 1.0), *(wanted.get(label, 1.0) for label in labels)]
    else:
        counts = np.bincount((np.concatenate(tags) + 1) // 2, minlength=len(labels) + 1)
        by_type = list(counts.sum() / (len(counts) * np.maximum(1, counts)))
    weights = [by_type[0]] * len(tag_names(labels))
    for number in range(len(labels)):
        weights[begin_tag(number)] = weights[inside_tag(number)] = float(by_type[number + 1])
    return [float(weight) for weight in weights]


def _untrained(job: Job, tagger: Tagger, examples: Examples, eval_batch_size: int) -> dict[str, float]:
    """Metrics on the test split before any training: what the report compares with."""
    tagger.model.eval()
    with torch.inference_mode():
        reading = read_with(
            tagger,
            examples,
            eval_batch_size=eval_batch_size,
            device=job.device,
            tell=preparation(job, "untrained model on test"),
        )
    return measure(tagger, examples, reading)


def _head_rate(tagger: Tagger, config: Config) -> Callable[[str], float]:
    if config.head_learning_rate is None:
        return lambda _: 1.0
    factor = config.head_learning_rate / config.learning_rate
    return lambda name: factor if is_of_head(tagger, name) else 1.0


def _in_fitting_units(wanted: str, read: Callable[[str], Examples]) -> Examples:
    """The training split in the units wanted; for `auto`, in the largest that cut the fewest entities."""
    if wanted != "auto":
        return read(wanted)
    best: Examples | None = None
    for unit in UNITS:
        examples = read(unit)
        if best is None or examples.misfits < best.misfits:
            best = examples
        if not best.misfits:
            break
    assert best is not None
    return best


def _warn_of_misfits(job: Job, examples: Examples) -> None:
    if examples.misfits:
        remedy = "check the labels" if examples.unit == "subtoken" else "check the labels or set unit to subtoken"
        job.events.log(
            f"{examples.misfits} training entities begin or end inside a {examples.unit}, where the model cannot "
            f"cut; {remedy}",
            "warning",
        )


def _expected_samples(rows: Sequence[Row]) -> list[Row]:
    """A few texts spread over the split, and one that is long enough for several windows."""
    step = max(1, len(rows) // EXPECTED_SAMPLES)
    texts = [row["text"] for row in rows[::step][:EXPECTED_SAMPLES]]
    long = " ".join(texts * 10)
    return [{"text": text} for text in [*texts, long[:6000]]]
