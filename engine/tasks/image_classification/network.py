"""The network: a backbone, of which the last layers learn, and a head of two layers on its embedding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from engine.vision.split import split_of

if TYPE_CHECKING:
    from engine.vision.backbone import Backbone


class Head(nn.Module):
    """Dense, ReLU, dropout, dense: (N, dimensions) → (N, labels) scores before softmax."""

    def __init__(self, dimensions: int, hidden_size: int, labels: int, dropout: float) -> None:
        super().__init__()
        self.hidden = nn.Linear(dimensions, hidden_size)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(hidden_size, labels)

    def forward(self, features: Tensor) -> Tensor:
        return self.output(self.dropout(self.embedded(features)))

    def embedded(self, features: Tensor) -> Tensor:
        """(N, hidden_size): what the last layer decides by."""
        return nn.functional.relu(self.hidden(features))


class Recogniser(nn.Module):
    """Pictures in, scores of labels and embeddings out. What a picture is turned into before the layers that learn
    is the same in every step: where the backbone can be split, `enter` does that part and the others go on from it.
    """

    def __init__(self, backbone: Backbone, head: Head) -> None:
        super().__init__()
        self.backbone, self.head = backbone, head
        self.split = split_of(backbone)

    def enter(self, images: Tensor) -> Tensor:
        """(N, channels, height, width) from 0 to 1 → what enters the layers that learn."""
        return images if self.split is None else self.split.before(images)

    def features(self, entered: Tensor) -> Tensor:
        """The backbone's embedding: (N, dimensions)."""
        return self.backbone(entered) if self.split is None else self.split.after(entered)

    def forward(self, entered: Tensor) -> Tensor:
        """Scores of labels before softmax: (N, labels)."""
        return self.head(self.features(entered))

    def width(self, embedding: str) -> int:
        """Dimensions of that embedding."""
        return self.backbone.dimensions if embedding == "backbone" else self.head.hidden.out_features

    def judge(self, entered: Tensor, embedding: str) -> tuple[Tensor, Tensor]:
        """Scores, and the embedding that tells people apart, of length 1.

        Which one was measured on embeddings of length 1, small nets from random weights, 10 people of ORL and 9 drawn
        ones whom training never saw; centring and standardising the dimensions first moved no figure by more than
        chance:

        | people | vector | AUC | TAR at FAR 1e-2 | rank 1 |
        | --- | --- | --- | --- | --- |
        | ORL, 30 epochs | the backbone's | 0.966 | 0.602 | 0.928 |
        | ORL, 30 epochs | the head's hidden layer | 0.959 | 0.562 | 0.870 |
        | drawn, 60 epochs, two augmentations | the backbone's | 0.898, 0.914 | 0.151, 0.145 | 0.636, 0.656 |
        | drawn, 60 epochs, two augmentations | the head's hidden layer | 0.908, 0.919 | 0.182, 0.164 | 0.650, 0.636 |
        """
        features = self.features(entered)
        vectors = features if embedding == "backbone" else self.head.embedded(features)
        return self.head(features), nn.functional.normalize(vectors.float(), dim=1)


def new_head(dimensions: int, hidden_size: int, labels: int, dropout: float, seed: int) -> Head:
    """A head with random weights, the same for the same seed."""
    torch.manual_seed(seed)
    return Head(dimensions, hidden_size, labels, dropout)


def grown_head(head: Head, known: list[str], labels: list[str], dropout: float, seed: int) -> Head:
    """A head for `labels` that decides about those in `known` as `head` does; rows of new ones are random."""
    hidden_size, dimensions = head.hidden.weight.shape
    grown = new_head(dimensions, hidden_size, len(labels), dropout, seed)
    grown.hidden.load_state_dict(head.hidden.state_dict())
    with torch.no_grad():
        for at, label in enumerate(labels):
            if label in known:
                grown.output.weight[at] = head.output.weight[known.index(label)]
                grown.output.bias[at] = head.output.bias[known.index(label)]
    return grown
