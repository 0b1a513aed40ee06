"""Makes numbered sentences."""

from __future__ import annotations

import random

from pydantic import BaseModel

from engine.tasks.contract import Generated, Row
from engine.tasks.noop.recipe import Recipe


def generate(recipe: BaseModel, seed: int) -> Generated:
    """Splits 70/20/10, shuffled by the seed."""
    count = Recipe.model_validate(recipe.model_dump()).examples
    numbers = list(range(count))
    random.Random(seed).shuffle(numbers)
    rows: list[Row] = [{"text": f"example {number}", "label": "odd" if number % 2 else "even"} for number in numbers]
    test = max(1, count // 10)
    validation = max(1, count // 5)
    return Generated(
        splits={
            "train": rows[test + validation :],
            "validation": rows[test : test + validation],
            "test": rows[:test],
        },
        notes={"rule": "the label says whether the number is even"},
    )
