"""The encoder: a transformer, pooling, and a length of 1. Also its layout on disk.

Our own small class, because importing sentence_transformers costs seconds that every training would
pay. What `save` writes, `SentenceTransformer(path)` loads, with the same embeddings.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.base_models import resolve_base
from engine.errors import BaseModelError
from engine.files import read_json, write_json
from engine.training.pretrained import UNREADABLE, reason_of

Vectors = NDArray[np.float32]
Tick = Callable[[int, int], None]
SCRATCH = "scratch:"
MODULES = "modules.json"
POOLING = "1_Pooling"


class Encoder(nn.Module):
    """Texts → one vector each."""

    transformer: Any  # a PreTrainedModel; torch declares every submodule as Tensor | Module

    def __init__(
        self, transformer: nn.Module, tokenizer: Any, *, pooling: str, normalize: bool, max_length: int
    ) -> None:
        super().__init__()
        self.transformer, self.tokenizer = transformer, tokenizer
        self.pooling, self.normalize, self.max_length = pooling, normalize, max_length

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Pooled vectors, not yet of length 1: a cosine does not need it and TSDAE needs the length."""
        tokens = self.transformer(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        if self.pooling == "cls":
            return tokens[:, 0]
        mask = attention_mask.unsqueeze(-1).to(tokens.dtype)
        return (tokens * mask).sum(1) / mask.sum(1).clamp(min=1)

    def tokenize(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text with the special tokens, cut at `max_length`."""
        if not texts:
            return []
        backend = getattr(self.tokenizer, "backend_tokenizer", None)
        if backend is None:
            return self.tokenizer(list(texts), truncation=True, max_length=self.max_length)["input_ids"]
        # Called as usual, transformers spends three quarters of the time on what nobody asked for of each text.
        backend.enable_truncation(self.max_length)
        backend.no_padding()
        return [made.ids for made in backend.encode_batch_fast(list(texts))]

    def pad(self, ids: Sequence[Sequence[int]]) -> dict[str, Tensor]:
        """`input_ids` and `attention_mask`, padded to the longest."""
        width = max(len(row) for row in ids)
        input_ids = torch.full((len(ids), width), self.tokenizer.pad_token_id, dtype=torch.long)
        attention_mask = torch.zeros((len(ids), width), dtype=torch.long)
        for at, row in enumerate(ids):
            input_ids[at, : len(row)] = torch.tensor(row)
            attention_mask[at, : len(row)] = 1
        return {"input_ids": input_ids, "attention_mask": attention_mask}

    def embed_ids(self, ids: Sequence[Sequence[int]], *, batch_size: int, tick: Tick | None = None) -> Tensor:
        """Vectors on the CPU, in the order given; longest first inside, so that little is padded."""
        device = next(self.transformer.parameters()).device
        order = sorted(range(len(ids)), key=lambda at: -len(ids[at]))
        vectors = torch.empty((len(ids), self.transformer.config.hidden_size))
        for start in range(0, len(order), batch_size):
            part = order[start : start + batch_size]
            batch = self.pad([ids[at] for at in part])
            pooled = self(**{name: tensor.to(device) for name, tensor in batch.items()})
            vectors[part] = pooled.float().cpu()
            if tick is not None:
                tick(start + len(part), len(order))
        return nn.functional.normalize(vectors, dim=1) if self.normalize else vectors

    def embed(self, texts: Sequence[str], *, batch_size: int = 64) -> Vectors:
        """Vectors of texts; a text given twice is encoded once."""
        unique = list(dict.fromkeys(texts))
        place = {text: at for at, text in enumerate(unique)}
        if self.training or self.transformer.training:
            self.eval()  # a walk through all modules: a millisecond
        with torch.inference_mode():
            vectors = self.embed_ids(self.tokenize(unique), batch_size=batch_size)
        result: Vectors = vectors[[place[text] for text in texts]].numpy()
        return result

    def save(self, directory: Path) -> None:
        """Write the layout of sentence-transformers: weights in safetensors, tokenizer, modules."""
        self.transformer.save_pretrained(directory)
        self.tokenizer.save_pretrained(directory)
        # The names of sentence-transformers 2 to 5; version 6 still reads them.
        kinds = ["Transformer", "Pooling", *(["Normalize"] if self.normalize else [])]
        modules = [
            {
                "idx": at,
                "name": str(at),
                "path": "" if at == 0 else f"{at}_{kind}",
                "type": f"sentence_transformers.models.{kind}",
            }
            for at, kind in enumerate(kinds)
        ]
        write_json(directory / MODULES, modules)
        (directory / POOLING).mkdir(exist_ok=True)
        write_json(
            directory / POOLING / "config.json",
            {
                "word_embedding_dimension": self.transformer.config.hidden_size,
                "pooling_mode_cls_token": self.pooling == "cls",
                "pooling_mode_mean_tokens": self.pooling == "mean",
                "pooling_mode_max_tokens": False,
                "pooling_mode_mean_sqrt_len_tokens": False,
            },
        )
        if self.normalize:
            (directory / "2_Normalize").mkdir(exist_ok=True)
            write_json(directory / "2_Normalize" / "config.json", {})
        write_json(
            directory / "sentence_bert_config.json", {"max_seq_length": self.max_length, "do_lower_case": False}
        )
        write_json(
            directory / "config_sentence_transformers.json",
            {"__version__": {}, "prompts": {}, "default_prompt_name": None, "similarity_fn_name": "cosine"},
        )


def load_encoder(base: str, *, pooling: str = "auto", normalize: bool = True, max_length: int = 256) -> Encoder:
    """The encoder of a base model (`base:` of a profile) or of a model directory.

    Raises BaseModelError when it cannot be found, or pools in a way that finetop does not know.
    """
    from transformers import AutoConfig, AutoModel, AutoTokenizer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # its bars would fill trainer.log
    scratch = base.startswith(SCRATCH)
    source = resolve_base(base.removeprefix(SCRATCH))
    local = Path(source).is_dir()
    try:
        tokenizer = AutoTokenizer.from_pretrained(source, local_files_only=local, trust_remote_code=False)
        if scratch:
            config = AutoConfig.from_pretrained(source, local_files_only=local, trust_remote_code=False)
            transformer = AutoModel.from_config(config, trust_remote_code=False)
        else:
            transformer = AutoModel.from_pretrained(
                source, local_files_only=local, dtype=torch.float32, trust_remote_code=False
            )
    except UNREADABLE as problem:
        raise BaseModelError(
            f"the base model {base!r} cannot be loaded ({reason_of(problem)})",
            fix="name a directory with config.json, model.safetensors and tokenizer.json",
        ) from problem
    if pooling == "auto":
        pooling = _pooling_of(Path(source)) if local else "mean"
    positions = getattr(transformer.config, "max_position_embeddings", max_length)
    longest = min(max_length, positions, tokenizer.model_max_length)
    return Encoder(transformer, tokenizer, pooling=pooling, normalize=normalize, max_length=longest)


def _pooling_of(source: Path) -> str:
    """How a sentence-transformers directory pools; the mean where it does not say."""
    settings = source / POOLING / "config.json"
    if not settings.exists():
        return "mean"
    values = read_json(settings)
    mode = values.get("pooling_mode")  # sentence-transformers 6
    if mode is None:
        on = [name for name, value in values.items() if name.startswith("pooling_mode_") and value is True]
        mode = (
            {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls"}.get(on[0]) if len(on) == 1 else None
        )
    if mode not in ("mean", "cls"):
        raise BaseModelError(
            "the base model pools in a way that finetop does not know",
            where=str(settings),
            fix="write pooling: mean or pooling: cls in the config",
        )
    return str(mode)
