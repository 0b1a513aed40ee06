"""Whose work a model stands on: its libraries with their versions, and the licences of these and of its base.

By what the installed distributions and the base say of themselves; nothing is imported.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, NamedTuple

from engine.base_models import SCRATCH, cached_snapshot
from engine.files import read_json
from engine.model_directory import CARD


class KnownBase(NamedTuple):
    """What the page of a base model on the Hub says."""

    hub_id: str
    licence: str
    language: str = ""


KNOWN = {
    "all-MiniLM-L6-v2": KnownBase("sentence-transformers/all-MiniLM-L6-v2", "Apache-2.0", "en"),
    "bert-base-uncased": KnownBase("google-bert/bert-base-uncased", "Apache-2.0", "en"),
    "distilbert-base-uncased": KnownBase("distilbert/distilbert-base-uncased", "Apache-2.0", "en"),
    "roberta-base": KnownBase("FacebookAI/roberta-base", "MIT", "en"),
    "facebook/dinov2-small": KnownBase("facebook/dinov2-small", "Apache-2.0"),
}
"""The bases that profiles name; of others the page beside their weights is read."""
_TEXT = ("torch", "transformers", "tokenizers", "safetensors", "numpy")
_PICTURES = ("torch", "transformers", "safetensors", "numpy", "pillow")
LIBRARIES = {
    "token-classification": (*_TEXT, "peft"),
    "sentence-similarity": (*_TEXT, "sentence-transformers"),
    "text-classification": (*_TEXT, "sentence-transformers", "setfit", "scikit-learn"),
    "image-classification": (*_PICTURES, "scikit-learn"),
    "image-feature-extraction": (*_PICTURES, "scikit-learn", "chromadb"),
    "object-detection": ("torch", "torchvision", "ultralytics", "opencv-python", "safetensors", "numpy", "pillow"),
}
"""Task → distributions that its models are trained and read with."""
ULTRALYTICS = "ultralytics"
AGPL_NOTE = (
    "who passes on what was built with it, or offers it over a network, offers the source under the AGPL, or holds "
    "a licence of Ultralytics"
)
_SPDX = {
    "Apache Software License": "Apache-2.0",
    "Apache": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache 2.0 License": "Apache-2.0",
    "MIT License": "MIT",
    "BSD License": "BSD",
    "BSD": "BSD",
}
_MOST_README = 64 * 1024
_MOST_STEPS = 16


def libraries_of(task: str) -> dict[str, str]:
    """Distribution → version, of what models of a task are trained and read with, as installed here."""
    found = {}
    for name in ("finetop", *LIBRARIES.get(task, ())):
        try:
            found[name] = distribution(name).version
        except PackageNotFoundError:
            continue
    return found


def licences_of(task: str, config: Mapping[str, Any]) -> list[str]:
    """A line `WHAT: LICENCE` each for the base of a training with this config and the libraries of its task."""
    lines = [f"base model {line}"] if (line := _of_base(str(config.get("base", "")))) else []
    for name in LIBRARIES.get(task, ()):
        try:
            licence = _of_distribution(name)
        except PackageNotFoundError:
            continue
        lines.append(f"{name}: {licence}{f' ({AGPL_NOTE})' if name == ULTRALYTICS else ''}")
    return lines


def known_base(base: str) -> KnownBase | None:
    """What is known of a base by its name."""
    return KNOWN.get(base.removeprefix("sentence-transformers/")) or next(
        (known for known in KNOWN.values() if known.hub_id == base), None
    )


def _of_base(base: str) -> str:
    """`NAME: LICENCE`; empty where a training starts from random weights. A model of finetop passes on what its own
    base is."""
    for _ in range(_MOST_STEPS):
        if not base or base.startswith(SCRATCH):
            return ""
        path = Path(base).expanduser()
        if not (path / CARD).is_file():
            break
        try:
            base = str(read_json(path / CARD).get("base", ""))
        except (OSError, ValueError):
            break
    known = known_base(base)
    if known is not None:
        return f"{base}: {known.licence}"
    if Path(base).suffix == ".pt":
        return f"{Path(base).name}: AGPL-3.0 if its weights come from Ultralytics ({AGPL_NOTE})"
    return f"{base}: {_of_page(base) or 'not known here, read its page before you pass the model on'}"


def _of_page(base: str) -> str:
    """The licence that the page beside the weights names; empty where there is none."""
    path = Path(base).expanduser()
    place = path if path.is_dir() else cached_snapshot(base)
    if place is None:
        return ""
    try:
        with (place / "README.md").open(encoding="utf-8", errors="replace") as page:
            text = page.read(_MOST_README)
    except OSError:
        return ""
    if not text.startswith("---\n"):
        return ""
    import yaml

    try:
        front = yaml.safe_load(text[4:].split("\n---", 1)[0])
    except (yaml.YAMLError, RecursionError, ValueError):
        return ""
    named = front.get("license") if isinstance(front, dict) else None
    return named[:60] if isinstance(named, str) else ""


def _of_distribution(name: str) -> str:
    facts = distribution(name).metadata.json
    if named := facts.get("license_expression"):
        return str(named)
    told = [line.rsplit(" :: ", 1)[-1] for line in facts.get("classifier", []) if line.startswith("License ::")]
    short = (str(facts.get("license", "")).strip().splitlines() or [""])[0]
    # Some write the whole text of the licence there.
    if short and len(short) <= 40:
        return _SPDX.get(short, short)
    return ", ".join(_SPDX.get(one, one) for one in told) or "not said"
