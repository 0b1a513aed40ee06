"""Training loops of others feed a run."""

from pathlib import Path

import pytest

from engine.events.callbacks import lightning_callback, transformers_callback, ultralytics_callbacks
from engine.events.columns import Columns, load_columns
from engine.events.run import Run
from engine.events.schema import CheckpointEvent, ProgressEvent
from engine.events.tail import Tail
from engine.runs.control import request_stop
from engine.runs.state import look


@pytest.fixture(autouse=True)
def _workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FINETOP_WORKSPACE", str(tmp_path / "workspace"))


def kept(run: Run, kind: type) -> list:
    return [event for event in Tail(run.paths.events).read(max_seconds=10).events if isinstance(event, kind)]


def tiny_trainer(tmp_path: Path, run: Run):  # type: ignore[no-untyped-def]
    import torch
    from transformers import Trainer, TrainingArguments

    class Line(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = torch.nn.Linear(1, 1)

        def forward(self, x: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
            out = self.layer(x)
            return {"loss": ((out - labels) ** 2).mean(), "logits": out}

    data = [{"x": torch.tensor([i / 16]), "labels": torch.tensor([i / 8])} for i in range(16)]
    arguments = TrainingArguments(
        output_dir=str(tmp_path / "out"),
        num_train_epochs=3,
        per_device_train_batch_size=4,
        logging_steps=1,
        eval_strategy="epoch",
        save_strategy="epoch",
        report_to=[],
        disable_tqdm=True,
        use_cpu=True,
    )
    return Trainer(
        Line(), arguments, train_dataset=data, eval_dataset=data[:4], callbacks=[transformers_callback(run)]
    )


@pytest.mark.slow
def test_a_trainer_of_transformers_is_watched(tmp_path: Path) -> None:
    with Run("line") as run:
        tiny_trainer(tmp_path, run).train()
    columns = load_columns(run.paths.events)
    loss, validation = columns.series("train", "loss"), columns.series("validation", "loss")
    assert loss.step.tolist() == list(range(1, 13))
    assert loss.epoch.tolist() == [step / 4 for step in range(1, 13)]
    assert validation.step.tolist() == [4, 8, 12]
    assert {("train", "learning_rate"), ("train", "grad_norm"), ("validation", "runtime")} <= set(columns.names())
    assert ("train", "train_runtime") not in columns.names()
    progress = kept(run, ProgressEvent)[-1]
    assert (progress.step, progress.steps, progress.epochs) == (12, 12, 3.0)
    checkpoints = kept(run, CheckpointEvent)
    assert [event.step for event in checkpoints] == [4, 8, 12]
    assert all(Path(event.path).is_dir() for event in checkpoints)
    assert look(run.paths).state == "done"


@pytest.mark.slow
def test_a_trainer_of_transformers_stops_when_it_is_asked(tmp_path: Path) -> None:
    with Run("line") as run:
        request_stop(run.paths)
        trainer = tiny_trainer(tmp_path, run)
        trainer.train()
    assert trainer.state.global_step == 1
    assert look(run.paths).state == "stopped"


class Detector:
    """What the callbacks see of an Ultralytics trainer."""

    def __init__(self) -> None:
        self.train_loader = [None] * 5
        self.start_epoch, self.epochs = 0, 2
        self.stop = False
        self.tloss = {"box_loss": 2.0, "cls_loss": 1.0}
        self.lr = {"lr/pg0": 0.01}
        self.metrics = {"metrics/mAP50(B)": 0.5, "val/box_loss": 1.5}
        self.fitness = self.best_fitness = 0.4
        self.last = Path("weights/last.pt")

    def label_loss_items(self, loss_items: dict[str, float], prefix: str) -> dict[str, float]:
        return {f"{prefix}/{name}": value for name, value in loss_items.items()}

    def train(self, callbacks: dict) -> None:
        """The order of `BaseTrainer._do_train` of Ultralytics 8.4."""
        callbacks["on_train_start"](self)
        for _ in range(self.epochs):
            for _ in self.train_loader:
                callbacks["on_train_batch_end"](self)
                if self.stop:
                    break
            callbacks["on_train_epoch_end"](self)
            callbacks["on_model_save"](self)
            callbacks["on_fit_epoch_end"](self)
            if self.stop:
                break
        callbacks["on_fit_epoch_end"](self)


def test_a_training_of_ultralytics_is_watched() -> None:
    with Run("yolo", targets={"mAP50(B)": 0.4}) as run:
        Detector().train(ultralytics_callbacks(run))
    columns: Columns = load_columns(run.paths.events)
    assert columns.series("validation", "mAP50(B)").step.tolist() == [5, 10, 10]
    assert columns.series("validation", "box_loss").epoch.tolist() == [1.0, 2.0, 2.0]
    assert columns.latest("train", "loss") == 3.0
    assert columns.latest("train", "lr/pg0") == 0.01
    assert columns.series("train", "cls_loss").step.tolist()[-1] == 10
    assert [(event.step, event.path, event.score, event.best) for event in kept(run, CheckpointEvent)] == [
        (5, "weights/last.pt", 0.4, True),
        (10, "weights/last.pt", 0.4, True),
    ]
    progress = kept(run, ProgressEvent)
    assert (progress[-1].step, progress[-1].steps, progress[-1].epochs) == (10, 10, 2.0)


def test_a_training_of_ultralytics_stops_when_it_is_asked() -> None:
    with Run("yolo") as run:
        request_stop(run.paths)
        Detector().train(ultralytics_callbacks(run))
    assert kept(run, CheckpointEvent)[0].step == 1
    assert look(run.paths).state == "stopped"


@pytest.mark.slow
def test_the_callbacks_are_events_that_ultralytics_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YOLO_CONFIG_DIR", str(tmp_path))
    callbacks = pytest.importorskip("ultralytics.utils.callbacks.base").default_callbacks
    with Run("yolo") as run:
        assert set(ultralytics_callbacks(run)) <= set(callbacks)


@pytest.mark.slow
def test_a_trainer_of_lightning_is_watched_and_stops_when_it_is_asked(tmp_path: Path) -> None:
    import lightning
    import torch

    class Line(lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.layer = torch.nn.Linear(1, 1)

        def training_step(self, batch: list[torch.Tensor], _: int) -> torch.Tensor:
            loss = ((self.layer(batch[0]) - batch[1]) ** 2).mean()
            self.log("train_error", loss * 2)
            return loss

        def validation_step(self, batch: list[torch.Tensor], _: int) -> None:
            self.log("val_loss", ((self.layer(batch[0]) - batch[1]) ** 2).mean())

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.SGD(self.parameters(), 0.1)

    x = torch.linspace(0, 1, 16)[:, None]
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, 2 * x), batch_size=4)

    def fit(run: Run, epochs: int) -> int:
        trainer = lightning.Trainer(
            max_epochs=epochs,
            accelerator="cpu",
            default_root_dir=tmp_path,
            log_every_n_steps=2,
            enable_progress_bar=False,
            enable_model_summary=False,
            logger=False,
            callbacks=[lightning_callback(run)],
        )
        trainer.fit(Line(), loader, loader)
        return int(trainer.global_step)

    with Run("line") as run:
        assert fit(run, 3) == 12
    columns = load_columns(run.paths.events)
    assert columns.series("train", "loss").step.tolist() == [2, 4, 6, 8, 10, 12]
    assert columns.series("train", "error").value[-1] == pytest.approx(2 * columns.series("train", "loss").value[-1])
    assert columns.series("validation", "loss").step.tolist() == [4, 8, 12]
    progress = kept(run, ProgressEvent)[-1]
    assert (progress.step, progress.steps, progress.epochs) == (12, 12, 3.0)
    assert all(Path(event.path).is_file() for event in kept(run, CheckpointEvent)) and kept(run, CheckpointEvent)
    with Run("line") as run:
        request_stop(run.paths)
        assert fit(run, 30) < 12
    assert look(run.paths).state == "stopped"
