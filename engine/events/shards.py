"""Parses a large events file on several cores: this process and children that join when they are up.

The file is cut into blocks. Numbers of blocks lie in a pipe that every process takes from until it
is empty, so a child that starts late, or not at all, costs nothing but its help.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from engine.events.bulk import BulkParser, Part
from engine.events.tail import end_of_whole_lines

_BLOCK_BYTES = 1 << 20
_MOST_BLOCKS = 2000
"""Their numbers fit in a pipe at once."""
_MOST_CHILDREN = 3
_WORTH_A_CHILD_BYTES = 48 << 20
"""A child needs about 0.2 s to start, the time in which one core parses this much."""
_USUAL_LINE_BYTES = 1024
"""So much is read past a block for its last line."""
_TOKEN_BYTES = 4

Parsed = dict[int, list[Part]]
"""Block number → its parts."""


def parse_file(path: Path, *, end: int | None = None, children: int | None = None) -> Iterator[Part]:
    """The parts of all whole lines of a file, in order; none of a missing file. `end`: stop at this
    offset, behind a newline."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        end = end_of_whole_lines(fd) if end is None else end
        if children is None:
            children = min(_MOST_CHILDREN, _idle_cores(), end // _WORTH_A_CHILD_BYTES)
        block_bytes = max(_BLOCK_BYTES, -(-end // _MOST_BLOCKS))
        blocks = -(-end // block_bytes)
        with _no_garbage_collection():
            parsed = _share(fd, path, end, block_bytes, blocks, children) if children > 0 else {}
            parser = BulkParser()
            for block in range(blocks):
                if block not in parsed:
                    parsed[block] = parser.parse(_lines_of_block(fd, block, block_bytes, end))[0]
                yield from parsed.pop(block)
    finally:
        os.close(fd)


def _share(fd: int, path: Path, end: int, block_bytes: int, blocks: int, children: int) -> Parsed:
    """What this process and its children parsed; blocks that a failed child had taken are missing."""
    tokens, fill = os.pipe()
    os.write(fill, b"".join(block.to_bytes(_TOKEN_BYTES, "little") for block in range(blocks)))
    os.close(fill)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-m", __name__, str(path), str(end), str(block_bytes)]
    with contextlib.ExitStack() as stack:
        stack.callback(os.close, tokens)
        helpers: list[tuple[subprocess.Popen[bytes], BinaryIO]] = []
        with contextlib.suppress(OSError):
            for _ in range(children):
                result = stack.enter_context(_memory_file())
                process = subprocess.Popen(
                    command, stdin=tokens, stdout=result, stderr=subprocess.DEVNULL, env=environment
                )
                stack.callback(_end, process)
                helpers.append((process, result))
        parsed = _parse_blocks(fd, tokens, end, block_bytes)
        for process, result in helpers:
            if len(parsed) == blocks:
                break  # a child that came too late has nothing: it is not waited for
            if process.wait() == 0:
                result.seek(0)
                parsed.update(pickle.load(result))  # from our own child: trusted
        return parsed


def _memory_file() -> BinaryIO:
    """Where a child leaves its result. Not a pipe: on a busy machine each 64 KiB through one would wait
    for the scheduler twice."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("events"), "w+b")
    return tempfile.TemporaryFile()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def _parse_blocks(fd: int, tokens: int, end: int, block_bytes: int) -> Parsed:
    parser = BulkParser()
    parsed: Parsed = {}
    while len(token := os.read(tokens, _TOKEN_BYTES)) == _TOKEN_BYTES:
        block = int.from_bytes(token, "little")
        parsed[block] = parser.parse(_lines_of_block(fd, block, block_bytes, end))[0]
    return parsed


def _lines_of_block(fd: int, block: int, block_bytes: int, end: int) -> bytes:
    """The whole lines that begin inside a block."""
    start, stop = block * block_bytes, min((block + 1) * block_bytes, end)
    begin = max(0, start - 1)  # a line begins at `start` when a newline lies before it
    data = os.pread(fd, min(stop + _USUAL_LINE_BYTES, end) - begin, begin)
    first = data.find(b"\n") + 1 if start else 0
    if start and (not first or begin + first >= stop):
        return b""
    while not (cut := data.find(b"\n", stop - 1 - begin) + 1):
        at = begin + len(data)
        data += os.pread(fd, min(_BLOCK_BYTES, end - at), at)
    return data[first:cut]


def _idle_cores() -> int:
    """Cores that nobody uses at this moment, beside the one of this process: a training keeps its own."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        running = int(Path("/proc/loadavg").read_text().split()[3].partition("/")[0])  # with this one
    except (OSError, ValueError, IndexError):
        running = 1 + int(os.getloadavg()[0])
    return max(0, cores - max(1, running))


@contextlib.contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Millions of short-lived tuples and no cycle among them: collecting would only cost time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _main() -> None:
    path, end, block_bytes = sys.argv[1:]
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    gc.disable()
    parsed = _parse_blocks(fd, 0, int(end), int(block_bytes))
    with os.fdopen(1, "wb") as stdout:
        pickle.dump(parsed, stdout, protocol=pickle.HIGHEST_PROTOCOL)


if __name__ == "__main__":
    _main()
