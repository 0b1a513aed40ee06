"""What is suggested: doubles go from where they do least harm, and what is measured on is left to people."""

from __future__ import annotations

import pytest

from engine.curation.findings import Entry, Finding, Problem
from engine.curation.settings import Thresholds, settings_from
from engine.curation.suggestions import duplicate_findings, flag, suggestion
from engine.errors import InputError


def found(problem: Problem, likely: str = "") -> Finding:
    return Finding(0, problem, 0.9, "because", likely=likely)


@pytest.mark.parametrize(
    ("findings", "split", "suggested"),
    [
        ([found("blur")], "train", "drop"),
        ([found("blur")], "test", "keep"),
        ([found("exposure")], "validation", "keep"),
        ([found("label", "cat")], "train", "relabel:cat"),
        ([found("label", "cat")], "test", "keep"),
        ([found("label", "cat"), found("blur")], "train", "drop"),
        ([found("leak")], "validation", "drop"),
        ([found("duplicate")], "test", "drop"),
        ([found("conflict")], "train", "drop"),
        ([found("conflict")], "test", "keep"),
        ([found("unreadable")], "test", "drop"),
    ],
)
def test_a_suggestion_follows_from_problem_and_split(findings: list[Finding], split: str, suggested: str) -> None:
    assert suggestion(findings, split) == suggested


def entries(*places: str, labels: str = "") -> list[Entry]:
    """`train test …` in order; labels by letter, all `a` by default."""
    names = labels or "a" * len(places)
    return [Entry(split, at + 1, f"{at}.png", names[at]) for at, split in enumerate(places)]


def doubles(rows: list[Entry], flawed: set[int] = frozenset(), doubted: set[int] = frozenset()) -> dict[int, list]:  # type: ignore[assignment]
    group = list(range(len(rows)))
    made = duplicate_findings(
        [group], dict.fromkeys(group, 0.95), rows, flawed=set(flawed), doubted=set(doubted), labelled=True
    )
    by_row: dict[int, list] = {}
    for one in made:
        by_row.setdefault(one.entry, []).append((one.problem, one.other))
    return by_row


def test_what_stands_in_the_test_stays_there_and_leaks_elsewhere() -> None:
    assert doubles(entries("train", "test", "validation")) == {0: [("leak", 1)], 2: [("leak", 1)]}


def test_of_one_split_the_first_without_a_flaw_stays() -> None:
    assert doubles(entries("train", "train")) == {1: [("duplicate", 0)]}
    assert doubles(entries("train", "train"), flawed={0}) == {0: [("duplicate", 1)]}


def test_the_same_shot_under_two_labels_is_said_of_both() -> None:
    found = doubles(entries("train", "train", labels="ab"), doubted={0})
    assert found == {0: [("duplicate", 1), ("conflict", 1)], 1: [("conflict", 0)]}


def test_the_gravest_comes_first_and_then_the_surest() -> None:
    made = flag(
        [
            Finding(0, "blur", 0.99, "soft"),
            Finding(1, "leak", 0.8, "there"),
            Finding(2, "leak", 0.9, "there"),
            Finding(0, "label", 0.7, "other", likely="b"),
        ],
        entries("train", "train", "train"),
    )
    assert [(one.entry, [finding.problem for finding in one.findings], one.score) for one in made] == [
        (2, ["leak"], 0.9),
        (1, ["leak"], 0.8),
        (0, ["label", "blur"], 0.7),
    ]


def test_settings_come_from_what_a_person_wrote() -> None:
    made = settings_from(["duplicates", "blur"], ["blur=0.9", "hamming = 6"])
    assert made.searches == ("blur", "duplicates") and (made.thresholds.blur, made.thresholds.hamming) == (0.9, 6.0)
    assert settings_from(thresholds={"label": 0.2}).thresholds == Thresholds(label=0.2)


@pytest.mark.parametrize(
    ("only", "thresholds", "said"),
    [
        (["blurr"], [], "--only: curation cannot look for 'blurr'; write blur"),
        ([], ["blur"], "--threshold: 'blur' is no threshold; write NAME=VALUE, as blur=0.8"),
        ([], ["sharp=1"], "--threshold: there is no threshold 'sharp'; write one of "),
        ([], ["blur=much"], "--threshold: the threshold blur cannot be 'much'; write a number from 0 to 1"),
        ([], ["blur=7"], "--threshold: the threshold blur cannot be '7'; write a number from 0 to 1"),
        ([], ["blur=nan"], "--threshold: the threshold blur cannot be 'nan'"),
    ],
)
def test_settings_that_cannot_be_are_one_sentence(only: list[str], thresholds: list[str], said: str) -> None:
    with pytest.raises(InputError) as raised:
        settings_from(only, thresholds)
    assert str(raised.value).startswith(said)
