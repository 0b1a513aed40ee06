"""Reads windows with the model and gives the log-probability of each tag of each unit."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.lean_encoder.encoder import LeanEncoder
from engine.tasks.token_classification.windows import Document, Window

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]
TOKENS_PER_EXAMPLE = 64
"""An evaluation batch of `eval_batch_size` examples holds this many tokens for each: short texts go in
larger batches, long ones in smaller."""
Read = Callable[[Sequence[Window]], Tensor]
"""One row of tag scores per unit of the windows, one window after the other, in fp32."""


def unit_offsets(documents: Sequence[Document]) -> Integers:
    """Where each document's units begin when all stand one after another; one more for the end."""
    return np.cumsum([0, *(len(document.units) for document in documents)], dtype=np.int64)


def budgeted_batches(lengths: Sequence[int], tokens: int) -> list[list[int]]:
    """Every index once, longest first, as many in a batch as `tokens` allow with padding (at least one)."""
    batches: list[list[int]] = []
    room = 0
    for index in sorted(range(len(lengths)), key=lambda index: -lengths[index]):
        if room < 1:
            batches.append([])
            room = max(1, tokens // max(1, lengths[index]))
        batches[-1].append(index)
        room -= 1
    return batches


def pad(windows: Sequence[Window], pad_id: int) -> dict[str, Tensor]:
    """Input of the model. The attention mask is left out where nothing is padded: attention is faster so."""
    lengths = np.array([len(window.ids) for window in windows])
    width = int(lengths.max())
    ids = np.full((len(windows), width), pad_id, dtype=np.int64)
    for row, window in zip(ids, windows, strict=True):
        row[: len(window.ids)] = window.ids
    batch = {"input_ids": torch.from_numpy(ids)}
    if lengths.min() < width:
        batch["attention_mask"] = torch.from_numpy((np.arange(width) < lengths[:, None]).astype(np.int64))
    return batch


def flat_heads(windows: Sequence[Window]) -> Tensor:
    """Positions of the units' tokens in the padded batch, flattened."""
    width = max(len(window.ids) for window in windows)
    return torch.from_numpy(np.concatenate([window.heads + at * width for at, window in enumerate(windows)]))


def unit_logits(model: nn.Module, batch: dict[str, Tensor], heads: Tensor) -> Tensor:
    """One row of tag scores per unit, in fp32."""
    inputs = {name: batch[name] for name in ("input_ids", "attention_mask") if name in batch}
    logits = model(**inputs).logits
    return logits.flatten(0, 1).index_select(0, heads).float()


def padded_reading(model: nn.Module, pad_id: int, device: str) -> Read:
    """By the model as it is; it must be in evaluation mode."""

    def read(windows: Sequence[Window]) -> Tensor:
        batch = {name: tensor.to(device) for name, tensor in pad(windows, pad_id).items()}
        return unit_logits(model, batch, flat_heads(windows).to(device))

    return read


def lean_reading(lean: LeanEncoder, classifier: nn.Module) -> Read:
    """By the lean form of the model's encoder, without padding, and its head."""

    def read(windows: Sequence[Window]) -> Tensor:
        def scores(at: int, states: Tensor) -> Tensor:
            return classifier(states[torch.from_numpy(windows[at].heads)])

        return torch.cat(lean.tokens([window.ids.tolist() for window in windows], scores))

    return read


def log_probabilities(
    read: Read,
    documents: Sequence[Document],
    windows: Sequence[Window],
    *,
    classes: int,
    tokens: int,
    tick: Callable[[int, int], None],
) -> Floats:
    """Log-probabilities of every unit of every document, in order.

    Results leave the device batch by batch: memory there does not grow with the split.
    """
    offsets = unit_offsets(documents)
    result = np.empty((int(offsets[-1]), classes), dtype=np.float32)
    done = 0
    for indices in budgeted_batches([len(window.ids) for window in windows], tokens):
        chosen = [windows[index] for index in indices]
        rows = read(chosen).log_softmax(-1).cpu().numpy()
        at = 0
        for window in chosen:
            first = int(offsets[window.document]) + window.first_unit
            result[first : first + len(window.heads)] = rows[at : at + len(window.heads)]
            at += len(window.heads)
        done += len(chosen)
        tick(done, len(windows))
    return result
