"""The same runs twice, for a side by side: as finetop's events, and as `wandb` writes them offline.

    python benchmarks/run_shapes.py wandb FOLDER STEPS METRICS [PER_SECOND]

Both get the same numbers. What was written once under a folder is taken again, so that only the first side by side
pays for it.
"""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

HEADER_BYTES = 7
RECORD_HEAD = 7
"""CRC (4), length (2), type (1) before each record of a .wandb file (LevelDB's log format, with zlib's CRC)."""
BLOCK = 32 * 1024
HISTORY = 2_000
"""Steps that a live run has behind it: axes that grow by a fifth are drawn anew every second in its first steps."""


def numbers(metrics: int) -> Iterator[dict[str, float]]:
    """The metrics of one step after another: each falls and is noisy, none like another."""
    rng = random.Random(0)
    step = 0
    while True:
        fall = 2 / (1 + step / 300)
        yield {f"metric{index:02d}": fall + index + 0.05 * rng.random() for index in range(metrics)}
        step += 1


# -- ours


def ours(workspace: Path, steps: int, metrics: int) -> Path:
    """A workspace with one finished run; returns its directory."""
    from run_directories import start_run

    from engine.events.writer import EventWriter

    if not (workspace / "complete").exists():
        paths = start_run(workspace, 0, "shape")
        events = EventWriter(paths.events)
        for step, values in zip(range(steps), numbers(metrics), strict=False):
            events.metrics(step, values)
        events.close()
        status = EventWriter(paths.status)
        status.status("done")
        status.close()
        (workspace / "complete").touch()
    return next((workspace / "runs").iterdir())


@contextlib.contextmanager
def ours_live(workspace: Path, metrics: int, per_second: float) -> Iterator[Path]:
    """A run that a process of its own goes on writing, until the end of the context."""
    command = [sys.executable, __file__, "ours", str(workspace), "0", str(metrics), str(per_second)]
    with _going(command):
        yield workspace


def _write_ours_live(workspace: Path, metrics: int, per_second: float) -> None:
    from run_directories import start_run

    from engine.events.writer import EventWriter
    from engine.runs.locks import try_lock

    paths = start_run(workspace, 0, "shape")
    lock = try_lock(paths.lock)
    events = EventWriter(paths.events)
    for step, values in enumerate(numbers(metrics)):
        events.metrics(step, values)
        if step == HISTORY:
            print("going", flush=True)
        elif step > HISTORY:
            time.sleep(1 / per_second)
    del lock


# -- theirs


def theirs(folder: Path, steps: int, metrics: int) -> Path:
    """A finished offline run of `wandb`; returns its directory."""
    if not (folder / "complete").exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, __file__, "wandb", str(folder), str(steps), str(metrics)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        (folder / "complete").touch()
    return next((folder / "wandb").glob("offline-run-*"))


@contextlib.contextmanager
def theirs_live(folder: Path, metrics: int, per_second: float) -> Iterator[Path]:
    """An offline run that goes on."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, __file__, "wandb", str(folder), "0", str(metrics), str(per_second)]
    with _going(command):
        yield next((folder / "wandb").glob("offline-run-*"))


def _write_wandb(folder: Path, steps: int, metrics: int, per_second: float) -> None:
    os.environ |= {"WANDB_MODE": "offline", "WANDB_SILENT": "true"}
    import wandb

    settings = wandb.Settings(x_disable_stats=True, console="off", x_disable_machine_info=True)
    run = wandb.init(project="shape", dir=str(folder), settings=settings)
    for step, values in enumerate(numbers(metrics)):
        if steps and step >= steps:
            break
        run.log(values, step=step)
        if per_second and step == HISTORY:
            print("going", flush=True)
        elif per_second and step > HISTORY:
            time.sleep(1 / per_second)
    run.finish()


@contextlib.contextmanager
def _going(command: list[str]) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
    assert process.stdout is not None
    try:
        while (line := process.stdout.readline().strip()) != b"going":
            if not line and process.poll() is not None:
                raise SystemExit(f"cannot write runs: {' '.join(command)}")
        yield
    finally:
        # The writer and what it started (wandb-core) are one session.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, 9)
        process.wait()


def theirs_many(folder: Path, count: int) -> Path:
    """Many offline runs: one that `wandb` wrote, and copies of it under other ids."""
    pattern = theirs(folder / "pattern", 21, 2)
    directory = folder / "wandb"
    if not (folder / "complete").exists():
        old = pattern.name.rpartition("-")[2]
        data = (pattern / f"run-{old}.wandb").read_bytes()
        for index in range(count):
            new = f"{index:08x}"
            stamp = time.strftime("%Y%m%d_%H%M%S", time.gmtime(1.7e9 + 600 * index))
            run = directory / f"offline-run-{stamp}-{new}"
            run.mkdir(parents=True, exist_ok=True)
            (run / f"run-{new}.wandb").write_bytes(renamed(data, old.encode(), new.encode()))
        (folder / "complete").touch()
    return directory


def renamed(data: bytes, old: bytes, new: bytes) -> bytes:
    """A .wandb file with another run id of the same length: ids replaced, each record's CRC anew."""
    result, position = bytearray(data[:HEADER_BYTES]), HEADER_BYTES
    while position < len(data):
        room = BLOCK - position % BLOCK
        if room < RECORD_HEAD or position + RECORD_HEAD > len(data):
            result += data[position : position + room]
            position += room
            continue
        length, kind = int.from_bytes(data[position + 4 : position + 6], "little"), data[position + 6]
        body = data[position + RECORD_HEAD : position + RECORD_HEAD + length].replace(old, new)
        checked = zlib.crc32(bytes([kind]) + body)
        result += checked.to_bytes(4, "little") + length.to_bytes(2, "little") + bytes([kind]) + body
        position += RECORD_HEAD + length
    return bytes(result)


if __name__ == "__main__":
    side, where, steps, metrics, *rate = sys.argv[1:]
    per_second = float(rate[0]) if rate else 0.0
    if side == "wandb":
        _write_wandb(Path(where), int(steps), int(metrics), per_second)
    else:
        _write_ours_live(Path(where), int(metrics), per_second)
