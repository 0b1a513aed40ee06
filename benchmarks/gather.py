"""`engine folders gather` beside `find ROOT -printf …`, which writes the same facts of each entry to a file.

    uv run python benchmarks/gather.py                          /usr, three rounds
    uv run python benchmarks/gather.py ROOT --rounds 5 --readers 1,2,4
    uv run python benchmarks/gather.py --folders 1000000        a tree that `engine folders generate` draws first

Both are whole commands, from their start to their end, by turns; what is read lies in the page cache, for one `find`
ran before. `find` writes depth, kind, size, time of change and path; ours writes those into a database, and the
counts and extensions of each folder with them. Memory is that of all processes together, sampled. CPU is user +
system. "Best" is of all rounds: on a machine with other work to do it comes nearest to what the command itself needs.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil

FACTS = r"%d\t%y\t%s\t%T@\t%P\0"
SAMPLE_S = 0.02


@dataclass(frozen=True)
class Took:
    """What a command needed."""

    seconds: float
    cpu: float
    peak_mib: float


def main() -> None:
    """Run both by turns; print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", nargs="?", type=Path, default=Path("/usr"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--readers", default="", help="numbers of reading processes to compare; the default's alone")
    parser.add_argument("--folders", type=int, help="draw a tree of so many folders and read that")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        root = drawn(place / "library", arguments.folders) if arguments.folders else arguments.root
        compare(root, place, arguments.rounds, [int(one) for one in arguments.readers.split(",") if one])


def drawn(root: Path, folders: int) -> Path:
    """A tree as a collector of assets has it."""
    began = time.perf_counter()
    subprocess.run(engine("generate", str(root), "--folders", str(folders), "--seed", "0"), check=True)
    print(f"drew {folders:,} folders in {time.perf_counter() - began:.0f} s")
    return root


def compare(root: Path, place: Path, rounds: int, readers: list[int]) -> None:
    """The table: `find`, then ours with each number of readers, then ours once more on a tree that it knows."""
    find = ["find", str(root), "-printf", FACTS]
    written, index = place / "facts", place / "index.db"
    measured(find, written)
    nodes = written.read_bytes().count(b"\0")
    ours = {f"engine, {n} readers" if n else "engine": ["--readers", str(n)] if n else [] for n in readers or [0]}
    gather = engine("gather", str(root), "--db", str(index))
    took: dict[str, list[Took]] = {name: [] for name in ["find", *ours, "engine, again"]}
    for _ in range(rounds):
        took["find"].append(measured(find, written))
        for name, options in ours.items():
            for file in place.glob("index.db*"):
                file.unlink()
            took[name].append(measured([*gather, *options]))
        took["engine, again"].append(measured(gather))
    print(f"{root}: {nodes:,} entries, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {rounds} rounds")
    print(
        f"{'':<20}{'median s':>9}{'ratio':>7}{'best s':>9}{'ratio':>7}{'CPU s':>9}{'ratio':>7}{'entries/s':>11}",
        end="",
    )
    print(f"{'peak MiB':>10}")
    peer = took["find"]
    for name, runs in took.items():
        cells = ""
        for of, key in ((median, "seconds"), (min, "seconds"), (median, "cpu")):
            value = of(getattr(one, key) for one in runs)
            cells += f"{value:>9.2f}{value / of(getattr(one, key) for one in peer):>7.2f}"
        best = min(one.seconds for one in runs)
        print(f"{name:<20}{cells}{nodes / best:>11,.0f}{max(one.peak_mib for one in runs):>10.0f}")
    print(f"index.db: {sum(file.stat().st_size for file in place.glob('index.db*')) / 2 / nodes:.0f} bytes an entry")


def engine(*words: str) -> list[str]:
    """A command of `engine folders`."""
    return [sys.executable, "-m", "engine", "folders", *words]


def measured(command: list[str], output: Path | None = None) -> Took:
    """Run it to its end. Exits where it fails."""
    with (output or Path(os.devnull)).open("wb") as out:
        began, peak = time.perf_counter(), 0
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        watched = psutil.Process(process.pid)
        while True:
            done, status, usage = os.wait4(process.pid, os.WNOHANG)
            if done:
                break
            peak = max(peak, resident(watched))
            time.sleep(SAMPLE_S)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return Took(seconds, usage.ru_utime + usage.ru_stime, peak / 2**20)


def resident(process: psutil.Process) -> int:
    """Bytes of a process and of those it started."""
    total = 0
    try:
        for one in [process, *process.children()]:
            total += one.memory_info().rss
    except psutil.Error:
        pass  # one of them has just ended
    return total


if __name__ == "__main__":
    main()
