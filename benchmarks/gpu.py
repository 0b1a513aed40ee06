"""Is the GPU fed? Images per second and utilisation beside plain `yolo train`, and an out-of-memory that recovers.

    python benchmarks/gpu.py                              on the first GPU
    python benchmarks/gpu.py --base scratch:yolov8m --batch 32 --image-size 640
    python benchmarks/gpu.py --device cpu --tiny          a rehearsal without a GPU: both sides, a few steps

Drawn pole scenes (the full preset's recipe), the same net from random weights, size, batch and epochs. Ours first as
it comes (loaders and cache on, bf16), then with one measure off at a time: loaders, cache, bf16, channels-last.
Images per second count training steps alone, from the second epoch on; seconds are whole trainings with validation.
Utilisation is NVML's, every 0.1 s while steps are taken (of the whole training for the peer, which tells no steps).
At the end a GPU memory of `--memory-gib` meets a batch that does not fit, and the worker's policy halves it.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from in_process import train_here

# Light imports alone: processes that prepare batches import this file, too.
FITS: dict[str, dict[str, Any]] = {
    "ours": {},
    "no loaders": {"loader_workers": 0},
    "no cache": {"image_cache_mb": 0},
    "fp32": {"precision": "fp32"},
    "no channels-last": {},
    "none of them": {"loader_workers": 0, "image_cache_mb": 0, "precision": "fp32"},
}
CONTIGUOUS = ("no channels-last", "none of them")
ROW = "{:<18}{:>10}{:>10}{:>8}{:>14}"


def main() -> int:
    """Print a line for each side."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda:0")
    parser.add_argument("--tiny", action="store_true", help="a few small images: does everything run?")
    parser.add_argument("--base", default="scratch:yolov8n")
    parser.add_argument("--images", type=int, default=2000)
    parser.add_argument("--image-size", type=int, default=640)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--fits", default=f"plain,{','.join(FITS)},memory", help="plain, memory or one of ours")
    parser.add_argument("--memory-gib", type=float, default=4.0, help="what the out-of-memory is made with")
    parser.add_argument("--only", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.tiny:
        given.images, given.image_size, given.batch, given.epochs = 48, 64, 8, 2
    if given.only:
        print(json.dumps(fit(given)))
        return 0
    import torch

    if given.device != "cpu" and not torch.cuda.is_available():
        print("this machine has no CUDA device; --device cpu --tiny rehearses without one", file=sys.stderr)
        return 2
    name = torch.cuda.get_device_name(given.device) if given.device != "cpu" else "cpu"
    print(f"{name}, {given.base}, {given.images} images at {given.image_size}, batch {given.batch}")
    print(ROW.format("", "images/s", "seconds", "GPU %", "GPU MiB"))
    for only in given.fits.split(","):
        # Each in a process of its own: nothing that one has cached helps the next.
        command = [sys.executable, __file__, *sys.argv[1:], "--only", only]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            print(f"{only}: failed\n{done.stderr[-3000:]}", file=sys.stderr)
            return 1
        print(told(only, json.loads(done.stdout.splitlines()[-1])), flush=True)
    return 0


def told(only: str, figures: dict[str, Any]) -> str:
    """A line of the table."""
    if only == "memory":
        return f"out of memory: {figures['said']}"
    shown = [f"{figures[key]:.1f}" if figures.get(key) is not None else "–" for key in ("rate", "seconds")]
    shown += [f"{figures[key]:.0f}" if figures.get(key) is not None else "–" for key in ("busy", "memory")]
    return ROW.format(only, *shown)


def fit(given: argparse.Namespace) -> dict[str, Any]:
    """Figures of one training, in a process of its own."""
    with tempfile.TemporaryDirectory() as directory:
        where = Path(directory)
        dataset, config = scenes(given, where)
        if given.only == "plain":
            return plain(given, dataset, config, where)
        if given.only == "memory":
            return out_of_memory(given, dataset, config, where)
        config = config.model_copy(update=FITS[given.only])
        return ours(given, dataset, config, where / "run", contiguous=given.only in CONTIGUOUS)


def scenes(given: argparse.Namespace, where: Path) -> tuple[Any, Any]:
    """The drawn dataset, the same for the same arguments, and the config of the training."""
    from engine import api
    from engine.datasets.generate import dataset_for
    from engine.workspace import Workspace

    (model,) = api.resolve_models("utility", ["yolo"], overrides=[f"data.recipe.images={given.images}"])
    dataset = dataset_for(Workspace(where / "workspace"), model)
    settings = {
        "base": given.base,
        "epochs": given.epochs,
        "batch_size": given.batch,
        "image_size": given.image_size,
        "mosaic": 1.0,
        "scale": 0.5,
        "precision": "bf16" if given.device != "cpu" else "fp32",
        "loader_workers": 2 if given.device == "cpu" else "auto",
        "patience": 0,
        "class_weights": "none",
        "labels": model.config.labels,
        "image_cache_mb": 16_384,
    }
    return dataset, type(model.config)(**settings)


def ours(
    given: argparse.Namespace, dataset: Any, config: Any, where: Path, *, contiguous: bool, **more: Any
) -> dict[str, Any]:
    """A training as a worker runs it."""
    import torch

    from engine.tasks.object_detection import TASK, model, train

    if contiguous:  # network and images in the order of memory that torch has without asking
        model._laid_out = lambda network, device: network.to(device)
        train.normalized = lambda images: images.to(torch.float32) / 255
    started = time.perf_counter()
    with Gauge(given.device) as gauge:
        paths = train_here(TASK, config, dataset, where, device=given.device, **more)
    seconds = time.perf_counter() - started
    rate, spans = steps_of(paths.events, config.batch_size)
    return {"rate": rate, "seconds": seconds, "busy": gauge.busy(spans), "memory": gauge.memory}


def steps_of(events: Path, batch: int) -> tuple[float | None, list[tuple[float, float]]]:
    """Images per second between steps of the same epoch, from the second epoch on, and when steps were taken."""
    lines = [json.loads(line) for line in events.read_bytes().splitlines()]
    times: dict[int, list[float]] = {}
    for line in lines:
        if line["type"] == "metrics" and line.get("split", "train") == "train":
            times.setdefault(int(line["epoch"] - 1e-9), []).append(line["t"])
    later = [epoch for number, epoch in times.items() if number > 0 and len(epoch) > 2]
    # A step is told when the next is queued, the last of an epoch at once: left out.
    spans = [(epoch[0], epoch[-2]) for epoch in later]
    steps, seconds = sum(len(epoch) - 2 for epoch in later), sum(end - start for start, end in spans)
    return (steps * batch / seconds if seconds else None), spans


def plain(given: argparse.Namespace, dataset: Any, config: Any, where: Path) -> dict[str, Any]:
    """`yolo train` with its own settings and dataloader. Its rate counts whole trainings: it tells no steps."""
    from plain_yolo import train_plainly

    where = where / "plain"
    where.mkdir()
    base = config.base.removeprefix("scratch:") + ".yaml" if config.base.startswith("scratch:") else config.base
    with Gauge(given.device) as gauge:
        trained = train_plainly(
            dataset,
            config.labels,
            base,
            where,
            epochs=given.epochs,
            batch=given.batch,
            image_size=given.image_size,
            seed=0,
            device=given.device,
        )
    count = len(dataset.rows("train"))
    return {
        "rate": peers_rate(Path(trained["weights"]).parents[1] / "results.csv", count),
        "seconds": trained["seconds"],
        "busy": gauge.busy(None),
        "memory": gauge.memory,
    }


def peers_rate(results: Path, images: int) -> float | None:
    """Images per second from the second epoch on. Its times hold validation, so this is the least it did."""
    import csv

    with results.open() as file:
        times = [float(row["time"]) for row in csv.DictReader(file, skipinitialspace=True)]
    return images * (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 else None


def out_of_memory(given: argparse.Namespace, dataset: Any, config: Any, where: Path) -> dict[str, Any]:
    """Train a batch that is much too large, and go on as the worker does until it fits."""
    import torch

    from engine.errors import OutOfMemoryError
    from engine.runs.checkpoints import newest_valid
    from engine.runs.paths import RunPaths
    from engine.runs.reasons import reason_of_error
    from engine.runs.retry import Failures, decide
    from engine.runs.spec import RunPolicy

    batch = given.batch if given.device == "cpu" else 8 * given.batch
    config = config.model_copy(update={"batch_size": batch, "epochs": 1, "max_steps": 3})
    if given.device == "cpu":
        from engine.tasks.object_detection.train import DetectionTraining

        refuse_large_batches(DetectionTraining, batch // 2)
    else:
        whole = torch.cuda.get_device_properties(given.device).total_memory
        torch.cuda.set_per_process_memory_fraction(min(1.0, given.memory_gib * 2**30 / whole), given.device)
    failures, said, sizes = Failures(), "", []
    while True:
        sizes.append(-(-batch // failures.splits_of_batch))
        newest = newest_valid(RunPaths(where / "run").checkpoints)
        try:
            ours(
                given,
                dataset,
                config,
                where / "run",
                contiguous=False,
                splits_of_batch=failures.splits_of_batch,
                resume_from=newest.path if newest else None,
            )
        except OutOfMemoryError as problem:
            decision = decide(reason_of_error(problem), failures, RunPolicy(), batch_size=batch)
            said = decision.message
            if not decision.retry:
                return {"said": f"given up: {said}"}
            failures = decision.failures
        else:
            return {"said": f"batch {batch} trained in parts of {' → '.join(map(str, sizes))}"}
        gc.collect()
        if given.device != "cpu":
            torch.cuda.empty_cache()


def refuse_large_batches(training: Any, most: int) -> None:
    """Without a GPU there is no memory to cap: the rehearsal runs out of it where a part is larger than `most`."""
    import torch

    loss_sum = training.loss_sum

    def capped(self: Any, batch: Any) -> Any:
        if len(batch["img"]) > most:
            raise torch.OutOfMemoryError("out of memory (rehearsed)")
        return loss_sum(self, batch)

    training.loss_sum = capped


class Gauge:
    """Utilisation and memory of the device, every 0.1 s; nothing on a CPU."""

    def __init__(self, device: str) -> None:
        self.device, self.seen, self.memory = device, [], None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Gauge:
        if self.device != "cpu":
            self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        if self.device != "cpu":
            self._thread.join()

    def busy(self, spans: list[tuple[float, float]] | None) -> float | None:
        """Mean utilisation in percent within these times; of the second half of all where there are none."""
        if spans is None:
            inside = [percent for _, percent in self.seen[len(self.seen) // 2 :]]
        else:
            inside = [percent for at, percent in self.seen if any(start <= at <= end for start, end in spans)]
        return sum(inside) / len(inside) if inside else None

    def _watch(self) -> None:
        from engine.devices import figures

        while not self._ended.wait(0.1):
            now = figures()
            self.seen.append((time.time(), now.get(f"{self.device}/utilisation_percent", 0.0)))
            self.memory = max(self.memory or 0.0, now.get(f"{self.device}/memory_used_mib", 0.0))


if __name__ == "__main__":
    os.environ.setdefault("CUDA_DEVICE_ORDER", "PCI_BUS_ID")
    sys.exit(main())
