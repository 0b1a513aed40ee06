"""The encoder of texts: what it makes of them before the transformer sees any."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from transformers import BertConfig, BertModel, BertTokenizerFast

from engine.text_encoder import Encoder
from tests.any_text import any_text

WORDS = ["map", "##s", "forest", "night", "karte", "a", "b", "c", "##1", "2"]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    file: Path = tmp_path_factory.mktemp("words") / "vocab.txt"
    file.write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]))
    config = BertConfig(
        vocab_size=5 + len(WORDS), hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8
    )
    tokenizer = BertTokenizerFast(vocab=str(file))
    return Encoder(BertModel(config), tokenizer, pooling="mean", normalize=True, max_length=12)


texts = st.one_of(any_text(), st.lists(st.sampled_from(["maps", "forest", "night", "a1", "2", "|"])).map(" ".join))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given_texts=st.lists(texts, max_size=5))
def test_tokens_are_those_that_transformers_makes(encoder: Encoder, given_texts: list[str]) -> None:
    expected = encoder.tokenizer(given_texts, truncation=True, max_length=12)["input_ids"] if given_texts else []
    assert encoder.tokenize(given_texts) == expected


def test_a_long_text_is_cut_whatever_the_tokenizer_was_asked_for_before(encoder: Encoder) -> None:
    encoder.tokenizer(["map"], padding="max_length", max_length=20)
    assert [len(ids) for ids in encoder.tokenize(["night " * 50, "map"])] == [12, 3]
