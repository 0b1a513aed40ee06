"""Real photographs: the task as `engine train` runs it beside plain `yolo train`, from the same weights.

    uv run python benchmarks/insulators.py                        10 epochs at 320 pixels, ours, then the peer
    uv run python benchmarks/insulators.py --epochs 30 --image-size 640 --device cuda

Aerial photographs of power-line insulators (240 / 60 / 59 images, one class) and YOLOv8n weights trained on COCO,
both from FINETOP_SHARED_DATA. `ours` changes nothing of the task's defaults but the number of epochs, batch and size,
and what `--set` says. Both are measured by the same code on the test
images. Overhead: what the events of our run cost to write again, and the CPU seconds of its worker, as a part of the
training.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

DATA = Path(os.environ.get("FINETOP_SHARED_DATA", "../shared/data"))
COLUMNS = ("map50_95", "map50", "recall", "precision")
PROFILE = """\
finetop: 1
name: insulators
title: Insulators on aerial photographs
models:
  detector:
    task: object-detection
    config: {{base: {base}, labels: [insulator], epochs: {epochs}, batch_size: {batch}, image_size: {size}, \
seed: {seed}, patience: 0{more}}}
"""


def main() -> None:
    """Train both and print a line each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("epochs", 10), ("batch", 8), ("image-size", 320), ("seed", 0)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--data", type=Path, default=DATA / "detect" / "insulators")
    parser.add_argument("--base", type=Path, default=DATA / "weights" / "yolov8n-coco-from-int8.pt")
    parser.add_argument("--sides", default="ours,plain")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help="of our config")
    given = parser.parse_args()
    print(f"{given.epochs} epochs, batch {given.batch}, {given.image_size} pixels, seed {given.seed}, {given.device}")
    print(f"{'side':<10}" + "".join(f"{name:>10}" for name in COLUMNS) + f"{'training s':>12}{'whole s':>9}")
    seconds = {}
    for side in given.sides.split(","):
        with tempfile.TemporaryDirectory() as directory:
            values = {"ours": ours, "plain": plain}[side](given, Path(directory))
        seconds[side] = values["training_s"]
        row = "".join(f"{values[name]:>10.3f}" for name in COLUMNS)
        print(f"{side:<10}{row}{values['training_s']:>12.0f}{values['whole_s']:>9.0f}", flush=True)
        for line in values.get("overhead", ()):
            print(f"  {line}")
    if len(seconds) == 2:
        print(f"training: ours is {seconds['plain'] / seconds['ours']:.2f} × as fast")


def ours(given: argparse.Namespace, directory: Path) -> dict[str, Any]:
    """Through the worker, with events, checkpoints, verification and report."""
    import psutil

    from engine import api
    from engine.files import read_json

    profile = directory / "insulators.yaml"
    more = "".join(f", {name}: {value}" for name, _, value in (entry.partition("=") for entry in given.set))
    profile.write_text(
        PROFILE.format(
            base=given.base.absolute(),
            epochs=given.epochs,
            batch=given.batch,
            size=given.image_size,
            seed=given.seed,
            more=more,
        )
    )
    place = directory / "workspace"
    dataset, _ = api.import_data(str(profile), "detector", [str(given.data)], workspace=place)
    started = time.perf_counter()
    (handle,) = api.train(str(profile), dataset=dataset.id, device=given.device, workspace=place)
    worker = {"cpu": 0.0}
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.5):
            for process in psutil.process_iter(["cmdline"]):
                if "engine.runs.worker" in (process.info["cmdline"] or ()) and str(handle.paths.root) in str(
                    process.info["cmdline"]
                ):
                    times = process.cpu_times()
                    worker["cpu"] = max(worker["cpu"], times.user + times.system)

    watcher = threading.Thread(target=watch)
    watcher.start()
    view = handle.wait()
    whole = time.perf_counter() - started
    over.set()
    watcher.join()
    if view.state != "done":
        raise SystemExit(f"the run ended {view.state}: {view.message}")
    training, count, cost = read_again(handle.paths.events, directory / "again.jsonl")
    report = read_json(handle.paths.report)
    share = (cost + worker["cpu"]) / training
    overhead = f"{count} events cost {cost:.3f} s to write, the worker {worker['cpu']:.2f} s of CPU"
    return {
        **report["metrics"],
        "training_s": training,
        "whole_s": whole,
        "overhead": [f"{overhead}: {share:.2%} of training"],
    }


def read_again(events: Path, copy: Path) -> tuple[float, int, float]:
    """Seconds from the first training step to the last evaluation, events, and seconds to write them once more."""
    import msgspec

    from engine.events.writer import EventWriter

    lines = [msgspec.json.decode(line) for line in events.read_bytes().splitlines()]
    metrics = [line for line in lines if line["type"] == "metrics"]
    times = [line["t"] for line in metrics]
    writer = EventWriter(copy)
    started = time.perf_counter()
    for _ in range(20):
        for line in lines:
            if line["type"] == "metrics":
                writer.metrics(
                    line["step"], line["values"], split=line.get("split", "train"), epoch=line.get("epoch")
                )
            else:
                writer.log(line.get("message", "") or line["type"])
    return times[-1] - times[0], len(lines), (time.perf_counter() - started) / 20


def plain(given: argparse.Namespace, directory: Path) -> dict[str, Any]:
    """`yolo train` with its own settings."""
    from plain_yolo import train_plainly
    from rare_class import as_ours, figures

    from engine.datasets.importers import import_dataset
    from engine.tasks.object_detection import TASK
    from engine.workspace import Workspace

    place = Workspace(directory / "workspace")
    dataset, _ = import_dataset(place, "insulators", "detector", TASK.name, [str(given.data)])
    config = TASK.config_class(labels=["insulator"], image_size=given.image_size)
    settings = {"epochs": given.epochs, "batch": given.batch, "image_size": given.image_size, "seed": given.seed}
    trained = train_plainly(
        dataset, config.labels, str(given.base.absolute()), directory, device=given.device, **settings
    )
    values = figures(as_ours(trained["weights"], config, dataset, directory), dataset)
    return {**values, "training_s": trained["seconds"], "whole_s": trained["whole_s"]}


if __name__ == "__main__":
    main()
