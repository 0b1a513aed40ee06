"""SetFit's own trainer, to compare ours with: `train.method=setfit-pairs`.

It enumerates the pairs of all texts and trains once through them, with SetFit's own defaults; of this config it takes
base, max_length, max_steps and seed. It publishes no checkpoints: cut off, it begins anew.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import torch

from engine.errors import InputError, StopRequested
from engine.tasks.contract import Job, Stop
from engine.tasks.text_classification import TASK
from engine.tasks.text_classification.config import Config
from engine.tasks.text_classification.training import ClassTraining
from engine.text_encoder import load_encoder
from engine.training.outcome import kept_start
from engine.training.state import load_trainable, require_finite, trainable_state
from engine.training.trainable import FitResult
from engine.training.watch import Tick

if TYPE_CHECKING:
    from transformers import TrainerCallback

BYTES_PER_PAIR = 2600
"""5.2 GiB for the 2 million pairs of 2,000 texts (SetFit 1.2.0, measured)."""
MEMORY_SHARE = 0.5


def train_on_pairs(job: Job, config: Config, trainable: ClassTraining) -> FitResult:
    """Train the encoder as SetFit does, in place; the untrained one is kept where validation shows harm.

    Raises InputError for more texts than this machine has memory to pair, StopRequested on Stop.NOW.
    """
    _check_memory(len(trainable.train))
    encoder, before = trainable.encoder, trainable_state(trainable.encoder)
    start = _measure(job, trainable, step=0)
    with tempfile.TemporaryDirectory(prefix=".setfit-", dir=job.paths.root) as directory:
        steps, stopped = _fit(job, config, trainable, Path(directory))
    require_finite(encoder)
    end = _measure(job, trainable, step=steps)
    if start is None or end is None or end >= start:
        return FitResult(best_step=steps, best_score=end, start_score=start, steps=steps, stopped=stopped)
    cause = "pairs repeat the same few texts (huggingface/setfit PR 268); train fewer steps (max_steps)"
    message = kept_start("SetFit", TASK.headline, start, cause)
    job.events.signal("kept_start", metric=TASK.headline, message=message, step=steps)
    load_trainable(encoder, before)
    return FitResult(best_step=0, best_score=start, start_score=start, steps=steps, stopped=stopped)


def _fit(job: Job, config: Config, trainable: ClassTraining, directory: Path) -> tuple[int, bool]:
    """Let SetFit train a copy on disk and take its weights; steps, and whether it was asked to stop."""
    from datasets import Dataset
    from setfit import SetFitModel, Trainer, TrainingArguments

    trainable.encoder.save(directory / "start")
    model = SetFitModel.from_pretrained(str(directory / "start"), device=job.device)
    labels = [trainable.labels[number] for number in trainable.train.classes]
    rows = Dataset.from_dict({"text": [row["text"] for row in trainable.train.rows], "label": labels})
    arguments = TrainingArguments(
        output_dir=str(directory / "checkpoints"),
        max_steps=config.max_steps or -1,
        seed=config.seed,
        max_length=trainable.encoder.max_length,
        report_to="none",
        save_strategy="no",
        show_progress_bar=False,
    )
    watcher = _watcher(job)
    trainer = Trainer(model=model, args=arguments, train_dataset=rows, callbacks=[watcher])
    trainer.train_embeddings(*trainer.dataset_to_parameters(rows), args=arguments)
    asked: Stop = watcher.asked  # type: ignore[attr-defined]
    if asked is Stop.NOW:
        raise StopRequested
    model.model_body.save(str(directory / "end"))
    trained = load_encoder(str(directory / "end"), max_length=trainable.encoder.max_length)
    trainable.encoder.load_state_dict(trained.state_dict())
    return trainer.st_trainer.state.global_step, asked is not Stop.NO


def _measure(job: Job, trainable: ClassTraining, *, step: int) -> float | None:
    """Macro F1 on validation; None where nothing is held out."""

    def sample(row: dict[str, Any], prediction: dict[str, Any]) -> None:
        job.events.sample(step, row, prediction)

    trainable.encoder.eval()
    with torch.inference_mode():
        values = trainable.evaluate(Tick(lambda done, total: None, sample))
    if values:
        job.events.metrics(step, values, split="validation", epoch=float(step > 0))
    return values.get(TASK.headline)


def _check_memory(texts: int) -> None:
    needed, free = texts * texts / 2 * BYTES_PER_PAIR, psutil.virtual_memory().available
    if needed > MEMORY_SHARE * free:
        raise InputError(
            f"SetFit would enumerate the pairs of {texts} texts, about {needed / 2**30:.0f} GiB, and "
            f"{free / 2**30:.0f} GiB are free",
            fix="train with train.method=triplet, or on fewer texts",
        )


def _watcher(job: Job) -> TrainerCallback:
    from transformers import TrainerCallback

    class Watcher(TrainerCallback):
        """Tells the run how far SetFit is, and ends it where that was asked for."""

        asked = Stop.NO

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            self.asked = job.should_stop()
            control.should_training_stop = self.asked is not Stop.NO
            if state.global_step % 10 == 0 or state.global_step == state.max_steps:
                job.events.progress("training", state.global_step, state.max_steps)

        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
            loss = next((value for name, value in (logs or {}).items() if name.endswith("loss")), None)
            if isinstance(loss, float) and "train_runtime" not in logs:
                job.events.metrics(state.global_step, {"loss": loss}, epoch=state.epoch or 0.0)

    return Watcher()
