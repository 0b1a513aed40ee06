"""Trains a detector: the network, the shared loop, operating confidences, model directory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from engine.errors import DataError
from engine.labelled_pictures import picture_path
from engine.tasks.contract import Job, Row, TrainOutcome
from engine.tasks.object_detection import TASK
from engine.tasks.object_detection.config import Config
from engine.tasks.object_detection.data import labels_of, weights_of
from engine.tasks.object_detection.images import Preparation, TrainingImages, normalized
from engine.tasks.object_detection.inference import detect
from engine.tasks.object_detection.loss import DetectionLoss
from engine.tasks.object_detection.matching import Boxes
from engine.tasks.object_detection.metrics import Measured
from engine.tasks.object_detection.model import Card, Detector, build, save
from engine.tasks.object_detection.predict import DetectorPredictor, prediction_of
from engine.tasks.object_detection.reading import inline, read_image, read_images
from engine.tasks.object_detection.sampling import fingerprint, repeat_factors, repeated
from engine.tasks.object_detection.thresholds import confidences, operating_points
from engine.tasks.object_detection.tiles import cover, tiling_of
from engine.training.average import WeightAverage
from engine.training.buckets import shuffled_batches
from engine.training.loop import Loop
from engine.training.trainable import Batch, Phase
from engine.training.watch import Tick

SAMPLES_PER_EVALUATION = 1
EXPECTED_SAMPLES = 4


def train(job: Job) -> TrainOutcome:
    """Train as the job's config says; the best model on validation stands in `model/` afterwards.

    Raises StopRequested on Stop.NOW, DataError, BaseModelError, NonFiniteError, OutOfMemoryError.
    """
    config = job.config
    assert isinstance(config, Config)
    job.events.progress("loading", 0, 0)
    rows = {split: job.dataset.rows(split) for split in ("train", "validation", "test")}
    labels = config.labels or labels_of(rows["train"])
    if not labels:
        raise DataError("no object in the training split", where=str(job.dataset.path), fix="label some, then train")
    detector = build(config, labels, job.device)
    trainable = DetectionTraining(job, detector, config, rows["train"], rows["validation"])
    if config.repeat_threshold:
        count, whole = len(trainable.examples), len(rows["train"])
        job.events.log(f"an epoch sees {count} images of {whole}, list {fingerprint(trainable.examples)}")
    _say_how_tiles_act(job, config, rows["train"])
    baseline = trainable.measure(rows["test"])
    average = (
        WeightAverage(detector.model, config.average_decay, config.average_ramp) if config.average_decay else None
    )
    result = Loop(job, trainable, Phase("training", config.epochs), mode=TASK.headline_mode, average=average).fit(
        job.resume_from
    )

    job.events.progress("saving", result.steps, result.steps)
    detector.model.eval()
    points = operating_points(trainable.match(rows["validation"]), config.recall_floor)
    card = Card(
        task=TASK.name,
        base=config.base,
        labels=list(labels),
        image_size=config.image_size,
        nms_iou=config.nms_iou,
        max_detections=config.max_detections,
        thresholds=confidences(points),
        config=config.model_dump(mode="json"),
        targets=[asdict(target) for target in job.targets],
        dataset=job.dataset.id,
        baseline={"test": baseline},
        kept_start=result.best_step == 0 and result.steps > 0,
        tiling=tiling_of(config),
    )
    samples = _expected_samples(job, rows["test"] or rows["validation"])
    save(detector, card, (samples, DetectorPredictor(detector, card, job.device).predict(samples)), job.paths.model)
    return TrainOutcome(
        stopped=result.stopped, best_step=result.best_step, score=result.best_score, start_score=result.start_score
    )


class DetectionTraining:
    """What the loop needs of a detector (engine.training.trainable.Trainable). Examples are images, some of them
    several times; with tiles, all of them whole first, and then by tiles as often as the config says."""

    def __init__(
        self, job: Job, detector: Detector, config: Config, training: Sequence[Row], validation: Sequence[Row]
    ) -> None:
        self.job, self.detector, self.config, self.validation = job, detector, config, validation
        self.model: nn.Module = detector.model
        self.images = TrainingImages(training, _paths(job, training), detector.labels, config)
        self.criterion = DetectionLoss(detector.model, config, detector.labels)
        self.examples = self._examples(training)
        self.preparation = Preparation(self.images, self.examples)

    def batches(self, epoch: int) -> list[list[int]]:
        lengths = [1] * len(self.examples) * self.config.views_per_image
        return shuffled_batches(lengths, self.config.batch_size, seed=self.config.seed, epoch=epoch)

    def longest_batch(self) -> list[int]:
        """Images are of one size; boxes cost memory where anchors are assigned."""
        boxes = [-len(self.images.labels[image]["cls"]) for image in self.examples]
        return np.argsort(boxes, kind="stable")[: self.config.batch_size].tolist()

    def collate(self, indices: Sequence[int], epoch: int) -> Batch:
        return self.preparation(indices, epoch)

    def weight(self, batch: Batch) -> float:
        """Images."""
        return float(len(batch["img"]))

    def loss_sum(self, batch: Batch) -> Tensor:
        predicted = self.model(normalized(batch["img"]))
        # The assignment compares small differences of boxes: in bf16 they are lost.
        with torch.autocast(batch["img"].device.type, enabled=False):
            predicted = {name: _in_fp32(value) for name, value in predicted.items()}
            parts, _ = self.criterion(predicted, batch)
        return parts.sum()

    def evaluate(self, tick: Tick) -> dict[str, float]:
        measured = self.match(self.validation, tick)
        points = operating_points(measured, self.config.recall_floor)
        return measured.values(confidences(points), np.array(weights_of(self.validation), dtype=np.int64))

    def measure(self, rows: Sequence[Row]) -> dict[str, float]:
        """Metrics of the model as it is."""
        self.model.eval()
        measured = self.match(rows)
        return measured.values(confidences(operating_points(measured, self.config.recall_floor)))

    def match(self, rows: Sequence[Row], tick: Tick | None = None) -> Measured:
        """What the model finds in the images of rows, beside the truth. The model must be in evaluation mode."""
        paths = _paths(self.job, rows)
        with torch.inference_mode():
            found = detect(
                self.model,
                read_images([str(path) for path in paths]),
                size=self.config.image_size,
                batch_size=max(1, self.config.eval_batch_size // self.job.splits_of_batch),
                nms_iou=self.config.nms_iou,
                max_detections=self.config.max_detections,
                tiling=tiling_of(self.config),
                tick=(lambda done: tick(done, len(rows))) if tick else lambda done: None,
            )
        predictions = [prediction_of(one, self.detector.labels) for one in found]
        if tick is not None:
            for row, path, prediction in list(zip(rows, paths, predictions, strict=True))[:SAMPLES_PER_EVALUATION]:
                sure = [entry for entry in prediction["objects"] if entry["confidence"] >= 0.1][:20]
                tick.sample({"image": str(path), "objects": row["objects"]}, {"objects": sure})
        truth = Boxes.of_rows(rows, self.detector.labels)
        return Measured.of(truth, Boxes.of_rows(predictions, self.detector.labels), self.detector.labels, len(rows))

    def _examples(self, rows: Sequence[Row]) -> list[int]:
        if not self.config.repeat_threshold:
            return list(range(len(rows)))
        classes = [{entry["label"] for entry in row["objects"]} for row in rows]
        factors = repeat_factors(classes, threshold=self.config.repeat_threshold, limit=self.config.repeat_limit)
        return repeated(factors, seed=self.config.seed)


def _say_how_tiles_act(job: Job, config: Config, rows: Sequence[Row]) -> None:
    tiling = tiling_of(config)
    if tiling is None:
        return
    seen = f"{config.tiles_per_image} tiles of each image" if config.tiles == "both" else "no tiles"
    job.events.log(f"images are read whole and by {tiling}; an epoch of training sees {seen}")
    if not any(cover(row["width"], row["height"], tiling) for row in rows):
        largest = max(max(row["width"], row["height"]) for row in rows)
        message = f"no training image is larger than a tile ({largest} px), so tiles have no effect"
        job.events.log(f"{message}; set tile_size below {largest}", "warning")


def _in_fp32(value: object) -> object:
    if isinstance(value, Tensor):
        return value.float()
    return [part.float() for part in value] if isinstance(value, list) else value


def _paths(job: Job, rows: Sequence[Row]) -> list[Path]:
    return [picture_path(job.dataset.path, row) for row in rows]


def _expected_samples(job: Job, rows: Sequence[Row]) -> list[Row]:
    """A few images spread over the split, inside the sample: the model directory may go elsewhere."""
    step = max(1, len(rows) // EXPECTED_SAMPLES)
    return [{"image": inline(read_image(str(path)))} for path in _paths(job, rows[::step][:EXPECTED_SAMPLES])]
