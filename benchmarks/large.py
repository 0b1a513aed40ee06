"""A large workspace: 5,000 runs, and one of 10,000,000 metric rows among them.

    python benchmarks/large.py [--runs 5000] [--rows 10000000] [--data FOLDER]

Keys are pressed from the first rows on, while all the others are still being looked at, and while the long run is
read; each waits for the cursor's sign in another row. The workspace is written once, under FOLDER (about 1.5 GB).
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
from leet import Changed, finetop
from links import Seen
from pseudo_terminal import HEIGHT, WIDTH, Terminal
from run_directories import fill, start_run
from screen import Screen
from soak import taken_in

from engine.events.writer import EventWriter

METRICS = 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5000)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--data", type=Path, default=Path(tempfile.gettempdir()) / "finetop-large")
    options = parser.parse_args()
    workspace = written(options.data / f"{options.runs}-{options.rows}", options.runs, options.rows)
    print(f"{options.runs:,} runs, the newest of them of {options.rows:,} metric rows; {WIDTH}×{HEIGHT}")
    many(workspace, options.runs)
    long(workspace)


def many(workspace: Path, runs: int) -> None:
    """First rows, keys meanwhile, and what it costs at rest."""
    with Terminal([*finetop(workspace), "--readonly"]) as terminal:
        seen = Seen(terminal, Screen(WIDTH, HEIGHT))
        figure("first paint, s", until(seen, "finetop"))
        figure("first runs on screen, s", until(seen, "▸"))
        answers = []
        while not any(f"/{runs} " in f"{line} " for line in seen.screen.text()[:4]) and len(answers) < 400:
            answers.append(1000 * seen.answered_s("jk"[len(answers) % 2]))
        figure("all runs listed and looked at, s", time.monotonic() - terminal.started)
        print_answers("  key → cursor meanwhile, ms", answers)
        taken_in(seen, 5.0)
        busy = terminal.session_cpu_s()
        taken_in(seen, 10.0)
        figure("at rest, % of a core", 10 * (terminal.session_cpu_s() - busy))
        print_answers("  key → cursor at rest, ms", [1000 * seen.answered_s("jk"[index % 2]) for index in range(100)])
        figure("  memory, MiB", terminal.memory_mib())


def long(workspace: Path) -> None:
    """The run of many rows is the newest one: it is opened at once."""
    with Terminal([*finetop(workspace), "--readonly"]) as terminal:
        screen, changed = Screen(WIDTH, HEIGHT), Changed(curves_only=True)
        pieces = terminal.record(20.0)  # while it is read nothing is written for seconds
        last = first = terminal.started
        screen.on_change = changed
        for at, data in pieces:
            changed.seen = False
            screen.feed(data)
            last = at if changed.seen else last
            first = at if first == terminal.started and changed.seen else first
        figure("the long run: charts complete, s", last - terminal.started)
        figure("  processor seconds", terminal.session_cpu_s())
        figure("  memory at most, MiB", terminal.peak_mib)
        figure("  memory then, MiB", terminal.memory_mib())


def until(seen: Seen, text: str, patience_s: float = 30.0) -> float:
    """Seconds from the start until a text stands on the screen."""
    while not any(text in line for line in seen.screen.text()):
        seen.screen.feed(seen.line.read(0.5))
        if time.monotonic() - seen.line.started > patience_s:
            raise SystemExit(f"{text!r} never came:\n" + "\n".join(seen.screen.text()))
    return float(time.monotonic() - seen.line.started)


def print_answers(name: str, answers: list[float]) -> None:
    """Median, 99th percentile and the longest."""
    if answers:
        half, most = np.percentile(answers, [50, 99])
        print(
            f"{name:<40}{half:>9.0f} median{most:>7.0f} p99{max(answers):>7.0f} most, of {len(answers)}", flush=True
        )


def figure(name: str, value: float) -> None:
    print(f"{name:<40}{value:>9.2f}", flush=True)


def written(workspace: Path, runs: int, rows: int) -> Path:
    """The workspace, written where it is not there yet."""
    if not (workspace / "complete").exists():
        fill(workspace, runs - 1)
        events = start_run(workspace, runs, "long").events
        with EventWriter(events) as writer:
            writer.metrics(0, {"loss": 2.0})
        first = events.read_bytes()
        rng = np.random.default_rng(0)
        with events.open("wb") as file:
            file.write(first)
            # As EventWriter writes them, a thousand lines at once.
            for start in range(1, rows // METRICS, 1000):
                noise = rng.random((1000, METRICS))
                file.write(
                    b"".join(
                        b'{"type":"metrics","t":%.6f,"seq":%d,"step":%d,"epoch":%.4f,"values":'
                        b'{"loss":%.6f,"grad_norm":%.6f,"lr":%.6f,"speed":%.6f}}\n'
                        % (1.7e9 + step / 10, step + 1, step, step / 10000, *noise[step - start])
                        for step in range(start, start + 1000)
                    )
                )
        status = EventWriter(events.with_name("status.jsonl"))
        status.status("done")
        status.close()
        (workspace / "complete").touch()
    return workspace


if __name__ == "__main__":
    main()
