"""The processes that read folders: each has one task at a time, and answers when it is done with it.

Processes, because Python's threads hold one another up here: between two calls to the kernel each entry costs as much
again in the interpreter. How many of them pay is what `benchmarks/gather.py --readers 1,2,3` shows.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, cast

from engine.errors import WorkError
from engine.folders.snapshots import reader
from engine.folders.snapshots.reader import Folder

BUDGET = 4_000
"""Entries in one task, about: a few hundredths of a second."""
FIRST_BUDGET = 200
"""As long as readers wait for folders to be found."""
MOST_FOLDERS = 256
_PATIENCE_S = 5


@dataclass(frozen=True)
class Part:
    """One frame of what a task found; `engine.folders.snapshots.reader` says what is in it."""

    values: list[Any]
    folders: list[Any]
    problems: list[tuple[int, str]]
    unread: list[Folder]
    dropped: bool


@dataclass(frozen=True)
class Answer:
    """What a task found: one part, but for folders with very many entries."""

    first: Part
    more: bool
    _receive: Callable[[], tuple[Part, bool]]

    def rest(self) -> Iterator[Part]:
        """The parts after the first; to be used up before other answers are asked for."""
        more = self.more
        while more:
            part, more = self._receive()
            yield part


class Readers:
    """Use: `with Readers(count, leave_out) as readers: …`. Leaving ends the processes."""

    def __init__(self, count: int, leave_out: Path) -> None:
        """`leave_out`: the index; it and the files beside it that are named after it are not listed."""
        self._processes: list[subprocess.Popen[bytes]] = []
        self._selector = selectors.DefaultSelector()
        self._idle: deque[subprocess.Popen[bytes]] = deque()
        for _ in range(count):
            process = self._start()
            self._selector.register(_end(process.stdout), selectors.EVENT_READ, process)
            reader.send(_own_files(leave_out), _end(process.stdin))

    def _start(self) -> subprocess.Popen[bytes]:
        # -S and -I: it needs no packages, so it is there in ten milliseconds. UTF-8: names become surrogates and back
        # the same way in every locale.
        command = [sys.executable, "-I", "-S", "-X", "utf8", reader.__file__]
        # A group of its own: Ctrl-C is for the process that stores; when that ends, so do the readers.
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, process_group=0)
        self._processes.append(process)
        self._idle.append(process)
        return process

    def __enter__(self) -> Readers:
        return self

    def __exit__(self, *_: object) -> None:
        self._selector.close()
        for process in self._processes:
            # What it reads now is not wanted.
            process.kill()
            with contextlib.suppress(BrokenPipeError):  # a task that it never took
                _end(process.stdin).close()
            _end(process.stdout).close()
        for process in self._processes:
            # One that waits for a lost network drive does not even hear the signal before the drive answers.
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=_PATIENCE_S)

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return len(self._idle) < len(self._processes)

    def give(self, queue: list[Folder]) -> None:
        """Tasks for all who wait, taken from the end of `queue`."""
        while self._idle and queue:
            share = len(queue) // (2 * len(self._processes))
            most = max(1, min(MOST_FOLDERS, share))
            task = queue[-most:]
            del queue[-most:]
            process = self._idle.popleft()
            try:
                reader.send((task, BUDGET if share else FIRST_BUDGET), _end(process.stdin))
            except BrokenPipeError:
                raise _gone(process) from None

    def answers(self, patience_s: float) -> list[Answer]:
        """The tasks that are done, or begin to be answered, within `patience_s`. Raises WorkError where a process has
        died."""
        ready = [key.data for key, _ in self._selector.select(patience_s)]
        return [Answer(*self._receive(process), partial(self._receive, process)) for process in ready]

    def _receive(self, process: subprocess.Popen[bytes]) -> tuple[Part, bool]:
        try:
            *values, more = reader.receive(_end(process.stdout))
        except EOFError:
            raise _gone(process) from None
        if not more:
            self._idle.append(process)
        return Part(*values), more


def default_readers() -> int:
    """As many as cores, two at least and eight at most. The process that stores needs little beside them: from the
    page cache, on two cores, two took 0.85 s for 138,000 entries and three 0.94 s."""
    return max(2, min(8, len(os.sched_getaffinity(0))))


def _own_files(index: Path) -> tuple[bytes, list[str]]:
    whole = index.resolve()
    names = [whole.name, *(f"{whole.name}{ending}" for ending in ("-wal", "-shm")), f".{whole.name}.lock"]
    # As the readers, who know UTF-8 alone, spell it.
    spelled = [os.fsencode(name).decode("utf-8", "surrogateescape") for name in names]
    return os.fsencode(whole.parent), spelled


def _end(pipe: Any) -> BinaryIO:
    return cast(BinaryIO, pipe)


def _gone(process: subprocess.Popen[bytes]) -> WorkError:
    code = process.wait()
    how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
    fix = "what was stored before is kept; the same command goes on from there"
    return WorkError(f"a process that reads folders {how}", fix=fix)
