"""Which descriptions of a network may be built. The library evaluates their text and looks their layers up among
all it has imported, so a description from a file is checked against lists before it gets there, and weighed before
it gets memory.
"""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

import torch

from engine.tasks.object_detection.library import parse_model

DETECTOR_LAYERS = """
Conv Conv2 ConvTranspose DWConv DWConvTranspose2d Focus GhostConv GhostBottleneck Bottleneck BottleneckCSP
C1 C2 C2f C2fPSA C2PSA C3 C3Ghost C3k2 C3x C2fCIB A2C2f PSA SPP SPPF SPPELAN ELAN1 AConv ADown
RepConv RepC3 RepNCSPELAN4 RepVGGDW SCDown Concat CBLinear CBFuse Index Detect v10Detect
nn.Upsample nn.MaxPool2d nn.Identity nn.Conv2d nn.BatchNorm2d nn.ZeroPad2d
"""
LAYERS = frozenset(DETECTOR_LAYERS.split())
"""Not among them: layers that fetch weights (TorchVision), heads of other tasks."""
DETECTOR_KEYS = """
nc ch channels scales scale depth_multiple width_multiple activation backbone head yaml_file reg_max end2end names
strides max_det
"""
KEYS = frozenset(DETECTOR_KEYS.split())
WORDS = frozenset({"nc", "None", "nearest", "bilinear", "True", "False"})
"""Texts among the arguments of a layer; the library evaluates others."""
ACTIVATION = re.compile(r"(torch\.)?nn\.[A-Z][A-Za-z0-9]{0,30}\((inplace=(True|False))?\)")
MOST_LAYERS, MOST_REPEATS, MOST = 300, 100, 8192
MOST_DEEPER, MOST_BINS = 4, 64
"""Factors of depth and width, and bins of a box's side; the library's own go up to 1.5 and 32."""

MOST_NUMBERS = 500_000_000
"""Of weights, and of values for a picture of 256 pixels; the library's largest detectors have 70 and 10 million."""


def problem_with(described: Any) -> str | None:
    """What is wrong with a description (backbone and head of layers `[from, repeats, module, arguments]`), in
    words; None when it may be built. Nothing of it is evaluated that is not on a list."""
    problem = _problem_with_words(described)
    if problem:
        return problem
    try:
        weights, values = _size(described)
    except (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError):
        return "the architecture's layers do not fit together"
    if max(weights, values) > MOST_NUMBERS:
        return f"the architecture takes more than {MOST_NUMBERS:,} numbers"
    return None


def _problem_with_words(described: Any) -> str | None:
    if not isinstance(described, dict):
        return "the architecture must be an object"
    strange = sorted(str(key) for key in described if key not in KEYS)
    if strange:
        return f"the architecture has {strange[0]!r}, which no detector needs"
    activation = described.get("activation")
    if activation is not None and not (isinstance(activation, str) and ACTIVATION.fullmatch(activation)):
        return "the architecture's activation must be a layer of torch.nn, such as nn.SiLU()"
    if not all(_is_small(described.get(key), MOST_DEEPER) for key in ("depth_multiple", "width_multiple")):
        return f"the architecture's depth_multiple and width_multiple must be numbers up to {MOST_DEEPER}"
    if not _is_small(described.get("reg_max"), MOST_BINS):
        return f"the architecture's reg_max must be a number up to {MOST_BINS}"
    scales = described.get("scales") or {}
    if not (isinstance(scales, dict) and all(_is_scale(scale) for scale in scales.values())):
        return f"the architecture's scales must be [depth, width, most channels], factors up to {MOST_DEEPER}"
    layers = [described.get("backbone"), described.get("head")]
    if not all(isinstance(part, list) for part in layers):
        return "the architecture must hold backbone and head as lists"
    every = [layer for part in layers for layer in part or ()]
    if not 0 < len(every) <= MOST_LAYERS:
        return f"the architecture must have 1 to {MOST_LAYERS} layers"
    return next(
        (problem for number, layer in enumerate(every) if (problem := _problem_with_layer(number, layer))), None
    )


def _problem_with_layer(number: int, layer: Any) -> str | None:
    if not isinstance(layer, (list, tuple)) or len(layer) != 4:
        return f"layer {number} must be [from, repeats, module, arguments]"
    source, repeats, module, arguments = layer
    if not isinstance(module, str) or module not in LAYERS:
        return f"layer {number} is {str(module)[:40]!r}, which is no layer of a detector"
    if not isinstance(repeats, int) or not 0 < repeats <= MOST_REPEATS:
        return f"layer {number} must be repeated 1 to {MOST_REPEATS} times"
    if not (_is_plain(source, words=False) and isinstance(arguments, (list, tuple)) and _is_plain(arguments)):
        return f"layer {number} has an argument that is neither a number nor a known word"
    return None


def _size(described: dict[str, Any]) -> tuple[int, int]:
    """Weights of a network, and values that its layers give for a picture of 256 pixels, without their memory."""
    with torch.device("meta"):
        layers, _ = parse_model(deepcopy(described) | {"channels": 3}, ch=3, verbose=False)
        values, given = 0, [torch.zeros(1, 3, 256, 256)]
        for layer in layers:
            sources = [layer.f] if isinstance(layer.f, int) else layer.f
            taken = [given[source if source < 0 else source + 1] for source in sources]
            given.append(layer(taken[0] if isinstance(layer.f, int) else taken))
            values += given[-1].numel() if isinstance(given[-1], torch.Tensor) else 0
            if values > MOST_NUMBERS:
                break
    return sum(weight.numel() for weight in layers.parameters()), values


def _is_small(value: Any, most: float) -> bool:
    return value is None or (isinstance(value, (int, float)) and 0 < value <= most)


def _is_scale(value: Any) -> bool:
    if not (isinstance(value, (list, tuple)) and len(value) == 3):
        return False
    depth, width, channels = value
    return _is_small(depth, MOST_DEEPER) and _is_small(width, MOST_DEEPER) and _is_small(channels, MOST)


def _is_plain(value: Any, *, words: bool = True) -> bool:
    if isinstance(value, (list, tuple)):
        return all(_is_plain(part, words=words) for part in value)
    if isinstance(value, str):
        return words and value in WORDS
    return value is None or (isinstance(value, (int, float)) and abs(value) <= MOST)
