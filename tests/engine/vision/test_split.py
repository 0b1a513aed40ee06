"""A backbone in two: frozen layers first, then those that learn, and the same embedding as in one."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from engine.vision.backbone import Backbone, Description, load_backbone
from engine.vision.freezing import train_last
from engine.vision.pretrained import PretrainedNet
from engine.vision.split import split_of

SMALL = {
    "hidden_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "image_size": 16,
    "patch_size": 4,
}


def encoder(kind: str) -> Any:
    import transformers as library

    torch.manual_seed(0)
    resnet = {"embedding_size": 16, "hidden_sizes": [16, 32], "depths": [1, 1], "layer_type": "basic"}
    convnext = {"hidden_sizes": [8, 16], "depths": [1, 1], "num_stages": 2}
    swin = {"image_size": 32, "embed_dim": 16, "depths": [1, 1], "num_heads": [1, 2], "window_size": 4}
    return {
        "vit": lambda: library.ViTModel(library.ViTConfig(**SMALL)),
        "dinov2": lambda: library.Dinov2Model(library.Dinov2Config(**SMALL)),
        "resnet": lambda: library.ResNetModel(library.ResNetConfig(**resnet)),
        "convnext": lambda: library.ConvNextModel(library.ConvNextConfig(**convnext)),
        "swin": lambda: library.SwinModel(library.SwinConfig(patch_size=4, **swin)),
    }[kind]()


def backbone(kind: str, side: int = 32) -> Backbone:
    three = (0.5, 0.5, 0.5)
    described = Description(base="x", channels=3, size=(side, side), mean=three, std=three)
    return Backbone(PretrainedNet(encoder(kind)), described).eval()


@pytest.mark.parametrize("layers", [0, 1, 2])
def test_the_two_halves_of_a_scratch_net_give_its_embedding(layers: int) -> None:
    net = load_backbone("scratch:resnet-8", size=(24, 16), seed=1).eval()
    train_last(net, layers)
    split = split_of(net)
    assert split is not None and len(split.learning) == layers
    images = torch.rand((3, 1, 24, 16), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        assert torch.allclose(split.after(split.before(images)), net(images), atol=1e-5)


@pytest.mark.slow  # transformers
@pytest.mark.parametrize("kind", ["vit", "dinov2", "resnet"])
@pytest.mark.parametrize("layers", [0, 1, 2])
def test_the_two_halves_of_an_encoder_give_its_embedding(kind: str, layers: int) -> None:
    net = backbone(kind)
    train_last(net, layers)
    split = split_of(net)
    assert split is not None
    images = torch.rand((2, 3, 32, 32), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        assert torch.allclose(split.after(split.before(images)), net(images), atol=1e-5)


@pytest.mark.slow  # transformers
@pytest.mark.parametrize(("kind", "layers"), [("swin", 1), ("convnext", 2)])
def test_an_encoder_with_more_between_its_layers_is_not_split(kind: str, layers: int) -> None:
    net = backbone(kind)
    train_last(net, layers)
    assert net.frozen_layers and split_of(net) is None


def test_without_frozen_layers_there_is_nothing_to_split() -> None:
    net = load_backbone("scratch:resnet-8", size=16)
    train_last(net, None)
    assert split_of(net) is None


def test_what_comes_before_is_not_changed_by_a_step_of_what_comes_after() -> None:
    net = load_backbone("scratch:resnet-8", size=16, seed=1).train()
    train_last(net, 1)
    split = split_of(net)
    assert split is not None and net.training
    images = torch.rand((4, 1, 16, 16), generator=torch.Generator().manual_seed(1))
    before = split.before(images).detach()
    optimizer = torch.optim.Adam([weight for weight in net.parameters() if weight.requires_grad], lr=0.1)
    split.after(before).square().sum().backward()
    optimizer.step()
    assert torch.equal(split.before(images), before), "batch-norm of frozen layers keeps its statistics"
