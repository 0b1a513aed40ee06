"""Does a class of thin boxes start to be learnt at all? Assignment by IoU beside the task's remedies.

    uv run python benchmarks/thin_objects.py                        off, distance and widen, seeds 0 to 4
    uv run python benchmarks/thin_objects.py --fits "off;distance" --seeds 0,1
    uv run python benchmarks/thin_objects.py --fits all --seeds 0   the ablation: everything that might start it

Drawn scenes of 256 × 256 pixels: poles 5–8 pixels wide, and more numerous crossarms of 24–50 × 3–5. A quarter-width
YOLOv8 with a head of stride 4 sees them at 192 pixels, from random weights, without mosaic: 160 images, 25 epochs,
batch 8, AdamW 0.005. `off` is what Ultralytics does; every other fit changes that alone which its name says, and
`full size` is what one usually trains: no head of stride 4, 640 pixels, mosaic, scale 0.5. Recall is at the
confidence where a class's F1 is highest.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from in_process import train_here
from pole_scenes import Objects, Place, drawn_dataset, landscape, pole, with_wires

SPLITS = {"train": 160, "validation": 40, "test": 40}
PLACE = Place(
    width=256, height=256, horizon=(150, 220), bushes=(20, 60), bush_radius=(3, 14), above_horizon=30, wires=(20, 140)
)
COLUMNS = ("pole/recall", "crossarm/recall", "crossarm/map50", "crossarm/map50_95")
FITS: dict[str, dict[str, Any]] = {
    "off": {},
    "distance": {"thin_objects": "distance"},
    "widen": {"thin_objects": "widen"},
    "beta 2, top 13": {"assigner_beta": 2.0, "assigner_top_k": 13},
    "positives × 3": {"class_weights": {"pole": 1.0, "crossarm": 3.0}},
    "focal": {"focal_gamma": 2.0},
    "long warm-up": {"warmup_ratio": 0.4},
    "tiles": {"tiles": "both", "tile_size": 128},
    "full size": {"base": "scratch:yolov8n", "image_size": 640, "mosaic": 1.0, "scale": 0.5},
}


def main() -> None:
    """Train every fit with every seed and print a line each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fits", default="off;distance;widen", help="all, or of " + "; ".join(FITS))
    parser.add_argument("--seeds", default="0,1,2,3,4")
    parser.add_argument("--epochs", type=int, default=25)
    given = parser.parse_args()
    fits = list(FITS) if given.fits == "all" else given.fits.split(";")
    if unknown := set(fits) - set(FITS):
        parser.error(f"--fits: {', '.join(sorted(unknown))}: choose of {'; '.join(FITS)}")
    print(f"{'fit':<16}{'seed':>5}" + "".join(f"{name:>19}" for name in COLUMNS) + f"{'s':>7}")
    for name in fits:
        recalls = []
        for seed in map(int, given.seeds.split(",")):
            started = time.perf_counter()
            values = fit(FITS[name], seed, given.epochs)
            recalls.append(values["crossarm/recall"])
            row = "".join(f"{values[column]:>19.3f}" for column in COLUMNS)
            print(f"{name:<16}{seed:>5}{row}{time.perf_counter() - started:>7.0f}", flush=True)
        print(f"{name}: crossarm recall {np.mean(recalls):.3f}, from {min(recalls):.3f} to {max(recalls):.3f}")


def fit(settings: dict[str, Any], seed: int, epochs: int) -> dict[str, float]:
    """Metrics on the test split of one training; scenes and weights follow the seed."""
    from engine.tasks.object_detection import TASK

    usual = {
        "base": "scratch:yolov8n-p2",
        "batch_size": 8,
        "learning_rate": 5e-3,
        "warmup_ratio": 0.1,
        "average_ramp": 100,
        "image_size": 192,
        "mosaic": 0.0,
        "scale": 0.2,
        "thin_objects": "off",
    }
    with tempfile.TemporaryDirectory() as directory:
        dataset = drawn_dataset(scene, SPLITS, seed, Path(directory))
        config = TASK.config_class(**usual | settings, epochs=epochs, seed=seed)
        paths = train_here(TASK, config, dataset, Path(directory) / "run")
        metrics = TASK.evaluate(paths.model, dataset, "test", "cpu").metrics
        return {name: float(metrics.get(name) or 0.0) for name in COLUMNS}


def scene(draws: np.random.Generator) -> tuple[Any, Objects]:
    """One or two poles before a landscape."""
    image, horizon = landscape(draws, PLACE)
    objects: Objects = []
    for _ in range(draws.integers(1, 3)):
        x, wide = int(draws.integers(30, 226)), int(draws.integers(5, 9))
        ends = int(draws.integers(15, 80)), int(draws.integers(horizon - 5, min(250, horizon + 30)))
        objects += pole(draws, image, x, wide, ends, half=(12, 26), thick=(3, 6))
    return with_wires(draws, image, PLACE), objects


if __name__ == "__main__":
    main()
