"""Drift between the inputs of the training and recent ones: false alarms at the stated rate, and shifts seen.

    python benchmarks/drift.py                    all of it: 15 minutes on one core
    python benchmarks/drift.py alarms             false alarms of single tests, at 1 % and 5 %
    python benchmarks/drift.py months             false alarms in months of daily tests, at 1 % and 5 % a month
    python benchmarks/drift.py shifts             planted shifts, at the rate of one daily test of 1 % a month

Everything is resampled from pools with replacement, so that what is called unchanged is unchanged. Texts are those of
the profile utility, embedded by MiniLM; pictures those of the profile infrared, described as they are for models
without embeddings (engine/triggers/vectors.py); confidences are drawn from a beta distribution. Beside ours stands
what people do without: Kolmogorov and Smirnov's test of every dimension by itself at the same rate (scipy's
approximation), with Bonferroni's correction and without, and a population stability index above 0.2.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, stats

from engine import api
from engine.profiles.triggers import Environment
from engine.tasks.catalog import find_task
from engine.text_encoder import load_encoder
from engine.triggers import drift
from engine.triggers.vectors import look_of
from engine.vision.pixels import decode, inline

Vectors = NDArray[np.floating]
Test = Callable[[Vectors, Vectors, int], float]
"""Reference, recent inputs, seed → what alarms where it is no larger than the rate."""
Sources = dict[str, tuple[Vectors, dict[str, Test]]]
"""What inputs are of → what they are drawn from, and what tests them."""
REFERENCE, WINDOW = 200, 100
CUSTOMARY = 0.2
NORMAL = "64 normal dimensions"
DAYS = 30


@dataclass(frozen=True)
class Pools:
    """What is drawn from: as it is, and changed."""

    texts: Vectors
    unseen: Vectors
    """Texts of other words and sentences."""
    pictures: Vectors
    labels: NDArray[np.str_]
    """Of the pictures."""
    brighter: dict[str, Vectors]
    blurred: dict[str, Vectors]


def main() -> None:
    """Print the tables that are asked for."""
    arguments = parse()
    begun = time.process_time()
    pools = make_pools(changed=arguments.part in ("shifts", "all"))
    sources: Sources = {
        "texts": (pools.texts, VECTORS),
        "pictures": (pools.pictures, VECTORS),
        "confidences": (np.random.default_rng(0).beta(8, 2, size=(20_000, 1)), NUMBERS),
    }
    chosen = {name: source for name, source in sources.items() if name in (arguments.inputs or sources)}
    if arguments.part in ("alarms", "all"):
        print_alarms(chosen, arguments.resamples)
    if arguments.part in ("months", "all"):
        print_months(chosen, arguments.tests or [*VECTORS, *NUMBERS], arguments.first, arguments.months)
    if arguments.part in ("shifts", "all"):
        print_shifts(pools, arguments.inputs or [*sources, NORMAL], arguments.repeats)
    print(f"\n{time.process_time() - begun:.0f} s of one core")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Drift: false alarms and planted shifts.")
    parser.add_argument("part", nargs="?", default="all", choices=["alarms", "months", "shifts", "all"])
    parser.add_argument("--inputs", nargs="*", choices=["texts", "pictures", "confidences"])
    parser.add_argument("--tests", nargs="*", choices=[*VECTORS, *NUMBERS], help="Of months.")
    parser.add_argument("--resamples", type=int, default=2000)
    parser.add_argument("--months", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="Of months: the seed of the first, to go on elsewhere.")
    parser.add_argument("--repeats", type=int, default=100)
    return parser.parse_args()


# ---- tests --------------------------------------------------------------------------------------------------------


def ours(test: Callable[..., drift.Shift]) -> Test:
    return lambda before, now, seed: test(before, now, seed).p


def every_dimension(before: Vectors, now: Vectors, seed: int) -> float:
    """Kolmogorov and Smirnov's test of every dimension: the smallest p-value, approximated as scipy does."""
    pooled = np.concatenate([before, now])
    order = np.argsort(pooled, axis=0, kind="stable")
    apart = np.cumsum(np.where(order >= len(before), 1 / len(now), -1 / len(before)), axis=0)
    ordered = np.take_along_axis(pooled, order, axis=0)
    apart[:-1][ordered[:-1] == ordered[1:]] = 0  # between equal values nothing is to be told
    effective = len(before) * len(now) / (len(before) + len(now))
    return float(stats.kstwo.sf(np.abs(apart).max(), round(effective)))


def corrected(before: Vectors, now: Vectors, seed: int) -> float:
    return every_dimension(before, now, seed) * before.shape[1]


def our_psi(before: Vectors, now: Vectors, seed: int) -> float:
    found = drift.psi(before[:, 0], now[:, 0], seed)
    return found.p if found.value >= CUSTOMARY else 1.0


def customary_psi(before: Vectors, now: Vectors, seed: int) -> float:
    """Ten parts of the reference, and 0.2, whatever the rate."""
    return 0.0 if drift._stability(before[:, 0], now[:, 0]) >= CUSTOMARY else 1.0


VECTORS: dict[str, Test] = {
    "mmd": ours(drift.mmd),
    "classifier": ours(drift.classifier),
    "KS, Bonferroni": corrected,
    "KS, uncorrected": every_dimension,
}
NUMBERS: dict[str, Test] = {"psi": our_psi, "PSI > 0.2": customary_psi, "KS": every_dimension}
RATES = (0.01, 0.05)
HEAD = f"{'inputs':<16}{'test':<34}{'stated':>8}{'measured':>10}   {'95 % interval':<18}{'ratio':>6}"


# ---- false alarms -------------------------------------------------------------------------------------------------


def print_alarms(sources: Sources, resamples: int) -> None:
    print(f"\nFalse alarms of a test in {resamples} resamplings ({REFERENCE} inputs of before, {WINDOW} recent ones)")
    print(HEAD)
    for name, (pool, tests) in sources.items():
        for label, test in tests.items():
            found = np.array([test(*drawn(pool, seed), seed) for seed in range(resamples)])
            for rate in RATES:
                print_rate(name, label, rate, int((found <= rate).sum()), resamples)


def print_months(sources: Sources, chosen: Sequence[str], first: int, months: int) -> None:
    print(
        f"\nMonths with a false alarm, of {months}: {WINDOW} fresh inputs are tested on each of {DAYS} days against"
    )
    print(f"the same {REFERENCE} of before. Each test gets its share of the rate; uncontrolled it gets all of it.")
    print(HEAD)
    for name, (pool, tests) in sources.items():
        for label, test in tests.items():
            if label == "KS, uncorrected" or label not in chosen:
                continue
            smallest = np.array([smallest_in_a_month(pool, test, month) for month in range(first, first + months)])
            for rate in RATES:
                share = Environment(rate=rate).rate_per_test
                print_rate(name, label, rate, int((smallest <= share).sum()), months)
                if "PSI" not in label:
                    print_rate(name, f"{label}, uncontrolled", rate, int((smallest <= rate).sum()), months)


def smallest_in_a_month(pool: Vectors, test: Test, month: int) -> float:
    source = np.random.default_rng([month, 10])
    before = sample(pool, REFERENCE, source)
    return min(test(before, sample(pool, WINDOW, source), month * DAYS + day) for day in range(DAYS))


def print_rate(name: str, test: str, stated: float, alarms: int, of: int) -> None:
    low, high = exact_interval(alarms, of)
    print(
        f"{name:<16}{test:<34}{stated:>8.3f}{alarms / of:>10.4f}   {f'{low:.4f} to {high:.4f}':<18}"
        f"{alarms / of / stated:>6.2f}",
        flush=True,
    )


def exact_interval(found: int, of: int) -> tuple[float, float]:
    """95 %, Clopper and Pearson."""
    low = float(stats.beta.ppf(0.025, found, of - found + 1)) if found else 0.0
    return low, float(stats.beta.ppf(0.975, found + 1, of - found)) if found < of else 1.0


# ---- shifts -------------------------------------------------------------------------------------------------------


def print_shifts(pools: Pools, inputs: Sequence[str], repeats: int) -> None:
    share = Environment(rate=0.01).rate_per_test
    print(f"\nPart of {repeats} planted shifts that one test sees at its share of 1 % a month (p ≤ {share:.2g})")
    names = [name for name in VECTORS if name != "KS, uncorrected"]
    print(f"{'shift':<44}" + "".join(f"{name:>16}" for name in names) + f"{'mmd / KS':>16}")
    for label, before, after in shifts(pools):
        if label.partition(",")[0] not in inputs:
            continue
        seen = {}
        for name in names:
            found = 0
            for seed in range(repeats):
                source = np.random.default_rng([seed, 7])
                found += VECTORS[name](before(source, REFERENCE), after(source, WINDOW), seed) <= share
            seen[name] = found / repeats
        peer = seen["KS, Bonferroni"]
        ratio = f"{seen['mmd'] / peer:.2f}" if peer else ("–" if not seen["mmd"] else "∞")
        print(f"{label:<44}" + "".join(f"{seen[name]:>16.2f}" for name in names) + f"{ratio:>16}", flush=True)
    if "confidences" in inputs:
        print_moved_confidences(share, repeats)


def print_moved_confidences(share: float, repeats: int) -> None:
    print(f"\n{'confidences, beta(8, 2) before':<44}{'psi':>16}{'PSI > 0.2':>16}{'KS':>16}{'ours / KS':>16}")
    for a, b in [(8, 2), (7, 2), (6, 2), (5, 2), (4, 2)]:
        seen = dict.fromkeys(NUMBERS, 0.0)
        for seed in range(repeats):
            source = np.random.default_rng([seed, 8])
            pair = source.beta(8, 2, size=(REFERENCE, 1)), source.beta(a, b, size=(WINDOW, 1))
            for name, test in NUMBERS.items():
                seen[name] += (test(*pair, seed) <= share) / repeats
        ratio = f"{seen['psi'] / seen['KS']:.2f}" if seen["KS"] else "–"
        print(f"{f'beta({a}, {b})':<44}" + "".join(f"{seen[name]:>16.2f}" for name in NUMBERS) + f"{ratio:>16}")


def shifts(pools: Pools) -> list[tuple[str, Draw, Draw]]:
    found: list[tuple[str, Draw, Draw]] = []
    for size in (0.5, 1.0, 1.5, 2.0):
        moved = np.full(64, size / math.sqrt(64))
        found.append((f"{NORMAL}, mean moved by {size:g}", normal(np.zeros(64)), normal(moved)))
    for size in (1.1, 1.25, 1.5):
        found.append((f"{NORMAL}, spread {size:g} times", normal(np.zeros(64)), normal(np.zeros(64), size)))
    texts = of(pools.texts)
    for part in (0.1, 0.2, 0.4, 1.0):
        found.append((f"texts, {part:.0%} of other words", texts, mixed(pools.texts, pools.unseen, part)))
    pictures = of(pools.pictures)
    for name, changed in {**pools.brighter, **pools.blurred}.items():
        found.append((f"pictures, {name}", pictures, of(changed)))
    common = pools.pictures[pools.labels == pools.labels[0]]
    for part in (0.1, 0.2, 0.4):
        found.append((f"pictures, {part:.0%} more of one class", pictures, mixed(pools.pictures, common, part)))
    return found


Draw = Callable[[np.random.Generator, int], Vectors]


def sample(pool: Vectors, count: int, source: np.random.Generator) -> Vectors:
    return pool[source.integers(len(pool), size=count)]


def drawn(pool: Vectors, seed: int) -> tuple[Vectors, Vectors]:
    source = np.random.default_rng([seed, 9])
    return sample(pool, REFERENCE, source), sample(pool, WINDOW, source)


def of(pool: Vectors) -> Draw:
    return lambda source, count: sample(pool, count, source)


def normal(mean: Vectors, spread: float = 1.0) -> Draw:
    return lambda source, count: source.normal(size=(count, len(mean))) * spread + mean


def mixed(pool: Vectors, other: Vectors, part: float) -> Draw:
    def draw(source: np.random.Generator, count: int) -> Vectors:
        changed = source.random(count) < part
        return np.where(changed[:, None], sample(other, count, source), sample(pool, count, source))

    return draw


# ---- pools --------------------------------------------------------------------------------------------------------


def make_pools(*, changed: bool) -> Pools:
    """`changed`: with the pictures that are changed, which take a while."""
    seen, unseen = draw_texts(4)
    encoder = load_encoder("all-MiniLM-L6-v2")
    pictures, labels = draw_pictures()
    levels, widths = ((1.02, 1.05, 1.1, 1.2), (0.3, 0.4, 0.5, 0.7)) if changed else ((), ())
    return Pools(
        texts=encoder.embed(seen),
        unseen=encoder.embed(unseen),
        pictures=described(pictures),
        labels=np.array(labels),
        brighter={f"{level:g} times as bright": described([one * level for one in pictures]) for level in levels},
        blurred={f"blurred by {by:g} pixels": described([blurred(one, by) for one in pictures]) for by in widths},
    )


def draw_texts(seeds: int) -> tuple[list[str], list[str]]:
    """Sentences of the training's words and patterns, and those of the test's own."""
    (model,) = api.resolve_models("utility", ["ner"])
    seen, unseen = [], []
    for seed in range(seeds):
        splits = find_task(model.task).generate(model.recipe, seed).splits  # type: ignore[arg-type]
        seen += [row["text"] for row in splits["train"]]
        unseen += [row["text"] for row in splits["test"] if row["slice"] == "unseen"]
    return seen, unseen


def draw_pictures() -> tuple[list[NDArray[np.float32]], list[str]]:
    (model,) = api.resolve_models("infrared", ["targets"], preset="quick")
    made = find_task(model.task).generate(model.recipe, 0)  # type: ignore[arg-type]
    rows = made.splits["train"]
    return [decode(made.files[row["image"].split("/")[1]], row["image"]) for row in rows], [
        row["label"] for row in rows
    ]


def blurred(picture: NDArray[np.float32], width: float) -> NDArray[np.float32]:
    return np.asarray(ndimage.gaussian_filter(picture, (width, width, 0)))


def described(pictures: Sequence[NDArray[np.float32]]) -> Vectors:
    return np.stack([look_of(inline(one)) for one in pictures])


if __name__ == "__main__":
    main()
