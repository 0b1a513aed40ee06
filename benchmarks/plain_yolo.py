"""Plain `yolo train` as the peer: Ultralytics with its own settings, on a dataset of ours written as YOLO text files.

    python benchmarks/plain_yolo.py DATA.yaml BASE RESULT.json --epochs 20 --batch 8 --image-size 192 --seed 0

Nothing of ours runs while it trains: the library is only kept from calling home. RESULT.json gets the seconds and
where the weights are.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.datasets.store import Dataset


def write_yolo(dataset: Dataset, labels: Sequence[str], directory: Path) -> Path:
    """The dataset's training and validation images with YOLO label files; returns the path of `data.yaml`."""
    for split in ("train", "validation"):
        images, texts = directory / "images" / split, directory / "labels" / split
        images.mkdir(parents=True)
        texts.mkdir(parents=True)
        for row in dataset.rows(split):
            source = dataset.path / row["image"]
            (images / source.name).symlink_to(source)
            lines = [_line(thing, labels, row["width"], row["height"]) for thing in row["objects"]]
            (texts / source.with_suffix(".txt").name).write_text("".join(lines))
    data = {"path": str(directory), "train": "images/train", "val": "images/validation", "names": list(labels)}
    path = directory / "data.yaml"
    path.write_text(json.dumps(data))
    return path


def train_plainly(
    dataset: Dataset,
    labels: Sequence[str],
    base: str,
    directory: Path,
    *,
    epochs: int,
    batch: int,
    image_size: int,
    seed: int,
    device: str = "cpu",
) -> dict[str, Any]:
    """Train in a process of its own; returns `seconds` of training, `whole_s` with the start of Python, `weights`."""
    data, result = write_yolo(dataset, labels, directory / "data"), directory / "result.json"
    options = {"epochs": epochs, "batch": batch, "image-size": image_size, "seed": seed, "device": device}
    command = [sys.executable, __file__, str(data), base, str(result)]
    command += [text for name, value in options.items() for text in (f"--{name}", str(value))]
    started = time.perf_counter()
    with (directory / "plain.log").open("wb") as log:
        subprocess.run(command, check=True, stdout=log, stderr=log, cwd=directory)
    return {**json.loads(result.read_text()), "whole_s": time.perf_counter() - started}


def _line(thing: dict[str, Any], labels: Sequence[str], width: int, height: int) -> str:
    x0, y0, x1, y1 = thing["box"]
    middle = ((x0 + x1) / 2 / width, (y0 + y1) / 2 / height, (x1 - x0) / width, (y1 - y0) / height)
    return f"{labels.index(thing['label'])} " + " ".join(f"{value:.6f}" for value in middle) + "\n"


def main() -> None:
    """Train with the library's own settings."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("base", help="a .pt file, or the .yaml of an architecture")
    parser.add_argument("result", type=Path)
    for name, default in (("epochs", 20), ("batch", 8), ("image-size", 192), ("seed", 0)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--device", default="cpu")
    given = parser.parse_args()
    os.environ.update(YOLO_OFFLINE="true", YOLO_AUTOINSTALL="false", YOLO_CONFIG_DIR=str(given.result.parent))
    from ultralytics import YOLO, settings

    settings.update({"sync": False, "runs_dir": str(given.result.parent)})
    model = YOLO(given.base)
    started = time.perf_counter()
    model.train(
        data=given.data,
        epochs=given.epochs,
        batch=given.batch,
        imgsz=given.image_size,
        seed=given.seed,
        device=given.device.replace("cuda:", "").replace("cuda", "0"),
        project=str(given.result.parent),
        name="plain",
        plots=False,
        amp=given.device != "cpu",
    )
    seconds = time.perf_counter() - started
    weights = Path(str(model.trainer.save_dir)) / "weights" / "best.pt"
    given.result.write_text(json.dumps({"seconds": seconds, "weights": str(weights)}))


if __name__ == "__main__":
    main()
