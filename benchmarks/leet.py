"""The console beside `wandb leet`: the same runs, the same pseudo-terminal of 160 × 48, one after the other.

    python benchmarks/leet.py [--only load|many|live|idle] [--data FOLDER] [--seconds 20] [--rounds 3]

Complete is the moment of the last change of a braille cell before the screen rests: both draw curves with braille
and nothing else, so it needs no knowledge of either layout. It counts from the start of the process, with Python's
and Textual's (LEET's: Python's and its Go program's) own start in it; LEET is also started without its Python.
The runs are written once under FOLDER, LEET's by `wandb` in its offline mode.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pseudo_terminal import HEIGHT, WIDTH, Terminal
from run_directories import fill
from run_shapes import ours, ours_live, theirs, theirs_live, theirs_many
from screen import Screen

QUIET_S = 2.5
"""A screen that was not written to for so long rests."""
PATIENCE_S = 60.0
_BRAILLE = range(0x2800, 0x2900)


@dataclass(frozen=True)
class Load:
    """What it took until the screen rested."""

    first_s: float
    """To the first cell."""
    complete_s: float
    upper_s: float
    """To the last change in the upper half of the screen: there ours has its list. Below it are figures of this
    machine, whose second reading comes after a second; theirs shows none."""
    cpu_s: float
    memory_mib: float
    written: int


@dataclass(frozen=True)
class Living:
    """What a second of a live screen costs."""

    bytes_per_s: float
    cpu_percent: float
    memory_mib: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=("load", "many", "live", "idle"))
    parser.add_argument("--data", type=Path, default=Path(tempfile.gettempdir()) / "finetop-leet")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long each live screen is measured")
    parser.add_argument("--rounds", type=int, default=3, help="starts of each side; the quickest counts")
    options = parser.parse_args()
    parts: dict[str, Callable[[], None]] = {
        "load": lambda: (load(options, 100_000, 4), load(options, 50_000, 20), None)[-1],
        "many": lambda: many(options, 1000),
        "live": lambda: live(options),
        "idle": lambda: idle(options),
    }
    print(f"{'what':<44}{'finetop':>12}{'LEET':>12}{'ratio':>8}{'LEET alone':>12}{'ratio':>8}")
    for name, part in parts.items():
        if options.only in (None, name):
            part()


def finetop(workspace: Path) -> list[str]:
    """The command of ours."""
    return [sys.executable, "-m", "tui", "--workspace", str(workspace)]


def leet(target: Path) -> list[str]:
    """The command of theirs, as people type it."""
    return [str(Path(sys.executable).parent / "wandb"), "leet", str(target)]


def leet_alone(target: Path) -> list[str]:
    """Theirs without the Python that starts it."""
    import importlib.util

    package = importlib.util.find_spec("wandb")
    assert package is not None
    assert package.origin is not None
    core = str(Path(package.origin).parent / "bin" / "wandb-core")
    runs = target.parent if target.name.startswith("offline-run") else target
    one = [] if runs == target else ["--run-file", str(next(target.glob("*.wandb")))]
    return [core, "leet", "run", "--base-url", "https://api.wandb.ai", *one, str(runs)]


# -- load


def load(options: argparse.Namespace, steps: int, metrics: int) -> None:
    """One finished run, from start to complete charts."""
    name = f"{steps}x{metrics}"
    mine = ours(options.data / f"ours-{name}", steps, metrics)
    other = theirs(options.data / f"wandb-{name}", steps, metrics)
    loads = [
        quickest(command, options.rounds) for command in (finetop(mine.parent.parent), leet(other), leet_alone(other))
    ]
    what = f"{steps:,} × {metrics}"
    row(f"{what}: charts complete, s", [load.complete_s for load in loads])
    row("  from the first cell on, s", [load.complete_s - load.first_s for load in loads])
    row("  processor seconds", [load.cpu_s for load in loads])
    row("  memory at most, MiB", [load.memory_mib for load in loads])
    row("  KB written", [load.written / 1000 for load in loads])


def many(options: argparse.Namespace, count: int) -> None:
    """A workspace of many runs, until the screen rests."""
    mine = options.data / f"ours-{count}-runs"
    if not (mine / "complete").exists():
        fill(mine, count)
        (mine / "complete").touch()
    other = theirs_many(options.data / f"wandb-{count}-runs", count)
    loads = [
        quickest(command, options.rounds, curves_only=False)
        for command in (finetop(mine), leet(other), leet_alone(other))
    ]
    row(f"{count:,} runs: first cell, s", [load.first_s for load in loads])
    row("  the list complete, s", [loads[0].upper_s, *(load.complete_s for load in loads[1:])])
    row("  at rest, s", [load.complete_s for load in loads])
    row("  processor seconds", [load.cpu_s for load in loads])
    row("  memory at most, MiB", [load.memory_mib for load in loads])
    row("  KB written", [load.written / 1000 for load in loads])


def quickest(command: list[str], rounds: int, *, curves_only: bool = True) -> Load:
    """The round that was complete first: what disturbs a start only ever makes it longer."""
    return min((loaded(command, curves_only) for _ in range(rounds)), key=lambda load: load.complete_s)


def loaded(command: list[str], curves_only: bool) -> Load:
    """Start it, and wait until its screen rests."""
    with Terminal(command) as terminal:
        pieces = terminal.record(PATIENCE_S, quiet_s=QUIET_S)
        cpu_s = terminal.session_cpu_s()
        began = terminal.started
        memory = terminal.peak_mib
    if not pieces:
        raise SystemExit(f"nothing was drawn by {' '.join(command)}")
    screen, changed = Screen(WIDTH, HEIGHT), Changed(curves_only)
    screen.on_change = changed
    first = last = upper = None
    for at, data in pieces:
        changed.seen = changed.any = changed.upper = False
        screen.feed(data)
        first = at if first is None and changed.any else first
        last = at if changed.seen else last
        upper = at if changed.upper else upper
    if first is None or last is None:
        raise SystemExit(f"no curve was drawn by {' '.join(command)}:\n" + "\n".join(screen.text()))
    return Load(
        first - began, last - began, (upper or last) - began, cpu_s, memory, sum(len(data) for _, data in pieces)
    )


class Changed:
    """Notes that a cell changed."""

    def __init__(self, curves_only: bool) -> None:
        self.curves_only = curves_only
        self.seen = self.any = self.upper = False

    def __call__(self, x: int, y: int, before: str, after: str) -> None:
        self.any = True
        self.upper |= y < HEIGHT // 2
        if not self.curves_only or any(character and ord(character) in _BRAILLE for character in (before, after)):
            self.seen = True


# -- live and idle


def live(options: argparse.Namespace) -> None:
    """Ten steps a second of four metrics, watched."""
    sides = []
    for side in ("finetop", "leet", "alone"):
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / "live"
            if side == "finetop":
                with ours_live(place, 4, 10):
                    sides.append(watched(finetop(place), options.seconds))
            else:
                with theirs_live(place, 4, 10) as run:
                    sides.append(watched((leet if side == "leet" else leet_alone)(run), options.seconds))
    row("live, 10 steps/s × 4: bytes a second", [side.bytes_per_s for side in sides])
    row("  processor, % of a core", [side.cpu_percent for side in sides])
    row("  memory, MiB", [side.memory_mib for side in sides])


def idle(options: argparse.Namespace) -> None:
    """A finished run on screen, nobody doing anything."""
    mine = ours(options.data / "ours-100000x4", 100_000, 4)
    other = theirs(options.data / "wandb-100000x4", 100_000, 4)
    sides = [
        watched(command, options.seconds, rests=True)
        for command in (finetop(mine.parent.parent), leet(other), leet_alone(other))
    ]
    row("idle: bytes a second", [side.bytes_per_s for side in sides])
    row("  processor, % of a core", [side.cpu_percent for side in sides])
    row("  memory, MiB", [side.memory_mib for side in sides])


def watched(command: list[str], seconds: float, *, rests: bool = False) -> Living:
    """Start it, let it settle (until its screen rests, where it will), and count."""
    with Terminal(command) as terminal:
        if rests:
            terminal.record(PATIENCE_S, quiet_s=QUIET_S)
        terminal.record(8.0)
        busy, memory = terminal.session_cpu_s(), terminal.memory_mib()
        pieces = terminal.record(seconds)
        cpu_s = terminal.session_cpu_s() - busy
        written = sum(len(data) for _, data in pieces)
        return Living(written / seconds, 100 * cpu_s / seconds, memory)


def row(name: str, values: list[float]) -> None:
    """Ours, theirs, theirs without its launcher; a ratio above 1 says that ours is less."""
    mine, *others = values
    cells = [f"{name:<44}{_figure(mine):>12}"]
    cells += [f"{_figure(value):>12}{_ratio(value, mine):>8}" for value in others]
    print("".join(cells), flush=True)


def _figure(value: float) -> str:
    return f"{value:,.2f}" if value < 100 else f"{value:,.0f}"


def _ratio(value: float, mine: float) -> str:
    return f"{value / mine:.2f}×" if mine else "–"


if __name__ == "__main__":
    main()
