"""The forward pass of a BERT encoder without padding: texts of all lengths lie one after the other, and only
attention looks at each length by itself. So a text's vector does not depend on what else is in the batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import torch
from torch import Tensor, nn

from engine.lean_encoder.linear import FeedForward, Linear, Packed, Smoothed, Watched, Weights

Norm = tuple[Tensor, Tensor, float]


@dataclass(frozen=True)
class Block:
    """One layer of the transformer: tokens in, tokens out, (tokens, width)."""

    attend_in: Linear
    """To queries (already divided by the root of a head's width), keys and values side by side."""
    attend_out: Linear
    feed_forward: Linear
    norm_attended: Norm
    norm_fed: Norm


@dataclass(frozen=True)
class BlockWeights:
    """What a block is made of."""

    attend_in: Weights
    attend_out: Weights
    widen: Weights
    narrow: Weights
    norm_attended: Norm
    norm_fed: Norm


@dataclass(frozen=True)
class Ranges:
    """The largest magnitudes of what goes into each layer of a block."""

    attend_in: Tensor
    attend_out: Tensor
    widen: Tensor
    narrow: Tensor


class Bert:
    """Token ids of texts → pooled vectors, in one arithmetic."""

    def __init__(self, transformer: Any, blocks: Sequence[Block], dtype: torch.dtype, pooling: str) -> None:
        """`dtype`: of the tokens between the layers; attention is in bf16 where the blocks hand it that."""
        embeddings = transformer.embeddings
        self._heads = transformer.config.num_attention_heads
        self._words = embeddings.word_embeddings.weight.detach()
        types = embeddings.token_type_embeddings.weight.detach()
        self._places = embeddings.position_embeddings.weight.detach() + types[0]
        self._norm = _norm(embeddings.LayerNorm)
        self._blocks, self._dtype, self._pooling = blocks, dtype, pooling

    def __call__(self, texts: Sequence[Sequence[int]]) -> Tensor:
        """(texts, width) float32, of texts sorted by length."""
        tokens, pooled, at = self.tokens(texts), [], 0
        for length, count in _lengths(texts):
            each = tokens[at : (at := at + length * count)].view(count, length, -1)
            pooled.append(each[:, 0] if self._pooling == "cls" else each.mean(1))
        return torch.cat(pooled)

    def tokens(self, texts: Sequence[Sequence[int]]) -> Tensor:
        """(tokens, width) float32, one text after the other, of texts sorted by length."""
        lengths = _lengths(texts)
        flat = torch.tensor([token for text in texts for token in text])
        places = torch.cat([torch.arange(length).repeat(count) for length, count in lengths])
        tokens = _normed(self._words[flat] + self._places[places], self._norm).to(self._dtype)
        for block in self._blocks:
            attended = block.attend_out(self._attend(block.attend_in(tokens), lengths))
            tokens = _normed(attended.add_(tokens), block.norm_attended)
            tokens = _normed(block.feed_forward(tokens).add_(tokens), block.norm_fed)
        return tokens.float()

    def _attend(self, tokens: Tensor, lengths: Sequence[tuple[int, int]]) -> Tensor:
        """Of queries, keys and values side by side."""
        made, at = tokens.new_empty(len(tokens), tokens.shape[1] // 3), 0
        for length, count in lengths:
            part = slice(at, at := at + length * count)
            queries, keys, values = tokens[part].view(count, length, 3, self._heads, -1).permute(2, 0, 3, 1, 4)
            # Two matrix products: for texts as short as folders' they beat scaled_dot_product_attention.
            shares = torch.matmul(queries, keys.transpose(-1, -2)).softmax(-1)
            made[part].view(count, length, self._heads, -1).copy_(torch.matmul(shares, values).transpose(1, 2))
        return made


def block_weights(transformer: Any) -> list[BlockWeights]:
    """The weights of each block, in float32."""
    width = transformer.config.hidden_size // transformer.config.num_attention_heads
    made = []
    for layer in transformer.encoder.layer:
        attention = layer.attention.self
        query, key, value = (_weights(getattr(attention, name)) for name in ("query", "key", "value"))
        weight = torch.cat([query.weight * width**-0.5, key.weight, value.weight])
        bias = torch.cat([query.bias * width**-0.5, key.bias, value.bias])
        made.append(
            BlockWeights(
                attend_in=Weights(weight, bias),
                attend_out=_weights(layer.attention.output.dense),
                widen=_weights(layer.intermediate.dense),
                narrow=_weights(layer.output.dense),
                norm_attended=_norm(layer.attention.output.LayerNorm),
                norm_fed=_norm(layer.output.LayerNorm),
            )
        )
    return made


def float_block(weights: BlockWeights, dtype: torch.dtype, watch: Callable[[Linear], Linear] | None = None) -> Block:
    """A block in one float type; `watch` may wrap its layers, in the order of `Ranges`."""
    around = watch or (lambda layer: layer)
    attend_in, attend_out = around(Packed(weights.attend_in, dtype)), around(Packed(weights.attend_out, dtype))
    widen, narrow = around(Packed(weights.widen, dtype, gelu=True)), around(Packed(weights.narrow, dtype))
    attended, fed = (
        (weight.to(dtype), bias.to(dtype), eps) for weight, bias, eps in (weights.norm_attended, weights.norm_fed)
    )
    return Block(attend_in, attend_out, lambda tokens: narrow(widen(tokens)), attended, fed)


def int8_block(weights: BlockWeights, ranges: Ranges) -> Block:
    """A block whose matrices are int8; attention is in bf16, all else in fp32."""
    attend_in = Smoothed(weights.attend_in, ranges.attend_in)
    attend_out = Smoothed(weights.attend_out, ranges.attend_out)
    return Block(
        attend_in=lambda tokens: attend_in.floats(tokens, torch.bfloat16),
        attend_out=lambda tokens: attend_out.floats(tokens.float(), torch.float32),
        feed_forward=FeedForward(weights.widen, weights.narrow, ranges.widen, ranges.narrow),
        norm_attended=weights.norm_attended,
        norm_fed=weights.norm_fed,
    )


def ranges_of(
    transformer: Any, weights: Sequence[BlockWeights], batches: Sequence[Sequence[Sequence[int]]]
) -> list[Ranges]:
    """What goes into the layers of each block when texts pass, in fp32."""
    watched: list[Watched] = []

    def watch(layer: Linear) -> Linear:
        watched.append(Watched(layer))
        return watched[-1]

    model = Bert(transformer, [float_block(each, torch.float32, watch) for each in weights], torch.float32, "mean")
    for batch in batches:
        model(batch)
    seen = [each.largest for each in watched if each.largest is not None]
    return [Ranges(*seen[at : at + 4]) for at in range(0, len(seen), 4)]


def _lengths(texts: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """Length, and how many texts in a row have it."""
    return [(length, len(list(same))) for length, same in groupby(len(text) for text in texts)]


def _weights(layer: Any) -> Weights:
    return Weights(layer.weight.detach().float(), layer.bias.detach().float())


def _norm(layer: Any) -> Norm:
    return layer.weight.detach().float(), layer.bias.detach().float(), layer.eps


def _normed(tokens: Tensor, norm: Norm) -> Tensor:
    return nn.functional.layer_norm(tokens, tokens.shape[-1:], *norm)
