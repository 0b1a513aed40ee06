"""The head: what it fits, and that it is scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest

from engine.tasks.text_classification.head import (
    Numbers,
    Vectors,
    fit_head,
    negative_log_likelihood,
    out_of_fold,
    softmax,
)

pytestmark = pytest.mark.slow  # scikit-learn


def clouds(classes: int, each: int = 30) -> tuple[Vectors, Numbers]:
    draws = np.random.default_rng(0)
    numbers = np.repeat(np.arange(classes), each)
    vectors = np.eye(6, dtype=np.float32)[numbers] + draws.normal(0, 0.3, (len(numbers), 6)).astype(np.float32)
    return vectors, numbers


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_it_gives_the_probabilities_of_scikit_learn(classes: int) -> None:
    from sklearn.linear_model import LogisticRegression

    vectors, numbers = clouds(classes)
    theirs = LogisticRegression(max_iter=1000).fit(vectors, numbers).predict_proba(vectors)
    ours = softmax(fit_head(vectors, numbers, classes, balanced=False).logits(vectors))
    assert np.allclose(ours, theirs, atol=1e-6)


def test_balanced_classes_weigh_the_rare_one_more() -> None:
    vectors, numbers = clouds(2)
    kept = np.r_[0:30, 30:33]
    plain, balanced = (fit_head(vectors[kept], numbers[kept], 2, balanced=b) for b in (False, True))
    assert (balanced.logits(vectors).argmax(1) == 1).sum() > (plain.logits(vectors).argmax(1) == 1).sum()


def test_a_class_without_a_text_is_refused() -> None:
    vectors, numbers = clouds(2)
    with pytest.raises(ValueError, match="2 of 3 classes"):
        fit_head(vectors, numbers, 3)


def test_out_of_fold_scores_come_from_heads_that_never_saw_the_group() -> None:
    vectors, numbers = clouds(3)
    seen: list[set[bytes]] = []

    def fit(some: Vectors, classes: Numbers):  # type: ignore[no-untyped-def]
        seen.append({row.tobytes() for row in some})
        return fit_head(some, classes, 3)

    groups = [at // 2 for at in range(len(numbers))]
    logits, covered = out_of_fold(vectors, numbers, groups, fit)
    assert covered.all()
    assert (logits.argmax(1) == numbers).mean() > 0.8
    assert all(len(some) < len(vectors) for some in seen)


def test_a_group_that_holds_a_whole_class_has_no_scores() -> None:
    vectors, numbers = clouds(3, each=5)
    groups = ["all of class 0" if number == 0 else at for at, number in enumerate(numbers)]
    _, covered = out_of_fold(vectors, numbers, groups, lambda some, classes: fit_head(some, classes, 3))
    assert not covered[numbers == 0].any()


def test_the_likelihood_of_certain_truth_is_zero() -> None:
    assert negative_log_likelihood(np.array([[1.0, 0.0]]), np.array([0])) == 0
