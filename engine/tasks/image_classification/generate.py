"""Draws the people that a recipe describes, and a test with people whom no other split shows."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from engine.datasets.files import content_name
from engine.datasets.progress import Told, untold
from engine.datasets.sampling import in_turn, quotas, stream
from engine.drawing.png import as_png
from engine.tasks.contract import Generated, Row
from engine.tasks.image_classification.portraits.identity import TONES, Person, draw_family
from engine.tasks.image_classification.portraits.picture import draw_conditions, draw_picture
from engine.tasks.image_classification.recipe import Recipe


def generate(recipe: Recipe, seed: int, told: Told = untold) -> Generated:
    """Rows of `train`, `validation` and `test`, and their pictures."""
    artist = _Artist(recipe, seed, told)
    train, validation, test = quotas(recipe.splits, recipe.images)
    repeated = round(test * recipe.seen_share)
    seen, unseen = recipe.people, recipe.unseen_people
    known, strangers = range(1, seen + 1), range(seen + 1, seen + unseen + 1)
    splits = {
        "train": artist.draw("train", known, train),
        "validation": artist.draw("validation", known, validation),
        "test": [{**row, "slice": "seen"} for row in artist.draw("test seen", known, repeated)]
        + [{**row, "slice": "unseen"} for row in artist.draw("test unseen", strangers, test - repeated)],
    }
    for name, rows in splits.items():
        stream(seed, "order", name).shuffle(rows)
    return Generated(splits, _notes(recipe), artist.files)


class _Artist:
    """Draws each picture from a random source of its own: more pictures in one split change no other."""

    def __init__(self, recipe: Recipe, seed: int, told: Told) -> None:
        self.recipe, self.seed, self.told = recipe, seed, told
        self.people = {
            **_people(seed, "seen", recipe.people, recipe.family, first=1),
            **_people(seed, "unseen", recipe.unseen_people, recipe.family, first=recipe.people + 1),
        }
        self.files: dict[str, bytes] = {}

    def draw(self, purpose: str, numbers: Iterable[int], count: int) -> list[Row]:
        """`count` pictures of these people in turn."""
        people = in_turn(list(numbers), stream(self.seed, "people", purpose))
        return [self._row(next(people), purpose, number) for number in range(count)]

    def _row(self, who: int, purpose: str, number: int) -> Row:
        rng = np.random.default_rng(stream(self.seed, "picture", purpose, str(number)).getrandbits(128))
        person, conditions = self.people[who], draw_conditions(self.recipe.conditions, rng)
        data = as_png(draw_picture(self.recipe, person, conditions, rng))
        name = content_name(data, ".png")
        self.files[name] = data
        self.told("pictures drawn", len(self.files), self.recipe.images)
        width, height = self.recipe.size
        row: Row = {"image": f"files/{name}", "width": width, "height": height, "label": f"person-{who:02d}"}
        return {**row, "conditions": {**conditions, "tone": person.tone, "age": person.age}}


def _people(seed: int, world: str, count: int, family: int, first: int) -> dict[int, Person]:
    """People by number, in families; the tones of the families take turns."""
    people: list[Person] = []
    tones = list(TONES)
    while len(people) < count:
        number = len(people) // family
        members = min(family, count - len(people))
        source = stream(seed, "family", world, str(number)).getrandbits(64)
        people += draw_family(members, tones[number % len(tones)], source)
    return dict(enumerate(people, first))


def _notes(recipe: Recipe) -> dict[str, object]:
    return {
        "images": "drawn by a program, no photographs and nobody's face: a model trained on them alone has met no "
        "person; use them to try a setting, and measure fairness on photographs of the people concerned",
        "splits": "/".join(f"{share:.0%}" for share in recipe.splits),
        "test": "slice `unseen`: people who stand in no picture of training or validation, for verification; "
        "slice `seen`: training's people in other pictures",
        "seen_share": recipe.seen_share,
        "family": f"people are alike in families of {recipe.family}",
        "conditions": "light, angle, expression and occlusion are of the picture; tone and age are of the person",
        "mirroring": "marks and partings are on one side: a mirrored picture shows somebody else",
    }
