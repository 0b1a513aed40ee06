"""Features of folders: how many a second, and how much memory, beside reading the same snapshot alone.

    python benchmarks/features.py --index index.db --snapshot 1
    python benchmarks/features.py --folders 100000 --folders 1000000

The ratio is that of features to reading, in seconds of the clock; a CPU second is what a busy machine leaves.
With --index the snapshot of a real tree; with --folders drawn libraries of that size, whose drawing is what "reading"
is then. Each runs in a process of its own, so that its peak of memory is its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SEED = 7


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--index", type=Path, help="an index of `engine folders gather`")
    arguments.add_argument("--snapshot", type=int, default=1)
    arguments.add_argument("--folders", type=int, action="append", help="draw a library of so many folders")
    arguments.add_argument("--measure", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.measure:
        print(json.dumps(measure(**json.loads(given.measure))))
        return
    wanted: list[dict[str, Any]] = [{"folders": count} for count in given.folders or []]
    if given.index:
        wanted.append({"index": str(given.index), "snapshot": given.snapshot})
    widths = {"tree": -18, "folders": 10, "reading": 10, "features": 10, "a second": 10, "a CPU second": 14}
    widths |= {"again": 9, "ratio": 7, "peak": 10}
    print("".join(f"{name:{'<' if width < 0 else '>'}{abs(width)}}" for name, width in widths.items()))
    for one in wanted or [{"folders": 20_000}]:
        command = [sys.executable, __file__, "--measure", json.dumps(one)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        row = json.loads(done.stdout)
        print(
            f"{row['tree']:<18.18}{row['folders']:>10,}{row['reading_s']:>8.1f} s{row['features_s']:>8.1f} s"
            f"{row['folders'] / row['features_s']:>10,.0f}{row['folders'] / row['cpu_s']:>14,.0f}"
            f"{row['again_s']:>7.1f} s"
            f"{row['features_s'] / row['reading_s']:>7.1f}{row['peak_mib']:>6.0f} MiB",
            flush=True,
        )


def measure(index: str = "", snapshot: int = 1, folders: int = 0) -> dict[str, Any]:
    """One tree: seconds to read it, to store its features, and to find that nothing changed; peak of memory."""
    from engine.folders.samples.features import make_features
    from engine.folders.samples.training_db import training_db

    with _tree(index, snapshot, folders) as (name, nodes), tempfile.TemporaryDirectory() as place:
        started = time.perf_counter()
        for _ in nodes():
            pass
        reading = time.perf_counter() - started
        with training_db(Path(place) / "training.db", create=True) as db:
            cpu = time.process_time()
            first = make_features(db, nodes, root=name, snapshot=1)
            cpu = time.process_time() - cpu
            again = make_features(db, nodes, root=name, snapshot=1)
    return {
        "tree": name,
        "folders": first.samples,
        "reading_s": reading,
        "features_s": first.seconds,
        "cpu_s": cpu,
        "again_s": again.seconds,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


@contextmanager
def _tree(index: str, snapshot: int, folders: int) -> Iterator[tuple[str, Callable[[], Any]]]:
    if index:
        from engine.folders.snapshots.index import open_index

        with open_index(Path(index)) as opened:
            yield opened.snapshot(snapshot).root, lambda: opened.folders(snapshot)
    else:
        from engine.folders.drawn_library.draw import draw_library

        yield f"drawn {folders:,}", lambda: (folder.node for folder in draw_library(folders, SEED))


if __name__ == "__main__":
    main()
