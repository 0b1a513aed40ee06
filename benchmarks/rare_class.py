"""Recall of a rare, thin class: Ultralytics' own settings beside the task's, and each measure alone.

    uv run python benchmarks/rare_class.py                                    both sides, seeds 0 to 2
    uv run python benchmarks/rare_class.py --fits "plain;none;thin" --seeds 0   the ablation: each measure alone

Same drawn pole scenes (the quick preset's recipe: crossarms are thin, and rarer than poles), same net (a
quarter-width YOLOv8 with a head of stride 4, from random weights, 192 pixels), same epochs and batch. `plain` is
`yolo train` as it comes; `all` is the quick preset; `none` is that preset with every measure for rare and thin
classes off; the others are `none` with one measure. All are measured by the same code on the test images of another,
larger set drawn with another seed; each class operates where its F1 is highest on validation.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from in_process import train_here

OFF: dict[str, Any] = {
    "class_weights": "none",
    "focal_gamma": 0.0,
    "copy_paste": 0.0,
    "thin_objects": "off",
    "repeat_threshold": 0.0,
}
WEIGHTS = {"pole": 1.0, "crossarm": 3.0, "underground": 1.5}
FITS: dict[str, dict[str, Any]] = {
    "all": {},
    "none": OFF,
    "thin": OFF | {"thin_objects": "distance"},
    "weights": OFF | {"class_weights": WEIGHTS},
    "weights on all": OFF | {"class_weights": WEIGHTS, "class_weights_on": "all"},
    "focal": OFF | {"focal_gamma": 2.0},
    "repeat": OFF | {"repeat_threshold": 0.3},
    "paste": OFF | {"copy_paste": 0.3},
    "mosaic": OFF | {"mosaic": 1.0},
    "beta 2, top 13": OFF | {"assigner_beta": 2.0, "assigner_top_k": 13},
    "no fine head": {"base": "scratch:yolov8n"},
}
PLAIN = "plain"
COLUMNS = ("crossarm/recall", "crossarm/precision", "crossarm/map50_95", "pole/recall", "map50_95")
TEST_IMAGES, TEST_SEED = 1000, 1007


def main() -> None:
    """Train every fit with every seed and print a line each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fits", default=f"{PLAIN};all", help="of " + "; ".join([PLAIN, *FITS]))
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--only", nargs=2, metavar=("FIT", "SEED"), help="one training, its figures as JSON")
    given = parser.parse_args()
    if given.only:
        print(json.dumps(fit(given.only[0], int(given.only[1]), given.epochs)))
        return
    fits = given.fits.split(";")
    if unknown := set(fits) - {PLAIN, *FITS}:
        parser.error(f"--fits: {', '.join(sorted(unknown))}: choose of {'; '.join([PLAIN, *FITS])}")
    print(f"{'fit':<16}{'seed':>5}" + "".join(f"{name:>20}" for name in COLUMNS) + f"{'s':>7}", flush=True)
    for name in fits:
        lines = []
        for seed in given.seeds.split(","):
            command = [sys.executable, __file__, "--epochs", str(given.epochs), "--only", name, seed]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            values = json.loads(done.stdout.splitlines()[-1])
            lines.append([values[column] for column in COLUMNS])
            row = "".join(f"{value:>20.3f}" for value in lines[-1])
            print(f"{name:<16}{seed:>5}{row}{values['seconds']:>7.0f}", flush=True)
        if len(lines) > 1:
            mean, spread = np.mean(lines, axis=0), np.std(lines, axis=0, ddof=1)
            row = "".join(f"{f'{one:.3f} ± {two:.3f}':>20}" for one, two in zip(mean, spread, strict=True))
            print(f"{name:<16}{'mean':>5}{row}", flush=True)


def fit(name: str, seed: int, epochs: int) -> dict[str, float]:
    """Figures of one training on the test images."""
    from engine import api
    from engine.datasets.generate import dataset_for
    from engine.tasks.object_detection import TASK
    from engine.workspace import Workspace

    with tempfile.TemporaryDirectory() as directory:
        workspace = Workspace(Path(directory) / "workspace")
        (model,) = api.resolve_models("utility", ["yolo"], preset="quick")
        (larger,) = api.resolve_models(
            "utility", ["yolo"], preset="quick", overrides=[f"data.recipe.images={TEST_IMAGES}"]
        )
        dataset = dataset_for(workspace, model)
        test = dataset_for(workspace, larger, seed=TEST_SEED)
        config = model.config.model_copy(update={**FITS.get(name, {}), "seed": seed, "epochs": epochs})
        started = time.perf_counter()
        if name == PLAIN:
            from plain_yolo import train_plainly

            settings = {"epochs": epochs, "batch": config.batch_size, "image_size": config.image_size, "seed": seed}
            trained = train_plainly(dataset, config.labels, "yolov8n-p2.yaml", Path(directory), **settings)
            seconds = time.perf_counter() - started
            model_directory = as_ours(trained["weights"], config, dataset, Path(directory))
        else:
            model_directory = train_here(TASK, config, dataset, Path(directory) / "run").model
            seconds = time.perf_counter() - started
        values = figures(model_directory, test)
        return {**{column: values.get(column) or 0.0 for column in COLUMNS}, "seconds": seconds}


def as_ours(weights: str, config: Any, dataset: Any, directory: Path) -> Path:
    """The peer's best weights as a model directory, its confidences chosen on validation as ours are."""
    from engine.tasks.object_detection.matching import Boxes
    from engine.tasks.object_detection.metrics import Measured
    from engine.tasks.object_detection.model import Card, build, save
    from engine.tasks.object_detection.predict import DetectorPredictor
    from engine.tasks.object_detection.thresholds import confidences, operating_points

    config = config.model_copy(update={"base": weights})
    detector = build(config, config.labels, "cpu")
    detector.model.eval()
    facts = {"task": "object-detection", "base": weights, "labels": config.labels, "image_size": config.image_size}
    facts |= {"nms_iou": config.nms_iou, "max_detections": config.max_detections, "config": config.model_dump()}
    rest = {"targets": [], "dataset": dataset.id, "baseline": {}, "kept_start": False}
    card = Card(**facts, **rest, thresholds={})
    rows = dataset.rows("validation")
    found = DetectorPredictor(detector, card, "cpu").detect(
        [{"image": str(dataset.path / row["image"])} for row in rows]
    )
    truth, predicted = Boxes.of_rows(rows, config.labels), Boxes.of_rows(found, config.labels)
    points = operating_points(Measured.of(truth, predicted, config.labels, len(rows)))
    card = Card(**facts, **rest, thresholds=confidences(points))
    save(detector, card, ([], []), directory / "model")
    return directory / "model"


def figures(model: Path, test: Any) -> dict[str, float]:
    """Metrics on the test images."""
    from engine.tasks.object_detection import TASK

    metrics: dict[str, float] = TASK.evaluate(model, test, "test", "cpu").metrics
    return metrics


if __name__ == "__main__":
    main()
