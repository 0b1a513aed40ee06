"""An encoder of texts as an ONNX file, with what stands on its vectors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import torch
from torch import Tensor, nn

from engine.onnx_network import Standing, write_onnx
from engine.text_encoder import Encoder

INPUTS = ("input_ids", "attention_mask")
FILES = ("tokenizer.json", "tokenizer_config.json", "config.json")
"""What else is needed to ask such a file."""
TOKENS = """\
import numpy as np
import onnxruntime
from tokenizers import Tokenizer

session = onnxruntime.InferenceSession("model.onnx")
tokenizer = Tokenizer.from_file("tokenizer.json")
tokenizer.enable_truncation({length})
tokenizer.enable_padding()
made = tokenizer.encode_batch(["a text", "another"])
fed = {{
    "input_ids": np.array([one.ids for one in made]),
    "attention_mask": np.array([one.attention_mask for one in made]),
}}
"""
"""How texts become its inputs, without finetop."""


class Topped(nn.Module):
    """Token ids and attention mask, (texts, tokens) → what `top` makes of the vectors, (texts, width)."""

    def __init__(self, encoder: Encoder, top: Callable[[Tensor], Tensor] | None) -> None:
        super().__init__()
        self.encoder, self.top = encoder, top

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        vectors = self.encoder(input_ids, attention_mask).float()
        if self.encoder.normalize:
            vectors = nn.functional.normalize(vectors, dim=1)
        return vectors if self.top is None else self.top(vectors)


class OnnxEncoder(Encoder):
    """An encoder whose vectors, of `width`, are what an ONNX file gives, changed by `then`."""

    def __init__(self, encoder: Encoder, path: Path, width: int, then: Callable[[Tensor], Tensor]) -> None:
        standing = Standing(path)
        standing.config = SimpleNamespace(hidden_size=width)  # type: ignore[assignment]
        super().__init__(
            standing, encoder.tokenizer, pooling=encoder.pooling, normalize=False, max_length=encoder.max_length
        )
        self.then = then

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        return self.then(self.transformer.onnx.ask(input_ids=input_ids, attention_mask=attention_mask)[0])


def write_encoder(encoder: Encoder, path: Path, output: str, top: nn.Module | None = None) -> None:
    """Write `input_ids`, `attention_mask` → `output`. Raises InputError, WorkError."""
    ids = torch.full((2, 8), int(encoder.tokenizer.unk_token_id or 1), dtype=torch.long)
    axes = {name: {0: "texts", 1: "tokens"} for name in INPUTS}
    example = dict(zip(INPUTS, (ids, torch.ones_like(ids)), strict=True))
    write_onnx(Topped(encoder, top), example, path, axes=axes, outputs=[output], least={"tokens": 2})


def files_of(model: Path) -> list[Path]:
    """What else is needed to ask the file of a model directory."""
    return [file for name in FILES if (file := model / name).is_file()]
