"""Faces: the task on ORL's photographs beside eigenfaces and a plain fine-tune of the same net, in one run.

    uv run python benchmarks/faces.py ../shared/data/faces/orl              one split, about two minutes on two cores
    uv run python benchmarks/faces.py ../shared/data/faces/orl --seeds 0,1,2

40 people with 10 photographs each (AT&T Laboratories Cambridge). 30 people teach: of each, five photographs train,
two say when to stop and calibrate, three are held out. The other 10 people train nothing. Everything starts from
random weights, for this machine has none that were trained on pictures.

before       the net as it is before training
ours         engine/tasks/image_classification as `engine train` runs it
plain        the same net, epochs, batch and peak rate: all layers, Adam, one linear layer, nothing else
eigenfaces   PCA of the training photographs (Turk & Pentland 1991), cosine

Seen: held-out photographs of the 30 people. Unseen: the 10 others. TAR: at a FAR of 1e-2. Rank 1: searches among the
10, each enrolled by five photographs, means of ten draws. Conditions made from the files: brightness (terciles), and
half (photographs 1-5, 6-10).
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

UNSEEN, TRAIN, WATCHED = 10, 5, 2
COLUMNS = ("accuracy", "seen AUC", "seen TAR", "unseen AUC", "unseen TAR", "rank 1", "seconds")
SETTINGS: dict[str, Any] = {
    "base": "scratch:resnet-8",
    "image_size": [40, 32],
    "trained_layers": "all",
    "batch_size": 16,
    "learning_rate": 3e-3,
    "schedule": "cosine",
    "patience": 0,
}


@dataclass(frozen=True)
class Photographs:
    """Rows of the splits with the paths of their pictures."""

    dataset: Any
    test: list[dict[str, Any]]
    paths: dict[str, list[Path]]


def main() -> None:
    """Train each side and print a line each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path, help="the folder with a folder for each person")
    parser.add_argument("--seeds", default="0", help="of the split and of the weights")
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--set", action="append", default=[], metavar="FIELD=JSON", help="of our config")
    given = parser.parse_args()
    import torch

    torch.set_num_threads(given.threads)
    changed = {name: json.loads(value) for name, _, value in (entry.partition("=") for entry in given.set)}
    found: dict[str, list[dict[str, float]]] = {}
    for seed in map(int, given.seeds.split(",")):
        settings = {**SETTINGS, "epochs": given.epochs, "seed": seed, **changed}
        with tempfile.TemporaryDirectory() as directory:
            photographs = stored(given.path, Path(directory), seed)
            print(f"seed {seed}, {given.epochs} epochs, {settings['base']} at {settings['image_size']}")
            print(f"{'':<12}" + "".join(f"{name:>12}" for name in COLUMNS))
            for name, values in sides(photographs, settings, Path(directory)):
                found.setdefault(name, []).append(values)
                shown("  " + name, values)
    means = {name: mean(values) for name, values in found.items()}
    if len(found["ours"]) > 1:
        print(f"mean of {len(found['ours'])} seeds")
        for name, values in means.items():
            shown("  " + name, values)
    for name in ("before", "plain", "eigenfaces"):
        shown(
            f"ours/{name}"[:12],
            {key: means["ours"][key] / means[name][key] for key in COLUMNS if means[name].get(key)},
        )


def sides(photographs: Photographs, settings: dict[str, Any], directory: Path) -> Any:
    """Each side's name and figures; what the report says of fairness is printed on the way."""
    report, seconds = ours(photographs, settings, directory)
    yield "before", of_report(report, before=True)
    yield "ours", {**of_report(report, before=False), "seconds": seconds}
    yield "plain", plain(photographs, settings)
    yield "eigenfaces", eigenfaces(photographs, tuple(settings["image_size"]))
    for note in report.notes:
        if "gap" in note or "worthwhile" in note:
            print(f"  {note}")
    for table in report.tables:
        if table.title == "Largest gaps":
            for row in table.rows:
                print("  gap: " + ", ".join(str(round(cell, 3) if isinstance(cell, float) else cell) for cell in row))


def ours(photographs: Photographs, settings: dict[str, Any], directory: Path) -> tuple[Any, float]:
    """The task's own training and report."""
    from engine.events.writer import EventWriter
    from engine.runs.paths import RunPaths
    from engine.tasks.contract import Job, Stop
    from engine.tasks.image_classification import TASK
    from engine.tasks.image_classification.config import Config

    paths = RunPaths(directory / "run")
    job = Job(
        run_id="orl",
        config=Config(**settings),
        dataset=photographs.dataset,
        device="cpu",
        paths=paths,
        events=EventWriter(paths.events),
        should_stop=lambda: Stop.NO,
        headline=TASK.headline,
    )
    started = time.perf_counter()
    TASK.train(job)
    seconds = time.perf_counter() - started
    return TASK.evaluate(paths.model, photographs.dataset, "test", "cpu"), seconds


def plain(photographs: Photographs, settings: dict[str, Any]) -> dict[str, float]:
    """All layers at once: Adam, cross-entropy, a linear layer."""
    import torch
    from torch import nn

    from engine.vision.backbone import load_backbone
    from engine.vision.loaded import Pictures

    size, seed = tuple(settings["image_size"]), settings["seed"]
    backbone = load_backbone(settings["base"], size=size, seed=seed)
    names, train = classes_of(photographs)
    torch.manual_seed(seed)
    head = nn.Linear(backbone.dimensions, len(names))
    net = nn.Sequential(backbone, head)
    pictures = Pictures(photographs.paths["train"], backbone)
    optimizer = torch.optim.Adam(net.parameters(), lr=settings["learning_rate"])
    started = time.perf_counter()
    net.train()
    for epoch in range(settings["epochs"]):
        order = np.random.default_rng((seed, epoch)).permutation(len(train))
        for at in range(0, len(order) - 1, settings["batch_size"]):
            part = order[at : at + settings["batch_size"]]
            loss = nn.functional.cross_entropy(net(pictures.tensor(part.tolist())), torch.from_numpy(train[part]))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    seconds = time.perf_counter() - started
    net.eval()
    with torch.inference_mode():
        vectors = backbone(Pictures(photographs.paths["test"], backbone).tensor(range(len(photographs.test))))
        predicted = head(vectors).argmax(1).numpy()
    return {**figures(photographs, vectors.numpy(), [names[at] for at in predicted]), "seconds": seconds}


def eigenfaces(photographs: Photographs, size: tuple[int, int]) -> dict[str, float]:
    """PCA of the training photographs, of which 95 % of the variance is kept; names by the nearest mean."""
    started = time.perf_counter()
    train, test = (flattened(photographs.paths[split], size) for split in ("train", "test"))
    mean = train.mean(axis=0)
    _, lengths, axes = np.linalg.svd(train - mean, full_matrices=False)
    kept = int(np.searchsorted(np.cumsum(lengths**2) / (lengths**2).sum(), 0.95)) + 1
    taught, vectors = (train - mean) @ axes[:kept].T, (test - mean) @ axes[:kept].T
    names, classes = classes_of(photographs)
    unit = taught / np.linalg.norm(taught, axis=1, keepdims=True)
    means = np.stack([unit[classes == at].mean(axis=0) for at in range(len(names))])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    predicted = (vectors @ means.T).argmax(axis=1)
    seconds = time.perf_counter() - started
    return {**figures(photographs, vectors, [names[at] for at in predicted]), "seconds": seconds}


def figures(photographs: Photographs, vectors: Any, predicted: list[str]) -> dict[str, float]:
    """What embeddings and names come to on the test photographs, by the code that makes the report."""
    from engine.evaluation.identification import identify
    from engine.evaluation.verification import verify

    people = np.array([row["label"] for row in photographs.test])
    seen = np.array([row["slice"] == "seen" for row in photographs.test])
    values: dict[str, Any] = {"accuracy": float((np.array(predicted) == people)[seen].mean())}
    for name, part in (("seen", seen), ("unseen", ~seen)):
        measured = verify(vectors[part], people[part], resamples=0).metrics
        values |= {f"{name} AUC": measured["auc"], f"{name} TAR": measured["tar_at_far_1e-2"]}
    return {**values, "rank 1": identify(vectors[~seen], people[~seen]).metrics["rank1"]}  # type: ignore[dict-item]


def of_report(report: Any, *, before: bool) -> dict[str, float]:
    """The same figures as the report has them."""
    (table,) = [table for table in report.tables if table.title.startswith("Known and unseen people")]
    column = table.columns.index("before" if before else "after")
    values = {(row[0], row[1]): row[column] for row in table.rows}
    return {
        "accuracy": values["seen", "accuracy"],
        "seen AUC": values["seen", "auc"],
        "seen TAR": values["seen", "tar_at_far_1e-2"],
        "unseen AUC": values["unseen", "auc"],
        "unseen TAR": values["unseen", "tar_at_far_1e-2"],
        "rank 1": values["unseen", "rank1"],
    }


def stored(folder: Path, directory: Path, seed: int) -> Photographs:
    """The photographs as a dataset, split by people and within them."""
    from engine.datasets.files import content_name
    from engine.datasets.store import write_dataset
    from engine.tasks.image_classification import TASK
    from engine.workspace import Workspace

    people = sorted(path for path in folder.iterdir() if path.is_dir())
    if len(people) <= UNSEEN:
        raise SystemExit(f"{folder}: expected a folder for each of more than {UNSEEN} people")
    draws = np.random.default_rng(seed)
    unseen = {people[at] for at in draws.permutation(len(people))[:UNSEEN]}
    found = {person: sorted(person.glob("*.pgm"), key=lambda file: int(file.stem)) for person in people}
    light = {file: float(flattened([file], (112, 92)).mean()) for files in found.values() for file in files}
    edges = np.quantile(list(light.values()), [1 / 3, 2 / 3])
    rows: dict[str, list[dict[str, Any]]] = {"train": [], "validation": [], "test": []}
    paths: dict[str, list[Path]] = {split: [] for split in rows}
    files: dict[str, bytes | Path] = {}
    for person, pictures in found.items():
        for turn, at in enumerate(draws.permutation(len(pictures))):
            split = "train" if turn < TRAIN else "validation" if turn < TRAIN + WATCHED else "test"
            split = "test" if person in unseen else split
            file = pictures[at]
            name = content_name(file.read_bytes(), ".pgm")
            files[name] = file
            conditions = {
                "brightness": ("dark", "middle", "bright")[int(np.searchsorted(edges, light[file]))],
                "half": "photographs 1-5" if int(file.stem) <= 5 else "photographs 6-10",
            }
            row = {"image": f"files/{name}", "width": 92, "height": 112, "label": person.name}
            part = "unseen" if person in unseen else "seen"
            rows[split].append({**row, "conditions": conditions, "slice": part})
            paths[split].append(file)
    place = Workspace(directory / "workspace")
    dataset = write_dataset(
        place, task=TASK.name, profile="orl", model="faces", splits=rows, classes={}, source="import", files=files
    )
    return Photographs(dataset, rows["test"], paths)


def classes_of(photographs: Photographs) -> tuple[list[str], Any]:
    """Names of the people who teach, and which of them each training photograph shows."""
    labels = [path.parent.name for path in photographs.paths["train"]]
    names = sorted({*labels})
    return names, np.array([names.index(label) for label in labels])


def flattened(files: list[Path], size: tuple[int, int]) -> Any:
    """(photographs, pixels)"""
    from engine.vision.loaded import brought_to
    from engine.vision.pixels import read_pixels

    return np.stack([brought_to(read_pixels(file), size).reshape(-1) for file in files])


def mean(values: list[dict[str, float]]) -> dict[str, float]:
    """Of several seeds."""
    return {name: float(np.mean([one[name] for one in values])) for name in values[0]}


def shown(name: str, values: dict[str, float]) -> None:
    """A line of the table."""
    print(f"{name:<12}" + "".join(f"{values[key]:>12.3f}" if key in values else f"{'':>12}" for key in COLUMNS))


if __name__ == "__main__":
    main()
