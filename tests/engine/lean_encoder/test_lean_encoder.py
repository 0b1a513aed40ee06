"""The lean forward pass beside the transformer's own."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel, BertTokenizerFast, DistilBertConfig, DistilBertModel

from engine.lean_encoder.encoder import Arithmetic, drawn_ids, lean_encoder
from engine.text_encoder import Encoder

WORDS = [f"word{at}" for at in range(60)]
TEXTS = [" ".join(random.Random(at).choices(WORDS, k=1 + at % 23)) for at in range(120)]
BOTH = pytest.mark.parametrize("pooling", ["mean", "cls"])


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> BertTokenizerFast:
    file: Path = tmp_path_factory.mktemp("words") / "vocab.txt"
    file.write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]))
    return BertTokenizerFast(vocab=str(file))


def bert(tokenizer: BertTokenizerFast, *, pooling: str = "mean", activation: str = "gelu") -> Encoder:
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=65, hidden_size=64, num_hidden_layers=3, num_attention_heads=4, intermediate_size=128,
        max_position_embeddings=32, hidden_act=activation,
    )  # fmt: skip
    return Encoder(BertModel(config).eval(), tokenizer, pooling=pooling, normalize=True, max_length=32)


@BOTH
@pytest.mark.parametrize(("arithmetic", "apart"), [("fp32", 1e-5), ("bf16", 0.05), ("int8", 0.1)])
def test_vectors_are_those_of_the_transformer(
    tokenizer: BertTokenizerFast, pooling: str, arithmetic: Arithmetic, apart: float
) -> None:
    encoder = bert(tokenizer, pooling=pooling)
    lean = lean_encoder(encoder, arithmetic)
    if lean is None:
        pytest.skip(f"no {arithmetic} on this processor")
    difference = np.linalg.norm(lean.embed(TEXTS) - encoder.embed(TEXTS), axis=1)
    assert difference.max() < apart


def test_tokens_are_those_of_the_transformer(tokenizer: BertTokenizerFast) -> None:
    encoder = bert(tokenizer)
    lean, ids = lean_encoder(encoder, "fp32"), encoder.tokenize(TEXTS)
    assert lean is not None
    made = lean.tokens(ids, lambda at, states: states * (at % 2))
    for at, (text, states) in enumerate(zip(ids, made, strict=True)):
        with torch.inference_mode():
            wanted = encoder.transformer(torch.tensor([text])).last_hidden_state[0]
        assert torch.allclose(states, wanted * (at % 2), atol=1e-5)


@pytest.mark.parametrize("arithmetic", ["bf16", "int8"])
def test_a_text_has_the_same_vector_in_any_company_and_from_any_loading(
    tokenizer: BertTokenizerFast, arithmetic: Arithmetic
) -> None:
    encoder = bert(tokenizer)
    first, second = lean_encoder(encoder, arithmetic), lean_encoder(encoder, arithmetic)
    if first is None or second is None:
        pytest.skip(f"no {arithmetic} on this processor")
    vectors = first.embed(TEXTS)
    order = random.Random(1).sample(range(len(TEXTS)), len(TEXTS))
    assert np.array_equal(second.embed([TEXTS[at] for at in order]), vectors[order])
    assert all(np.array_equal(second.embed([TEXTS[at]])[0], vectors[at]) for at in (0, 5, 22))


def test_what_it_is_measured_on_is_always_the_same(tokenizer: BertTokenizerFast) -> None:
    encoder = bert(tokenizer)
    drawn = drawn_ids(encoder)
    assert drawn == drawn_ids(encoder)
    assert {(ids[0], ids[-1]) for ids in drawn} == {(tokenizer.cls_token_id, tokenizer.sep_token_id)}
    assert max(map(len, drawn)) <= encoder.max_length


def test_another_architecture_or_activation_has_no_lean_form(tokenizer: BertTokenizerFast) -> None:
    config = DistilBertConfig(vocab_size=65, dim=16, n_layers=1, n_heads=2, hidden_dim=32, max_position_embeddings=32)
    other = Encoder(DistilBertModel(config), tokenizer, pooling="mean", normalize=True, max_length=32)
    assert lean_encoder(other, "fp32") is None
    assert lean_encoder(bert(tokenizer, activation="relu"), "fp32") is None


def test_an_arithmetic_that_moves_vectors_too_far_is_not_used(
    tokenizer: BertTokenizerFast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(lean_encoder.__globals__["FURTHEST"], "bf16", 0.0)
    assert lean_encoder(bert(tokenizer), "bf16") is None


def test_an_operator_that_torch_no_longer_has_is_done_without(
    tokenizer: BertTokenizerFast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise AttributeError("no such operator")

    monkeypatch.setattr("engine.lean_encoder.linear.Packed.__init__", gone)
    assert lean_encoder(bert(tokenizer), "fp32") is None


def test_no_texts_are_no_vectors(tokenizer: BertTokenizerFast) -> None:
    lean = lean_encoder(bert(tokenizer), "fp32")
    assert lean is not None and lean.embed([]).shape == (0, 64)
