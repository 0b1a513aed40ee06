"""Run directories for benchmarks: many that ended, and some that train."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from engine.events.schema import TargetInfo
from engine.events.writer import EventWriter
from engine.runs.locks import try_lock
from engine.runs.paths import RunPaths
from engine.runs.spec import RunSpec, Target

HISTORY = 3_000
"""Steps that the live runs have behind them."""


def fill(workspace: Path, count: int) -> list[bytes]:
    """Runs on disk as a year of work leaves them: done, each with its metrics. Returns the models' names."""
    models = []
    for index in range(count):
        model = f"model{index % 50}" if index < count - 1 else "newest"
        paths = start_run(workspace, index, model)
        events = EventWriter(paths.events)
        for step in range(20):
            events.metrics(step * 10, {"loss": 1 / (1 + step)})
            events.progress("training", step * 10, 200, epoch=step / 2, epochs=10)
        events.metrics(200, {"f1": 0.9}, split="validation", epoch=10)
        events.close()
        status = EventWriter(paths.status)
        status.status("done")
        status.close()
        models.append(model.encode())
    return models


def start_run(workspace: Path, index: int, model: str) -> RunPaths:
    """A run directory in which the training has begun."""
    name = time.strftime("%Y%m%d-%H%M%S", time.gmtime(1.7e9 + 600 * index)) + f"-bench-{model}-{index % 65536:04x}"
    paths = RunPaths(workspace / "runs" / name)
    paths.root.mkdir(parents=True)
    RunSpec(
        id=name,
        profile="bench",
        model=model,
        task="token-classification",
        dataset="none",
        config={"epochs": 10},
        headline="f1",
        targets=(Target("f1", at_least=0.85),),
    ).write(paths.spec)
    targets = [TargetInfo("f1", at_least=0.85)]
    status = EventWriter(paths.status)
    status.run(name, profile="bench", model=model, task="token-classification", headline="f1", targets=targets)
    status.status("running")
    status.close()
    events = EventWriter(paths.events)
    events.run(name, profile="bench", model=model, task="token-classification", headline="f1", targets=targets)
    events.close()
    return paths


@contextlib.contextmanager
def training(workspace: Path, count: int) -> Iterator[None]:
    """Runs whose events grow as those of a training do."""
    stop, writers, locks = threading.Event(), [], []
    for index in range(count):
        paths = start_run(workspace, index, f"model{index}")
        locks.append(try_lock(paths.lock))
        writers.append(EventWriter(paths.events))
        for step in range(HISTORY):
            writers[-1].metrics(step, {"loss": 2 / (1 + step / 300)}, epoch=step / 500)

    def train() -> None:
        step, rng = HISTORY, np.random.default_rng(0)
        while not stop.wait(0.1):
            step += 1
            for writer in writers:
                writer.metrics(step, {"loss": 2 / (1 + step / 300) + 0.05 * rng.standard_normal()}, epoch=step / 500)
                if step % 5 == 0:
                    writer.progress("training", step, 10_000, epoch=step / 500, epochs=20, rate=10)
                if step % 20 == 0:
                    writer.metrics(step, {"f1": 1 - 1 / (1 + step / 500)}, split="validation", epoch=step / 500)

    thread = threading.Thread(target=train)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        for writer in writers:
            writer.close()
        for descriptor in locks:
            if descriptor is not None:
                os.close(descriptor)
