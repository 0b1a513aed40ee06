"""Who prepares the batches of a phase, and in which order they will be asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import torch

from engine.allowance import usable_cpus
from engine.devices import list_devices
from engine.tasks.contract import Job
from engine.training.config import TrainingConfig
from engine.training.feed import Feed, Work, micro_batches
from engine.training.position import Position
from engine.training.trainable import Phase, PreparedApart, Trainable

MOST_LOADERS = 16


def feed_for(job: Job, trainable: Trainable, phase: Phase, position: Position, *, heed: Callable[[], None]) -> Feed:
    """The feed of a phase from a position on. `heed` is called while a batch is waited for."""
    assert isinstance(job.config, TrainingConfig)
    device = torch.device(job.device)
    on_gpu = device.type == "cuda"
    works = _works(trainable, phase, position.epoch, position.batch, job.splits_of_batch)
    if not isinstance(trainable, PreparedApart):
        if job.config.loader_workers not in ("auto", 0):
            message = "loader_workers has no effect: batches of this task are made faster than they could be sent"
            job.events.log(message, "warning")
        return Feed(trainable.collate, works, 0, splits=job.splits_of_batch)
    gpus = sum(device.name != "cpu" for device in list_devices()) if on_gpu else 0
    loaders = loaders_for(job.config.loader_workers, on_gpu=on_gpu, cpus=usable_cpus(), gpus=gpus)
    return Feed(
        trainable.preparation, works, loaders, splits=job.splits_of_batch, pin=device if on_gpu else None, heed=heed
    )


def loaders_for(wish: int | Literal["auto"], *, on_gpu: bool, cpus: int, gpus: int) -> int:
    """How many processes prepare batches. `auto`: none on the CPU, where the net needs every core; on a GPU its
    share of the cores but one, which the step itself needs."""
    if wish != "auto":
        return wish
    return max(1, min(MOST_LOADERS, cpus // max(1, gpus) - 1)) if on_gpu else 0


def _works(trainable: Trainable, phase: Phase, epoch: int, batch: int, splits: int) -> Iterator[Work]:
    """What the steps to the phase's end will ask for, in order."""
    while epoch < phase.epochs:
        for indices in trainable.batches(epoch)[batch:]:
            for part in micro_batches(indices, splits):
                yield part, epoch
        epoch, batch = epoch + 1, 0
