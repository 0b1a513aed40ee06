"""Figures by condition at one threshold: against examples that were worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from engine.evaluation.breakdown import ACCURACY, FMR, FNMR, breakdown_of_pairs, breakdown_of_rows, breakdown_tables
from engine.evaluation.pairs import pairs_of


def rows(**counts: tuple[int, int]) -> tuple[list[bool], list[dict[str, str]]]:
    """By light: so many rows that are right, of so many."""
    right = [at < good for good, total in counts.values() for at in range(total)]
    return right, [{"light": light} for light, (_, total) in counts.items() for _ in range(total)]


def test_rates_and_gap_are_those_of_a_metric_frame() -> None:
    """What fairlearn's MetricFrame(accuracy) has: by_group 0.9, 0.6, 0.8; overall 0.76; difference 0.3; ratio 2/3."""
    found = breakdown_of_rows(*rows(bright=(90, 100), dim=(60, 100), dusk=(40, 50)))
    assert {cell.value: cell.rates[ACCURACY] for cell in found.cells} == {"bright": 0.9, "dim": 0.6, "dusk": 0.8}
    assert found.overall[ACCURACY] == 190 / 250
    (gap,) = found.gaps
    assert (gap.worst, gap.best) == ("dim", "bright")
    assert gap.size == pytest.approx(0.3) and gap.ratio == pytest.approx(2 / 3)
    assert gap.interval is not None and 0.1 < gap.interval[0] < 0.3 < gap.interval[1] < 0.5
    assert found.sentence.startswith("The largest gap is 0.3 in accuracy by light: dim 0.6 against bright 0.9 (95 %")


def test_a_value_with_few_rows_is_marked_and_has_no_part_in_the_gap() -> None:
    found = breakdown_of_rows(*rows(bright=(90, 100), dim=(85, 100), night=(0, 12)))
    assert {cell.value: cell.counts[ACCURACY] for cell in found.cells} == {"bright": 100, "dim": 100, "night": 12}
    assert found.gaps[0].worst == "dim"
    marks = {row[1]: row[-1] for row in breakdown_tables(found)[1].rows}
    assert marks == {"": "", "bright": "", "dim": "", "night": "too few: accuracy"}


def test_a_value_of_few_people_is_few_rows_however_many_pictures_they_have() -> None:
    right, conditions = rows(bright=(90, 100), dim=(30, 100))
    people = [f"{at % 10}" if at < 100 else f"dim {at % 3}" for at in range(200)]
    found = breakdown_of_rows(right, conditions, people)
    assert found.gaps == [] and [cell.subjects[ACCURACY] for cell in found.cells] == [10, 3]
    assert found.sentence == "Fairness is not measured: no column of conditions has two values with enough rows."


def test_rows_that_do_not_state_a_condition_are_shown_and_left_out() -> None:
    right, conditions = rows(bright=(90, 100), dim=(85, 100))
    found = breakdown_of_rows([*right, *[False] * 50], [*conditions, *[{} for _ in range(50)]])
    assert found.cells[-1].value == "(not stated)" and found.cells[-1].rates[ACCURACY] == 0
    assert found.gaps[0].worst == "dim"


def test_rare_values_are_one() -> None:
    conditions = [{"day": str(at % 25 if at % 25 < 19 else at)} for at in range(1000)]
    found = breakdown_of_rows([True] * 1000, conditions)
    assert len(found.cells) <= 22 and "(others)" in [cell.value for cell in found.cells]
    assert sum(cell.counts[ACCURACY] for cell in found.cells) == 1000


def test_two_conditions_together_show_what_neither_shows_alone() -> None:
    conditions = [
        {"light": "dim" if at % 2 else "bright", "age": "old" if at % 4 < 2 else "young"} for at in range(800)
    ]
    right = [(row["light"] == "dim") != (row["age"] == "old") for row in conditions]
    found = breakdown_of_rows(right, conditions)
    assert [gap.size for gap in found.gaps[:2]] == [0, 0]
    assert (found.gaps[2].column, found.gaps[2].size) == ("light × age", 1)
    assert found.largest() is not None and found.largest() is not found.gaps[2]
    thin = breakdown_of_rows(right[:100], conditions[:100])
    assert "light × age" not in [cell.column for cell in thin.cells]


def test_false_matches_and_false_non_matches_of_pairs_by_hand() -> None:
    """Ten people with four pictures, two bright and two dim."""
    identities = [at // 4 for at in range(40)]
    conditions = [{"light": "dim" if at % 4 > 1 else "bright"} for at in range(40)]
    pairs = pairs_of(identities)
    dim = np.array([row["light"] == "dim" for row in conditions])
    both = dim[pairs.first] & dim[pairs.second]
    across = dim[pairs.first] != dim[pairs.second]
    # Genuine pairs are accepted but for the dim ones of the first four people, impostors only where both are dim
    # and the first picture is of the last person but one.
    people = np.array(identities)
    accept = np.where(pairs.genuine, ~(both & (people[pairs.first] < 4)), False)
    accept |= ~pairs.genuine & both & (people[pairs.first] == 8)
    found = breakdown_of_pairs(pairs, accept.astype(float), conditions, identities, threshold=0.5)
    cells = {cell.value: cell for cell in found.cells}
    assert list(cells) == ["bright", "dim", "(mixed)"]
    # 10 people: one bright genuine pair each; 20 bright pictures: 190 pairs, 10 of them genuine.
    assert cells["bright"].counts == {FMR: 180, FNMR: 10} and cells["bright"].rates == {FMR: 0, FNMR: 0}
    assert cells["dim"].rates == {FMR: 4 / 180, FNMR: 0.4}
    assert cells["(mixed)"].counts == {FMR: int((across & ~pairs.genuine).sum()), FNMR: 40}
    assert found.overall == {FMR: 4 / 720, FNMR: 4 / 60}
    # Ten genuine pairs are too few for a gap; 180 impostor pairs are enough.
    (gap,) = found.gaps
    assert (gap.rate, gap.worst, gap.best, gap.size, gap.ratio) == (FMR, "dim", "bright", 4 / 180, 0)
    assert found.largest(FNMR) is None and found.largest() is gap


def test_where_nothing_goes_wrong_the_gap_has_no_interval_and_says_so() -> None:
    found = breakdown_of_rows(*rows(bright=(100, 100), dim=(100, 100)))
    (gap,) = found.gaps
    assert gap.size == 0 and gap.interval is None and gap.ratio == 1
    assert "says little of others" in found.sentence


@pytest.mark.slow
def test_chance_alone_seldom_makes_a_gap_that_is_told_as_one() -> None:
    """Four values without a difference: at most about one interval in twenty may lie above zero."""
    told = 0
    for seed in range(60):
        draws = np.random.default_rng(seed)
        conditions = [{"light": str(value)} for value in draws.integers(0, 4, 400)]
        (gap,) = breakdown_of_rows(draws.random(400) < 0.8, conditions, resamples=400).gaps
        assert gap.interval is not None
        told += gap.interval[0] > 0
    assert told <= 8


def test_no_rows_and_no_conditions_have_an_empty_breakdown() -> None:
    for found in (breakdown_of_rows([], []), breakdown_of_rows([True], [{}])):
        assert found.cells == [] and found.gaps == []
        assert breakdown_tables(found, threshold=0.5)[0].rows == []
