"""What a step computes."""

from __future__ import annotations

from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def test_texts_encoded_by_length_have_the_vectors_of_the_padded_batch_in_its_order(tiny_base: Path) -> None:
    import torch

    from engine.tasks.text_classification.training import ALIKE, encode_by_length
    from engine.text_encoder import load_encoder

    encoder = load_encoder(str(tiny_base)).eval()
    words = ["map", "grid", "song", "old", "new", "night", "day", "print", "free", "pack"]
    texts = [" ".join(words[: 1 + (at * 7) % 10]) for at in range(3 * ALIKE - 5)]
    batch = encoder.pad(encoder.tokenize(texts))
    with torch.inference_mode():
        torch.testing.assert_close(encode_by_length(encoder, **batch), encoder(**batch))


def test_every_weight_that_is_trained_gets_the_gradient_of_the_padded_batch(tiny_base: Path) -> None:
    import torch

    from engine.tasks.text_classification.training import encode_by_length
    from engine.text_encoder import load_encoder

    encoder = load_encoder(str(tiny_base)).eval()
    batch = encoder.pad(encoder.tokenize(["map grid old", "song"] * 20))

    def gradients(vectors: torch.Tensor) -> list[torch.Tensor]:
        trained = [weight for weight in encoder.parameters() if weight.requires_grad]
        found = torch.autograd.grad(vectors.square().sum(), trained, allow_unused=True)
        return [gradient for gradient in found if gradient is not None]

    for ours, theirs in zip(gradients(encode_by_length(encoder, **batch)), gradients(encoder(**batch)), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-4)
