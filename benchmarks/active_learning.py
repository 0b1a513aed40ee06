"""Which folders to label: macro F1 after so many labels, by strategy, beside random sampling.

    uv run python benchmarks/active_learning.py
    uv run python benchmarks/active_learning.py --folders 4000 --seeds 3 --strategies margin,mixed
    uv run python benchmarks/active_learning.py --data trec

The data are a drawn asset library, its test folders of creators that the pool does not hold, or TREC
($FINETOP_SHARED_DATA, by default ../shared/data). Every strategy begins with the same random labels and then asks for
--round labels at a time, as `engine folders samples --strategy` does; `diversity N` is `engine folders samples
--diversity N`, which asks for all at once. The encoder is the untrained base; each figure is that of a logistic head
on all labels so far. Printed are means and standard deviations over seeds, and how many labels each takes for what
random sampling reaches.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.active_learning.arrays import Positions, Vectors
from engine.active_learning.curve import Examples, Point, labels_needed, learning_curve
from engine.active_learning.head import Labels
from engine.active_learning.rounds import SHARE, Labelled, Proposing, propose
from engine.active_learning.stopping import STOP_SET, stabilised

Row = dict[str, Any]
DATA = Path(os.environ.get("FINETOP_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))
STRATEGIES = "diversity 0,diversity 0.7,diversity 1,diverse,uncertainty,margin,disagreement,mixed"
SHOWN = (100, 200, 400)


@dataclass(frozen=True)
class Task:
    """A pool to label, and what a head is measured on."""

    rows: list[Row]
    pool: Examples
    test: Examples
    classes: int

    @cached_property
    def groups(self) -> NDArray[np.str_]:
        """The creator of each row."""
        return np.array([row["group"] for row in self.rows])


@dataclass(frozen=True)
class Outcome:
    """The curve of a strategy, and when its rule said stop in each seed."""

    curve: list[Point]
    stops: list[int | None]
    seconds: float


def main() -> None:
    """Measure random sampling and the strategies, and print the table."""
    arguments = parse()
    task = load(arguments)
    counts = np.bincount(task.pool.labels, minlength=task.classes)
    print(
        f"{arguments.data}: {len(counts)} classes, {len(task.rows)} to choose from ({counts.min()} to {counts.max()} "
        f"of a class), {len(task.test.labels)} to test; {arguments.seeds} seeds, rounds of {arguments.round}"
    )
    everything = learning_curve(
        task.pool, task.test, task.classes, sizes=[len(task.rows)], orders=[np.arange(len(task.rows))]
    )
    print(f"macro F1 of a head on all {len(task.rows)} labels: {everything[0].mean:.3f}")
    outcomes = {}
    for name in ["random", *arguments.strategies.split(",")]:
        outcomes[name] = measure(task, name, arguments)
        print_row(name, outcomes[name], outcomes["random"], arguments)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", choices=["library", "trec"], default="library")
    parser.add_argument("--folders", type=int, default=9000, help="folders of the drawn library")
    parser.add_argument("--tree", type=int, default=7, help="seed of the library")
    parser.add_argument("--taxonomy", default="legacy")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--labels", type=int, default=max(SHOWN))
    parser.add_argument("--start", type=int, default=20, help="random labels to begin with")
    parser.add_argument("--round", type=int, default=20, help="labels between two fits")
    parser.add_argument("--share", type=float, default=SHARE, help="part of a round that one creator may have")
    parser.add_argument("--strategies", default=STRATEGIES)
    parser.add_argument("--workspace", type=Path, help="keeps the embeddings for the next call")
    return parser.parse_args()


def measure(task: Task, name: str, arguments: argparse.Namespace) -> Outcome:
    """The mean curve over seeds."""
    started = time.monotonic()
    orders, stops = [], []
    for seed in range(arguments.seeds):
        order, stop = order_of(task, name, arguments, seed)
        orders.append(order)
        stops.append(stop)
    seconds = (time.monotonic() - started) / arguments.seeds
    sizes = range(arguments.start, arguments.labels + 1, arguments.round)
    return Outcome(learning_curve(task.pool, task.test, task.classes, sizes=sizes, orders=orders), stops, seconds)


def order_of(task: Task, name: str, arguments: argparse.Namespace, seed: int) -> tuple[Positions, int | None]:
    """Positions of the pool in the order of labelling, and after how many the stop rule spoke."""
    start = np.random.default_rng(seed).permutation(len(task.rows))
    if name == "random":
        return start[: arguments.labels], None
    if name.startswith("diversity"):
        return spread(task, float(name.split()[1]), arguments.labels, seed), None
    order, predictions = start[: arguments.start], []
    while len(order) < arguments.labels:
        known = Labelled(task.pool.vectors[order], task.pool.labels[order], task.classes)
        left = np.setdiff1d(np.arange(len(task.rows)), order)
        how = Proposing(name, arguments.round, seed=seed, share=arguments.share)  # type: ignore[arg-type]
        made = propose(known, task.pool.vectors[left], how, groups=task.groups[left].tolist())
        if made.head is not None:
            predictions.append((len(order), made.head.predict(task.pool.vectors[start[:STOP_SET]])))
        order = np.concatenate([order, left[made.positions]])
    return order, stop_of(predictions)


def stop_of(predictions: Sequence[tuple[int, Labels]]) -> int | None:
    """After how many labels predictions of the same examples had not changed for three rounds."""
    for rounds in range(1, len(predictions) + 1):
        if stabilised([said for _, said in predictions[:rounds]]).stop:
            return predictions[rounds - 1][0]
    return None


def spread(task: Task, diversity: float, count: int, seed: int) -> Positions:
    """As `engine folders samples --diversity` chooses."""
    from collections import Counter

    from engine.datasets.sampling import stream
    from engine.folders.selection.spread import spread_out
    from engine.folders.selection.strata import seats

    strata = [(row["group"], row.get("path", "").count("/") + 1) for row in task.rows]
    random = stream(seed, "choice")
    turns = seats(Counter(strata), count, random)
    vectors = task.pool.vectors if diversity else None
    return np.array(spread_out(strata, turns, diversity, random, vectors=vectors), dtype=np.int64)


def print_row(name: str, outcome: Outcome, random: Outcome, arguments: argparse.Namespace) -> None:
    if name == "random":
        shown = "".join(f"{f'after {count}':>16}" for count in SHOWN if count <= arguments.labels)
        print(f"{'':<15}{shown}  labels for what random reaches after 200, after 400; s a seed; stop rule")
    figures = ""
    for count in SHOWN:
        point = next((point for point in outcome.curve if point.labels == count), None)
        if point is not None:
            figures += f"{f'{point.mean:.3f} ± {np.std(point.values, ddof=1):.3f}':>16}"
    needed = ", ".join(
        savings(outcome.curve, random.curve, count) for count in SHOWN[1:] if count <= arguments.labels
    )
    print(f"{name:<15}{figures}  {needed}; {outcome.seconds:.2f}; {stopped(outcome.stops)}", flush=True)


def savings(curve: list[Point], random: list[Point], count: int) -> str:
    """How many labels a strategy takes for what random sampling reaches after `count`."""
    wanted = next((point.mean for point in random if point.labels == count), None)
    needed = None if wanted is None else labels_needed(curve, wanted)
    return "more" if needed is None else f"{needed:.0f} ({needed / count - 1:+.0%})"


def stopped(stops: Sequence[int | None]) -> str:
    at = [stop for stop in stops if stop is not None]
    return f"after {np.mean(at):.0f} in {len(at)} of {len(stops)}" if at else "–"


def load(arguments: argparse.Namespace) -> Task:
    rows, test = (library if arguments.data == "library" else trec)(arguments)
    names = sorted({row["label"] for row in rows})
    number_of = {name: number for number, name in enumerate(names)}
    test = [row for row in test if row["label"] in number_of]
    embed = embedder(arguments.workspace)

    def examples(part: Sequence[Row]) -> Examples:
        labels: Labels = np.array([number_of[row["label"]] for row in part], dtype=np.int64)
        return Examples(embed([row["text"] for row in part]), labels)

    return Task(rows, examples(rows), examples(test), len(names))


def library(arguments: argparse.Namespace) -> tuple[list[Row], list[Row]]:
    """Every folder with another text, as frequent as they are; creators are either in the pool or in the test."""
    from engine.tasks.catalog import find_task

    task = find_task("text-classification")
    recipe = task.recipe_class.model_validate(
        {"folders": arguments.folders, "taxonomy": arguments.taxonomy, "per_label": 0, "held_out_per_label": 0}
    )
    splits = task.generate(recipe, arguments.tree).splits
    return [*splits["train"], *splits["validation"]], splits["test"]


def trec(_: argparse.Namespace) -> tuple[list[Row], list[Row]]:
    """Six kinds of questions (Li & Roth 2002)."""

    def rows(name: str) -> list[Row]:
        lines = (DATA / "classify" / "trec" / name).read_text(errors="replace").splitlines()
        return [
            {"label": line.split(" ", 1)[0], "text": line.split(" ", 1)[1], "group": str(number)}
            for number, line in enumerate(lines)
        ]

    return rows("train.txt"), rows("test.txt")


def embedder(place: Path | None) -> Callable[[Sequence[str]], Vectors]:
    from engine.tasks.text_classification.config import Config
    from engine.tasks.text_classification.embedding import base_embedder
    from engine.workspace import Workspace

    directory = place or Path(tempfile.mkdtemp(prefix="finetop-bench-"))
    return base_embedder(Config(), Workspace(directory))


if __name__ == "__main__":
    main()
