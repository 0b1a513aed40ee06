"""Curation on pictures with planted faults: what is found of them, and how much of what is found is one.

    python benchmarks/curation.py                        drawn pictures: 12 classes of 40
    python benchmarks/curation.py FOLDER                 class folders (of their `train`, where there is one)
    python benchmarks/curation.py FOLDER --seeds 5
    python benchmarks/curation.py --speed 10000          pictures of 64 pixels: seconds and memory

Faults are planted by a seed (planted_faults.py): 5 % each of blur, bad exposure, wrong labels and duplicates. Counts
are summed over the seeds. Beside ours stand what people do without: a variance of the Laplacian below 100, the same
bytes, a hash that differs in at most 5 bits, and confident learning by itself on the same probabilities
(engine/active_learning/label_errors.py, and cleanlab with its defaults). A natural near-duplicate, which nobody
planted, counts against everybody. Thresholds were chosen on the ORL faces and the drawn pictures, and on no other.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from planted_faults import Planted, draw_pictures, plant, read_class_folders

from engine.active_learning.label_errors import label_errors
from engine.curation import descriptors
from engine.curation.curate import curate
from engine.curation.decisions import Known, read_decisions
from engine.curation.findings import entries_of
from engine.curation.hashing import pairs_within
from engine.curation.label_errors import out_of_fold
from engine.curation.measuring import Measured, measure
from engine.curation.paths import CurationPaths
from engine.curation.settings import settings_from
from engine.datasets.files import content_name
from engine.datasets.store import Dataset, write_dataset
from engine.workspace import Workspace

Found = dict[tuple[str, str], set[int]]
"""Kind of fault and who looked for it → rows."""
KINDS = {"blur": "blur", "exposure": "exposure", "duplicate": "duplicate", "label": "label"}


def main() -> None:
    """Print the table."""
    arguments = parse()
    if arguments.speed:
        measure_speed(arguments.speed)
        return
    totals: Counter[tuple[str, str, str]] = Counter()
    missed: Counter[str] = Counter()
    seconds = 0.0
    for seed in range(arguments.seeds):
        pictures = read_class_folders(arguments.folder) if arguments.folder else draw_pictures(12, 40, seed)
        planted = plant(pictures, seed)
        started = time.perf_counter()
        found = search(planted, arguments.threshold)
        seconds += time.perf_counter() - started
        count(found, planted, totals, missed)
    print(f"{arguments.folder or 'drawn pictures'}: {len(planted)} pictures, seeds 0 to {arguments.seeds - 1}")
    print(f"{'fault':<11}{'by':<34}{'precision':>10}{'recall':>8}{'F1':>7}   found right / found / planted")
    for kind, who in dict.fromkeys((kind, who) for kind, who, _ in totals):
        right, every, there = (totals[kind, who, name] for name in ("right", "found", "planted"))
        precision, recall = right / max(every, 1), right / max(there, 1)
        f1 = 2 * right / max(every + there, 1)
        print(f"{kind:<11}{who:<34}{precision:>10.2f}{recall:>8.2f}{f1:>7.2f}   {right} / {every} / {there}")
    if missed:
        print("missed by ours: " + ", ".join(f"{name} {times}" for name, times in missed.most_common(12)))
    for kind in KINDS:
        scores = {
            who: 2 * totals[kind, who, "right"] / max(totals[kind, who, "found"] + totals[kind, who, "planted"], 1)
            for known, who in dict.fromkeys((kind, who) for kind, who, _ in totals)
            if known == kind
        }
        peers = {who: score for who, score in scores.items() if who != "ours"}
        if peers:
            best = max(peers, key=peers.__getitem__)
            ratio = scores["ours"] / peers[best] if peers[best] else float("inf")
            print(f"{kind}: F1 {scores['ours']:.2f} beside {peers[best]:.2f} ({best}), ratio {ratio:.2f}")
    print(f"{seconds / arguments.seeds:.1f} s for each seed, all searches and the peers together")


def search(planted: Sequence[Planted], thresholds: Sequence[str]) -> Found:
    """What every side finds: rows, by number."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        dataset = stored(workspace, planted)
        curate(workspace, dataset, settings_from((), thresholds))
        decisions = read_decisions(
            CurationPaths.of(workspace, dataset).decisions, Known.of(entries_of(dataset), labelled=True)
        )
        found: Found = {(kind, "ours"): set() for kind in KINDS}
        for one in decisions:
            for problem in one.problems:
                kind = {"leak": "duplicate", "conflict": ""}.get(problem, problem)
                if kind in KINDS:
                    found[kind, "ours"].add(one.line - 1)
        names = [content_name(one.content, one.suffix) for one in planted]
        measured = measure([dataset.path / "files" / name for name in names])
    return found | peers(planted, measured)


def peers(planted: Sequence[Planted], measured: Measured) -> Found:
    """What simple means find."""
    found: Found = {
        ("blur", "variance of the Laplacian < 100"): set(np.flatnonzero(measured.laplacian < 100).tolist())
    }
    seen: set[str] = set()
    same = {at for at, one in enumerate(planted) if (digest(one) in seen) or seen.add(digest(one))}
    found["duplicate", "the same bytes"] = same
    near: set[int] = set()
    for pairs, _ in pairs_within(measured.hashes, 5):
        near.update(pairs[:, 1].tolist())
    found["duplicate", "perceptual hash, at most 5 bits"] = near
    names = sorted({one.label for one in planted})
    labels = np.array([names.index(one.label) for one in planted])
    vectors = descriptors.combined([measured.appearance, measured.edges])
    probabilities = out_of_fold(vectors, labels, np.arange(len(planted)), seed=13)
    found["label", "engine.active_learning"] = {error.at for error in label_errors(probabilities, labels)}
    from cleanlab.filter import find_label_issues

    smooth = np.clip(probabilities, 1e-6, None)
    smooth /= smooth.sum(axis=1, keepdims=True)
    issues = find_label_issues(labels, smooth, n_jobs=1)
    found["label", "cleanlab with its defaults"] = set(np.flatnonzero(issues).tolist())
    return found


def count(
    found: Found, planted: Sequence[Planted], totals: Counter[tuple[str, str, str]], missed: Counter[str]
) -> None:
    """Add a seed's figures. Of a pair of duplicates either one counts: nobody can tell which is the copy."""
    source_of = {one.source: at for at, one in enumerate(planted) if one.source >= 0}
    for (kind, who), rows in found.items():
        there = {at for at, one in enumerate(planted) if one.fault == kind}
        named = {source_of.get(at, at) for at in rows} if kind == "duplicate" else rows
        totals[kind, who, "right"] += len(named & there)
        totals[kind, who, "found"] += len(named)
        totals[kind, who, "planted"] += len(there)
        if who == "ours":
            missed.update(
                f"{kind} {planted[at].kind.split()[0] if planted[at].kind else ''}".strip() for at in there - named
            )


def stored(workspace: Workspace, planted: Sequence[Planted]) -> Dataset:
    """The pictures as one split of a dataset."""
    rows, files = [], {}
    for one in planted:
        name = content_name(one.content, one.suffix)
        files[name] = one.content
        rows.append({"image": f"files/{name}", "width": one.size[0], "height": one.size[1], "label": one.label})
    return write_dataset(
        workspace,
        task="image-classification",
        profile="bench",
        model="planted",
        splits={"train": rows},
        classes={"train": dict(Counter(one.label for one in planted))},
        source="import",
        files=files,
    )


def measure_speed(pictures: int) -> None:
    """Seconds of each stage and the highest memory, on drawn pictures with planted faults."""
    planted = plant(draw_pictures(20, -(-pictures // 20), 0), 0)
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        dataset = stored(workspace, planted)
        del planted
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        stages: dict[str, float] = {}
        started = last = time.perf_counter()

        def watch(stage: str, done: int, total: int) -> None:
            nonlocal last
            now = time.perf_counter()
            stages[stage] = stages.get(stage, 0.0) + now - last
            last = now

        done = curate(workspace, dataset, watcher=watch)
        wall = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    parts = ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in stages.items())
    print(f"{done.rows} pictures in {wall:.1f} s ({done.rows / wall:.0f} a second): {parts}")
    print(f"highest memory {peak >> 10} MiB; {before >> 10} MiB before, of drawing them")


def digest(one: Planted) -> str:
    """Of the very bytes."""
    return hashlib.sha256(one.content).hexdigest()


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, help="class folders; drawn pictures by default")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--threshold", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--speed", type=int, metavar="PICTURES", help="measure time and memory instead")
    arguments = parser.parse_args()
    if arguments.folder and not arguments.folder.is_dir():
        sys.exit(f"{arguments.folder}: no such folder")
    return arguments


if __name__ == "__main__":
    main()
