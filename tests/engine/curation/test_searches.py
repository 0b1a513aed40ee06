"""What each search finds, by itself."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.curation.alignment import agreement, common_detail, detailed
from engine.curation.balance import balance_of
from engine.curation.blur import (
    FEATURES,
    blur_probabilities,
    blurred_copy,
    laplacian_variance,
    sharpness_features,
)
from engine.curation.duplicates import MOST_PAIRS_EACH, candidates, components
from engine.curation.exposure import levels, misexposed
from engine.curation.findings import Entry
from engine.curation.hashing import pairs_within, perceptual_hash
from engine.curation.label_errors import doubts, folds_of
from engine.curation.reading import Grey
from engine.curation.settings import Thresholds
from engine.curation.small_pictures import SIDE, SmallPictures

from .drawing import Pixels, drawn, softened


def grey(pixels: Pixels) -> Grey:
    return pixels.astype(np.float32) / 255


# -- blur


def test_a_blurred_picture_is_told_by_those_who_never_saw_it() -> None:
    source = np.random.default_rng(0)
    pictures = [grey(drawn(at % 4, at)) for at in range(40)] + [
        grey(softened(drawn(at % 4, 50 + at))) for at in range(4)
    ]
    features = np.array([sharpness_features(one) for one in pictures])
    copies = np.array([sharpness_features(blurred_copy(one, source)) for one in pictures])
    probable = blur_probabilities(features, copies, np.arange(len(pictures)))
    assert probable[:40].max() < 0.5 < probable[40:].min()


def test_pictures_without_a_copy_are_judged_as_well() -> None:
    source = np.random.default_rng(0)
    pictures = [grey(drawn(at % 4, at)) for at in range(30)] + [grey(softened(drawn(0, 60)))]
    features = np.array([sharpness_features(one) for one in pictures])
    copied = np.arange(25)
    copies = np.array([sharpness_features(blurred_copy(pictures[at], source)) for at in copied])
    probable = blur_probabilities(features, copies, copied)
    assert probable[30] > 0.5 and probable[25:30].max() < 0.5


def test_sharpness_hardly_depends_on_light_and_contrast() -> None:
    bright, dim = grey(drawn(0, 0)), grey(drawn(0, 0)) * np.float32(0.4) + np.float32(0.1)
    assert np.allclose(sharpness_features(bright), sharpness_features(dim), atol=0.02)
    assert laplacian_variance(bright) > 4 * laplacian_variance(dim)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 12), st.integers(1, 12), st.floats(0, 1))
def test_the_smallest_picture_has_numbers(rows: int, columns: int, value: float) -> None:
    even = np.full((rows, columns), value, dtype=np.float32)
    features = sharpness_features(even)
    assert features.shape == (FEATURES,) and np.isfinite(features).all() and laplacian_variance(even) < 1e-3


# -- exposure


def found_off(pictures: list[Grey], deep: bool = False) -> dict[int, str]:
    table = np.stack([levels(one) for one in pictures])
    flags = np.full(len(pictures), deep)
    return {one.at: one.reason for one in misexposed(table, flags, bound=0.15, clipped=0.5)}


def test_dark_bright_flat_and_cut_off_pictures_are_told_apart_from_sound_ones() -> None:
    sound = [grey(drawn(at % 4, at)) for at in range(20)]
    off = [
        sound[0] * np.float32(0.1),
        np.float32(0.95) + sound[0] * np.float32(0.05),
        np.float32(0.5) + (sound[0] - np.float32(0.5)) * np.float32(0.05),
        np.clip((sound[0] - np.float32(0.53)) * np.float32(8), 0, 1),
    ]
    found = found_off(sound + off)
    assert set(found) == {20, 21, 22, 23}
    assert "dark" in found[20] or "contrast" in found[20]
    assert found[23].startswith("cut off at the dark end")


def test_a_thermal_camera_that_uses_little_of_its_bits_is_not_dark() -> None:
    pictures = [np.float32(0.3) + grey(drawn(at % 4, at)) * np.float32(0.01) for at in range(20)]
    assert not found_off(pictures, deep=True)
    cold = pictures[0] * np.float32(0) + np.float32(0.3005)
    assert set(found_off([*pictures, cold], deep=True)) == {20}


# -- hashes and duplicates


def test_a_hash_stays_when_light_and_size_change_and_another_picture_has_another() -> None:
    one = perceptual_hash(grey(drawn(0, 0)))
    dimmer = perceptual_hash(grey(drawn(0, 0)) * np.float32(0.6))
    doubled = perceptual_hash(grey(np.kron(drawn(0, 0), np.ones((2, 2), dtype=np.uint8))))
    other = perceptual_hash(grey(drawn(1, 0)))
    assert np.bitwise_count(one ^ dimmer) <= 2 and np.bitwise_count(one ^ doubled) <= 6
    assert np.bitwise_count(one ^ other) > 12


@given(st.lists(st.integers(0, 2**64 - 1), max_size=30), st.integers(0, 20))
def test_every_pair_of_near_hashes_is_found_once(values: list[int], most: int) -> None:
    hashes = np.array(values, dtype=np.uint64)
    found = [tuple(pair) for block, _ in pairs_within(hashes, most) for pair in block.tolist()]
    expected = [
        (a, b)
        for a in range(len(values))
        for b in range(a + 1, len(values))
        if (values[a] ^ values[b]).bit_count() <= most
    ]
    assert sorted(found) == expected


def test_copies_agree_and_other_pictures_of_the_class_do_not() -> None:
    one = detailed(grey(drawn(0, 0)))
    common = common_detail([grey(drawn(at % 4, at)) for at in range(40)])
    shifted = np.pad(drawn(0, 0), 2, mode="edge")[1:-3, 3:-1]
    copies = [one.grey, one.grey * np.float32(0.7) + np.float32(0.1), grey(shifted)]
    least = min(agreement(one, detailed(copy), common) for copy in copies)
    most = max(agreement(one, detailed(grey(drawn(0, at))), common) for at in range(1, 8))
    assert least > Thresholds().duplicate > most


def test_pictures_of_another_shape_do_not_agree() -> None:
    assert agreement(detailed(grey(drawn(0, 0))), detailed(grey(drawn(0, 0)[:24]))) == 0.0


def test_a_small_copy_comes_back() -> None:
    small = SmallPictures(3)
    small.put(1, grey(drawn(0, 0)))
    small.put(2, np.ones((40, 300), dtype=np.float32))
    assert np.allclose(small.get(1), grey(drawn(0, 0))) and small.get(2).shape == (15, SIDE)


def test_pictures_that_show_nothing_are_nobodys_candidates() -> None:
    hashes, vectors = np.zeros(4, dtype=np.uint64), np.tile(np.float32([1, 0]), (4, 1))
    eligible = np.array([True, True, False, True])
    pairs = candidates(hashes, vectors, eligible, 4)
    assert sorted(map(tuple, pairs.tolist())) == [(0, 1), (0, 3), (1, 3)]
    assert candidates(hashes, vectors, np.zeros(4, dtype=bool), 4).shape == (0, 2)


def test_pictures_of_which_all_are_alike_are_not_compared_all_with_all() -> None:
    hashes, vectors = np.zeros(400, dtype=np.uint64), np.tile(np.float32([1, 0]), (400, 1))
    pairs = candidates(hashes, vectors, np.ones(400, dtype=bool), 4)
    assert 400 <= len(pairs) <= MOST_PAIRS_EACH * 400


def test_who_hangs_together_is_one_group() -> None:
    assert components(7, [(0, 1), (5, 6), (1, 3)]) == [[0, 1, 3], [5, 6]]


# -- labels


def clouds(each: int, classes: int = 3) -> tuple[np.ndarray, np.ndarray]:
    source = np.random.default_rng(0)
    labels = np.repeat(np.arange(classes), each)
    centres = source.normal(size=(classes, 8))
    vectors = centres[labels] + source.normal(0, 0.25, (len(labels), 8))
    return (vectors / np.linalg.norm(vectors, axis=1).mean()).astype(np.float32), labels


def test_flipped_labels_are_found_with_what_they_look_like() -> None:
    vectors, labels = clouds(40)
    given_labels = labels.copy()
    given_labels[[3, 50, 90]] = [1, 2, 0]
    found = doubts(vectors, given_labels, np.arange(len(labels)), threshold=0.5)
    assert {one.at: one.likely for one in found.found} == {3: 0, 50: 1, 90: 2}
    assert found.agreed > 0.95 and found.judged == 120


def test_where_labels_cannot_be_learnt_none_is_called_wrong() -> None:
    source = np.random.default_rng(1)
    vectors = source.normal(size=(90, 8)).astype(np.float32)
    found = doubts(vectors, np.repeat(np.arange(3), 30), np.arange(90), threshold=0.5)
    assert len(found.found) <= 2 and found.agreed < 0.6


def test_groups_keep_to_one_fold_unless_they_are_their_class() -> None:
    labels = np.repeat([0, 1], 12)
    groups = np.concatenate([np.repeat([0, 1, 2, 3], 3), np.full(12, 4)])
    fold = folds_of(labels, groups, seed=0)
    assert all(len(set(fold[groups == number].tolist())) == 1 for number in range(4))
    assert len(set(fold[labels == 1].tolist())) > 1


def test_one_label_or_too_few_of_each_cannot_be_judged() -> None:
    vectors, labels = clouds(2)
    assert doubts(vectors, labels, np.arange(6), threshold=0.5).judged == 0
    assert doubts(vectors, np.zeros(6, dtype=np.int64), np.arange(6), threshold=0.5).judged == 0


# -- balance


def test_labels_that_no_loss_can_use_are_named() -> None:
    entries = [Entry("train", at, "x", "many") for at in range(30)]
    entries += [Entry("train", 90, "x", "one"), Entry("test", 1, "x", "unseen")]
    entries += [Entry("train", 91 + at, "x", "few") for at in range(3)]
    found = balance_of(entries, ["train", "test"])
    assert list(found.counts) == ["unseen", "one", "few", "many"] and found.counts["few"] == {"train": 3, "test": 0}
    no_picture, no_pair, few, uneven = found.warnings
    assert "unseen" in no_picture and "one" in no_pair and "few" in few and "30" in uneven


def test_a_balanced_dataset_is_not_warned_of() -> None:
    entries = [Entry("train", at, "x", f"class-{at % 3}") for at in range(30)]
    assert balance_of(entries, ["train"]).warnings == ()
