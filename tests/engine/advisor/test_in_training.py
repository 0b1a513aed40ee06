"""The training loop asks the advisor in every step, and acts on what the profile names."""

from pathlib import Path

import pytest

from engine.events.schema import MetricsEvent, SignalEvent
from engine.events.tail import Tail
from engine.events.writer import EventWriter
from engine.runs.paths import RunPaths
from engine.tasks.contract import Job, Stop
from engine.training.config import TrainingConfig

pytestmark = pytest.mark.slow  # imports torch


class Constant:
    """Learns one number; from batch 40 on the targets are far away, as with corrupt data."""

    def __init__(self) -> None:
        import torch

        self.model = torch.nn.Linear(1, 1)

    def batches(self, epoch: int) -> list[list[int]]:
        return [[index] for index in range(100)]

    def longest_batch(self) -> list[int]:
        return [0]

    def collate(self, indices, epoch):  # type: ignore[no-untyped-def]
        import torch

        return {"x": torch.ones(1, 1), "y": torch.tensor([[1e4 if indices[0] >= 40 else 1.0]])}

    def weight(self, batch) -> float:  # type: ignore[no-untyped-def]
        return 1.0

    def loss_sum(self, batch):  # type: ignore[no-untyped-def]
        return (self.model(batch["x"]) - batch["y"]).abs().sum()

    def evaluate(self, tick) -> dict[str, float]:  # type: ignore[no-untyped-def]
        return {"score": -float(self.model.bias.detach().abs())}


@pytest.mark.parametrize(("early_stop_on", "steps"), [((), 200), (("diverged",), 46)])
def test_a_loss_explosion_is_a_signal_and_ends_the_training_where_the_profile_says_so(
    tmp_path: Path, early_stop_on: tuple[str, ...], steps: int
) -> None:
    from engine.training.loop import Loop
    from engine.training.trainable import Phase

    paths = RunPaths(tmp_path)
    with EventWriter(paths.events) as events:
        job = Job(
            run_id="r",
            config=TrainingConfig(epochs=2, learning_rate=1e-4),
            dataset=None,  # type: ignore[arg-type]
            device="cpu",
            paths=paths,
            events=events,
            should_stop=lambda: Stop.NO,
            headline="score",
            early_stop_on=early_stop_on,
        )
        result = Loop(job, Constant(), Phase("training", epochs=2)).fit()
    read = Tail(paths.events).read(max_seconds=10).events
    (signal,) = [event for event in read if isinstance(event, SignalEvent) and event.kind == "diverged"]
    assert (signal.metric, signal.step) == ("loss", 46)  # the loss of step 45 is read while step 46 runs
    assert result.steps == steps
    last = [event for event in read if isinstance(event, MetricsEvent)][-1]
    assert (last.split, last.step) == ("validation", steps)  # what was trained is evaluated all the same
