"""The loss of a batch: weights of labels, smoothing; batches of an epoch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.tasks.image_classification.config import Config
from engine.tasks.image_classification.inputs import TrainingInputs, WatchedInputs
from engine.tasks.image_classification.model import starting_network
from engine.tasks.image_classification.training import RecognitionTraining, label_weights
from engine.training.watch import Tick
from engine.vision.loaded import Pictures
from tests.engine.tasks.image_classification.conftest import PEOPLE, SIDE, picture


@given(st.lists(st.integers(0, 4), min_size=1, max_size=60))
def test_balanced_weights_count_every_label_alike_and_are_one_on_average(classes: list[int]) -> None:
    numbers = np.array(classes)
    weights = label_weights(numbers, list("abcde"), "balanced")
    assert weights[numbers].mean() == pytest.approx(1, rel=1e-5)
    shares = np.bincount(numbers, weights[numbers], minlength=5)
    assert shares[shares > 0] == pytest.approx(shares.max(), rel=1e-5)


def test_weights_can_be_named() -> None:
    assert label_weights(np.array([0, 1]), ["a", "b"], {"b": 3.0}).tolist() == [1, 3]
    assert label_weights(np.array([0, 1]), ["a", "b"], "none").tolist() == [1, 1]


@pytest.fixture
def trainable(tmp_path: Path) -> RecognitionTraining:
    paths = []
    for person in PEOPLE:
        paths.append(str(tmp_path / f"{person}.png"))
        Path(paths[-1]).write_bytes(picture(person, 0))
    small = {"image_size": SIDE, "hidden_size": 8, "batch_size": 5}
    config = Config(base="scratch:resnet-8", trained_layers="all", label_smoothing=0.2, **small)  # type: ignore[arg-type]
    network = starting_network(config, PEOPLE).eval()
    pictures = Pictures(paths, network.backbone)
    rows: list[dict[str, Any]] = [{"image": path, "label": who} for path, who in zip(paths, PEOPLE, strict=True)]
    return RecognitionTraining(
        network,
        config,
        PEOPLE,
        TrainingInputs(network, pictures, config, device="cpu", batch_size=4),
        np.array([0, 1, 2, 3, 4, 4]),
        WatchedInputs(network, pictures, device="cpu", batch_size=4, cache_mib=100),
        rows,
    )


def test_no_batch_holds_one_picture_alone(trainable: RecognitionTraining) -> None:
    (batch,) = trainable.batches(0)
    assert sorted(batch) == list(range(6))
    assert trainable.batches(0) == trainable.batches(0) != trainable.batches(1)


def test_the_loss_is_weighted_cross_entropy_with_smoothing(trainable: RecognitionTraining) -> None:
    batch = trainable.collate([0, 4, 5], 0)
    with torch.no_grad():
        logits = trainable.network(batch["images"])
        mean = trainable.loss_sum(batch) / trainable.weight(batch)
    shares = logits.log_softmax(1)
    targets = torch.full((3, 6), 0.2 / 6)
    targets[[0, 1, 2], [0, 4, 4]] += 0.8
    weights = trainable.label_weights[[0, 4, 4]]
    wanted = -((targets * shares).sum(1) * weights).sum() / weights.sum()
    assert float(mean) == pytest.approx(float(wanted), rel=1e-5)


def test_an_evaluation_shows_samples_and_measures_the_watched_pictures(trainable: RecognitionTraining) -> None:
    shown: list[tuple[Any, Any]] = []
    done: list[int] = []
    with torch.inference_mode():
        values = trainable.evaluate(
            Tick(lambda at, total: done.append(at), lambda sample, answer: shown.append((sample, answer)))
        )
    assert set(values) == {"accuracy", "macro_f1", "loss"}
    assert done == [4, 6] and len(shown) == 3
    assert shown[0][0]["label"] == PEOPLE[0] and set(shown[0][1]) == {"label", "confidence"}
