"""Who is it among those enrolled, and is it anybody."""

from __future__ import annotations

import numpy as np
import pytest

from engine.evaluation.identification import identification_table, identify

PICTURES = 8


def people(count: int, noise: float, pictures: int = PICTURES, seed: int = 0) -> tuple[np.ndarray, list[str]]:
    draws = np.random.default_rng(seed)
    number = np.repeat(np.arange(count), pictures)
    return draws.normal(size=(count, 24))[number] + noise * draws.normal(size=(len(number), 24)), [
        f"p{at}" for at in number
    ]


def test_people_who_are_alike_only_themselves_are_always_found_and_strangers_rejected() -> None:
    found = identify(*people(20, 0.01))
    assert found.metrics["rank1"] == found.metrics["rank5"] == 1
    assert found.metrics["fnir"] == pytest.approx(0, abs=0.01)
    assert found.metrics["open_set_rejection"] == pytest.approx(1 - found.metrics["fpir"])  # type: ignore[operator]
    assert found.draws["rank1"] == found.intervals["rank1"] == (1, 1)


def test_pictures_that_say_nothing_are_found_as_often_as_by_chance() -> None:
    draws = np.random.default_rng(0)
    found = identify(draws.normal(size=(20 * PICTURES, 24)), [str(at % 20) for at in range(20 * PICTURES)])
    assert found.metrics["rank1"] == pytest.approx(1 / 20, abs=0.04)
    assert found.metrics["rank5"] == pytest.approx(5 / 20, abs=0.07)


def test_embeddings_that_are_all_the_same_find_nobody() -> None:
    found = identify(np.ones((60, 4)), [str(at % 10) for at in range(60)])
    assert found.metrics["rank1"] == found.metrics["rank5"] == 0


@pytest.mark.parametrize("gallery", ["mean", "nearest"])
def test_one_draw_is_what_searching_by_hand_finds(gallery: str) -> None:
    """Every picture but one is enrolled, so that only the searched one is drawn: each is, in many draws."""
    embeddings, identities = people(7, 2.0, pictures=3)
    vectors = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    right = []
    for left_out in range(3):
        ranks = []
        for probe in range(left_out, len(vectors), 3):
            best = []
            for person in range(7):
                shelf = [vectors[person * 3 + at] for at in range(3) if at != left_out]
                template = np.mean(shelf, axis=0)
                mean = template / np.linalg.norm(template) @ vectors[probe]
                best.append(mean if gallery == "mean" else max(one @ vectors[probe] for one in shelf))
            ranks.append(sorted(best, reverse=True).index(best[probe // 3]) + 1)
        right.append(np.mean(np.array(ranks) == 1))
    # Draws mix the three: over many of them the mean is that of all combinations.
    found = identify(embeddings, identities, enrolled=2, gallery=gallery, repeats=400)  # type: ignore[arg-type]
    assert found.metrics["rank1"] == pytest.approx(np.mean(right), abs=0.1)


def test_more_enrolled_pictures_find_more() -> None:
    embeddings, identities = people(30, 2.0)
    one, five = (identify(embeddings, identities, enrolled=count).metrics["rank1"] for count in (1, 5))
    assert one is not None and five is not None and five > one + 0.1


def test_the_threshold_chosen_on_some_strangers_holds_on_others() -> None:
    embeddings, identities = people(120, 1.5)
    for rate in (0.05, 0.2):
        found = identify(embeddings, identities, false_accept_rate=rate)
        assert found.metrics["fpir"] == pytest.approx(rate, rel=0.35)
        low, high = found.intervals["fpir"]
        assert low < rate < high


def test_a_higher_threshold_rejects_more_of_everybody() -> None:
    embeddings, identities = people(30, 1.5)
    low, high = (identify(embeddings, identities, threshold=threshold) for threshold in (0.3, 0.7))
    assert low.threshold == 0.3 and any("chosen beforehand" in note for note in low.notes)
    assert low.metrics["fpir"] > high.metrics["fpir"]  # type: ignore[operator]
    assert low.metrics["fnir"] < high.metrics["fnir"]  # type: ignore[operator]
    nobody = identify(embeddings, identities, threshold=1.1)
    assert (nobody.metrics["open_set_rejection"], nobody.metrics["fnir"]) == (1, 1)


def test_people_with_too_few_pictures_are_strangers() -> None:
    embeddings, identities = people(12, 0.01)
    identities = [f"lone {at}" if at < 32 else name for at, name in enumerate(identities)]
    found = identify(embeddings, identities, strangers=0.0, threshold=0.9)
    assert found.identities == 8 and found.metrics["rank1"] == 1
    assert found.metrics["fpir"] == 0


def test_what_cannot_be_told_is_said() -> None:
    nothing = identify(np.eye(4), list("ABCD"))
    assert set(nothing.metrics.values()) == {None}
    (note,) = nothing.notes
    assert note.startswith("Identification cannot be measured: 0 identities have more than the 5 pictures")
    few = identify(*people(4, 0.1))
    assert few.metrics["rank1"] == 1 and few.metrics["rank5"] is None and few.metrics["fpir"] is None
    assert any("Rank 5 is not told" in note for note in few.notes)
    assert any("too few of them to choose a threshold" in note for note in few.notes)


def test_it_is_the_same_each_time_and_the_table_has_each_metric() -> None:
    embeddings, identities = people(20, 1.5)
    first, second = identify(embeddings, identities), identify(embeddings, identities)
    assert first == second and first != identify(embeddings, identities, seed=1)
    assert [row[0] for row in identification_table(first).rows] == list(first.metrics)
