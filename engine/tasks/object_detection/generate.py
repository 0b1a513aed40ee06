"""Draws the images that a recipe describes, with exact boxes, and splits whose test surprises."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from engine.datasets.files import content_name
from engine.datasets.progress import Told, untold
from engine.datasets.sampling import in_turn, stream
from engine.drawing.splits import seen_and_unseen
from engine.tasks.contract import Generated, Row
from engine.tasks.object_detection.recipe import Recipe
from engine.tasks.object_detection.scenes import poles, thermograms, weather
from engine.tasks.object_detection.scenes.canvas import Drawn


@dataclass(frozen=True)
class Scenery:
    """How one scene is drawn, and which kinds of it each split may show."""

    draw: Callable[[Recipe, Any, np.random.Generator], Drawn]
    kinds: dict[str, tuple[Any, ...]]


def generate(recipe: Recipe, seed: int, told: Told = untold) -> Generated:
    """Rows of `train`, `validation` and `test`, and their images."""
    artist = _Artist(recipe, seed, told)
    splits = seen_and_unseen(
        artist.draw, shares=recipe.splits, total=recipe.images, seen_share=recipe.seen_share, seed=seed
    )
    return Generated(splits, _notes(recipe, artist.scenery), artist.files)


class _Artist:
    """Draws each image from a random source of its own: more images in one split change no other."""

    def __init__(self, recipe: Recipe, seed: int, told: Told) -> None:
        self.recipe, self.seed, self.told = recipe, seed, told
        self.scenery = scenery_of(recipe)
        self.files: dict[str, bytes] = {}

    def draw(self, world: str, purpose: str, count: int) -> list[Row]:
        """`count` images in the scene kinds that `world` may show, in turn."""
        kinds: Iterator[Any] = in_turn(self.scenery.kinds[world], stream(self.seed, "kinds", purpose))
        return [self._row(next(kinds), purpose, number) for number in range(count)]

    def _row(self, kind: Any, purpose: str, number: int) -> Row:
        rng = np.random.default_rng(stream(self.seed, "image", purpose, str(number)).getrandbits(128))
        drawn = self.scenery.draw(self.recipe, kind, rng)
        data = _as_jpeg(drawn, self.recipe.noise.jpeg_quality)
        name = content_name(data, ".jpg")
        self.files[name] = data
        self.told("pictures drawn", len(self.files), self.recipe.images)
        width, height = self.recipe.size
        row: Row = {"image": f"files/{name}", "width": width, "height": height, "objects": drawn.objects}
        return {**row, "group": kind.name, "source": f"drawn: {self.recipe.scene}"}


def scenery_of(recipe: Recipe) -> Scenery:
    """The scenery that the recipe names."""
    if recipe.scene == "poles":
        return Scenery(poles.draw, weather.KINDS)
    return Scenery(thermograms.draw, thermograms.kinds(recipe.thermograms))


def _as_jpeg(drawn: Drawn, quality: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(drawn.pixels).save(buffer, "JPEG", quality=quality, subsampling=0)
    return buffer.getvalue()


def _notes(recipe: Recipe, scenery: Scenery) -> dict[str, object]:
    return {
        "images": "drawn by a program, no photographs: a model trained on them alone has not met the world; "
        "use them to try a setting, and train what people rely on with photographs",
        "splits": "/".join(f"{share:.0%}" for share in recipe.splits),
        "test": "slice `unseen`: scene kinds that stand in no image of training or validation; "
        "slice `seen`: training's scene kinds, drawn anew",
        "validation": "composed like the test, with scene kinds of its own that no other split has",
        "seen_share": recipe.seen_share,
        "scene_kinds": {world: [kind.name for kind in kinds] for world, kinds in scenery.kinds.items()},
        "boxes": "round the part of an object that is seen; objects hidden for the most part have none",
    }
