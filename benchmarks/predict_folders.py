"""Folders predicted a second: ours beside `SetFitModel.predict`, with the same model on the same texts.

    uv run python benchmarks/predict_folders.py --folders 5000 --repeats 3
    uv run python benchmarks/predict_folders.py --folders 5000 --epochs 1    on an encoder that was trained
    uv run python benchmarks/predict_folders.py --sides setfit auto          all 100,000 folders
    uv run python benchmarks/predict_folders.py --device cuda:0

All 100,000 take the peer some ten minutes on two cores, and longer where something else runs. Look at the ratio of
processor time then.

A drawn library, a text of each folder by the default template. The model is trained for it: a head on 100 folders of
each label, and on the encoder with --epochs. The peer loads the directory with `SetFitModel.from_pretrained` and
gets the list of texts; its time is that of `predict`. Ours is `engine predict --training-db --save-predictions` from
an empty cache: reading the samples, making texts, embedding, storing embeddings and predictions. `again` is a second
call of it, which finds the embeddings. `bf16` and `fp32` are ours in one arithmetic. Each runs in a process of its
own; times are without imports and loading, which for ours measures the arithmetics (some 3 s): `loading` says it.
Beside the wall's, the ratio of processor time (all threads), which other programs on the machine change less. Sides
take turns, and the end tells each side's median.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from in_process import train_here

Result = dict[str, Any]
TASK_NAME, RUN = "text-classification", "20261120-143215-bench-folders-0001"
PER_LABEL = 100
SHOWN = {"setfit": "SetFit", "auto": "ours", "again": "ours again", "bf16": "ours, bf16", "fp32": "ours, fp32"}


def main() -> None:
    """Prepare once, run each side in a process of its own, print the table."""
    arguments = parse()
    if arguments.only:
        place, name = Path(arguments.place), arguments.only
        print(json.dumps(peer(place, arguments.device) if name == "setfit" else ours(place, arguments.device, name)))
        return
    with tempfile.TemporaryDirectory(dir=arguments.scratch) as directory:
        place = Path(directory)
        texts = prepare(place, arguments)
        print(
            f"{len(texts):,} folders, {len(set(texts)):,} different texts, {arguments.epochs} epochs, "
            f"{arguments.device}"
        )
        print(
            f"{'side':<12}{'seconds':>10}{'cpu s':>10}{'folders/s':>12}{'peak MiB':>10}{'wall ×':>8}{'cpu ×':>8}"
            f"{'same labels':>13}{'anew':>9}{'loading':>9}"
        )
        medians: dict[str, list[tuple[float, float]]] = {}
        for _ in range(arguments.repeats):
            shutil.rmtree(place / "cache", ignore_errors=True)
            other: Result = {}
            for name in ["setfit", *(side for side in arguments.sides if side != "setfit")]:
                result = in_own_process(place, name, arguments.device)
                other = other or result
                ratios = other["seconds"] / result["seconds"], other["cpu"] / result["cpu"]
                medians.setdefault(name, []).append(ratios)
                same = sum(a == b for a, b in zip(result["labels"], other["labels"], strict=True)) / len(texts)
                print(
                    f"{SHOWN[name]:<12}{result['seconds']:>10.2f}{result['cpu']:>10.2f}"
                    f"{len(texts) / result['seconds']:>12,.0f}{result['peak_mib']:>10.0f}{ratios[0]:>8.2f}"
                    f"{ratios[1]:>8.2f}{same:>13.4%}{result.get('again', 0):>9}{result.get('loading', 0):>9.1f}",
                    flush=True,
                )
        if arguments.repeats > 1:
            for name, ratios_of in medians.items():
                wall, cpu = (statistics.median(ratio[at] for ratio in ratios_of) for at in (0, 1))
                print(
                    f"{SHOWN[name]:<12}median of {arguments.repeats}: peer/ours wall {wall:.2f}, processor {cpu:.2f}"
                )


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folders", type=int, default=100_000)
    parser.add_argument("--epochs", type=int, default=0, help="of the encoder; 0: the head alone")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--scratch", help="where to work, in place of the system's directory")
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--sides", nargs="+", choices=list(SHOWN), default=list(SHOWN), help="the peer always runs")
    parser.add_argument("--only", choices=list(SHOWN), help=argparse.SUPPRESS)
    parser.add_argument("--place", help=argparse.SUPPRESS)
    return parser.parse_args()


def prepare(place: Path, arguments: argparse.Namespace) -> list[str]:
    """A training database of the library's folders, and a run that is trained on some of another library."""
    from engine.folders.drawn_library.draw import draw_library
    from engine.folders.samples.features import samples_of
    from engine.folders.samples.text import DEFAULT_TEMPLATE, text_of
    from engine.folders.samples.training_db import training_db
    from engine.runs.paths import RunPaths
    from engine.runs.spec import RunSpec

    with training_db(place / "training.db", create=True) as db:
        db.put(samples_of(lambda: (folder.node for folder in draw_library(arguments.folders, arguments.seed))))
        texts = [text_of(sample, DEFAULT_TEMPLATE) for sample in db.samples()]
    (place / "texts.json").write_text(json.dumps(texts))
    paths = RunPaths(place / "runs" / RUN)
    RunSpec(
        id=RUN, profile="bench", model="folders", task=TASK_NAME, dataset="", config={"template": DEFAULT_TEMPLATE}
    ).write(paths.spec)
    train_model(place, paths.root, arguments)
    return texts


def train_model(place: Path, directory: Path, arguments: argparse.Namespace) -> None:
    """A classifier of another library's folders, in the run's directory."""
    from engine.datasets.store import write_dataset
    from engine.tasks.catalog import find_task
    from engine.workspace import Workspace

    task = find_task(TASK_NAME)
    recipe = task.recipe_class(per_label=PER_LABEL, held_out_per_label=PER_LABEL // 2)
    made = task.generate(recipe, arguments.seed + 1)
    dataset = write_dataset(
        Workspace(place), task=task.name, profile="bench", model="folders", splits=made.splits, classes={},
        source="recipe",
    )  # fmt: skip
    train_here(task, task.config_class(epochs=arguments.epochs), dataset, directory, device=arguments.device)


def in_own_process(place: Path, name: str, device: str) -> Result:
    command = [sys.executable, __file__, "--only", name, "--place", str(place), "--device", device]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    result: Result = json.loads(done.stdout.splitlines()[-1])
    return result


def peer(place: Path, device: str) -> Result:
    """As SetFit's documentation predicts: its own batches of 32, sorted by length."""
    from setfit import SetFitModel

    model = SetFitModel.from_pretrained(str(place / "runs" / RUN / "model"), device=device)
    texts = json.loads((place / "texts.json").read_text())
    model.predict(texts[:32])
    started, used = time.perf_counter(), time.process_time()
    labels = model.predict(texts)
    spent = {"seconds": time.perf_counter() - started, "cpu": time.process_time() - used}
    return {**spent, "labels": [str(label) for label in labels], **peak()}


def ours(place: Path, device: str, name: str) -> Result:
    """`predict_folders` as the command calls it, the arithmetic apart; `again` finds what `auto` embedded."""
    from engine.folders.predictions.stream import Asked, predictions
    from engine.folders.predictions.tally import Tally
    from engine.folders.predictions.translation import unchanged
    from engine.folders.samples.text import DEFAULT_TEMPLATE
    from engine.folders.samples.training_db import Which, training_db
    from engine.tasks.catalog import find_task
    from engine.workspace import Workspace

    model = place / "runs" / RUN / "model"
    precision = "auto" if name == "again" else name
    load = find_task(TASK_NAME).module("at_scale").load_at_scale
    load(model, device, None, precision=precision).shares(["warm"] * 32)
    workspace = Workspace(place / "cache" / precision)
    started = time.perf_counter()
    classifier = load(model, device, workspace, precision=precision)
    loading = time.perf_counter() - started
    asked = Asked(
        run=name, taxonomy="legacy", template=DEFAULT_TEMPLATE, translation=unchanged(classifier.labels),
        which=Which(present=True), save=True,
    )  # fmt: skip
    with training_db(place / "training.db") as db:
        started, used = time.perf_counter(), time.process_time()
        for _ in predictions(db, classifier, asked, Tally()):
            pass
        spent = {"seconds": time.perf_counter() - started, "cpu": time.process_time() - used, "loading": loading}
        labels = [one.label for one in db.predictions(name, "legacy")]
    return {**spent, "labels": labels, "again": classifier.embedded_again, **peak()}


def peak() -> dict[str, float]:
    """Of this process alone: what getrusage says begins with the size of the process that started it."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return {"peak_mib": int(line.split()[1]) / 1024}


if __name__ == "__main__":
    main()
