"""Images of rare classes are seen more often."""

from __future__ import annotations

from collections import Counter

from engine.tasks.object_detection.sampling import fingerprint, repeat_factors, repeated

IMAGES = [{"pole"}] * 90 + [{"pole", "crossarm"}] * 9 + [set()]


def test_a_class_in_a_tenth_of_the_images_is_repeated_by_the_root_of_what_it_lacks() -> None:
    factors = repeat_factors(IMAGES, threshold=0.36, limit=4)
    assert factors[0] == factors[-1] == 1
    assert factors[95] == 2


def test_no_image_is_repeated_more_often_than_the_limit() -> None:
    assert max(repeat_factors(IMAGES, threshold=1.0, limit=1.5)) == 1.5


def test_the_list_holds_every_image_and_is_the_same_each_time() -> None:
    factors = repeat_factors(IMAGES, threshold=0.2, limit=4)
    made = repeated(factors, seed=3)
    assert made == repeated(factors, seed=3)
    assert fingerprint(made) == fingerprint(repeated(factors, seed=3)) != fingerprint(made[:-1])
    counts = Counter(made)
    assert set(counts) == set(range(len(IMAGES)))
    assert all(counts[at] == 1 for at in range(90))
    assert sum(counts[at] for at in range(90, 99)) > 9
