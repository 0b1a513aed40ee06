"""A network as an ONNX file, and an ONNX file in place of a network: the extra `onnx`."""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor, nn

from engine.allowance import usable_cpus
from engine.errors import InputError, WorkError

Axes = Mapping[str, Mapping[int, str]]
"""Input → axis → what it counts, for axes whose length may differ from call to call."""
MOST_BYTES = 2**31 - 2**26
"""What fits into one ONNX file: protobuf takes 2 GiB."""


def write_onnx(
    network: nn.Module,
    example: Mapping[str, Tensor],
    path: Path,
    *,
    axes: Axes,
    outputs: Sequence[str],
    least: Mapping[str, int] | None = None,
) -> None:
    """Write a network in evaluation mode, whose `forward` takes the tensors of `example` by position.

    `least`: the shortest length of an axis, where it is not 1. The exporter that traces with `torch.export` is
    taken: the older one burns into the file what a branch decided for the example. What it notes of the source files
    of this machine is left out. Raises InputError where a package is missing, WorkError where the network cannot be
    expressed.
    """
    import torch

    _needed()
    size = sum(weight.numel() * weight.element_size() for weight in network.state_dict().values())
    if size > MOST_BYTES:
        raise InputError(
            f"the network has {size / 2**30:.1f} GiB, and one ONNX file holds 2", fix="export it natively"
        )
    named = {name for lengths in axes.values() for name in lengths.values()}
    sizes = {name: torch.export.Dim(name, min=(least or {}).get(name, 1)) for name in sorted(named)}
    shapes = {name: {axis: sizes[what] for axis, what in axes.get(name, {}).items()} for name in example}
    try:
        with _quietly(), torch.inference_mode():
            program: Any = torch.onnx.export(
                network.eval(),
                tuple(example.values()),
                input_names=list(example),
                output_names=list(outputs),
                dynamic_shapes=tuple(shapes.values()),
                dynamo=True,
                verbose=False,
            )
    except (torch.onnx.OnnxExporterError, RuntimeError, TypeError, ValueError, NotImplementedError) as problem:
        raise WorkError(
            f"this network cannot be written as ONNX ({(str(problem).splitlines() or [''])[0][:200]})",
            fix="export it natively or for Hugging Face",
        ) from problem
    for node in program.model.graph.all_nodes():
        node.metadata_props.clear()
    program.save(path, external_data=False)


class OnnxNetwork:
    """An ONNX file that can be asked, on the CPU. It may be asked by several threads."""

    def __init__(self, path: Path) -> None:
        """Raises InputError for what is no ONNX file, and where onnxruntime is missing."""
        _needed()
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = usable_cpus()
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as problem:  # its errors have no common base but this
            reason = (str(problem).splitlines() or [""])[0][:200]
            raise InputError(
                f"the ONNX file cannot be read ({reason})", where=str(path), fix="export it anew"
            ) from None
        self.inputs = [one.name for one in self._session.get_inputs()]

    def ask(self, **given: Tensor) -> list[Tensor]:
        """What the network gives, in the order of its outputs."""
        import torch

        fed = {name: np.ascontiguousarray(tensor.detach().cpu().numpy()) for name, tensor in given.items()}
        return [torch.from_numpy(made) for made in self._session.run(None, fed)]


class Standing(nn.Module):
    """In the place of a network: has a parameter, by which callers find the device, and asks an ONNX file."""

    def __init__(self, path: Path) -> None:
        import torch

        super().__init__()
        self.onnx = OnnxNetwork(path)
        self.place = nn.Parameter(torch.zeros(1), requires_grad=False)


def _needed() -> None:
    import importlib.util

    for name in ("onnx", "onnxscript", "onnxruntime"):
        if importlib.util.find_spec(name) is None:
            raise InputError(
                f"ONNX needs a package that is not installed ({name})", fix="pip install 'finetop[onnx]'"
            )


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Without the warnings and progress of the exporter, which are about its own insides."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
