"""How likely an answer is right."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from engine.errors import InputError
from engine.evaluation.calibration import expected_calibration_error, reliability
from engine.linear_head import Matrix, Numbers, Vectors
from engine.retrieval.answers import FEATURES, Answers, answer, depth_for
from engine.retrieval.confidence import Confidence, as_json, fit_confidence, from_json, heuristic_confidence
from engine.retrieval.neighbours import NONE, Neighbours, nearest
from engine.retrieval.similarity import Similarity

CLASSES = 12


def drawn(count: int, seed: int) -> tuple[Vectors, Numbers]:
    centres = np.random.default_rng(0).normal(size=(CLASSES, 24))
    source = np.random.default_rng(seed)
    labels = source.integers(0, CLASSES, count)
    return (centres[labels] + source.normal(size=(count, 24)) * 1.5).astype(np.float32), labels


REFERENCES, LABELS = drawn(500, 1)


def asked(queries: Vectors, hidden: Numbers | None = None) -> Answers:
    """With `hidden` no query may find references of that label: it is of a class that is not there."""
    groups = {} if hidden is None else {"query_groups": hidden, "reference_groups": LABELS}
    return answer(nearest(queries, REFERENCES, depth_for(5), **groups), LABELS, k=5, rule="majority")


@pytest.fixture(scope="module")
def fitted() -> Confidence:
    queries, labels = drawn(600, 2)
    made = fit_confidence(asked(queries), labels, strangers=asked(queries, labels))
    assert made is not None
    return made


def error(probabilities: Matrix, right: np.ndarray) -> float:
    found = expected_calibration_error(reliability(probabilities.tolist(), right.tolist()))
    assert found is not None
    return found


def test_it_is_honest_on_rows_it_has_not_seen_and_better_than_the_vote_share(fitted: Confidence) -> None:
    queries, labels = drawn(3000, 3)
    answers = asked(queries)
    right = answers.votes.labels == labels
    told = fitted.probabilities(answers)
    assert error(told, right) < 0.03 < error(answers.votes.shares, right)
    assert ((told - right) ** 2).mean() < ((answers.votes.shares - right) ** 2).mean()


@pytest.mark.parametrize("of", ["wrong", "strangers"])
def test_a_threshold_keeps_the_stated_rate_on_validation_and_nearly_elsewhere(fitted: Confidence, of: str) -> None:
    threshold = fitted.threshold_for(0.1, of=of)  # type: ignore[arg-type]
    assert threshold.achieved is not None and threshold.upper is not None
    assert threshold.achieved <= 0.1 < threshold.upper
    assert 0 < threshold.answered < threshold.right_answered < 1
    queries, labels = drawn(3000, 3)
    answers = asked(queries, labels if of == "strangers" else None)
    bad = answers.rows(np.flatnonzero(answers.votes.labels != labels))
    assert (fitted.probabilities(bad) >= threshold.value).mean() == pytest.approx(0.1, abs=0.06)


def test_a_stricter_rate_answers_less(fitted: Confidence) -> None:
    values = [fitted.threshold_for(rate) for rate in (0.0, 0.01, 0.1, 0.5, 1.0)]
    assert [one.value for one in values] == sorted((one.value for one in values), reverse=True)
    assert values[0].achieved == 0
    assert values[-1].answered == 1


def test_features_say_what_they_are_called() -> None:
    neighbours = Neighbours(np.array([[0, 1, 2, 3, NONE]]), np.array([[0.9, 0.8, 0.6, 0.5, -np.inf]], np.float32))
    features = answer(neighbours, np.array([7, 7, 3, 7]), k=3, rule="majority").features[0]
    assert dict(zip(FEATURES, features, strict=True)) == pytest.approx(
        {
            "similarity of the nearest of the label": 0.9,
            "lead over the nearest of another label": 0.3,
            "vote share": 2 / 3,
            "margin of votes": 1 / 3,
            "rank of the first of another label": np.log(3),
            "part of the neighbourhood, near ones counting more": np.log(
                (1 + np.exp(-0.5) + np.exp(-2)) / np.exp(-1.5)
            ),
        },
        abs=1e-6,
    )
    agreed = answer(neighbours, np.array([7, 7, 7, 7]), k=3, rule="majority").features[0]
    assert agreed[1] == pytest.approx(0.4, abs=1e-6), (
        "another label is no nearer than the farthest that was looked at"
    )
    assert agreed[4] == pytest.approx(np.log(5))


def test_no_neighbour_means_no_confidence(fitted: Confidence) -> None:
    nothing = Neighbours(np.full((2, 20), NONE), np.full((2, 20), -np.inf, np.float32))
    assert fitted.probabilities(answer(nothing, LABELS, k=5, rule="majority")).tolist() == [0, 0]


def test_few_rows_and_rows_that_are_all_right_are_no_accident() -> None:
    queries, labels = drawn(29, 2)
    assert fit_confidence(asked(queries), labels) is None
    answers = asked(drawn(50, 2)[0])
    always = fit_confidence(answers, answers.votes.labels)
    assert always is not None
    assert 0.9 < always.probabilities(answers).min() <= always.probabilities(answers).max() < 1
    threshold = always.threshold_for(0.05)
    assert (threshold.value, threshold.achieved, threshold.cases) == (0.0, None, 0)
    one_group = fit_confidence(answers, answers.votes.labels, groups=np.zeros(50, np.int64))
    assert one_group is not None


def test_a_heuristic_says_that_it_is_one_and_trusts_strangers_less() -> None:
    made = heuristic_confidence(REFERENCES, Similarity())
    assert made.heuristic and "heuristic" in made.reason
    queries, _ = drawn(300, 4)
    far = np.random.default_rng(9).normal(size=(300, 24)).astype(np.float32)
    assert made.probabilities(asked(queries)).mean() > made.probabilities(asked(far)).mean() + 0.2
    with pytest.raises(InputError, match="heuristic"):
        made.threshold_for(0.01)
    assert heuristic_confidence(REFERENCES[:1], Similarity()).probabilities(asked(queries)).shape == (300,)


def test_it_comes_back_from_json_and_anything_else_is_refused(fitted: Confidence) -> None:
    answers = asked(drawn(50, 5)[0])
    for made in (fitted, heuristic_confidence(REFERENCES, Similarity())):
        read = from_json(msgspec.json.decode(msgspec.json.encode(as_json(made))), where="model")
        assert (read.probabilities(answers) == made.probabilities(answers)).all()
    whole = as_json(fitted)
    short = {**whole["score"], "weights": [1.0]}
    for broken in (
        {},
        [],
        {"kind": "fitted"},
        {"kind": "heuristic"},
        whole | {"score": short},
        whole | {"score": None},
    ):
        with pytest.raises(InputError, match="confidence cannot be read"):
            from_json(broken, where="model")
