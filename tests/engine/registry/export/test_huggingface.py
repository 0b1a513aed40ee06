"""What is exported for other libraries gives there what the version gives."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import InputError
from engine.registry.export.exporting import export
from engine.registry.safety import problem_with
from engine.registry.store import Version
from engine.tasks.catalog import find_task
from tests.engine.registry import tiny_models
from tests.engine.registry.export.versions import tiny_version
from tests.engine.registry.tiny_models import LABELS, SIDE, TEXTS, picture

pytestmark = pytest.mark.slow


def exported(version: Version, where: Path) -> Path:
    export(version, where / "out", "huggingface")
    return where / "out"


def code_of(card: Path, number: int = 0) -> str:
    """A block of code of a card."""
    return re.findall(r"```python\n(.*?)```", card.read_text(), re.DOTALL)[number]


def test_transformers_gives_the_same_logits(tmp_path: Path) -> None:
    import torch
    from transformers import AutoModelForTokenClassification, AutoTokenizer

    version = tiny_version(tmp_path, "token-classification")
    out = exported(version, tmp_path)
    assert problem_with(out) is None
    given = AutoTokenizer.from_pretrained(out)(TEXTS, padding=True, return_tensors="pt")
    given = {name: given[name] for name in ("input_ids", "attention_mask")}
    own = find_task("token-classification").load(version.paths.model, "cpu")
    with torch.inference_mode():
        theirs = AutoModelForTokenClassification.from_pretrained(out)(**given).logits
        ours = own.tagger.model(**given).logits  # type: ignore[attr-defined]
    assert torch.allclose(theirs, ours, atol=1e-6)


def test_sentence_transformers_gives_the_same_embeddings(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    version = tiny_version(tmp_path, "sentence-similarity")
    out = exported(version, tmp_path)
    assert problem_with(out) is None
    ours = find_task("sentence-similarity").load(version.paths.model, "cpu").embed(TEXTS)  # type: ignore[attr-defined]
    assert np.abs(SentenceTransformer(str(out), device="cpu").encode(TEXTS) - ours).max() < 1e-5


def test_setfit_gives_the_same_labels_and_so_do_the_arrays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from setfit import SetFitModel

    version = tiny_version(tmp_path, "text-classification")
    out = exported(version, tmp_path)
    told = find_task("text-classification").load(version.paths.model, "cpu").predict([{"text": one} for one in TEXTS])
    theirs = SetFitModel.from_pretrained(str(out), device="cpu").predict(TEXTS)
    assert [str(label) for label in theirs] == [row["label"] for row in told]
    monkeypatch.chdir(out)
    names: dict[str, Any] = {}
    exec(code_of(out / "README.md", 1).replace('["a text"]', repr(TEXTS)), names)
    wanted = [[row["scores"][label] for label in LABELS] for row in told]
    assert np.abs(names["shares"] - np.array(wanted)).max() < 1e-5


@pytest.mark.parametrize("kind", ["vit", "dinov2", "resnet"])
@pytest.mark.parametrize("task", ["image-classification", "image-feature-extraction"])
def test_the_code_of_a_card_gives_the_same_scores_and_embeddings(
    task: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    base = tiny_encoder(kind, tmp_path / "base")
    made = tiny_models.MAKE[task](tmp_path / "made", base=str(base))  # type: ignore[call-arg]
    version = tiny_version(tmp_path, task, model=made)
    out = exported(version, tmp_path)
    pictures = [picture(number) for number in range(4)]
    predictor: Any = find_task(task).load(version.paths.model, "cpu")
    backbone = (predictor.network if task == "image-classification" else predictor.embedder).backbone
    from engine.vision.loaded import Pictures

    images = Pictures(pictures, backbone).tensor(range(4))
    monkeypatch.chdir(out)
    names: dict[str, Any] = {"pixels": (images - backbone.mean) / backbone.std}
    with torch.inference_mode():
        exec(code_of(out / "README.md"), names)
    if task == "image-classification":
        wanted = predictor.judge(pictures).shares
        assert np.abs(names["shares"].numpy() - wanted).max() < 1e-5
    else:
        assert np.abs(names["embedding"].numpy() - predictor.embed(pictures)).max() < 1e-5


def test_a_net_of_our_own_has_no_layout_of_transformers(tmp_path: Path) -> None:
    version = tiny_version(tmp_path, "image-classification")
    with pytest.raises(InputError, match="a net of finetop's own"):
        export(version, tmp_path / "out", "huggingface")
    assert not (tmp_path / "out").exists()


def test_ultralytics_loads_the_checkpoint(tmp_path: Path) -> None:
    import torch

    from engine.tasks.object_detection.library import torch_safe_load

    version = tiny_version(tmp_path, "object-detection")
    out = exported(version, tmp_path)
    own: Any = find_task("object-detection").load(version.paths.model, "cpu")
    checkpoint, _ = torch_safe_load(str(out / "best.pt"), safe_only=True)
    from ultralytics import YOLO

    images = torch.rand((1, 3, 64, 64))
    with torch.inference_mode():
        ours = own.detector.model(images)[0]
        theirs = YOLO(str(out / "best.pt")).model.eval()(images)[0]  # type: ignore[union-attr,operator]
        assert torch.allclose(ours, checkpoint["model"].float().eval()(images)[0], atol=1e-4)
    assert torch.allclose(ours, theirs, atol=1e-4)
    assert "license: agpl-3.0" in (out / "README.md").read_text()


def tiny_encoder(kind: str, where: Path) -> Path:
    """A random encoder of transformers in a directory."""
    import torch
    from transformers import Dinov2Config, Dinov2Model, ResNetConfig, ResNetModel, ViTConfig, ViTModel

    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
    patches = {"image_size": SIDE, "patch_size": 4, "num_channels": 3}
    net: Any
    if kind == "vit":
        net = ViTModel(ViTConfig(**sizes, **patches))
    elif kind == "dinov2":
        net = Dinov2Model(Dinov2Config(**sizes, **patches))
    else:
        net = ResNetModel(ResNetConfig(embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1], layer_type="basic"))
    net.save_pretrained(where)
    return where
