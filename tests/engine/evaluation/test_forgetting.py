"""Before and after a training on feedback: what counts as forgetting, and what the report says of it."""

from __future__ import annotations

from typing import Any

import pytest

from engine.evaluation.forgetting import as_document, compare, with_comparison
from engine.evaluation.report import Report, as_markdown
from engine.evaluation.targets import KEPT_START


def report(original: dict[str, float], feedback: dict[str, float] | None = None, **more: Any) -> Report:
    slices = {"original": original, "feedback": feedback} if feedback is not None else {}
    return Report(
        task="object-detection", dataset="d", split="test", examples=9, metrics={**original}, slices=slices, **more
    )


def drops(before: dict[str, float], after: dict[str, float], allowed: float = 0.05, **more: Any) -> list[str]:
    compared = compare(report(before, {}), report(after, {}), headline="map50_95", allowed=allowed, **more)
    return [drop.metric for drop in compared.forgotten]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"map50_95": 0.50}, {"map50_95": 0.46}, []),
        ({"map50_95": 0.50}, {"map50_95": 0.45}, []),
        ({"map50_95": 0.50}, {"map50_95": 0.44}, ["map50_95"]),
        ({"map50_95": 0.50}, {"map50_95": 0.60}, []),
        ({"map50_95": 0.5, "pole/recall": 0.9}, {"map50_95": 0.5, "pole/recall": 0.8}, ["pole/recall"]),
        ({"map50_95": 0.5, "pole/recall": 0.9}, {"map50_95": 0.5}, ["pole/recall"]),
        ({"map50_95": 0.5, "pole/precision": 0.9}, {"map50_95": 0.5, "pole/precision": 0.1}, []),
        ({"map50_95": 0.5, "pole/recall_small": 0.9}, {"map50_95": 0.5, "pole/recall_small": 0.1}, []),
        ({}, {"map50_95": 0.5}, []),
    ],
)
def test_a_fall_beyond_the_allowance_is_forgetting(
    before: dict[str, float], after: dict[str, float], found: list[str]
) -> None:
    assert drops(before, after) == found


def test_of_a_headline_that_should_be_low_a_rise_is_forgetting() -> None:
    assert drops({"map50_95": 0.2}, {"map50_95": 0.3}, mode="min") == ["map50_95"]
    assert drops({"map50_95": 0.3}, {"map50_95": 0.2}, mode="min") == []


def test_what_falls_on_feedback_is_no_forgetting() -> None:
    before, after = report({"map50_95": 0.5}, {"map50_95": 0.9}), report({"map50_95": 0.5}, {"map50_95": 0.1})
    compared = compare(before, after, headline="map50_95", allowed=0.05)
    assert compared.promotable
    assert compared.parts["feedback"].after == {"map50_95": 0.1}


def test_without_held_out_feedback_all_of_the_test_is_the_original() -> None:
    compared = compare(report({"map50_95": 0.5}), report({"map50_95": 0.1}), headline="map50_95", allowed=0.05)
    assert list(compared.parts) == ["original"] and not compared.promotable


def test_the_report_names_the_number_that_stands_against_promotion() -> None:
    before = report({"map50_95": 0.5}, {"map50_95": 0.1})
    after = report({"map50_95": 0.3}, {"map50_95": 0.4}, notes=["another", KEPT_START])
    compared = compare(before, after, headline="map50_95", allowed=0.05)
    made = with_comparison(after, compared, before)
    assert made.notes[0] == (
        "Not to be promoted: on the original test split map50_95 fell by 0.200 (0.500 to 0.300), and 0.05 is allowed."
    )
    assert "untrained" not in made.notes[2]
    assert made.baseline == before.metrics
    assert "| map50_95 | 0.5 | 0.3 | 0.1 | 0.4 |" in as_markdown(made)


def test_the_document_says_whether_it_may_be_promoted_and_why_not() -> None:
    before, after = report({"map50_95": 0.5}, {}), report({"map50_95": 0.3}, {})
    document = as_document(compare(before, after, headline="map50_95", allowed=0.05))
    assert document["promotable"] is False and document["allowed_forgetting"] == 0.05
    [drop] = document["forgotten"]
    assert (drop["metric"], drop["before"], drop["after"]) == ("map50_95", 0.5, 0.3)
