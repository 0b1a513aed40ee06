"""Cohen's kappa and who differs from whom."""

import pytest

from engine.folders.labelling.agreement import agreements, cohens_kappa


def test_kappa_of_the_textbook() -> None:
    # Fleiss, Levin, Paik 2003, table 18.1, as proportions of 100 subjects: κ = 0.676.
    table = {
        ("p", "p"): 75,
        ("p", "n"): 1,
        ("p", "o"): 4,
        ("n", "p"): 5,
        ("n", "n"): 4,
        ("n", "o"): 1,
        ("o", "o"): 10,
    }
    pairs = [pair for pair, count in table.items() for _ in range(count)]
    assert cohens_kappa(pairs) == pytest.approx(0.676, abs=5e-4)


def test_kappa_at_its_ends() -> None:
    assert cohens_kappa([("a", "a"), ("b", "b")]) == 1.0
    assert cohens_kappa([("a", "b"), ("b", "a")]) == -1.0
    assert cohens_kappa([("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")]) == 0.0


def test_kappa_is_undefined_without_pairs_and_with_one_label() -> None:
    assert cohens_kappa([]) is None and cohens_kappa([("a", "a"), ("a", "a")]) is None


def test_raters_are_compared_on_what_both_labelled() -> None:
    raters = {
        ("me", 1): {"p": "x", "q": "y", "r": "x", "s": "x"},
        ("me", 2): {"p": "x", "q": "x", "r": "x"},
        ("you", 1): {"s": "y"},
        ("they", 1): {"t": "y"},
    }
    first, second = agreements(raters)
    assert (first.first, first.second, first.both, first.same) == (("me", 1), ("me", 2), 3, 2)
    assert first.confused == (("y", "x", 1),) and first.differing == ("q",)
    assert (second.first, second.second, second.kappa) == (("me", 1), ("you", 1), 0.0)
