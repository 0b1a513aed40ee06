"""Lack of memory, told apart from other failures: the worker answers it with smaller micro-batches."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import torch

from engine.errors import OutOfMemoryError

# What torch and the CUDA libraries say beside torch.OutOfMemoryError (c10/core/impl/alloc_cpu.cpp,
# cuBLAS and cuDNN when their workspace does not fit).
_SIGNS = ("can't allocate memory", "not enough memory", "out of memory", "CUBLAS_STATUS_ALLOC_FAILED")


@contextlib.contextmanager
def out_of_memory_as_ours() -> Iterator[None]:
    """Turn every form of a lack of memory into OutOfMemoryError; let everything else through."""
    try:
        yield
    except MemoryError as problem:
        raise OutOfMemoryError("the host has no memory left", fix="lower batch_size") from problem
    except (torch.OutOfMemoryError, RuntimeError) as problem:
        if isinstance(problem, torch.OutOfMemoryError) or any(sign in str(problem) for sign in _SIGNS):
            raise OutOfMemoryError(str(problem).splitlines()[0]) from problem
        raise
