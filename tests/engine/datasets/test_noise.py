from random import Random

from hypothesis import given
from hypothesis import strategies as st

from engine.datasets.noise import Noise, misspelt
from engine.datasets.templates import Segment
from tests.any_text import any_text

segments = st.lists(
    st.builds(Segment, any_text(min_size=1, max_size=20), st.sampled_from([None, None, "PART", "MEASURE"])),
    min_size=1,
    max_size=6,
)
shares = st.floats(0, 1)


@given(segments, shares, shares, shares, shares, shares, st.integers(0, 2**32))
def test_noise_keeps_the_entities_and_their_order(
    given_segments: list[Segment], typos: float, lower: float, upper: float, title: float, gaps: float, seed: int
) -> None:
    noise = Noise(misspelt=typos, lower=lower, upper=upper, title=title, spacing=gaps)
    after = noise.apply(given_segments, Random(seed))
    assert [segment.label for segment in after] == [segment.label for segment in given_segments]


@given(segments, st.integers(0, 2**32))
def test_noise_never_changes_a_digit(given_segments: list[Segment], seed: int) -> None:
    def figures(some: list[Segment]) -> str:
        return "".join(letter for segment in some for letter in segment.text if letter in "0123456789")

    noise = Noise(misspelt=1, lower=0.5, spacing=1)
    assert figures(noise.apply(given_segments, Random(seed))) == figures(given_segments)


@given(st.text("abcdefgh", min_size=4, max_size=12), st.integers(0, 2**32))
def test_a_misspelt_word_keeps_its_first_letter_and_nearly_its_length(word: str, seed: int) -> None:
    wrong = misspelt(word, Random(seed))
    assert wrong[0] == word[0]
    assert abs(len(wrong) - len(word)) <= 1


def test_no_noise_changes_nothing() -> None:
    text = [Segment("Keep "), Segment("eighteen feet", "MEASURE"), Segment(".")]
    assert all(Noise().apply(text, Random(seed)) == text for seed in range(50))


def test_misspelling_everything_shows() -> None:
    text = [Segment("maintain the climbing space")]
    assert Noise(misspelt=1).apply(text, Random(3)) != text


def test_title_case_leaves_the_letter_after_an_apostrophe() -> None:
    assert Noise(title=1).apply([Segment("the pole's top")], Random(0)) == [Segment("The Pole's Top")]
