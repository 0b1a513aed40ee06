"""Feeds a Run from the training loops of others: `transformers.Trainer` and Ultralytics.

with Run("my-name") as run:
    Trainer(..., callbacks=[transformers_callback(run)]).train()

with Run("my-name") as run:
    model = YOLO("yolo11n.yaml")
    for event, function in ultralytics_callbacks(run).items():
        model.add_callback(event, function)
    model.train(...)
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from numbers import Real
from typing import TYPE_CHECKING, Any

from engine.events.run import PROGRESS_EVERY_S, Run

if TYPE_CHECKING:
    from transformers import TrainerCallback

_EVALUATION = "eval_"


def transformers_callback(run: Run) -> TrainerCallback:
    """A callback for `transformers.Trainer`: metrics, progress, checkpoints, and stop requests."""
    from transformers import TrainerCallback  # heavy: only where a Trainer exists anyway

    class Watched(TrainerCallback):
        """Tells the run; every process but the first says nothing."""

        def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            if state.is_world_process_zero:
                run.progress(state.global_step, state.max_steps, epochs=float(state.num_train_epochs))

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            if state.is_world_process_zero and run.progress_is_due():
                run.progress(state.global_step, state.max_steps, epoch=state.epoch or 0.0)
            if run.should_stop():
                control.should_training_stop = True

        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
            """Training logs and evaluations both come here, and the latter by name; so does a summary."""
            if not state.is_world_process_zero or not logs or "train_runtime" in logs:
                return
            numbers = {name: value for name, value in logs.items() if name != "epoch" and isinstance(value, Real)}
            evaluated = {name for name in numbers if name.startswith(_EVALUATION)}
            trained = {name: numbers[name] for name in numbers.keys() - evaluated}
            validated = {name.removeprefix(_EVALUATION): numbers[name] for name in evaluated}
            for split, values in (("train", trained), ("validation", validated)):
                if values:
                    run.metrics(state.global_step, values, split=split, epoch=state.epoch or 0.0)

        def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            if state.is_world_process_zero:
                run.checkpoint(state.global_step, f"{args.output_dir}/checkpoint-{state.global_step}")

    return Watched()


def ultralytics_callbacks(run: Run) -> dict[str, Callable[[Any], None]]:
    """Callbacks for `YOLO.add_callback`, by the name of their event."""
    watched = _WatchedUltralytics(run)
    return {
        "on_train_start": watched.on_train_start,
        "on_train_batch_end": watched.on_train_batch_end,
        "on_train_epoch_end": watched.on_train_epoch_end,
        "on_fit_epoch_end": watched.on_fit_epoch_end,
        "on_model_save": watched.on_model_save,
    }


class _WatchedUltralytics:
    """Counts the steps, which Ultralytics does not tell."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._step = 0
        self._next_losses = 0.0

    def on_train_start(self, trainer: Any) -> None:
        per_epoch = len(trainer.train_loader)
        self._step = trainer.start_epoch * per_epoch
        self._run.progress(self._step, trainer.epochs * per_epoch, epochs=float(trainer.epochs))

    def on_train_batch_end(self, trainer: Any) -> None:
        self._step += 1
        if time.monotonic() >= self._next_losses:  # reading a loss waits for the device
            self._next_losses = time.monotonic() + PROGRESS_EVERY_S
            self._losses(trainer)
        if self._run.should_stop():
            trainer.stop = True

    def on_train_epoch_end(self, trainer: Any) -> None:
        self._losses(trainer)

    def on_fit_epoch_end(self, trainer: Any) -> None:
        """Comes once more after training, for the best weights: the same step then, the last value counts."""
        values = {name.removeprefix("metrics/"): value for name, value in (trainer.metrics or {}).items()}
        self._run.metrics(self._step, _plain_names(values, "val/"), split="validation", epoch=self._epoch(trainer))

    def on_model_save(self, trainer: Any) -> None:
        best = trainer.best_fitness == trainer.fitness
        self._run.checkpoint(self._step, trainer.last, score=_number(trainer.fitness), best=best)

    def _losses(self, trainer: Any) -> None:
        losses = _plain_names(trainer.label_loss_items(trainer.tloss, prefix="train"), "train/")
        values = {**losses, "loss": sum(losses.values()), **getattr(trainer, "lr", {})}
        self._run.metrics(self._step, values, epoch=self._epoch(trainer))

    def _epoch(self, trainer: Any) -> float:
        return round(self._step / max(1, len(trainer.train_loader)), 4)


def _plain_names(values: Mapping[str, Any], prefix: str) -> dict[str, float]:
    return {name.removeprefix(prefix): float(value) for name, value in values.items()}


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
