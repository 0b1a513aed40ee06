"""Backbones: from nothing, from a directory of transformers, from what was saved; layers and freezing."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine.errors import BaseModelError, InputError
from engine.vision.backbone import load_backbone, saved_backbone
from engine.vision.freezing import train_last


def test_a_scratch_net_is_the_same_for_the_same_seed() -> None:
    first, again, other = (load_backbone("scratch:resnet-8", size=(16, 24), seed=seed).eval() for seed in (1, 1, 2))
    images = torch.rand(2, 1, 16, 24)
    assert torch.equal(first(images), again(images))
    assert not torch.equal(first(images), other(images))


def test_a_saved_net_embeds_as_before(tmp_path: Path) -> None:
    net = load_backbone("scratch:resnet-8x2", channels=3, size=16, fit="pad").eval()
    net.save(tmp_path)
    again = saved_backbone(tmp_path).eval()
    images = torch.rand(3, 3, 16, 16)
    assert torch.allclose(net(images), again(images), atol=1e-6)
    assert again.description == net.description


def test_the_last_layers_learn_and_frozen_statistics_stay() -> None:
    net = load_backbone("scratch:resnet-8", size=16)
    assert train_last(net, 1) == 3
    net.train()
    before = {name: value.clone() for name, value in net.named_buffers()}
    net(torch.rand(4, 1, 16, 16)).sum().backward()
    changed = {name for name, value in net.named_buffers() if not torch.equal(value, before[name])}
    learnt = {name for name, parameter in net.named_parameters() if parameter.grad is not None}
    assert learnt and all(name.startswith("net.blocks.2.") for name in learnt)
    assert changed and all(name.startswith("net.blocks.2.") for name in changed)


def test_nothing_learns_with_no_layers_and_all_with_none() -> None:
    net = load_backbone("scratch:resnet-8", size=16)
    train_last(net, 0)
    assert not any(parameter.requires_grad for parameter in net.parameters())
    train_last(net, None)
    assert all(parameter.requires_grad for parameter in net.parameters())


@pytest.mark.parametrize("kind", ["vit", "dinov2", "resnet", "swin", "convnext"])
def test_encoders_of_transformers_embed_pictures_of_another_size(kind: str, tmp_path: Path) -> None:
    """Real architectures with random weights: nothing is fetched."""
    encoder, blocks = _tiny(kind)
    encoder.save_pretrained(tmp_path / "given")
    net = load_backbone(str(tmp_path / "given"), size=48).eval()
    images = torch.rand(2, 3, 48, 48)
    embedded = net(images)
    assert embedded.shape == (2, net.dimensions)
    assert [name for name, _ in net.layers()][1:] == [f"layer {number}" for number in range(1, blocks + 1)]
    net.save(tmp_path)
    assert torch.allclose(saved_backbone(tmp_path).eval()(images), embedded, atol=1e-5)


def test_freezing_leaves_no_parameter_between_frozen_layers(tmp_path: Path) -> None:
    encoder, _ = _tiny("convnext")
    encoder.save_pretrained(tmp_path)
    net = load_backbone(str(tmp_path))
    train_last(net, 1)
    learning = [name for name, parameter in net.named_parameters() if parameter.requires_grad]
    assert all(
        ".stages.2.layers." in name or name.endswith(("layernorm.weight", "layernorm.bias")) for name in learning
    )


@pytest.mark.parametrize(
    ("base", "channels", "sentence"),
    [
        ("scratch:resnet-9", None, "there is no architecture 'resnet-9'"),
        ("scratch:../x", None, "there is no architecture"),
        ("/nowhere/at/all", None, "cannot be loaded|not on this machine"),
        ("all-MiniLM-L6-v2", None, "no encoder of pictures"),
    ],
)
def test_a_base_that_cannot_be_used_is_told(base: str, channels: int | None, sentence: str) -> None:
    with pytest.raises(BaseModelError, match=sentence):
        load_backbone(base, channels=channels)


def test_channels_that_the_base_does_not_take_are_told(tmp_path: Path) -> None:
    encoder, _ = _tiny("vit")
    encoder.save_pretrained(tmp_path)
    with pytest.raises(BaseModelError, match="takes 3 channels and `channels` says 1"):
        load_backbone(str(tmp_path), channels=1)


@pytest.mark.parametrize("damage", ["weights", "description", "size", "none"])
def test_a_damaged_directory_is_told(damage: str, tmp_path: Path) -> None:
    load_backbone("scratch:resnet-8", size=16).save(tmp_path)
    description = tmp_path / "backbone.json"
    match damage:
        case "weights":
            (tmp_path / "backbone.safetensors").write_bytes(b"no tensors")
        case "description":
            description.write_text("[]")
        case "size":
            description.write_text(description.read_text().replace("16", "1600000"))
        case _:
            description.unlink()
    with pytest.raises(InputError, match="the backbone cannot be loaded"):
        saved_backbone(tmp_path)


def _tiny(kind: str):  # type: ignore[no-untyped-def]
    """An encoder of some kilobytes, and how many layers it has behind its embeddings."""
    import transformers as library

    torch.manual_seed(3)
    small = {"hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 2, "image_size": 32, "patch_size": 8}
    match kind:
        case "vit":
            return library.ViTModel(library.ViTConfig(**small, intermediate_size=64)), 3
        case "dinov2":
            return library.Dinov2Model(library.Dinov2Config(**small)), 3
        case "resnet":
            config = library.ResNetConfig(embedding_size=8, hidden_sizes=[8, 16], depths=[1, 2], layer_type="basic")
            return library.ResNetModel(config), 3
        case "swin":
            config = library.SwinConfig(
                image_size=32, patch_size=4, embed_dim=16, depths=[1, 1], num_heads=[2, 2], window_size=4
            )
            return library.SwinModel(config), 2
        case _:
            return library.ConvNextModel(
                library.ConvNextConfig(depths=[1, 2, 1], num_stages=3, hidden_sizes=[8, 8, 16])
            ), 4
