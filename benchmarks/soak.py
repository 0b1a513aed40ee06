"""Eight hours of eight live runs in minutes: does the console's memory stay flat, and do its keys stay quick?

    python benchmarks/soak.py [--hours 8] [--runs 8] [--speed 160] [--marked 1]

The runs write ten steps a second of four metrics, a validation now and then, a log line a minute, all of it
`--speed` times as fast as the world's clock, and the console's own clock goes as fast. `--marked` runs lie over each
other in the charts. Ten times in all, keys are pressed and the first change of a cell is waited for.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import threading
import time
from itertools import chain
from pathlib import Path

from links import Seen
from pseudo_terminal import HEIGHT, WIDTH, Terminal
from run_directories import start_run
from screen import Screen

from engine.events.schema import LogEvent, MetricsEvent, ProgressEvent
from engine.events.writer import EventWriter
from engine.runs.locks import try_lock

CONSOLE = Path(__file__).with_name("fixed_console.py")
PER_SECOND = 10
METRICS = 4
KEYS = 12
"""Pressed at each look."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--runs", type=int, default=8)
    parser.add_argument("--speed", type=float, default=160.0)
    parser.add_argument("--marked", type=int, default=1, help="runs whose curves are on screen")
    parser.add_argument("--looks", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "workspace"
        training = Training(workspace, options.runs, options.speed, options.hours)
        now = str(time.time())
        command = [sys.executable, str(CONSOLE), str(workspace), "--now", now, "--speed", str(options.speed)]
        training.start(float(now))
        with Terminal(command) as terminal:
            soaked(terminal, training, options)


def soaked(terminal: Terminal, training: Training, options: argparse.Namespace) -> None:
    """Watch, and print a line at each look."""
    seen = Seen(terminal, Screen(WIDTH, HEIGHT))
    taken_in(seen, 3.0)
    for _ in range(options.marked - 1):
        seen.line.press(" j")
        taken_in(seen, 0.5)
    print(f"{options.runs} runs, {PER_SECOND} steps/s × {METRICS}, {options.marked} on screen, ×{options.speed:g}")
    print(f"{'hours':>6}{'rows':>14}{'MiB':>8}{'key → cell, ms: median':>25}{'most':>7}{'CPU %':>8}")
    memory: list[float] = []
    answers: list[list[float]] = []
    busy, at = terminal.session_cpu_s(), time.monotonic()
    for look in range(1, options.looks + 1):
        while training.hours < options.hours * look / options.looks and training.alive:
            taken_in(seen, 0.5)
        keys = [1000 * seen.answered_s("jk"[index % 2]) for index in range(KEYS) if not taken_in(seen, 0.1)]
        memory.append(terminal.memory_mib())
        answers.append(keys)
        share = 100 * (terminal.session_cpu_s() - busy) / (time.monotonic() - at)
        busy, at = terminal.session_cpu_s(), time.monotonic()
        print(
            f"{training.hours:>6.1f}{training.rows:>14,}{memory[-1]:>8.0f}{statistics.median(keys):>25.0f}"
            f"{max(keys):>7.0f}{share:>8.1f}",
            flush=True,
        )
    training.stop()
    half = len(memory) // 2
    slope = (memory[-1] - memory[half - 1]) / (options.hours / 2)
    print(f"memory at the end {memory[-1]:.0f} MiB, {slope:+.1f} MiB an hour in the second half")
    first, last = (statistics.median(chain.from_iterable(part)) for part in (answers[:half], answers[half:]))
    print(f"key → cell: {first:.0f} ms in the first half, {last:.0f} ms in the second")


def taken_in(seen: Seen, seconds: float) -> None:
    """Let the screen have what comes for a while."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        seen.screen.feed(seen.line.read(left))


class Training:
    """Runs that write as fast as the clock they are given goes."""

    def __init__(self, workspace: Path, runs: int, speed: float, hours: float) -> None:
        self.speed, self.limit = speed, hours
        self.rows, self.hours, self.alive = 0, 0.0, True
        paths = [start_run(workspace, index, f"model{index}") for index in range(runs)]
        self._locks = [try_lock(path.lock) for path in paths]
        self._writers = [EventWriter(path.events) for path in paths]
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._end = threading.Event()

    def start(self, now: float) -> None:
        """Begin; `now` is what the console's clock says at this moment."""
        self._now = now
        self._thread.start()

    def stop(self) -> None:
        self._end.set()
        self._thread.join()
        for lock in self._locks:
            if lock is not None:
                os.close(lock)

    def _write(self) -> None:
        began, step = time.time(), 0
        while not self._end.wait(0.05):
            passed = min((time.time() - began) * self.speed, self.limit * 3600)
            until = int(passed * PER_SECOND)
            for place, writer in enumerate(self._writers):
                for number in range(step, until):
                    self._step(writer, place, number)
            self.rows += (until - step) * METRICS * len(self._writers)
            step, self.hours = until, passed / 3600
            self.alive = passed < self.limit * 3600

    def _step(self, writer: EventWriter, place: int, step: int) -> None:
        t = self._now + step / PER_SECOND
        fall = 2 / (1 + step / 5000)
        noise = (step * 7919 + place * 104729) % 1000 / 1000
        values: dict[str, float | None] = {
            "loss": fall + 0.1 * noise,
            "grad_norm": 1 + noise,
            "learning_rate": 1e-4 * (1 - step / 1e6),
            "throughput": 100 + 10 * noise,
        }
        writer.write(MetricsEvent(t=t, seq=0, step=step, epoch=step / 5000, values=values))
        if step % PER_SECOND == 0:
            steps = int(self.limit * 3600 * PER_SECOND)
            writer.write(
                ProgressEvent(
                    t=t, seq=0, phase="training", step=step, steps=steps, epoch=step / 5000, rate=PER_SECOND
                )
            )
        if step % 600 == 0:
            writer.write(LogEvent(t=t, seq=0, message=f"step {step}: loss {values['loss']:.4f}"))
        if step % 3000 == 0:
            score = 1 - 1 / (1 + step / 30000)
            writer.write(
                MetricsEvent(t=t, seq=0, step=step, epoch=step / 5000, split="validation", values={"f1": score})
            )


if __name__ == "__main__":
    main()
