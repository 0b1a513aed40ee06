"""Which encoder it is: a hash of all that an embedding depends on."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.text_encoder import Encoder

_OF_THE_FILE = {"_name_or_path", "transformers_version", "dtype", "torch_dtype", "architectures"}
"""What a configuration says of where it was read from."""


def fingerprint(encoder: Encoder) -> str:
    """Of weights, tokenizer, pooling and length: the same for a copy in another directory. 0.1 s for MiniLM."""
    digest = hashlib.blake2b(digest_size=16)
    config = {k: v for k, v in encoder.transformer.config.to_dict().items() if k not in _OF_THE_FILE}
    facts = [encoder.pooling, encoder.normalize, encoder.max_length, config, _tokenizer_facts(encoder.tokenizer)]
    digest.update(json.dumps(facts, sort_keys=True, default=str).encode())
    for name, tensor in sorted(encoder.transformer.state_dict().items()):
        values = tensor.detach().cpu().float().contiguous().numpy()
        digest.update(f"{name} {tensor.dtype} {values.shape}".encode())
        digest.update(values.tobytes())
    return digest.hexdigest()


def _tokenizer_facts(tokenizer: object) -> object:
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None:
        return [type(tokenizer).__name__, tokenizer.get_vocab()]  # type: ignore[attr-defined]
    facts = json.loads(backend.to_str())
    # Padding and truncation are what it was last asked for, not what it is.
    return {name: value for name, value in facts.items() if name not in ("padding", "truncation")}
