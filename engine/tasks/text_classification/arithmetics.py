"""In which arithmetics texts are embedded when there are very many: the quickest for all of them, a more exact one
for those that the quick one may have put on the wrong side of a boundary."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import torch

from engine.errors import InputError
from engine.lean_encoder.encoder import Arithmetic, drawn_ids, lean_encoder
from engine.tasks.text_classification.certainty import reach
from engine.tasks.text_classification.head import Vectors
from engine.tasks.text_classification.predict import TextClassifier
from engine.training.precision import autocast_dtype

Precision = Literal["auto", "fp32", "bf16", "int8"]
Embed = Callable[[Sequence[str]], Vectors]
BATCH_ON_CPU, BATCH_ON_GPU = 32, 512
"""A CPU's caches hold the activations of few texts (of 20 tokens, per core and second: 32 at once 247 texts, 128 at
once 162, 256 at once 91); a GPU wants many."""
FEW = 1000
"""Texts that are embedded in fp32 before the quick arithmetics have been prepared and measured (1.5 s, two cores)."""


@dataclass(frozen=True)
class Stage:
    """One arithmetic."""

    variant: str
    """Of the embedding cache: what is computed in another way is kept apart."""
    embed: Embed
    reach: float = 0.0
    """How far it moves vectors: what is nearer to a boundary goes on to the next stage."""


def stages(classifier: TextClassifier, device: str, precision: str, texts: int | None = None) -> list[Stage]:
    """The quickest first. A precision that is named is the only one.

    `auto` is int8 where the encoder has a lean form on this processor, then bf16, then fp32; on a GPU, bf16 alone;
    fp32 alone where no more than `FEW` texts are to come. Raises InputError for int8 where it cannot be computed.
    """
    where = torch.device(device)
    if where.type != "cpu":
        return [_plain(classifier, where, precision)]
    if precision == "auto" and texts is not None and texts <= FEW:
        precision = "fp32"
    if precision == "auto":
        return _cascade(classifier)
    found = _lean(classifier, precision)  # type: ignore[arg-type]
    if found is not None:
        return [found]
    if precision == "int8":
        raise InputError("this encoder cannot be computed in int8 here", where="precision", fix="use auto")
    return [_plain(classifier, where, precision)]


def _cascade(classifier: TextClassifier) -> list[Stage]:
    arithmetics: tuple[Arithmetic, ...] = ("int8", "bf16", "fp32")
    found = [stage for each in arithmetics if (stage := _lean(classifier, each)) is not None]
    if not found or found[-1].variant:
        found.append(_plain(classifier, torch.device("cpu"), "fp32" if found else "auto"))
    if len(found) == 1:
        return found
    texts = classifier.encoder.tokenizer.batch_decode(drawn_ids(classifier.encoder), skip_special_tokens=True)
    exact = found[-1].embed(texts)
    return [
        *(Stage(each.variant, each.embed, reach(classifier.head, exact, each.embed(texts))) for each in found[:-1]),
        found[-1],
    ]


def _lean(classifier: TextClassifier, arithmetic: Arithmetic) -> Stage | None:
    own = classifier.lean if arithmetic == "fp32" else None
    lean = own or lean_encoder(classifier.encoder, arithmetic)
    if lean is None:
        return None
    return Stage("" if arithmetic == "fp32" else f"-lean-{arithmetic}", lean.embed)


def _plain(classifier: TextClassifier, device: torch.device, precision: str) -> Stage:
    """The transformer as it is, under autocast."""
    dtype = autocast_dtype(precision, device)
    size = BATCH_ON_CPU if device.type == "cpu" else BATCH_ON_GPU

    def embed(texts: Sequence[str]) -> Vectors:
        with torch.autocast(device.type, dtype, enabled=dtype is not None):
            return classifier.encoder.embed(texts, batch_size=size)

    return Stage("" if dtype is None else f"-{str(dtype).removeprefix('torch.')}", embed)
