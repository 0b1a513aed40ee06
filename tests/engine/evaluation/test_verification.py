"""Verification by embeddings: what is told, how surely, and what is not told."""

from __future__ import annotations

import numpy as np
import pytest

from engine.evaluation.verification import Verification, tar_name, verify, verify_scores


def people(count: int, pictures: int, noise: float, seed: int = 0) -> tuple[np.ndarray, list[str]]:
    """Pictures of people as points round each person's own."""
    draws = np.random.default_rng(seed)
    number = np.repeat(np.arange(count), pictures)
    embeddings = draws.normal(size=(count, 16))[number] + noise * draws.normal(size=(len(number), 16))
    return embeddings, [f"p{at}" for at in number]


def verified(
    count: int = 20, pictures: int = 5, noise: float = 1.5, seed: int = 0, resamples: int = 50
) -> Verification:
    return verify(*people(count, pictures, noise, seed), resamples=resamples)


def test_the_metrics_are_those_of_the_task() -> None:
    found = verified()
    assert list(found.metrics) == ["auc", "eer", "tar_at_far_1e-2", "tar_at_far_1e-3"]
    assert tar_name(0.05) == "tar_at_far_5e-2"
    low, high = found.intervals["auc"]
    assert 0.5 < low < found.metrics["auc"] < high < 1  # type: ignore[operator]
    assert set(found.intervals) == {"auc", "eer", "tar_at_far_1e-2"}


def test_a_false_accept_rate_that_the_pairs_cannot_show_is_not_told() -> None:
    found = verified()
    assert found.pairs.impostor_count == 100 * 95 // 2
    assert found.metrics["tar_at_far_1e-2"] is not None and found.metrics["tar_at_far_1e-3"] is None
    assert any("FAR 0.001 is not told: it would rest on 4.8 of 4,750" in note for note in found.notes)


@pytest.mark.parametrize(
    ("identities", "missing"), [("AB", "two pictures of one identity"), ("AA", "two identities")]
)
def test_a_split_without_one_kind_of_pair_says_so(identities: str, missing: str) -> None:
    found = verify(np.eye(2), list(identities))
    assert set(found.metrics.values()) == {None} and found.intervals == {}
    assert found.roc is None and missing in found.notes[0] and found.table().rows == []


def test_the_order_of_the_pictures_changes_nothing() -> None:
    embeddings, identities = people(12, 4, 1.5)
    order = np.random.default_rng(1).permutation(len(identities))
    mixed = verify(embeddings[order], [identities[at] for at in order], resamples=2)
    assert mixed.metrics == pytest.approx(verify(embeddings, identities, resamples=2).metrics)


def test_few_subjects_are_said_to_be_few() -> None:
    assert any("too narrow" in note for note in verified(count=5).notes)
    assert not any("too narrow" in note for note in verified().notes)


def test_pairs_across_a_group_hang_together_when_groups_are_given() -> None:
    embeddings, identities = people(12, 4, 1.5)
    flights = [str(int(name[1:]) // 4) for name in identities]
    found = verify(embeddings, identities, groups=flights, resamples=50)
    assert found.subjects == 3
    alone = verify(embeddings, identities, resamples=50)
    assert found.metrics == alone.metrics and found.intervals != alone.intervals


def test_intervals_over_subjects_are_those_of_new_people_and_not_of_new_pairs() -> None:
    """Over fresh people AUC spreads as the interval says; an interval over pairs would be far too narrow."""
    aucs = [verified(seed=seed, resamples=2).metrics["auc"] for seed in range(60)]
    spread = 2 * 1.96 * np.std(aucs)
    found = verified(resamples=300)
    low, high = found.intervals["auc"]
    assert 0.6 < (high - low) / spread < 1.6
    # Each pair a subject of its own: what a bootstrap over pairs would say.
    pairs, draws = found.pairs, np.random.default_rng(0)
    drawn = draws.integers(0, len(found.scores), (100, len(found.scores)))
    from engine.evaluation.roc import roc

    of_pairs = [
        curve.auc
        for at in drawn
        if (curve := roc(found.scores[at][pairs.genuine[at]], found.scores[at][~pairs.genuine[at]]))
    ]
    assert 2 * 1.96 * np.std(of_pairs) < 0.7 * spread


def test_scores_of_another_making_are_measured_the_same_way() -> None:
    found = verified()
    again = verify_scores(found.pairs, np.exp(found.scores), people(20, 5, 1.5)[1], resamples=50)
    assert again.metrics == found.metrics and again.intervals == found.intervals
