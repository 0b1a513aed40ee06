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
import hashlib
import tempfile
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np

WIDTH, HEIGHT = 640, 480
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
    thick = tuple(map(int, arguments.thick.split(",")))
    print(f"{'tiles':<17}{'seed':>5}{'steps':>7}" + "".join(f"{name:>20}" for name in COLUMNS) + f"{'s':>7}")
    for way in arguments.ways.split(";"):
        for seed in map(int, arguments.seeds.split(",")):
            started = time.perf_counter()
            epochs = arguments.epochs * (1 + TILES_PER_IMAGE if way == "off, same steps" else 1)
            values, steps = fit(WAYS[way], seed, epochs, thick)
            row = "".join(f"{values[name]:>20.3f}" for name in COLUMNS)
            print(f"{way:<17}{seed:>5}{steps:>7}{row}{time.perf_counter() - started:>7.0f}", flush=True)


def fit(settings: dict[str, Any], seed: int, epochs: int, thick: tuple[int, ...]) -> tuple[dict[str, float], int]:
    """Metrics on the test split of one training, and its steps; scenes and weights follow the seed."""
    from engine.datasets.store import write_dataset
    from engine.events.writer import EventWriter
    from engine.runs.paths import RunPaths
    from engine.tasks.contract import Job, Stop
    from engine.tasks.object_detection import TASK
    from engine.workspace import Workspace

    with tempfile.TemporaryDirectory() as directory:
        splits, files = scenes(seed, thick)
        dataset = write_dataset(
            Workspace(Path(directory)),
            task=TASK.name,
            profile="bench",
            model="tiles",
            splits=splits,
            classes={},
            source="recipe",
            files=files,
        )
        paths = RunPaths(Path(directory) / "run")
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
        job = Job(
            run_id="bench",
            config=config,
            dataset=dataset,
            device="cpu",
            paths=paths,
            events=EventWriter(paths.events),
            should_stop=lambda: Stop.NO,
            headline=TASK.headline,
        )
        TASK.train(job)
        report = TASK.evaluate(paths.model, dataset, "test", "cpu")
        [phase] = config.phases({"train": SPLITS["train"]})
        return {name: float(report.metrics.get(name) or 0.0) for name in COLUMNS}, phase.steps


def scenes(seed: int, thick: tuple[int, ...]) -> tuple[dict[str, list[dict[str, Any]]], dict[str, bytes | Path]]:
    """Rows of each split, and their images."""
    draws = np.random.default_rng(seed)
    splits: dict[str, list[dict[str, Any]]] = {}
    files: dict[str, bytes | Path] = {}
    for split, count in SPLITS.items():
        splits[split] = []
        for _ in range(count):
            image, objects = scene(draws, thick)
            content = cv2.imencode(".png", image)[1].tobytes()
            name = hashlib.sha256(content).hexdigest()[:24] + ".png"
            files[name] = content
            splits[split].append({"image": f"files/{name}", "width": WIDTH, "height": HEIGHT, "objects": objects})
    return splits, files


def scene(draws: np.random.Generator, thick: tuple[int, ...]) -> tuple[Any, list[dict[str, Any]]]:
    """Sky, ground, bushes and wires; three to six poles, each with one to three crossarms."""
    image = np.linspace(draws.integers(150, 230), draws.integers(180, 255), HEIGHT)[:, None, None] * draws.uniform(
        0.8, 1, (1, WIDTH, 3)
    )
    horizon = int(draws.integers(330, 400))
    image[horizon:] = draws.uniform(40, 120, 3)
    image += draws.normal(0, draws.uniform(3, 8), image.shape)
    for _ in range(draws.integers(60, 160)):
        centre = (int(draws.integers(0, WIDTH)), int(draws.integers(horizon - 40, HEIGHT)))
        cv2.circle(image, centre, int(draws.integers(3, 18)), tuple(draws.uniform(20, 110, 3).tolist()), -1)
    objects: list[dict[str, Any]] = []
    # Each pole has a strip of its own, so that no crossarm lies over another.
    count = int(draws.integers(3, 7))
    strip = WIDTH // count
    for number in range(count):
        x, wide = number * strip + int(draws.integers(42, strip - 42)), int(draws.integers(10, 15))
        top, foot = int(draws.integers(30, 280)), int(draws.integers(horizon - 5, horizon + 40))
        wood = draws.uniform(40, 100) * np.array([0.8, 0.9, 1.1])
        objects.append(_bar(image, "pole", (x - wide // 2, top, x - wide // 2 + wide, foot), wood))
        y = top + 6
        for _ in range(draws.integers(1, 4)):
            half, tall = int(draws.integers(20, 41)), int(draws.integers(thick[0], thick[1] + 1))
            if y + tall > foot - 20:
                break
            middle = x + int(draws.integers(-3, 4))
            box = (max(0, middle - half), y, min(WIDTH, middle + half), y + tall)
            objects.append(_bar(image, "crossarm", box, wood * draws.uniform(0.8, 1.3)))
            y += tall + int(draws.integers(8, 18))
    for _ in range(draws.integers(2, 6)):
        ends = [(0, int(draws.integers(20, 300))), (WIDTH, int(draws.integers(20, 300)))]
        cv2.line(image, *ends, (float(draws.uniform(30, 100)),) * 3, 1)
    return np.clip(image, 0, 255).astype(np.uint8), objects


def _bar(image: Any, label: str, box: tuple[int, int, int, int], colour: Any) -> dict[str, Any]:
    image[box[1] : box[3], box[0] : box[2]] = colour
    return {"label": label, "box": [float(value) for value in box]}


if __name__ == "__main__":
    main()
