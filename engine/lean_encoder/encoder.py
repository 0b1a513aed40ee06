"""An encoder's texts by the lean forward pass, where it can be taken: a BERT on a CPU, checked against the encoder
itself before it is used."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.lean_encoder.bert import Bert, block_weights, float_block, int8_block, ranges_of
from engine.lean_encoder.threads import side_by_side
from engine.text_encoder import Encoder

Vectors = NDArray[np.float32]
Arithmetic = Literal["fp32", "bf16", "int8"]
TOKENS = 2048
"""At once. Per core and second, in int8: 512 at once 520 texts, 1,024 at once 550, 2,048 or 4,096 at once 570."""
DRAWN, DRAWN_TOKENS = 96, (4, 48)
"""Texts to measure on, and how long they are without the special tokens."""
FURTHEST: dict[Arithmetic, float] = {"fp32": 1e-4, "bf16": 0.1, "int8": 0.5}
"""How far from the encoder's own fp32 a vector of length 1 may come to lie (MiniLM: 10⁻⁶, 0.01, 0.05): beyond it
the arithmetic does not suit the model, and is not used."""


class LeanEncoder:
    """Vectors of texts in one arithmetic. The same text gives the same vector in whatever company it comes."""

    def __init__(self, encoder: Encoder, model: Bert) -> None:
        self._encoder, self._model = encoder, model

    def embed(self, texts: Sequence[str]) -> Vectors:
        """(texts, width) float32, of length 1 where the encoder's are; a text given twice is encoded once."""
        unique = list(dict.fromkeys(texts))
        vectors = self.embed_ids(self._encoder.tokenize(unique))
        if len(unique) == len(texts):
            return vectors
        place = {text: at for at, text in enumerate(unique)}
        return vectors[[place[text] for text in texts]]

    def embed_ids(self, ids: Sequence[Sequence[int]]) -> Vectors:
        """The same of token ids."""
        vectors = torch.empty((len(ids), self._encoder.transformer.config.hidden_size))

        def embed_part(part: Sequence[int]) -> None:
            with torch.inference_mode():
                vectors[part] = self._model([ids[at] for at in part])

        side_by_side(embed_part, _parts(ids))
        made = nn.functional.normalize(vectors, dim=1) if self._encoder.normalize else vectors
        result: Vectors = made.numpy()
        return result

    def tokens(self, ids: Sequence[Sequence[int]], then: Callable[[int, Tensor], Tensor]) -> list[Tensor]:
        """What `then` makes of each text, given its number and what the last layer makes of its tokens: (tokens,
        width) float32. It is called where the text was read, side by side with others."""
        made: dict[int, Tensor] = {}

        def read_part(part: Sequence[int]) -> None:
            with torch.inference_mode():
                states = self._model.tokens([ids[at] for at in part]).split([len(ids[at]) for at in part])
                made.update((at, then(at, each)) for at, each in zip(part, states, strict=True))

        side_by_side(read_part, _parts(ids))
        return [made[at] for at in range(len(ids))]


def lean_encoder(encoder: Encoder, arithmetic: Arithmetic) -> LeanEncoder | None:
    """The lean form of an encoder; None where it has none: another architecture, another device, a processor or a
    torch without the instructions, or vectors that differ too much."""
    if not (_is_plain_bert(encoder) and _has(arithmetic)):
        return None
    texts = drawn_ids(encoder)
    try:
        with torch.inference_mode():
            made = LeanEncoder(encoder, _model(encoder, arithmetic, texts))
            some = texts[:8]
            encoder.eval()
            wanted = encoder.embed_ids(some, batch_size=len(some)).numpy()
            got = made.embed_ids(some)
    except (AttributeError, RuntimeError):  # operators of torch's that have no promise to stay
        return None
    lengths = np.linalg.norm(wanted, axis=1)
    apart = np.linalg.norm(got - wanted, axis=1) / np.where(lengths > 0, lengths, 1.0)
    return made if bool((apart <= FURTHEST[arithmetic]).all()) else None


def drawn_ids(encoder: Encoder) -> list[list[int]]:
    """Texts of words of the encoder's own vocabulary, the same at each call: what an arithmetic is measured on
    must not depend on the texts that happen to come first."""
    draws = random.Random(0)
    tokenizer = encoder.tokenizer
    special = set(tokenizer.all_special_ids)
    words = [number for number in range(len(tokenizer)) if number not in special]
    empty = tokenizer("")["input_ids"]
    before, after = empty[: len(empty) // 2], empty[len(empty) // 2 :]
    most = max(1, min(DRAWN_TOKENS[1], encoder.max_length - len(empty)))
    lengths = (draws.randint(min(DRAWN_TOKENS[0], most), most) for _ in range(DRAWN))
    return [[*before, *draws.choices(words, k=length), *after] for length in lengths]


def _model(encoder: Encoder, arithmetic: Arithmetic, texts: Sequence[Sequence[int]]) -> Bert:
    transformer, weights = encoder.transformer, block_weights(encoder.transformer)
    if arithmetic == "int8":
        ranges = ranges_of(transformer, weights, [[texts[at] for at in part] for part in _parts(texts)])
        blocks = [int8_block(each, seen) for each, seen in zip(weights, ranges, strict=True)]
        return Bert(transformer, blocks, torch.float32, encoder.pooling)
    dtype = torch.bfloat16 if arithmetic == "bf16" else torch.float32
    return Bert(transformer, [float_block(each, dtype) for each in weights], dtype, encoder.pooling)


def _parts(ids: Sequence[Sequence[int]]) -> list[list[int]]:
    """All texts, longest first, in parts that hold up to `TOKENS` tokens, and a text at least. Of few texts each
    thread gets some."""
    parts: list[list[int]] = []
    part: list[int] = []
    tokens, most = 0, min(TOKENS, sum(map(len, ids)) // torch.get_num_threads() + 1)
    for at in sorted(range(len(ids)), key=lambda at: -len(ids[at])):
        if part and tokens + len(ids[at]) > most:
            parts.append(part)
            part, tokens = [], 0
        part.append(at)
        tokens += len(ids[at])
    return [*parts, part] if part else parts


def _is_plain_bert(encoder: Encoder) -> bool:
    config = encoder.transformer.config
    first = next(encoder.transformer.parameters())
    words = len(encoder.tokenizer)
    return (
        config.model_type == "bert"
        and len(encoder.tokenizer.all_special_ids) < words <= config.vocab_size  # there is something to draw
        and config.hidden_act == "gelu"
        and getattr(config, "position_embedding_type", "absolute") in (None, "absolute")
        and not getattr(config, "is_decoder", False)
        and first.device.type == "cpu"
        and first.dtype == torch.float32
    )


def _has(arithmetic: Arithmetic) -> bool:
    """Whether this processor multiplies so itself: emulated, it is slower or, in int8, wrong by overflow."""
    if not torch.backends.mkldnn.is_available():
        return False
    checks = {
        "fp32": (),
        "bf16": ("_is_avx512_bf16_supported", "_is_amx_tile_supported"),
        "int8": ("_is_vnni_supported",),
    }[arithmetic]
    return not checks or any(bool(getattr(torch.cpu, check, lambda: False)()) for check in checks)
