"""A process that prepares batches: how it is started, asked, and how its answers come back.

Started by multiprocessing's forkserver, which has the libraries imported: a loader is there in 15 ms with 4 MB of
its own (a fresh interpreter each: 3 s and 320 MB), and inherits no lease, event file or GPU of the trainer. Tensors
come back in anonymous shared memory, one file a batch.
"""

from __future__ import annotations

import mmap
import os
import pickle
import signal
import threading
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import connection, get_context, parent_process, reduction
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import torch
from torch import Tensor

from engine.errors import WorkError
from engine.training.shared_memory import anonymous_file
from engine.training.trainable import Batch, Collate

_ALIGNMENT = 64
_REAP_S = 2.0

_Header = list[tuple[str, str, tuple[int, ...], int]]
"""Name, type, shape and place of each tensor."""


class LoaderDied(WorkError):
    """A process that prepared batches ended before its time."""


@dataclass(frozen=True)
class Loader:
    """One process. Answers come in the order of the questions."""

    process: BaseProcess
    line: Connection

    @classmethod
    def start(cls, collate: Collate) -> Loader:
        """Start a process that makes batches with `collate`, which is pickled."""
        context = get_context("forkserver")
        context.set_forkserver_preload([type(collate).__module__, __name__])
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(collate, theirs), name="loader", daemon=True)
        process.start()
        theirs.close()  # so that its end is seen here
        return cls(process, ours)

    def ask(self, indices: Sequence[int], epoch: int) -> None:
        """Ask for a batch; returns at once."""
        try:
            self.line.send((list(indices), epoch))
        except OSError as problem:
            raise self._death() from problem

    def answer(self) -> Batch:
        """The batch asked for first. Raises what `collate` raised, LoaderDied when the process has ended."""
        try:
            told = self.line.recv()
            if isinstance(told, _Failure):
                raise told.as_exception()
            header, size = told
            return _received(header, size, reduction.recv_handle(self.line)) if size else _received(header, 0, -1)
        except (EOFError, OSError) as problem:
            if self.process.is_alive() and not isinstance(problem, EOFError | ConnectionError):
                raise
            raise self._death() from problem

    def kill(self) -> None:
        """End it at once: it holds nothing that is worth waiting for."""
        self.process.kill()
        self.line.close()

    def _death(self) -> LoaderDied:
        self.process.join(_REAP_S)
        code = self.process.exitcode
        if code is None or code >= 0:
            how = f"ended with exit code {code}"
        else:
            how = f"was killed by {signal.Signals(-code).name}"
        fix = (
            "if the machine ran out of memory, lower loader_workers" if code == -signal.SIGKILL else "see trainer.log"
        )
        return LoaderDied(f"a process that prepared batches {how}", fix=fix)


@dataclass(frozen=True)
class _Failure:
    """What `collate` raised."""

    pickled: bytes
    text: str

    @classmethod
    def of(cls, problem: Exception) -> _Failure:
        try:
            pickled = pickle.dumps(problem)
            pickle.loads(pickled)
        except Exception:  # an exception may hold anything
            pickled = pickle.dumps(RuntimeError(f"{type(problem).__name__}: {problem}"))
        return cls(pickled, "".join(traceback.format_exception(problem)))

    def as_exception(self) -> Exception:
        problem: Exception = pickle.loads(self.pickled)
        problem.add_note(f"in the process that prepared batches:\n{self.text}")
        return problem


def _serve(collate: Collate, line: Connection) -> None:
    """The process: make batches until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_the_trainer, daemon=True).start()
    torch.set_num_threads(1)
    while True:
        try:
            indices, epoch = line.recv()
        except EOFError:
            return
        try:
            batch = collate(indices, epoch)
        except Exception as problem:
            line.send(_Failure.of(problem))
        else:
            _send(batch, line)


def _die_with_the_trainer() -> None:
    # PR_SET_PDEATHSIG would speak of the forkserver, which lives as long as one of its children.
    trainer = parent_process()
    if trainer is not None:
        connection.wait([trainer.sentinel])
    os._exit(1)


def _send(batch: Batch, line: Connection) -> None:
    header: _Header = []
    size = 0
    for name, tensor in batch.items():
        header.append((name, str(tensor.dtype).removeprefix("torch."), tuple(tensor.shape), size))
        size += -(-tensor.nbytes // _ALIGNMENT) * _ALIGNMENT
    line.send((header, size))
    if not size:
        return
    file = anonymous_file(size)
    try:
        for (_, _, _, begin), tensor in zip(header, batch.values(), strict=True):
            if tensor.numel():  # written, not mapped: no page is faulted in
                raw = tensor.contiguous().reshape(-1).view(torch.uint8).numpy()
                os.pwrite(file, raw.data, begin)
        trainer = parent_process()
        assert trainer is not None
        reduction.send_handle(line, file, trainer.pid)
    finally:
        os.close(file)


def _received(header: _Header, size: int, file: int) -> Batch:
    if not size:
        return {name: torch.empty(shape, dtype=getattr(torch, dtype)) for name, dtype, shape, _ in header}
    try:
        memory = mmap.mmap(file, size, flags=mmap.MAP_SHARED | getattr(mmap, "MAP_POPULATE", 0))
    finally:
        os.close(file)
    return {name: _tensor(memory, getattr(torch, dtype), shape, begin) for name, dtype, shape, begin in header}


def _tensor(memory: mmap.mmap, dtype: torch.dtype, shape: tuple[int, ...], begin: int) -> Tensor:
    count = torch.Size(shape).numel()
    if not count:
        return torch.empty(shape, dtype=dtype)
    return torch.frombuffer(memory, dtype=dtype, count=count, offset=begin).reshape(shape)
