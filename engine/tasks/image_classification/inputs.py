"""What a step is given: pictures, or what the frozen layers made of them, once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from engine.allowance import free_memory_bytes, room_bytes
from engine.tasks.image_classification.config import Config
from engine.tasks.image_classification.network import Recogniser
from engine.training.trainable import Batch
from engine.vision.augment import augmented
from engine.vision.loaded import Pictures

Tick = Callable[[int, int], None]
IMAGES, ENTERED = "images", "entered"
"""Names in a batch: pictures, and what of them enters the layers that learn."""


class Inputs:
    """Pictures of a split as a network is given them, in batches of `batch_size` where that is not said."""

    def __init__(self, network: Recogniser, pictures: Pictures, *, device: str, batch_size: int) -> None:
        self.network, self.pictures, self.device, self.batch_size = network, pictures, device, batch_size

    def __len__(self) -> int:
        return len(self.pictures)

    def parts(self) -> list[range]:
        """Numbers of all pictures, in batches."""
        count = len(self)
        return [range(start, min(start + self.batch_size, count)) for start in range(0, count, self.batch_size)]

    def images(self, indices: Sequence[int], view: int) -> Tensor:
        """(N, channels, height, width), 0 to 1."""
        return self.pictures.tensor(indices)

    def entered(self, view: int, tick: Tick) -> Tensor:
        """What of all pictures enters the layers that learn, on the CPU."""
        made = []
        for part in self.parts():
            with torch.inference_mode():
                made.append(self.network.enter(self.images(part, view).to(self.device)).cpu())
            tick(part.stop, len(self))
        # Inference mode makes tensors that take no part in gradients; a copy does.
        return torch.cat(made).clone()

    def entered_bytes(self) -> int:
        """Memory that `entered` takes."""
        with torch.inference_mode():
            one = self.network.enter(self.pictures.tensor([0]).to(self.device))
        return one.numel() * one.element_size() * len(self)


class WatchedInputs(Inputs):
    """Pictures that are seen again and again as they are: those of validation."""

    def __init__(
        self, network: Recogniser, pictures: Pictures, *, device: str, batch_size: int, cache_mib: int
    ) -> None:
        super().__init__(network, pictures, device=device, batch_size=batch_size)
        self._cache_mib = cache_mib
        self._kept: Tensor | None = None

    def of(self, indices: Sequence[int]) -> Tensor:
        """What of these pictures enters the layers that learn, on the device."""
        if self._kept is None and self.network.split is not None and self._fits():
            self._kept = self.entered(0, lambda done, total: None)
        if self._kept is not None:
            return self._kept[list(indices)].to(self.device)
        return self.network.enter(self.pictures.tensor(indices).to(self.device))

    def _fits(self) -> bool:
        return self.entered_bytes() <= room_bytes(self._cache_mib, free_memory_bytes())


class TrainingInputs(Inputs):
    """Pictures that augmentation changes: the same for the same picture, epoch and seed."""

    def __init__(
        self,
        network: Recogniser,
        pictures: Pictures,
        config: Config,
        *,
        device: str,
        batch_size: int,
        tick: Tick = lambda done, total: None,
    ) -> None:
        super().__init__(network, pictures, device=device, batch_size=batch_size)
        self.config = config
        views = self._views()
        self.kept: list[Tensor] = []
        """What enters the layers that learn, for each view that is computed once; none where pictures are changed
        anew in every epoch."""
        for view in range(views):
            self.kept.append(self.entered(view, _part_of(tick, view, views)))

    def of(self, indices: Sequence[int], epoch: int) -> Batch:
        """A batch on the CPU, without classes."""
        if self.kept:
            return {ENTERED: self.kept[epoch % len(self.kept)][list(indices)]}
        return {IMAGES: self.images(indices, epoch)}

    def images(self, indices: Sequence[int], view: int) -> Tensor:
        images = super().images(indices, view)
        settings = self.config.augment
        return augmented(images, settings, (self.config.seed, view, *indices)) if settings.changes else images

    def _views(self) -> int:
        """How many views are kept: as the config says, and as memory allows."""
        if self.network.split is None or not len(self):
            return 0
        wanted = min(self.config.cached_views, self.config.epochs) if self.config.augment.changes else 1
        room = room_bytes(self.config.image_cache_mb, free_memory_bytes())
        return min(wanted, room // self.entered_bytes())


def _part_of(tick: Tick, part: int, parts: int) -> Tick:
    """Progress of one part as progress of all of them."""
    return lambda done, total: tick(part * total + done, parts * total)
