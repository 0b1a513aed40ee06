"""What events cost: microseconds to write one, seconds to load a long run, milliseconds until a reader has one.

    python benchmarks/events.py [--events 200000] [--steps 1000000] [--samples 40] [--only write|load|tail]

Ours and its peers run in turn, in one process, on the same data; each figure is the best of the repeats
for work and the median for latencies. Files are made in a temporary directory and removed.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import logging
import math
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from engine.events.columns import Columns, load_columns
from engine.events.shards import parse_file
from engine.events.tail import Tail
from engine.events.writer import EventWriter

NAMES = ("loss", "learning_rate", "grad_norm", "accuracy")
POLL_S = 0.25
REPEATS = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=200_000, help="events written for the first figure")
    parser.add_argument("--steps", type=int, default=1_000_000, help="steps of the run that is loaded")
    parser.add_argument("--samples", type=int, default=40, help="events of which the latency is taken")
    parser.add_argument("--only", choices=["write", "load", "tail"], help="one of the three parts")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="finetop-events-") as directory:
        for name, measure in {
            "write": lambda: measure_writing(Path(directory), given.events),
            "load": lambda: measure_loading(Path(directory), given.steps),
            "tail": lambda: measure_tail(Path(directory), given.samples),
        }.items():
            if given.only in (None, name):
                measure()


# -- writing


def measure_writing(directory: Path, count: int) -> None:
    """Microseconds per metrics event of four values."""
    print(f"one metrics event of {len(NAMES)} values, written ({count:,} of them)")
    values = steps_of_a_training(512)
    ours = best(lambda: write_ours(directory, values, count)) / count
    peers = {
        "plain append of an orjson line": lambda: append_lines(directory, values, count, orjson_line()),
        "plain append of a stdlib json line": lambda: append_lines(directory, values, count, stdlib_line),
    }
    report("ours: EventWriter.metrics", ours * 1e6, "µs")
    for name, write in peers.items():
        report(name, best(write) / count * 1e6, "µs", ours * 1e6)
    if importlib.util.find_spec("wandb") is None:
        print("  wandb is not installed: uv sync --group bench")
        return
    fewer = max(100, count // 40)
    theirs = write_wandb(directory, values, fewer) / fewer
    report(f"wandb, offline ({fewer:,} events)", theirs * 1e6, "µs", ours * 1e6)


def write_ours(directory: Path, values: list[dict[str, float]], count: int) -> float:
    with fresh(directory / "ours.jsonl") as path, EventWriter(path) as events:
        started = time.perf_counter()
        for step in range(count):
            events.metrics(step, values[step & 511], epoch=step / 1000)
        return time.perf_counter() - started


def append_lines(
    directory: Path, values: list[dict[str, float]], count: int, line: Callable[[dict[str, object]], bytes]
) -> float:
    with fresh(directory / "plain.jsonl") as path:
        fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        started = time.perf_counter()
        for step in range(count):
            event = {"type": "metrics", "t": time.time(), "step": step, "epoch": step / 1000}
            event["values"] = values[step & 511]
            os.write(fd, line(event))
        seconds = time.perf_counter() - started
        os.close(fd)
        return seconds


def orjson_line() -> Callable[[dict[str, object]], bytes]:
    """orjson where it is installed, else msgspec, which is as fast."""
    try:
        import orjson
    except ImportError:
        import msgspec

        encode = msgspec.json.Encoder().encode
        return lambda event: encode(event) + b"\n"
    return lambda event: orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE)


def stdlib_line(event: dict[str, object]) -> bytes:
    return json.dumps(event).encode() + b"\n"


def write_wandb(directory: Path, values: list[dict[str, float]], count: int) -> float:
    """Seconds in `run.log`: what the training waits for. What wandb's own process does beside it is not counted."""
    os.environ.update(WANDB_MODE="offline", WANDB_SILENT="true", WANDB_CONSOLE="off", WANDB_DIR=str(directory))
    logging.disable(logging.WARNING)
    import wandb

    run = wandb.init(project="events", settings=wandb.Settings(x_disable_stats=True, x_disable_meta=True))
    started = time.perf_counter()
    for step in range(count):
        run.log(values[step & 511], step=step)
    seconds = time.perf_counter() - started
    run.finish()
    return seconds


# -- loading


def measure_loading(directory: Path, steps: int) -> None:
    """Seconds from the file to all arrays of a chart. Beside the metrics the file has what a run has:
    progress twice a second, an evaluation every 5,000 steps, checkpoints."""
    with fresh(directory / "run.jsonl") as path:
        write_run(path, steps)
        size = path.stat().st_size
        print(f"a run of {steps:,} steps × {len(NAMES)} metrics, {size / 1e6:.0f} MB, to arrays")
        ours = best(lambda: timed(lambda: load_columns(path)))
        report("ours: load_columns", ours, "s")
        report("ours on one core", best(lambda: timed(lambda: load_on_one_core(path))), "s", ours)
        report("ours, line by line as a live tail does", timed(lambda: load_by_tail(path)), "s", ours)
        report("stdlib json, line by line", timed(lambda: load_stdlib(path)), "s", ours)
        peer, loaded = load_stdlib(path), load_columns(path)
        for name in NAMES:
            np.testing.assert_array_equal(peer[name], loaded.series("train", name).value)
        print("  ours and the peer's arrays are equal")


def write_run(path: Path, steps: int) -> None:
    values = steps_of_a_training(4096)
    validation = {"loss": 0.5, "f1": 0.8, "precision": 0.7}
    with EventWriter(path) as events:
        events.run("benchmark")
        for step in range(steps):
            events.metrics(step, values[step & 4095], epoch=step / 5000)
            if step % 100 == 0:
                events.progress("training", step, steps, epoch=step / 5000, rate=200.0)
            if step % 5000 == 0:
                events.metrics(step, validation, split="validation", epoch=step / 5000)
                events.checkpoint(step, f"checkpoints/step-{step}")


def load_on_one_core(path: Path) -> Columns:
    columns = Columns()
    columns.add_parts(parse_file(path, children=0))
    return columns


def load_by_tail(path: Path) -> Columns:
    columns, tail = Columns(), Tail(path)
    while True:
        batch = tail.read()
        columns.add(batch.events)
        if batch.at_end:
            return columns


def load_stdlib(path: Path) -> dict[str, np.ndarray]:
    series: dict[str, list[float]] = {name: [] for name in ("step", "epoch", "t", *NAMES)}
    with path.open() as file:
        for line in file:
            event = json.loads(line)
            if event["type"] == "metrics" and event.get("split", "train") == "train":
                for name in ("step", "epoch", "t"):
                    series[name].append(event[name])
                for name, value in event["values"].items():
                    series[name].append(value)
    return {name: np.array(values) for name, values in series.items()}


# -- the live tail


def measure_tail(directory: Path, samples: int) -> None:
    """Milliseconds from before the write in one process to the event in a Tail of another."""
    print(f"one event, from the writer's call to another process's Tail ({samples} of them)")
    hint = latencies(directory, samples, hint=True)
    poll = latencies(directory, samples, hint=False)
    ours = statistics.median(hint) * 1e3
    report("ours: watchfiles as a hint, polled every 250 ms as well", ours, "ms")
    print(f"    worst {max(hint) * 1e3:.1f} ms")
    report("polled every 250 ms alone (NFS, Lustre, sshfs)", statistics.median(poll) * 1e3, "ms", ours)
    print(f"    worst {max(poll) * 1e3:.1f} ms")


WRITER = """
import random, sys, time
from pathlib import Path
from engine.events.writer import EventWriter
events = EventWriter(Path(sys.argv[1]))
sys.stdin.readline()
for step in range(int(sys.argv[2])):
    time.sleep(random.uniform(0.05, 0.35))
    events.log(repr(time.time()))
"""


def latencies(directory: Path, samples: int, *, hint: bool) -> list[float]:
    with fresh(directory / "tail.jsonl") as path:
        path.touch()
        changed, over = threading.Event(), threading.Event()
        watcher = threading.Thread(target=wake_on_change, args=(directory, changed, over), daemon=True)
        if hint:
            watcher.start()
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(samples)],
            stdin=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        assert process.stdin is not None
        process.stdin.write(b"go\n")
        process.stdin.flush()
        tail = Tail(path)
        found: list[float] = []
        while len(found) < samples:
            changed.wait(POLL_S)
            changed.clear()
            for event in tail.read().events:
                found.append(time.time() - float(event.message))  # type: ignore[attr-defined]
        process.communicate()
        over.set()
        if hint:
            watcher.join()
        return found


def wake_on_change(directory: Path, changed: threading.Event, over: threading.Event) -> None:
    from watchfiles import watch

    # `debounce` and `step` bound how long watchfiles gathers changes before it tells.
    for _ in watch(directory, stop_event=over, debounce=20, step=10, rust_timeout=100):
        changed.set()


# -- the same for all


def steps_of_a_training(count: int) -> list[dict[str, float]]:
    """Values as a training gives them: single precision made double, with all their digits."""
    noise = np.random.default_rng(0).lognormal(0, 0.3, (count, 3)).astype(np.float32)
    return [
        {
            "loss": float(noise[step, 0]) / (1 + step),
            "learning_rate": 5e-5 * (1 + math.cos(step / count * math.pi)) / 2,
            "grad_norm": float(noise[step, 1]),
            "accuracy": float(noise[step, 2]) / 10,
        }
        for step in range(count)
    ]


@contextlib.contextmanager
def fresh(path: Path) -> Iterator[Path]:
    path.unlink(missing_ok=True)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def best(run: Callable[[], float]) -> float:
    return min(run() for _ in range(REPEATS))


def timed(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def report(name: str, figure: float, unit: str, ours: float | None = None) -> None:
    ratio = "" if ours is None else f"  {figure / ours:6.2f} × ours"
    print(f"  {name:<58} {figure:9.2f} {unit}{ratio}", flush=True)


if __name__ == "__main__":
    main()
