"""Labelled texts: what each row is for, and when texts are embedded anew."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine.tasks.contract import Row
from engine.tasks.text_classification.examples import Examples, Parts, numbers_of, part_rows
from tests.engine.tasks.text_classification.conftest import labelled


def parts(validation: list[Row], few_teach: bool = True) -> Parts:
    return part_rows(labelled(6, 2), validation, few_teach=few_teach, seed=3)


def test_half_of_the_rows_are_spared_and_no_group_is_parted() -> None:
    rows = labelled(90, 1)
    made = parts(rows)
    assert len(made.spared) == 44 and len(made.watched) == 46 and made.taught == labelled(6, 2)
    assert not {row["group"] for row in made.watched} & {row["group"] for row in made.spared}
    assert parts(rows) == made


def test_few_validation_rows_teach_and_decide_nothing() -> None:
    rows = labelled(29, 1)
    assert parts(rows) == Parts([*labelled(6, 2), *rows], [], [])


def test_where_they_must_not_teach_few_rows_all_say_when_to_stop() -> None:
    rows = labelled(29, 1)
    assert parts(rows, few_teach=False) == Parts(labelled(6, 2), rows, [])


def test_large_and_small_groups_stand_on_both_sides() -> None:
    sizes = {"huge": 50, "large": 40, "small": 3, "tiny": 2} | {f"other {at}": 5 for at in range(6)}
    rows = [{**labelled(1, 1)[0], "group": group} for group, size in sizes.items() for _ in range(size)]
    made = parts(rows)
    assert abs(len(made.watched) - len(made.spared)) <= 5
    assert {row["group"] for row in made.watched} & {"huge"} and {row["group"] for row in made.spared} & {"large"}
    assert all(len({row["group"] for row in part}) >= 3 for part in (made.watched, made.spared))


def test_one_large_group_is_never_all_that_is_left() -> None:
    rows = [{**row, "group": "the only one"} for row in labelled(60, 1)]
    assert parts(rows) == Parts(labelled(6, 2), rows, [])


def test_labels_that_are_not_known_follow_those_that_are() -> None:
    rows = [{"label": label} for label in ("b", "new", "a", "newer", "new")]
    assert numbers_of(rows, ["a", "b"]).tolist() == [1, 2, 0, 3, 2]


@pytest.mark.slow
def test_texts_are_embedded_again_only_when_a_weight_changed(tiny_base: Path) -> None:
    from engine.text_encoder import load_encoder

    encoder = load_encoder(str(tiny_base))
    examples = Examples(encoder, labelled(10, 1), ["maps", "music", "tokens"])
    with torch.inference_mode():
        first = examples.vectors(batch_size=4)
        assert examples.vectors(batch_size=4) is first
        encoder.transformer.embeddings.word_embeddings.weight.mul_(1.5)
        assert examples.vectors(batch_size=4) is not first
