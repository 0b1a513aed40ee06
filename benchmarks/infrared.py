"""Infrared pictures by their nearest neighbours: before and after contrastive training, calibrated or not, beside a
plain softmax classifier of the same net and budget.

    uv run python benchmarks/infrared.py ../shared/data/infrared/solar-modules
    uv run python benchmarks/infrared.py FOLDER --folds 4 --epochs 60 --base scratch:resnet-8

FOLDER holds class folders, or splits of them, whose pictures are put together: a picture is tested once, by the model
of the fold that it was kept from. The rest of a fold is parted into training (three quarters) and validation. Both
sides learn from the same training pictures with the same augmentation, steps, schedule and optimiser; ours chooses
similarity and confidence on validation, the peer gets its temperature there. Nothing of a fold's test is looked at
before its figures are. mAP@10 of the peer is that of its last hidden layer by cosine.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import subprocess
import sys
import tempfile
import time
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from in_process import train_here

from engine.datasets.importers.pictures import pictures_in
from engine.datasets.sampling import stream
from engine.evaluation.calibration import error_by_chance, expected_calibration_error, reliability

SPLITS = {"train", "training", "validation", "valid", "val", "test"}
AUGMENT = {"rotate": 0.0, "shift": 0.08, "scale": 0.1, "flip": 0.5, "flip_vertical": 0.5, "noise": 0.03, "gain": 0.2}


def main() -> None:
    """Every fold in a process of its own, then the table over all pictures."""
    arguments = parse()
    if arguments.only is not None:
        print(json.dumps(fold(arguments, arguments.only)))
        return
    parts = []
    for number in range(arguments.folds):
        command = [sys.executable, *sys.argv, "--only", str(number)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        parts.append(json.loads(done.stdout.splitlines()[-1]))
        print(f"fold {number + 1}/{arguments.folds} done", file=sys.stderr)
    whole = {
        side: {key: list(chain.from_iterable(part[side][key] for part in parts)) for key in parts[0][side]}
        for side in parts[0]
    }
    show(arguments, whole)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--folds", type=int, default=4)
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--batch-size", type=int, default=96)
    parser.add_argument("--learning-rate", type=float, default=3e-3)
    parser.add_argument("--base", default="scratch:resnet-8")
    parser.add_argument("--loss", default="softmax", help="supcon, triplet, softmax or arcface")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--set", help="JSON laid over our config, for trials")
    parser.add_argument("--only", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def show(arguments: argparse.Namespace, whole: dict[str, dict[str, list[float]]]) -> None:
    count = len(next(iter(whole.values()))["right"])
    print(
        f"{arguments.folder.name}: {count} pictures, each tested once in {arguments.folds} folds; {arguments.base}, "
        f"{arguments.epochs} epochs, loss {arguments.loss}"
    )
    print(f"{'':<44}{'accuracy':>9}{'mAP@10':>8}{'ECE':>8}{'by chance':>11}{'Brier':>8}{'wall s':>8}")
    for side, values in whole.items():
        right, probability = np.array(values["right"], bool), np.array(values["probability"])
        precisions = np.array([value for value in values["precision"] if value is not None])
        chance = error_by_chance(probability.tolist()) or 0.0
        brier = float(((probability - right) ** 2).mean())
        print(
            f"{side:<44}{right.mean():>9.3f}{precisions.mean() if len(precisions) else math.nan:>8.3f}"
            f"{ece(probability, right):>8.3f}{chance:>11.3f}{brier:>8.3f}{sum(values['seconds']):>8.0f}"
        )
    ours, peer = (np.array(whole[side]["right"], float) for side in (OURS, PEER))
    difference = ours - peer
    error = difference.std(ddof=1) / math.sqrt(len(difference))
    print(f"accuracy, ours minus the peer's: {difference.mean():+.3f} ± {1.96 * error:.3f} (95 %, pictures paired)")
    print(f"`by chance`: what a model whose confidences were all exactly right would show on {count} pictures")


BEFORE, TRAINED = "ours, untrained; cosine, 5 neighbours", "ours, trained; cosine, 5, vote share"
OURS, PEER = "ours, trained; chosen and calibrated", "softmax of the same net and budget"
SCALED = "softmax, temperature fitted"


def fold(arguments: argparse.Namespace, number: int) -> dict[str, dict[str, list[Any]]]:
    """What each side says of the fold's test pictures."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    train, validation, test = parted(arguments, number)
    with tempfile.TemporaryDirectory() as directory:
        found = ours(arguments, Path(directory), train, validation, test)
    return found | peer(arguments, train, validation, test)


def parted(arguments: argparse.Namespace, number: int) -> tuple[list[Path], list[Path], list[Path]]:
    """Training, validation and test of a fold, stratified by class."""
    by_class: dict[str, list[Path]] = {}
    for path in pictures_in(arguments.folder):
        by_class.setdefault(path.parent.name, []).append(path)
    sides: tuple[list[Path], list[Path], list[Path]] = ([], [], [])
    for name, paths in sorted(by_class.items()):
        stream(arguments.seed, "folds", name).shuffle(paths)
        test = paths[number :: arguments.folds]
        rest = [path for path in paths if path not in set(test)]
        cut = round(len(rest) / 4)
        for side, part in zip(sides, (rest[cut:], rest[:cut], test), strict=True):
            side.extend(part)
    for side in sides:
        random.Random(arguments.seed).shuffle(side)
    return sides


def config_of(arguments: argparse.Namespace, size: tuple[int, int]) -> Any:
    from engine.tasks.image_feature_extraction.config import Config

    return Config.model_validate(
        {
            "base": arguments.base,
            "image_size": size,
            "epochs": arguments.epochs,
            "batch_size": arguments.batch_size,
            "learning_rate": arguments.learning_rate,
            "schedule": "cosine",
            "max_grad_norm": 0.0,
            "patience": 0,
            "seed": arguments.seed,
            "train": {"loss": arguments.loss, "temperature": 0.4},
            "augment": AUGMENT,
            "loader_workers": 0,
            **(json.loads(arguments.set) if arguments.set else {}),
        }
    )


def ours(
    arguments: argparse.Namespace, directory: Path, train: list[Path], validation: list[Path], test: list[Path]
) -> dict[str, dict[str, list[Any]]]:
    """Trained as a worker trains; figures of the model that is handed over."""
    from engine.datasets.files import content_name
    from engine.datasets.store import write_dataset
    from engine.retrieval.neighbours import nearest
    from engine.retrieval.references import saved_references
    from engine.retrieval.votes import vote
    from engine.tasks.image_feature_extraction import TASK
    from engine.tasks.image_feature_extraction.embedder import new_embedder
    from engine.tasks.image_feature_extraction.model import REFERENCES
    from engine.tasks.image_feature_extraction.predict import load
    from engine.vision.loaded import Pictures
    from engine.workspace import Workspace

    files: dict[str, Path] = {}
    size = size_of(train[0])

    def rows(paths: list[Path]) -> list[dict[str, Any]]:
        made = []
        for path in paths:
            name = content_name(path.read_bytes(), path.suffix)
            files[name] = path
            made.append({"image": f"files/{name}", "width": size[1], "height": size[0], "label": path.parent.name})
        return made

    splits = {"train": rows(train), "validation": rows(validation), "test": rows(test)}
    dataset = write_dataset(
        Workspace(directory),
        task=TASK.name,
        profile="bench",
        model="infrared",
        splits=splits,
        classes={},
        source="import",
        files=files,
    )
    config = config_of(arguments, size)
    started = time.perf_counter()
    paths = train_here(TASK, config, dataset, directory / "run")
    seconds = time.perf_counter() - started
    retriever = load(paths.model, "cpu")
    names = retriever.references.names
    labels = np.array([names.index(row["label"]) for row in splits["test"]])
    vectors = retriever.embed([str(path) for path in test])
    judged = retriever.judge(vectors)
    found = {
        OURS: as_lists(
            judged.answers.votes.labels,
            judged.probabilities,
            labels,
            precisions(judged.answers.neighbours, retriever.references.numbers, labels),
            seconds,
        )
    }
    untrained = new_embedder(config)
    before = untrained.embed(Pictures(train, untrained.backbone), batch_size=256)
    asked = untrained.embed(Pictures(test, untrained.backbone), batch_size=256)
    known = np.array([names.index(path.parent.name) for path in train])
    references = saved_references(paths.model / REFERENCES)
    for side, mine, others, numbers in (
        (BEFORE, asked, before, known),
        (TRAINED, vectors, references.vectors, references.numbers),
    ):
        near = nearest(mine, others, 10)
        votes = vote(near.first(5), numbers)
        found[side] = as_lists(votes.labels, votes.shares, labels, precisions(near, numbers, labels), 0.0)
    return {side: found[side] for side in (BEFORE, TRAINED, OURS)}


def peer(
    arguments: argparse.Namespace, train: list[Path], validation: list[Path], test: list[Path]
) -> dict[str, dict[str, list[Any]]]:
    """The plain way: cross-entropy on the backbone, the most probable class, its probability."""
    import torch
    from torch import nn

    from engine.linear_head import softmax
    from engine.retrieval.neighbours import nearest
    from engine.training.schedule import learning_rate_factor
    from engine.vision.augment import augmented
    from engine.vision.backbone import load_backbone
    from engine.vision.loaded import Pictures

    config = config_of(arguments, size_of(train[0]))
    names = sorted({path.parent.name for path in train})
    numbers = {
        name: torch.tensor([names.index(path.parent.name) for path in paths])
        for name, paths in (("train", train), ("validation", validation), ("test", test))
    }
    started = time.perf_counter()
    backbone = load_backbone(config.base, size=config.image_size, seed=config.seed)
    model = nn.Sequential(backbone, nn.Linear(backbone.dimensions, len(names)))
    pictures = {
        name: Pictures(paths, backbone)
        for name, paths in (("train", train), ("validation", validation), ("test", test))
    }
    optimizer = torch.optim.AdamW(model.parameters(), config.learning_rate, weight_decay=config.weight_decay)
    steps_per_epoch = math.ceil(len(train) / config.batch_size)
    steps, step = steps_per_epoch * config.epochs, 0
    for epoch in range(config.epochs):
        model.train()
        order = np.random.default_rng((config.seed, epoch)).permutation(len(train))
        for start in range(0, len(train), config.batch_size):
            at = order[start : start + config.batch_size].tolist()
            factor = learning_rate_factor(step, steps, warmup_ratio=config.warmup_ratio, schedule=config.schedule)
            for group in optimizer.param_groups:
                group["lr"] = config.learning_rate * factor
            images = augmented(pictures["train"].tensor(at), config.augment, [config.seed, epoch, *at])
            nn.functional.cross_entropy(model(images), numbers["train"][at]).backward()
            optimizer.step()
            optimizer.zero_grad()
            step += 1
    seconds = time.perf_counter() - started
    model.eval()
    with torch.inference_mode():
        hidden = {name: backbone(each.tensor(range(len(each)))) for name, each in pictures.items()}
        logits = {name: model[1](vectors).double().numpy() for name, vectors in hidden.items()}
    labels = numbers["test"].numpy()
    near = nearest(hidden["test"].numpy(), hidden["train"].numpy(), 10)
    ranked = precisions(near, numbers["train"].numpy(), labels)
    found = {}
    for side, temperature in (
        (PEER, 1.0),
        (SCALED, best_temperature(logits["validation"], numbers["validation"].numpy())),
    ):
        shares = softmax(logits["test"] / temperature)
        found[side] = as_lists(shares.argmax(1), shares.max(1), labels, ranked, seconds)
        seconds = 0.0
    return found


def best_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """Guo et al. 2017 (arXiv 1706.04599): the temperature with the least log loss."""
    from engine.linear_head import softmax

    at = np.arange(len(labels))
    return float(
        min(np.geomspace(0.2, 10, 200), key=lambda t: -np.log(softmax(logits / t)[at, labels] + 1e-12).sum())
    )


def precisions(near: Any, numbers: np.ndarray, labels: np.ndarray) -> np.ndarray:
    from engine.retrieval.votes import average_precisions, relevant_references

    return average_precisions(near.first(10), numbers, labels, relevant_references(numbers, labels))


def as_lists(
    predicted: np.ndarray, probability: np.ndarray, labels: np.ndarray, ranked: np.ndarray, seconds: float
) -> dict[str, list[Any]]:
    return {
        "right": (predicted == labels).tolist(),
        "probability": np.asarray(probability, float).tolist(),
        "precision": [None if math.isnan(value) else value for value in ranked.tolist()],
        "seconds": [seconds],
    }


def size_of(path: Path) -> tuple[int, int]:
    from engine.vision.pixels import read_pixels

    pixels = read_pixels(path)
    return pixels.shape[0], pixels.shape[1]


def ece(probability: np.ndarray, right: np.ndarray) -> float:
    return expected_calibration_error(reliability(probability.tolist(), right.tolist())) or 0.0


if __name__ == "__main__":
    main()
