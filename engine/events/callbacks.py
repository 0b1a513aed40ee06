"""Feeds a Run from the training loops of others: `transformers.Trainer`, Ultralytics, Lightning.

with Run("my-name") as run:
    Trainer(..., callbacks=[transformers_callback(run)]).train()

with Run("my-name") as run:
    model = YOLO("yolo11n.yaml")
    for event, function in ultralytics_callbacks(run).items():
        model.add_callback(event, function)
    model.train(...)

with Run("my-name") as run:
    lightning.Trainer(..., callbacks=[lightning_callback(run)]).fit(model)
"""

from __future__ import annotations

import importlib
import math
import sys
import time
from collections.abc import Callable, Mapping
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.events.run import PROGRESS_EVERY_S, Run
from engine.events.splits import split_and_name

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


def lightning_callback(run: Run) -> Any:
    """A callback for Lightning's `Trainer`: what the model logs, progress, checkpoints, and stop requests.

    Values are read as often as the trainer logs (`log_every_n_steps`), because reading one waits for the device.
    """
    # The package has two names; the one that the script uses is loaded already.
    name = next((name for name in ("lightning.pytorch", "pytorch_lightning") if name in sys.modules), None)
    library = importlib.import_module(name or "lightning.pytorch")

    class Watched(library.Callback):  # type: ignore[name-defined]
        """Tells the run; every process but the first says nothing."""

        def __init__(self) -> None:
            self._checkpoints: set[str] = set()

        def on_train_start(self, trainer: Any, module: Any) -> None:
            if trainer.is_global_zero:
                steps, epochs = trainer.estimated_stepping_batches, trainer.max_epochs or 0
                whole = int(steps) if math.isfinite(steps) and steps > 0 else 0
                run.progress(trainer.global_step, whole, epochs=float(max(0, epochs)))

        def on_train_batch_end(self, trainer: Any, module: Any, outputs: Any, batch: Any, batch_idx: int) -> None:
            if run.should_stop():
                trainer.should_stop = True
            if not trainer.is_global_zero:
                return
            step = trainer.global_step
            if step and step % trainer.log_every_n_steps == 0:
                loss = outputs.get("loss") if isinstance(outputs, Mapping) else outputs
                values = {} if loss is None else {"loss": float(loss)}
                run.metrics(step, {**values, **_logged(trainer, "train")}, epoch=_lightning_epoch(trainer, batch_idx))
            if run.progress_is_due():
                run.progress(step, epoch=_lightning_epoch(trainer, batch_idx))
                self._tell_checkpoints(trainer)

        def on_validation_end(self, trainer: Any, module: Any) -> None:
            """Comes once before training, too, on a few batches that are to find mistakes."""
            if trainer.is_global_zero and not trainer.sanity_checking and (values := _logged(trainer, "validation")):
                run.metrics(trainer.global_step, values, split="validation", epoch=float(trainer.current_epoch + 1))

        def on_train_end(self, trainer: Any, module: Any) -> None:
            if trainer.is_global_zero:
                self._tell_checkpoints(trainer)

        def _tell_checkpoints(self, trainer: Any) -> None:
            for callback in trainer.checkpoint_callbacks:
                path = str(getattr(callback, "best_model_path", ""))
                if path and path not in self._checkpoints and Path(path).exists():
                    self._checkpoints.add(path)
                    score = getattr(callback, "best_model_score", None)
                    run.checkpoint(trainer.global_step, path, score=_number(score), best=score is not None)

    return Watched()


def _logged(trainer: Any, split: str) -> dict[str, float]:
    """What the model logged on a split, by the metrics' own names."""
    named = ((*split_and_name(name), value) for name, value in trainer.callback_metrics.items())
    return {metric: float(value) for place, metric, value in named if place == split and metric != "epoch"}


def _lightning_epoch(trainer: Any, batch: int) -> float:
    batches = trainer.num_training_batches
    share = (batch + 1) / batches if batches and math.isfinite(batches) else 0.0
    return round(trainer.current_epoch + share, 4)


def _plain_names(values: Mapping[str, Any], prefix: str) -> dict[str, float]:
    return {name.removeprefix(prefix): float(value) for name, value in values.items()}


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
