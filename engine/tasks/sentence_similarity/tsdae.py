"""The unsupervised phase: TSDAE (Wang, Reimers & Gurevych 2021, arXiv:2104.06979).

Words of a sentence are deleted, the encoder makes one vector of what is left, and a decoder that sees
nothing but this vector has to write the whole sentence. So the vector must hold its meaning. The
decoder has the encoder's own weights and adds only cross attention and the word head; it is thrown
away afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from torch import Tensor, nn

from engine.errors import BaseModelError
from engine.tasks.sentence_similarity.config import Config
from engine.tasks.sentence_similarity.pairs import Pairs, validate
from engine.text_encoder import Encoder, Tick
from engine.training.buckets import length_buckets, longest_batch

RECONSTRUCTION = "reconstruction_loss"
"""Nats per token of held-out sentences rebuilt from their embedding: what this phase is judged by."""
IGNORE = -100
HELD_OUT_PART = 0.1
HELD_OUT_MOST = 64


class DenoisingAutoEncoder(nn.Module):
    """Encoder and decoder with tied weights."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.encoder = encoder
        self.decoder = _tied_decoder(encoder)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, target: Tensor, label: Tensor) -> Tensor:
        """Cross entropy summed over the tokens of the whole sentences."""
        vector = self.encoder(input_ids, attention_mask)
        logits = self.decoder(input_ids=target, encoder_hidden_states=vector.unsqueeze(1), use_cache=False).logits
        return nn.functional.cross_entropy(
            logits.float().flatten(0, 1), label.flatten(), ignore_index=IGNORE, reduction="sum"
        )


class TsdaeTraining:
    """What the loop trains in the unsupervised phase."""

    def __init__(self, encoder: Encoder, config: Config, texts: Sequence[str], validation: Pairs) -> None:
        self.encoder, self.config, self.validation = encoder, config, validation
        self.model: nn.Module = DenoisingAutoEncoder(encoder)
        tokenized = encoder.tokenizer(
            list(dict.fromkeys(texts)),
            truncation=True,
            max_length=encoder.max_length,
            return_special_tokens_mask=True,
        )
        self._ids: list[list[int]] = tokenized["input_ids"]
        self._words = [_word_numbers(tokenized, at) for at in range(len(self._ids))]
        order = np.random.default_rng((config.seed, 1)).permutation(len(self._ids)).tolist()
        held_out = len(order) - training_sentences(texts)
        self._held_out, self._training = order[:held_out], order[held_out:]
        self._lengths = [len(self._ids[at]) for at in self._training]

    def batches(self, epoch: int) -> list[list[int]]:
        return length_buckets(self._lengths, self.config.batch_size, seed=self.config.seed, epoch=epoch)

    def longest_batch(self) -> list[int]:
        return longest_batch(self._lengths, self.config.batch_size)

    def collate(self, indices: Sequence[int], epoch: int) -> dict[str, Tensor]:
        return self._collate([self._training[at] for at in indices], epoch)

    def weight(self, batch: dict[str, Tensor]) -> float:
        return float((batch["label"] != IGNORE).sum())

    def loss_sum(self, batch: dict[str, Tensor]) -> Tensor:
        loss: Tensor = self.model(**batch)
        return loss

    def evaluate(self, tick: Tick) -> dict[str, float]:
        """How well held-out sentences are rebuilt; and the correlation, for people to see it move."""
        values = validate(self.encoder, self.validation, self.config, tick)
        rebuilt = self._reconstruction(tick)
        return {**values, RECONSTRUCTION: rebuilt, "loss": rebuilt}

    def _reconstruction(self, tick: Tick) -> float:
        sentences = self._held_out or self._training
        device = next(self.model.parameters()).device
        total, tokens = 0.0, 0.0
        for start in range(0, len(sentences), self.config.batch_size):
            batch = self._collate(sentences[start : start + self.config.batch_size], epoch=-1)
            total += float(self.model(**{name: tensor.to(device) for name, tensor in batch.items()}))
            tokens += self.weight(batch)
            tick(min(start + self.config.batch_size, len(sentences)), len(sentences))
        return total / max(1.0, tokens)

    def _collate(self, sentences: Sequence[int], epoch: int) -> dict[str, Tensor]:
        damaged = [self._damage(at, epoch) for at in sentences]
        whole = self.encoder.pad([self._ids[at] for at in sentences])
        label = whole["input_ids"].masked_fill(whole["attention_mask"] == 0, IGNORE)
        # Padding stands on the right and attention is causal: the decoder needs no mask for it.
        return {**self.encoder.pad(damaged), "target": whole["input_ids"][:, :-1], "label": label[:, 1:]}

    def _damage(self, at: int, epoch: int) -> list[int]:
        """The sentence without most of its words; the same for the same (seed, epoch, sentence)."""
        draws = np.random.default_rng((self.config.seed, epoch + 1, at))
        return delete_words(self._ids[at], self._words[at], self.config.deletion_ratio, draws)


def training_sentences(texts: Sequence[str]) -> int:
    """How many of the texts are learnt from: the different ones, less those held out."""
    different = len(set(texts))
    return different - min(HELD_OUT_MOST, int(different * HELD_OUT_PART))


def delete_words(
    ids: Sequence[int], words: Sequence[int | None], ratio: float, draws: np.random.Generator
) -> list[int]:
    """`ids` without about `ratio` of its words; special tokens (word None) and at least one word stay."""
    different = sorted({word for word in words if word is not None})
    kept = {word for word in different if draws.random() >= ratio}
    if different and not kept:
        kept = {different[int(draws.integers(len(different)))]}
    return [token for token, word in zip(ids, words, strict=True) if word is None or word in kept]


def _word_numbers(tokenized: object, at: int) -> list[int | None]:
    """The word that each token is a piece of; without a fast tokenizer every token is a word."""
    if getattr(tokenized, "is_fast", False):
        return list(tokenized.word_ids(at))  # type: ignore[attr-defined]
    special = tokenized["special_tokens_mask"][at]  # type: ignore[index]
    return [None if mark else place for place, mark in enumerate(special)]


def _tied_decoder(encoder: Encoder) -> nn.Module:
    """A causal language model that has the encoder's parameters, so that both learn as one."""
    from transformers import AutoModelForCausalLM

    # Reading the configuration anew leaves the encoder's own, which is saved with it, untouched.
    config = type(encoder.transformer.config).from_dict(encoder.transformer.config.to_dict())
    config.is_decoder, config.add_cross_attention, config.tie_word_embeddings = True, True, False
    try:
        decoder = AutoModelForCausalLM.from_config(config)
        base = getattr(decoder, decoder.base_model_prefix)
    except (ValueError, AttributeError) as problem:
        raise BaseModelError(
            f"the architecture {config.model_type!r} has no decoder with cross attention, which TSDAE needs",
            fix="write unsupervised_epochs: 0",
        ) from problem
    modules = dict(base.named_modules())
    tied = 0
    for name, parameter in encoder.transformer.named_parameters():
        place, _, attribute = name.rpartition(".")
        if place in modules and attribute in modules[place]._parameters:
            setattr(modules[place], attribute, parameter)
            tied += 1
    head = decoder.get_output_embeddings()
    if not tied or head is None:
        raise BaseModelError(
            f"the decoder of {config.model_type!r} shares no weights with its encoder, which TSDAE needs",
            fix="write unsupervised_epochs: 0",
        )
    head.weight = encoder.transformer.get_input_embeddings().weight
    return decoder
