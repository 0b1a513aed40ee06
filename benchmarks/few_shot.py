"""Text classification from few labels: ours beside `setfit.Trainer` with its defaults.

    uv run python benchmarks/few_shot.py --shots 8 --seeds 1
    uv run python benchmarks/few_shot.py --shots 8,32,100                        TREC, three seeds: hours for the peer
    uv run python benchmarks/few_shot.py --shots 8,32,100 --fits triplet,supcon,frozen     ours alone
    uv run python benchmarks/few_shot.py --shots 100 --rows TREE.jsonl           rows of one's own: text, label, group

Same base (all-MiniLM-L6-v2), labelled texts, test rows and seeds; both train on all labelled texts. The peer trains
for one epoch over its pairs, batch 16, as it does by default. `--held 0.25` makes ours hold back a quarter of the
texts to say when to stop. `setfit-200` is the peer cut off after 200 steps, for readers who would not wait: with 32
per class it makes 1,920 steps, with 100 per class 18,750. Ours also calibrates, publishes checkpoints and writes the
model; the peer trains and saves. The time is that of training without imports; each fit runs in a process of its own.
TREC lies in $FINETOP_SHARED_DATA (classify/trec), by default ../shared/data.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from in_process import train_here

Row = dict[str, Any]
Cost = dict[str, float]
DATA = Path(os.environ.get("FINETOP_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))
PEER = "setfit"
BASE = "all-MiniLM-L6-v2"
CLOCKS = {"wall": "wall_s", "cpu": "cpu_s"}
FIELDS = ("macro_f1", "accuracy", "part", *CLOCKS.values())


def main() -> None:
    """Run every fit in a process of its own and print the table."""
    arguments = parse()
    if arguments.only:
        print(json.dumps(fit(arguments)))
        return
    seeds = range(arguments.first_seed, arguments.first_seed + arguments.seeds)
    print(f"{arguments.rows or 'TREC'}, base {BASE}; means of seeds {', '.join(map(str, seeds))}")
    print(f"{'shots':>5}  {'fit':<14}{'macro F1':>10}{'± sd':>8}{'accuracy':>10}{'wall s':>10}{'cpu s':>10}   each")
    for shots in map(int, arguments.shots.split(",")):
        means = {}
        for name in arguments.fits.split(","):
            results = [in_own_process(arguments, name, shots, seed) for seed in seeds]
            mean = means[name] = {field: statistics.mean(each[field] for each in results) for field in FIELDS}
            each_f1 = " ".join(f"{each['macro_f1']:.3f}" for each in results)
            spread = statistics.stdev(each["macro_f1"] for each in results) if len(results) > 1 else float("nan")
            print(
                f"{shots:>5}  {name:<14}{mean['macro_f1']:>10.4f}{spread:>8.4f}{mean['accuracy']:>10.4f}"
                f"{mean['wall_s']:>10.1f}{mean['cpu_s']:>10.1f}   {each_f1}",
                flush=True,
            )
        peers = [name for name in means if name.startswith(PEER)]
        for peer, name in ((peer, name) for peer in peers for name in means if name not in peers):
            print(f"{shots:>5}  {compared(peer, means[peer], name, means[name])}", flush=True)


def compared(peer_name: str, peer: Cost, name: str, ours: Cost) -> str:
    """The ratios of two means, in a line; above 1 ours is faster. A peer that was cut off is also reckoned to its
    end, step by step."""
    ratios = [f"{clock} {peer[field] / ours[field]:.1f}x" for clock, field in CLOCKS.items()]
    line = f"{peer_name}/{name}: {', '.join(ratios)}, macro F1 {ours['macro_f1'] - peer['macro_f1']:+.4f}"
    if peer["part"] < 1:
        whole = [f"{clock} {peer[field] / peer['part'] / ours[field]:.0f}x" for clock, field in CLOCKS.items()]
        line += f"; {peer['part']:.1%} of its steps, all of them: {', '.join(whole)}"
    return line


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shots", default="8", help="labelled texts per class, with commas")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=0, help="others than 0, 1, 2 to choose settings with")
    parser.add_argument("--fits", default="frozen,triplet,supcon,setfit", help="with commas; setfit-N: N steps")
    parser.add_argument("--held", type=float, default=0.0, help="part of the texts that ours validates with")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=JSON", help="of our config")
    parser.add_argument("--rows", type=Path, help="JSONL of rows in place of TREC; a group stays on one side")
    parser.add_argument("--test", type=int, default=2000, help="test rows at most")
    parser.add_argument("--only", help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=0, help=argparse.SUPPRESS)
    return parser.parse_args()


def in_own_process(arguments: argparse.Namespace, name: str, shots: int, seed: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--only", name, "--shots", str(shots), "--seed", str(seed)]
    command += ["--held", str(arguments.held), "--test", str(arguments.test)]
    command += ["--rows", str(arguments.rows)] if arguments.rows else []
    command += [part for entry in arguments.set for part in ("--set", entry)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def fit(arguments: argparse.Namespace) -> dict[str, float]:
    rows, test = own_rows(arguments) if arguments.rows else trec()
    labelled = choose(rows, int(arguments.shots), arguments.seed)
    train = train_peer if arguments.only.startswith(PEER) else train_ours
    with tempfile.TemporaryDirectory() as directory:
        predicted, cost = train(arguments, labelled, test, Path(directory))
    return {"part": 1.0, **cost, **measure([row["label"] for row in test], predicted)}


def trec() -> tuple[list[Row], list[Row]]:
    """Training and test rows, no text twice."""
    parts: list[list[Row]] = []
    known: set[str] = set()
    for name in ("test", "train"):
        lines = (DATA / "classify" / "trec" / f"{name}.txt").read_text(encoding="latin-1").splitlines()
        rows = [dict(zip(("label", "text"), line.split(None, 1), strict=True)) for line in lines]
        parts.append([row for row in rows if row["text"] not in known and not known.add(row["text"])])  # type: ignore[func-returns-value]
    return parts[1], parts[0]


def own_rows(arguments: argparse.Namespace) -> tuple[list[Row], list[Row]]:
    """Rows to label from and test rows, a third of the groups; the same for every seed."""
    rows = [json.loads(line) for line in arguments.rows.read_text().splitlines()]
    groups = sorted({row.get("group") or row["text"] for row in rows})
    random.Random(0).shuffle(groups)
    held = set(groups[: len(groups) // 3])
    test = [row for row in rows if (row.get("group") or row["text"]) in held]
    random.Random(0).shuffle(test)
    return [row for row in rows if (row.get("group") or row["text"]) not in held], test[: arguments.test]


def choose(rows: list[Row], shots: int, seed: int) -> list[Row]:
    """So many rows of each label, or all there are."""
    by_label: dict[str, list[Row]] = {}
    for row in rows:
        by_label.setdefault(row["label"], []).append(row)
    draws = random.Random(seed)
    chosen = [
        row for label in sorted(by_label) for row in draws.sample(by_label[label], len(by_label[label]))[:shots]
    ]
    draws.shuffle(chosen)
    return chosen


def hold_back(rows: list[Row], share: float) -> tuple[list[Row], list[Row]]:
    """Our training and validation rows: the same share of each label."""
    seen: dict[str, int] = {}
    train: list[Row] = []
    validation: list[Row] = []
    for row in rows:
        number = seen[row["label"]] = seen.get(row["label"], 0) + 1
        (validation if int(number * share) > int((number - 1) * share) else train).append(row)
    return train, validation


def train_ours(
    arguments: argparse.Namespace, labelled: list[Row], test: list[Row], directory: Path
) -> tuple[list[str], Cost]:
    from engine.datasets.store import write_dataset
    from engine.tasks.text_classification import TASK, predict, train  # noqa: F401  (imported before the clock starts)
    from engine.text_encoder import load_encoder
    from engine.workspace import Workspace

    import_the_rest()
    load_encoder(BASE)
    rows, validation = hold_back(labelled, arguments.held)
    dataset = write_dataset(
        Workspace(directory),
        task=TASK.name,
        profile="bench",
        model="few-shot",
        splits={"train": rows, "validation": validation, "test": test},
        classes={},
        source="import",
    )
    settings = {key: json.loads(value) for key, _, value in (entry.partition("=") for entry in arguments.set)}
    method = {"train": {"method": arguments.only, **settings.pop("train", {})}}
    config = TASK.config_class(base=BASE, seed=arguments.seed, **method, **settings)
    started = clocks()
    paths = train_here(TASK, config, dataset, directory / "run")
    cost = since(started)
    classifier = predict.load(paths.model, "cpu")
    numbers = classifier.classify([row["text"] for row in test]).numbers
    return [classifier.labels[number] for number in numbers], cost


def train_peer(
    arguments: argparse.Namespace, labelled: list[Row], test: list[Row], directory: Path
) -> tuple[list[str], Cost]:
    """The script of SetFit's quickstart."""
    from datasets import Dataset
    from setfit import SetFitModel, Trainer, TrainingArguments

    from engine.base_models import resolve_base

    import_the_rest()
    SetFitModel.from_pretrained(resolve_base(BASE), device="cpu")
    steps = int(arguments.only.partition("-")[2] or -1)
    started = clocks()
    model = SetFitModel.from_pretrained(resolve_base(BASE), device="cpu")
    trainer = Trainer(
        model=model,
        args=TrainingArguments(
            output_dir=str(directory / "peer"),
            seed=arguments.seed,
            max_steps=steps,
            report_to="none",
            show_progress_bar=False,
            save_strategy="no",
        ),
        train_dataset=Dataset.from_list([{"text": row["text"], "label": row["label"]} for row in labelled]),
    )
    trainer.train()
    model.save_pretrained(str(directory / "peer-model"))
    cost = since(started) | {"part": trainer.st_trainer.state.global_step / pair_steps(labelled)}
    return [str(label) for label in model.predict([row["text"] for row in test])], cost


def pair_steps(labelled: list[Row]) -> int:
    """Steps of the peer's default: all pairs of two texts, those of one class repeated until they are as many."""
    counts = Counter(row["label"] for row in labelled)
    alike = sum(count * (count - 1) // 2 for count in counts.values())
    apart = len(labelled) * (len(labelled) - 1) // 2 - alike
    return math.ceil(2 * max(alike, apart) / 16)


def import_the_rest() -> None:
    """What both import only when they get there. Loading the base once brings in the rest of transformers."""
    import joblib  # noqa: F401
    import sklearn.linear_model  # noqa: F401


def measure(truth: list[str], predicted: list[str]) -> dict[str, float]:
    from sklearn.metrics import accuracy_score, f1_score

    return {
        "macro_f1": float(f1_score(truth, predicted, average="macro")),
        "accuracy": float(accuracy_score(truth, predicted)),
    }


def clocks() -> tuple[float, float]:
    """Wall time and time of all cores: the second tells more on a machine that does other work too."""
    return time.perf_counter(), time.process_time()


def since(started: tuple[float, float]) -> Cost:
    wall, cores = clocks()
    return {"wall_s": wall - started[0], "cpu_s": cores - started[1]}


if __name__ == "__main__":
    main()
