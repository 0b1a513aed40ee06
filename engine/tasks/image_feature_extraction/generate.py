"""Draws the sequences that a recipe describes, and splits whose test surprises with places and targets of its own."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.datasets.files import content_name
from engine.datasets.progress import Told, untold
from engine.datasets.sampling import in_turn, stream
from engine.drawing.png import as_png
from engine.drawing.splits import seen_and_unseen
from engine.tasks.contract import Generated, Row
from engine.tasks.image_feature_extraction.recipe import Recipe
from engine.tasks.image_feature_extraction.targets.catalog import KINDS
from engine.tasks.image_feature_extraction.targets.places import WORLDS
from engine.tasks.image_feature_extraction.targets.sequences import draw_sequence


def generate(recipe: Recipe, seed: int, told: Told = untold) -> Generated:
    """Rows of `train`, `validation` and `test`, and their pictures."""
    artist = _Artist(recipe, seed, told)
    splits = seen_and_unseen(
        artist.draw, shares=recipe.splits, total=recipe.images, seen_share=recipe.seen_share, seed=seed
    )
    return Generated(splits, _notes(recipe), artist.files)


class _Artist:
    """Draws each sequence from a random source of its own: more pictures in one split change no other."""

    def __init__(self, recipe: Recipe, seed: int, told: Told) -> None:
        self.recipe, self.seed, self.told = recipe, seed, told
        self.files: dict[str, bytes] = {}

    def draw(self, world: str, purpose: str, count: int) -> list[Row]:
        """`count` pictures in sequences, of the classes in turn, with the targets and places of `world`."""
        labels: Iterator[str] = in_turn(self.recipe.classes, stream(self.seed, "classes", purpose))
        rows: list[Row] = []
        while len(rows) < count:
            number = len(rows) // self.recipe.frames
            frames = min(self.recipe.frames, count - len(rows))
            rows += self._sequence(next(labels), world, f"{purpose} {number}", frames)
        return rows

    def _sequence(self, label: str, world: str, name: str, frames: int) -> list[Row]:
        chosen = stream(self.seed, "sequence", name)
        place = chosen.choice(WORLDS[world][KINDS[label].medium])
        which = chosen.randrange(self.recipe.individuals)
        individual = stream(self.seed, "individual", world, label, str(which)).getrandbits(64)
        rng = np.random.default_rng(chosen.getrandbits(128))
        return [
            self._row(frame.pixels, label, name, frame.conditions)
            for frame in draw_sequence(self.recipe, label, place, individual, frames, rng)
        ]

    def _row(
        self,
        pixels: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
        label: str,
        name: str,
        conditions: dict[str, str],
    ) -> Row:
        data = as_png(pixels, self.recipe.bits)
        file = content_name(data, ".png")
        self.files[file] = data
        self.told("pictures drawn", len(self.files), self.recipe.images)
        width, height = self.recipe.size
        row: Row = {"image": f"files/{file}", "width": width, "height": height, "label": label}
        return {**row, "group": f"sequence {name}", "conditions": conditions}


def _notes(recipe: Recipe) -> dict[str, object]:
    return {
        "images": "drawn by a program, no thermal camera saw them: a model trained on them alone has not met the "
        "world; use them to try a setting, and train what people rely on with real pictures",
        "splits": "/".join(f"{share:.0%}" for share in recipe.splits),
        "test": "slice `unseen`: individual targets and places that stand in no picture of training or validation; "
        "slice `seen`: training's targets in training's places, in other sequences",
        "validation": "composed like the test, with targets and places of its own that no other split has",
        "group": "a sequence: one target in one place; no sequence is torn apart by the splits",
        "seen_share": recipe.seen_share,
        "places": {
            world: sorted(name for names in media.values() for name in names) for world, media in WORLDS.items()
        },
    }
