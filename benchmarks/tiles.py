"""Do tiles find thin objects in scenes that are larger than the network's input? Off, in inference, in training too.

    uv run python benchmarks/tiles.py                           every way, seed 0
    uv run python benchmarks/tiles.py --ways "off;both" --seeds 0,1

Drawn scenes of 640 × 480 pixels: poles 10–14 pixels wide, and more numerous crossarms of 40–80 × 7–10. A
quarter-width YOLOv8 with a head of stride 4 sees them at 192 pixels, where a crossarm is 2 to 3 pixels thick, from
random weights, without mosaic; tiles of 192 pixels show it at full resolution. Training on tiles takes three steps
where one without takes one, so `off, same steps` trains three times the epochs. Recall and precision are at the
confidence where F1 is highest on validation; all figures are of the test split.

With `--thick 3,5` crossarms are 1 to 1.5 pixels thick at 192. Ultralytics' augmentation drops boxes below 2 pixels,
so that without tiles training sees none of them at all.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from in_process import train_here
from pole_scenes import Objects, Place, drawn_dataset, landscape, pole, with_wires

PLACE = Place(
    width=640,
    height=480,
    horizon=(330, 400),
    bushes=(60, 160),
    bush_radius=(3, 18),
    above_horizon=40,
    wires=(20, 300),
)
SPLITS = {"train": 48, "validation": 6, "test": 16}
COLUMNS = ("pole/recall", "crossarm/recall", "crossarm/precision", "crossarm/map50", "crossarm/map50_95")
WAYS: dict[str, dict[str, Any]] = {
    "off": {"tiles": "off"},
    "off, same steps": {"tiles": "off"},
    "inference": {"tiles": "inference"},
    "both": {"tiles": "both"},
}
TILES_PER_IMAGE = 2


def main() -> None:
    """Train every way with every seed and print a line each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ways", default=";".join(WAYS), help="of " + "; ".join(WAYS))
    parser.add_argument("--seeds", default="0")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--thick", default="7,10", help="thinnest and thickest crossarm in pixels")
    arguments = parser.parse_args()
    thinnest, thickest = map(int, arguments.thick.split(","))
    print(f"{'tiles':<17}{'seed':>5}{'steps':>7}" + "".join(f"{name:>20}" for name in COLUMNS) + f"{'s':>7}")
    for way in arguments.ways.split(";"):
        for seed in map(int, arguments.seeds.split(",")):
            started = time.perf_counter()
            epochs = arguments.epochs * (1 + TILES_PER_IMAGE if way == "off, same steps" else 1)
            values, steps = fit(WAYS[way], seed, epochs, (thinnest, thickest))
            row = "".join(f"{values[name]:>20.3f}" for name in COLUMNS)
            print(f"{way:<17}{seed:>5}{steps:>7}{row}{time.perf_counter() - started:>7.0f}", flush=True)


def fit(settings: dict[str, Any], seed: int, epochs: int, thick: tuple[int, int]) -> tuple[dict[str, float], int]:
    """Metrics on the test split of one training, and its steps; scenes and weights follow the seed."""
    from engine.tasks.object_detection import TASK

    with tempfile.TemporaryDirectory() as directory:
        dataset = drawn_dataset(partial(scene, thick=thick), SPLITS, seed, Path(directory))
        config = TASK.config_class(
            base="scratch:yolov8n-p2",
            epochs=epochs,
            batch_size=4,
            learning_rate=5e-3,
            warmup_ratio=0.1,
            average_ramp=100,
            image_size=192,
            mosaic=0.0,
            scale=0.2,
            thin_objects="distance",
            tiles_per_image=TILES_PER_IMAGE,
            seed=seed,
            **settings,
        )
        paths = train_here(TASK, config, dataset, Path(directory) / "run")
        metrics = TASK.evaluate(paths.model, dataset, "test", "cpu").metrics
        [phase] = config.phases({"train": SPLITS["train"]})
        return {name: float(metrics.get(name) or 0.0) for name in COLUMNS}, phase.steps


def scene(draws: np.random.Generator, thick: tuple[int, int]) -> tuple[Any, Objects]:
    """Three to six poles before a landscape."""
    image, horizon = landscape(draws, PLACE)
    objects: Objects = []
    # Each pole has a strip of its own, so that no crossarm lies over another.
    count = int(draws.integers(3, 7))
    strip = PLACE.width // count
    for number in range(count):
        x, wide = number * strip + int(draws.integers(42, strip - 42)), int(draws.integers(10, 15))
        ends = int(draws.integers(30, 280)), int(draws.integers(horizon - 5, horizon + 40))
        objects += pole(draws, image, x, wide, ends, half=(20, 41), thick=(thick[0], thick[1] + 1))
    return with_wires(draws, image, PLACE), objects


if __name__ == "__main__":
    main()
