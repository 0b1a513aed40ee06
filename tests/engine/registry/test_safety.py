"""No file that finetop did not write runs code when a model is loaded: by every task, and as a base model."""

from __future__ import annotations

import json
import os
import pickle
import re
import shutil
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.errors import BaseModelError, InputError
from engine.registry.safety import archive_problem, problem_with
from engine.tasks.catalog import find_task
from tests.engine.registry.tiny_models import MAKE

MARKER = "harm"


class Harmful:
    """Makes a directory where it is unpickled."""

    def __reduce__(self) -> Any:
        return os.mkdir, (MARKER,)


def _pickle(model: Path) -> None:
    (model / "head.pkl").write_bytes(pickle.dumps(Harmful()))


def _weights_of_torch(model: Path) -> None:
    next(model.rglob("*.safetensors")).unlink()
    (model / "pytorch_model.bin").write_bytes(pickle.dumps(Harmful()))


def _checkpoint(model: Path) -> None:
    (model / "best.pt").write_bytes(pickle.dumps(Harmful()))


def _classes_of_an_author(model: Path) -> None:
    modules = [{"idx": 0, "name": "0", "path": "", "type": "os.system"}]
    (model / "modules.json").write_text(json.dumps(modules))


def _code_of_an_author(model: Path) -> None:
    (model / "modeling.py").write_text(f"import os; os.mkdir({MARKER!r})")


def _named_code(model: Path) -> None:
    path = model / "config.json"
    settings = json.loads(path.read_text()) if path.exists() else {}
    named = {"auto_map": {"AutoModel": "modeling.Harmful", "AutoConfig": "modeling.Config"}, "model_type": "harmful"}
    path.write_text(json.dumps(settings | named))


def _nested_code(model: Path) -> None:
    (model / "tokenizer_config.json").write_text(json.dumps({"inner": [{"auto_map": {"AutoTokenizer": "x.Y"}}]}))


def _kernel(model: Path) -> None:
    (model / "config.json").write_text(json.dumps({"model_type": "bert", "attn_implementation": "somebody/kernel"}))


def _adapter(model: Path) -> None:
    (model / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": "somebody/model"}))


def _weights_elsewhere(model: Path) -> None:
    parts = {"weight_map": {"a": "../../elsewhere.safetensors"}}
    (model / "model.safetensors.index.json").write_text(json.dumps(parts))


def _link(model: Path) -> None:
    (model / "vocab.txt").unlink(missing_ok=True)
    (model / "vocab.txt").symlink_to("/etc/hostname")


def _huge_description(model: Path) -> None:
    with next(model.rglob("*.safetensors")).open("wb") as file:
        file.write(struct.pack("<Q", 50 * 2**20) + b"{")
        file.truncate(51 * 2**20)


def _endless_description(model: Path) -> None:
    next(model.rglob("*.safetensors")).write_bytes(struct.pack("<Q", 2**63) + b"{}")


def _deep_settings(model: Path) -> None:
    (model / "config.json").write_text("[" * 100_000 + "]" * 100_000)


PLANTED: dict[Callable[[Path], None], str] = {
    _pickle: "a pickle is code",
    _weights_of_torch: "a pickle is code",
    _checkpoint: "a pickle is code",
    _classes_of_an_author: "os.system",
    _code_of_an_author: r"modeling\.py is nothing",
    _named_code: "code of its author",
    _nested_code: "code of its author",
    _kernel: "kernel of its author",
    _adapter: "another model",
    _weights_elsewhere: "no safetensors file beside it",
    _link: "is a link",
    _huge_description: "a description of 50 MiB",
    _endless_description: "longer than the file",
    _deep_settings: "cannot be read",
}


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__.strip("_"))
def test_what_could_run_code_is_named(plant: Callable[[Path], None], tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(struct.pack("<Q", 2) + b"{}")
    assert problem_with(tmp_path) is None
    plant(tmp_path)
    found = problem_with(tmp_path)
    assert found is not None
    assert re.search(PLANTED[plant], found)


@pytest.mark.slow
@pytest.mark.parametrize("task", MAKE)
def test_no_task_loads_a_model_directory_with_planted_files(
    task: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    whole = MAKE[task](tmp_path / "whole")
    loaded = find_task(task)
    assert loaded.load(whole, "cpu") is not None
    for plant in PLANTED:
        model = tmp_path / plant.__name__
        shutil.copytree(whole, model)
        plant(model)
        with pytest.raises(InputError) as refused:
            loaded.load(model, "cpu")
        assert "\n" not in str(refused.value)
        assert not (tmp_path / MARKER).exists()


BASES = ["token-classification", "sentence-similarity", "text-classification", "image-classification"]


@pytest.mark.parametrize("task", BASES)
@pytest.mark.parametrize("plant", [_weights_of_torch, _named_code], ids=["pickle", "code"])
def test_a_harmful_base_model_is_a_sentence(
    task: str, plant: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    base = tmp_path / "base"
    if task == "image-classification":
        from transformers import ViTConfig, ViTModel

        sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 8}
        ViTModel(ViTConfig(**sizes, image_size=16, patch_size=8)).save_pretrained(base)
    else:
        from tests.engine.tiny_bert import save_tiny_bert_of_words

        base.mkdir()
        save_tiny_bert_of_words(base, ["map"])
    plant(base)
    _code_of_an_author(base)
    with pytest.raises(BaseModelError) as refused:
        _build(task, str(base))
    assert "\n" not in str(refused.value)
    assert not (tmp_path / MARKER).exists()


def _build(task: str, base: str) -> None:
    config = find_task(task).config_class.model_validate({"base": base})
    if task == "token-classification":
        from engine.tasks.token_classification.model import build

        build(config, ["a"], "cpu")  # type: ignore[arg-type]
    elif task == "image-classification":
        from engine.tasks.image_classification.model import starting_backbone

        starting_backbone(config)  # type: ignore[arg-type]
    else:
        find_task(task).module("model").untrained_encoder(config)


def test_weights_that_unpack_to_more_than_they_hold_are_named(tmp_path: Path) -> None:
    bomb = tmp_path / "pytorch_model.bin"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data/0", bytes(2**24))
    assert bomb.stat().st_size < 2**16
    assert "is packed" in (archive_problem(bomb) or "")
    from engine.base_models import resolve_base

    with pytest.raises(BaseModelError, match="is packed"):
        resolve_base(str(tmp_path))
    from engine.tasks.object_detection.config import Config
    from engine.tasks.object_detection.model import build

    checkpoint = bomb.rename(tmp_path / "best.pt")
    with pytest.raises(BaseModelError, match="is packed"):
        build(Config(base=str(checkpoint)), ["pole"], "cpu")


def test_an_archive_as_torch_writes_it_is_no_bomb(tmp_path: Path) -> None:
    import torch

    torch.save({"a": torch.zeros(1000)}, tmp_path / "a.bin")
    assert archive_problem(tmp_path / "a.bin") is None


@pytest.mark.slow
def test_a_pickle_in_the_index_beside_a_model_is_never_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ChromaDB keeps one there; its reader is Rust, and builds no objects."""
    import hashlib

    monkeypatch.chdir(tmp_path)
    model = MAKE["image-feature-extraction"](tmp_path)
    task = find_task("image-feature-extraction")
    task.load(model, "cpu")
    index = tmp_path / "model-index"
    planted = pickle.dumps(Harmful())
    kept = list(index.rglob("*.pickle"))
    for file in kept:
        file.write_bytes(planted)
    facts = json.loads((index / "index.json").read_text())
    named = {name: hashlib.blake2b(planted).hexdigest()[:32] for name in facts["files"] if name.endswith(".pickle")}
    assert kept
    assert named
    (index / "index.json").write_text(json.dumps(facts | {"files": facts["files"] | named}))
    samples = json.loads((model / "expected.json").read_text())
    assert task.load(model, "cpu").predict(samples["samples"]) == samples["predictions"]
    assert not (tmp_path / MARKER).exists()
