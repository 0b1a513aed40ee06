"""A random BERT that trains in milliseconds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any


def save_tiny_bert(directory: Path, tokenizer: Any, *, hidden_size: int, positions: int) -> Path:
    """A base model of this tokenizer in `directory`: the same weights each time."""
    import torch
    from transformers import BertConfig, BertModel

    tokenizer.save_pretrained(directory)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=hidden_size,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=2 * hidden_size,
        max_position_embeddings=positions,
    )
    BertModel(config).save_pretrained(directory)
    return directory


def save_tiny_bert_of_words(directory: Path, words: Sequence[str]) -> Path:
    """A base model that knows these words and no other."""
    from transformers import BertTokenizerFast

    vocabulary = directory / "vocab.txt"
    vocabulary.write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words]))
    return save_tiny_bert(directory, BertTokenizerFast(vocab=str(vocabulary)), hidden_size=16, positions=32)
