"""The unsupervised phase."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.errors import BaseModelError
from engine.tasks.sentence_similarity.config import Config
from engine.tasks.sentence_similarity.pairs import Pairs
from engine.tasks.sentence_similarity.tsdae import (
    IGNORE,
    RECONSTRUCTION,
    DenoisingAutoEncoder,
    TsdaeTraining,
    delete_words,
    training_sentences,
)
from engine.text_encoder import Encoder, load_encoder
from engine.training.state import trainable_state

pytestmark = pytest.mark.slow

TEXTS = [
    f"{a} {b} {c} rot tag" for a in ("line", "old", "tall") for b in ("pole", "wire", "beam") for c in ("bent", "new")
]


@pytest.fixture
def encoder(tiny_base: Path) -> Encoder:
    torch.manual_seed(0)
    return load_encoder(str(tiny_base))


@pytest.fixture
def training(encoder: Encoder) -> TsdaeTraining:
    config = Config(batch_size=4, eval_batch_size=4)
    rows = [{"a": "old pole", "b": "aged mast", "score": 1.0}, {"a": "rot", "b": "wire", "score": 0.0}]
    return TsdaeTraining(encoder, config, TEXTS, Pairs(encoder, rows))


def test_deleting_keeps_special_tokens_and_at_least_one_word() -> None:
    for seed in range(50):
        kept = delete_words([2, 7, 8, 3], [None, 0, 1, None], 0.99, np.random.default_rng(seed))
        assert kept[0] == 2 and kept[-1] == 3
        assert 3 <= len(kept) <= 4


def test_the_pieces_of_a_word_go_together() -> None:
    for seed in range(50):
        kept = delete_words([2, 7, 8, 9, 3], [None, 0, 0, 1, None], 0.5, np.random.default_rng(seed))
        assert (7 in kept) == (8 in kept)


def test_about_the_asked_part_of_the_words_is_deleted() -> None:
    ids = list(range(1000))
    kept = delete_words(ids, ids, 0.6, np.random.default_rng(0))
    assert 350 < len(kept) < 450


def test_an_empty_sentence_stays_empty() -> None:
    assert delete_words([2, 3], [None, None], 0.6, np.random.default_rng(0)) == [2, 3]


def test_a_sentence_is_damaged_alike_each_time_and_differently_in_each_epoch(training: TsdaeTraining) -> None:
    first, again, later = (training.collate([0, 1, 2, 3], epoch)["input_ids"] for epoch in (0, 0, 1))
    assert torch.equal(first, again)
    assert first.shape != later.shape or not torch.equal(first, later)


def test_the_target_is_the_whole_sentence_shifted_by_one(training: TsdaeTraining) -> None:
    batch = training.collate([0, 1], 0)
    assert torch.equal(batch["target"][:, 1:], batch["label"][:, :-1])
    assert (batch["label"] != IGNORE).sum() == training.weight(batch)


def test_the_decoder_has_the_encoders_weights_and_learns_with_it(training: TsdaeTraining) -> None:
    model = training.model
    assert isinstance(model, DenoisingAutoEncoder)
    layer = model.encoder.transformer.encoder.layer[0].attention.self.query
    decoders = model.decoder.bert.encoder.layer[0].attention.self.query
    assert layer.weight is decoders.weight
    assert model.decoder.get_output_embeddings().weight is model.encoder.transformer.embeddings.word_embeddings.weight
    before = layer.weight.detach().clone()
    batch = training.collate([0, 1, 2, 3], 0)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    training.loss_sum(batch).backward()
    optimizer.step()
    assert not torch.equal(layer.weight, before)
    assert layer.weight is decoders.weight


def test_a_checkpoint_holds_a_shared_weight_once(training: TsdaeTraining) -> None:
    names = trainable_state(training.model)
    assert any(name.startswith("encoder.transformer.") for name in names)
    assert all("crossattention" in name or "cls" in name for name in names if name.startswith("decoder."))


def test_the_decoder_knows_nothing_of_what_comes_next(training: TsdaeTraining) -> None:
    model = training.model.eval()
    assert isinstance(model, DenoisingAutoEncoder)
    batch = training.collate([0, 1, 2, 3], 0)
    vector = torch.ones(4, 1, 16)
    with torch.inference_mode():
        whole = model.decoder(input_ids=batch["target"], encoder_hidden_states=vector).logits
        changed = batch["target"].clone()
        changed[:, -1] = 6
        other = model.decoder(input_ids=changed, encoder_hidden_states=vector).logits
        elsewhere = model.decoder(input_ids=batch["target"], encoder_hidden_states=-vector).logits
    assert torch.allclose(whole[:, :-1], other[:, :-1], atol=1e-6)
    assert not torch.allclose(whole, elsewhere, atol=1e-3)


def test_training_rebuilds_held_out_sentences_better(training: TsdaeTraining) -> None:
    def reconstruction() -> float:
        training.model.eval()
        with torch.inference_mode():
            return training.evaluate(lambda done, total: None)[RECONSTRUCTION]

    start = reconstruction()
    optimizer = torch.optim.AdamW(training.model.parameters(), lr=3e-3)
    training.model.train()
    for epoch in range(8):
        for indices in training.batches(epoch):
            batch = training.collate(indices, epoch)
            optimizer.zero_grad()
            (training.loss_sum(batch) / training.weight(batch)).backward()
            optimizer.step()
    assert reconstruction() < 0.8 * start


def test_held_out_sentences_are_not_trained_on(training: TsdaeTraining) -> None:
    trained = {index for batch in training.batches(0) for index in batch}
    assert len(trained) == training_sentences(TEXTS) == 17


def test_an_architecture_without_cross_attention_is_a_sentence(encoder: Encoder) -> None:
    from transformers import DistilBertConfig, DistilBertModel

    config = DistilBertConfig(vocab_size=30, dim=16, n_layers=1, n_heads=2, hidden_dim=16)
    encoder.transformer = DistilBertModel(config)
    with pytest.raises(BaseModelError, match="unsupervised_epochs: 0"):
        DenoisingAutoEncoder(encoder)
