"""Sentence similarity on SICK: ours beside a plain SentenceTransformerTrainer script.

    uv run python benchmarks/similarity.py --pairs 1000
    uv run python benchmarks/similarity.py                  the whole training split (4,500 pairs)

Same base (all-MiniLM-L6-v2), pairs, epochs, batch, learning rate, warm-up, weight decay, validation after each
epoch, and the better epoch restored at the end. The peer uses the losses as sentence-transformers
documents them. Each fit runs in a process of its own; the time is that of training, without imports.
SICK lies in $FINETOP_SHARED_DATA (similarity/sick.tsv), by default ../shared/data.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from in_process import train_here

Row = dict[str, Any]
Cost = dict[str, float]
DATA = Path(os.environ.get("FINETOP_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))
SPLITS = {"train": 4500, "validation": 500, "test": 4927}
FITS = [("peer", "cosine"), ("ours", "cosine"), ("peer", "cosent"), ("ours", "cosent")]


def main() -> None:
    """Run every fit in a process of its own and print the table."""
    arguments = parse()
    if arguments.only:
        print(json.dumps(fit(arguments)))
        return
    fits = [("ours", "untrained"), *(entry for entry in FITS if entry[1] in arguments.losses.split(","))]
    results = {entry: in_own_process(arguments, *entry) for entry in fits}
    print(f"SICK, {arguments.pairs} training pairs, {arguments.epochs} epochs, batch {arguments.batch}")
    print(f"{'fit':<28}{'spearman':>10}{'pearson':>10}{'wall s':>10}{'cpu s':>10}")
    for (who, loss), result in results.items():
        name = "untrained" if loss == "untrained" else f"{who}, {loss}"
        figures = (
            f"{result['spearman']:>10.4f}{result['pearson']:>10.4f}{result['wall_s']:>10.1f}{result['cpu_s']:>10.1f}"
        )
        print(f"{name:<28}{figures}")
    for loss in arguments.losses.split(","):
        ours, peer = results["ours", loss], results["peer", loss]
        print(
            f"{loss}: peer/ours wall {peer['wall_s'] / ours['wall_s']:.2f}, cpu {peer['cpu_s'] / ours['cpu_s']:.2f} "
            f"(above 1: ours is faster), spearman {ours['spearman'] - peer['spearman']:+.4f}"
        )


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=SPLITS["train"], help="training pairs")
    parser.add_argument("--test", type=int, default=SPLITS["test"], help="test pairs")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--lr", type=float, default=2e-5)
    parser.add_argument("--losses", default="cosine", help="cosine, cosent, or both with a comma")
    parser.add_argument("--data", type=Path, default=DATA / "similarity" / "sick.tsv")
    parser.add_argument("--only", choices=["ours", "peer"], help=argparse.SUPPRESS)
    parser.add_argument("--loss", default="cosine", help=argparse.SUPPRESS)
    return parser.parse_args()


def in_own_process(arguments: argparse.Namespace, who: str, loss: str) -> dict[str, float]:
    command = [sys.executable, __file__, "--only", who, "--loss", loss, "--data", str(arguments.data)]
    for name in ("pairs", "test", "epochs", "batch", "lr"):
        command += [f"--{name}", str(getattr(arguments, name))]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def fit(arguments: argparse.Namespace) -> dict[str, float]:
    splits = read_sick(arguments.data)
    splits["train"], splits["test"] = splits["train"][: arguments.pairs], splits["test"][: arguments.test]
    with tempfile.TemporaryDirectory() as directory:
        train = train_ours if arguments.only == "ours" else train_peer
        model, cost = train(arguments, splits, Path(directory))
        return {**cost, **measure(model, splits["test"])}


def read_sick(path: Path) -> dict[str, list[Row]]:
    """SICK in a fixed split: no pair of sentences, in either order, stands in two parts.

    Single sentences do recur: SICK makes ten pairs out of each of them.
    """
    with path.open(newline="") as file:
        lines = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    pairs: dict[frozenset[str], Row] = {}
    for line in lines:
        a, b = line["sentence_A"], line["sentence_B"]
        pairs.setdefault(frozenset((a, b)), {"a": a, "b": b, "score": (float(line["relatedness_score"]) - 1) / 4})
    rows = list(pairs.values())
    random.Random(0).shuffle(rows)
    splits, start = {}, 0
    for name, count in SPLITS.items():
        splits[name] = rows[start : start + count]
        start += count
    return splits


def train_ours(arguments: argparse.Namespace, splits: dict[str, list[Row]], directory: Path) -> tuple[Path, Cost]:
    from engine.datasets.store import write_dataset
    from engine.tasks.sentence_similarity import TASK, train  # noqa: F401  (train: imported before the clock starts)
    from engine.workspace import Workspace

    untrained = arguments.loss == "untrained"
    dataset = write_dataset(
        Workspace(directory),
        task=TASK.name,
        profile="bench",
        model="sick",
        splits=splits,
        classes={},
        source="import",
    )
    config = TASK.config_class(
        epochs=0 if untrained else arguments.epochs,
        batch_size=arguments.batch,
        learning_rate=arguments.lr,
        loss="cosine" if untrained else arguments.loss,
    )
    started = clocks()
    paths = train_here(TASK, config, dataset, directory / "run", device=device())
    return paths.model, since(started)


def train_peer(arguments: argparse.Namespace, splits: dict[str, list[Row]], directory: Path) -> tuple[Path, Cost]:
    """The script of sentence-transformers' documentation, with evaluation and the best epoch restored."""
    import torch
    from datasets import Dataset
    from sentence_transformers import (
        SentenceTransformer,
        SentenceTransformerTrainer,
        SentenceTransformerTrainingArguments,
    )
    from sentence_transformers.sentence_transformer.evaluation import EmbeddingSimilarityEvaluator
    from sentence_transformers.sentence_transformer.losses import CoSENTLoss, CosineSimilarityLoss

    from engine.base_models import resolve_base

    started = clocks()
    model = SentenceTransformer(resolve_base("all-MiniLM-L6-v2"), device=device())
    sets = {
        name: Dataset.from_dict({"a": column(rows, "a"), "b": column(rows, "b"), "score": column(rows, "score")})
        for name, rows in splits.items()
        if name != "test"
    }
    validation = splits["validation"]
    evaluator = EmbeddingSimilarityEvaluator(
        column(validation, "a"), column(validation, "b"), column(validation, "score"), name="validation"
    )
    trainer = SentenceTransformerTrainer(
        model=model,
        args=SentenceTransformerTrainingArguments(
            output_dir=str(directory / "peer"),
            num_train_epochs=arguments.epochs,
            per_device_train_batch_size=arguments.batch,
            per_device_eval_batch_size=64,
            learning_rate=arguments.lr,
            warmup_steps=0.1,
            weight_decay=0.01,
            eval_strategy="epoch",
            save_strategy="epoch",
            load_best_model_at_end=True,
            metric_for_best_model="eval_validation_spearman_cosine",
            seed=13,
            report_to="none",
            dataloader_pin_memory=torch.cuda.is_available(),
            disable_tqdm=True,
        ),
        train_dataset=sets["train"],
        eval_dataset=sets["validation"],
        loss={"cosine": CosineSimilarityLoss, "cosent": CoSENTLoss}[arguments.loss](model),
        evaluator=evaluator,
    )
    trainer.train()
    model.save(str(directory / "peer-model"))
    return directory / "peer-model", since(started)


def clocks() -> tuple[float, float]:
    """Wall time and time of all cores: the second tells more on a machine that does other work too."""
    return time.perf_counter(), time.process_time()


def since(started: tuple[float, float]) -> Cost:
    wall, cores = clocks()
    return {"wall_s": wall - started[0], "cpu_s": cores - started[1]}


def column(rows: list[Row], name: str) -> list[Any]:
    return [row[name] for row in rows]


def measure(model: Path, rows: list[Row]) -> dict[str, float]:
    """Both models with the same measure; ours reads what sentence-transformers saved."""
    import numpy as np

    from engine.tasks.sentence_similarity.metrics import pair_metrics
    from engine.text_encoder import load_encoder

    encoder = load_encoder(str(model)).to(device())
    vectors = {name: encoder.embed(column(rows, name)) for name in ("a", "b")}
    similarity = (vectors["a"] * vectors["b"]).sum(1).astype(np.float64)
    return pair_metrics(similarity, np.array(column(rows, "score")))


def device() -> str:
    import torch

    return "cuda:0" if torch.cuda.is_available() else "cpu"


if __name__ == "__main__":
    main()
