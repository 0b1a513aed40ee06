"""Which files may be loaded. A version holds arrays (safetensors) and plain values (JSON, texts); what could run code
when it is read is refused before any library sees it.

Nothing here unpickles, imports or decodes weights: names, sizes and the keys of small JSON files are looked at.
"""

from __future__ import annotations

import os
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

READ = frozenset({".safetensors", ".json", ".jsonl", ".txt", ".model", ".jinja", ".md"})
"""Endings of what a model directory may hold: arrays, plain values, vocabularies (SentencePiece: `.model`)."""
PICTURES = frozenset({".png", ".svg", ".jpg"})
NEVER_READ = frozenset({"model_head.pkl"})
"""Written for SetFit by models of text classification; finetop reads `heads.safetensors`."""
CODE_KEYS = frozenset({"auto_map", "custom_pipelines", "trust_remote_code"})
"""Keys by which transformers finds Python files of a model's author."""
FETCHING_KEYS = frozenset({"attn_implementation", "_attn_implementation", "quantization_config", "custom_generate"})
"""Keys by which it fetches kernels, or loads by a library of the model's choice; no task writes them."""
OWN_MODULES = "sentence_transformers."
MOST_HEADER = 16 * 2**20
"""Bytes that the description of a safetensors file may take; MiniLM's takes 10,000. It is JSON, and costs some twenty
times that in memory."""
MOST_SETTINGS = 64 * 2**20
"""Bytes of a JSON file; the largest are vocabularies of some 20 MB."""
MOST_FILES = 1000
_WEIGHTS_OF_TORCH = frozenset({".bin", ".pt", ".pth", ".ckpt"})
_PICKLES = frozenset({".pkl", ".pickle", ".joblib", ".npy", ".npz", ".dill"}) | _WEIGHTS_OF_TORCH
_SETTINGS = ("config.json", "modules.json", ".index.json")
"""Endings of the JSON files in which transformers and sentence-transformers look for classes and further files."""


def problem_with(directory: Path) -> str | None:
    """Why a model directory must not be loaded, in words; None where nothing in it can run code or fetch any, and no
    file claims more memory than it could fill."""
    for count, (name, file) in enumerate(_entries(directory)):
        if count >= MOST_FILES:
            return f"it holds more than {MOST_FILES:,} files"
        problem = _problem_with_file(name, file)
        if problem:
            return problem
    return None


def archive_problem(file: Path) -> str | None:
    """Why weights of torch (`.pt`, `.bin`) must not be read even by a restricted unpickler: a zip that unpacks to
    more than it holds. torch writes its archives unpacked."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile):
        return None  # another format, or damaged: its reader says so
    if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
        return f"{file.name} is packed, which weights of torch are not"
    if sum(entry.file_size for entry in entries) > file.stat().st_size:
        return f"{file.name} claims to hold more than its own size"
    return None


def base_problem(directory: Path) -> str | None:
    """Why a base model of somebody else must not be loaded: what `archive_problem` says of its weights. Its Python
    files are not asked for (`trust_remote_code=False`), and its weights are read without running anything."""
    for file in sorted(directory.glob("*")):
        if file.suffix in _WEIGHTS_OF_TORCH and file.is_file() and (problem := archive_problem(file)):
            return problem
        if file.suffix == ".safetensors" and file.is_file() and (problem := _problem_with_header(file.name, file)):
            return problem
    return None


def _problem_with_file(name: str, file: Path) -> str | None:
    if file.is_symlink():
        return f"{name} is a link, which may lead anywhere"
    if not file.is_file():
        return f"{name} is no plain file"
    suffix = file.suffix.lower()
    if file.name in NEVER_READ or suffix in PICTURES:
        return None
    if suffix in _PICKLES:
        return f"{name} is a pickle or may be one, and a pickle is code: only safetensors are loaded"
    if suffix not in READ:
        return f"{name} is nothing that a model of finetop is made of"
    if suffix == ".safetensors":
        return _problem_with_header(name, file)
    if name.endswith(_SETTINGS):
        return _problem_with_settings(name, file)
    return None


def _problem_with_header(name: str, file: Path) -> str | None:
    try:
        with file.open("rb") as content:
            start = content.read(8)
        if len(start) < 8:
            return f"{name} is cut off"
        header = struct.unpack("<Q", start)[0]
        if header + 8 > file.stat().st_size:
            return f"{name} claims a description that is longer than the file"
    except OSError as problem:
        return f"{name} cannot be read ({problem.strerror})"
    if header > MOST_HEADER:
        return f"{name} has a description of {header / 2**20:,.0f} MiB, and none needs more than {MOST_HEADER >> 20}"
    return None


def _problem_with_settings(name: str, file: Path) -> str | None:
    try:
        if file.stat().st_size > MOST_SETTINGS:
            return f"{name} has more than {MOST_SETTINGS >> 20} MiB"
        value = msgspec.json.decode(file.read_bytes())
        keys = set(_keys(value))
    except (OSError, ValueError, RecursionError) as problem:  # msgspec's own is a ValueError
        return f"{name} cannot be read ({str(problem) or type(problem).__name__})"
    if file.name == "adapter_config.json":
        return f"{name} names another model to load"
    if file.name == "modules.json":
        return _problem_with_modules(name, value)
    if file.name.endswith(".index.json"):
        return _problem_with_parts(name, value)
    for key in sorted(keys & CODE_KEYS):
        return f"{name} names code of its author ({key})"
    for key in sorted(keys & FETCHING_KEYS):
        return f"{name} asks for a library or kernel of its author's choice ({key})"
    return None


def _problem_with_modules(name: str, value: Any) -> str | None:
    """`modules.json` of sentence-transformers names Python classes, which its reader imports."""
    if not isinstance(value, list) or not all(isinstance(module, dict) for module in value):
        return f"{name} is no list of modules"
    for module in value:
        kind, path = str(module.get("type", "")), str(module.get("path", ""))
        if not kind.startswith(OWN_MODULES):
            return f"{name} names the class {kind[:80]!r}, which is none of sentence-transformers"
        if path.startswith("/") or ".." in path.split("/"):
            return f"{name} names {path[:80]!r}, which lies outside of the model"
    return None


def _problem_with_parts(name: str, value: Any) -> str | None:
    """The list of the parts of weights that are spread over several files."""
    parts = value.get("weight_map") if isinstance(value, dict) else None
    if not isinstance(parts, dict):
        return f"{name} lists no weights"
    strange = next((part for part in parts.values() if not _is_part(part)), None)
    return None if strange is None else f"{name} names {str(strange)[:80]!r}, which is no safetensors file beside it"


def _is_part(part: Any) -> bool:
    return isinstance(part, str) and "/" not in part and part.endswith(".safetensors")


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _keys(part)


def _entries(directory: Path) -> Iterator[tuple[str, Path]]:
    """What is no directory, by its path below `directory`; links are not followed."""
    waiting = [""]
    while waiting:
        place = waiting.pop()
        for entry in sorted(os.scandir(directory / place), key=lambda entry: entry.name):
            name = f"{place}/{entry.name}" if place else entry.name
            if entry.is_dir(follow_symlinks=False):
                waiting.append(name)
            else:
                yield name, Path(entry.path)
