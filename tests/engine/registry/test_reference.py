import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InputError
from engine.registry.reference import Reference, is_reference, parse_model, parse_reference

NAMES = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,8}){0,2}", fullmatch=True)
SELECTORS = st.one_of(st.integers(1, 10**9 - 1), st.sampled_from(["production", "staging", "previous", "latest"]))


@given(NAMES, NAMES, SELECTORS)
def test_what_is_written_is_read_back(profile, model, selector):
    reference = Reference(profile, model, selector)
    assert is_reference(str(reference))
    assert parse_reference(str(reference)) == reference


@given(st.text())
def test_any_text_is_a_version_or_refused_in_a_sentence(text):
    try:
        assert str(parse_reference(text)) == text
    except InputError as problem:
        assert "PROFILE/MODEL@N" in str(problem)


@pytest.mark.parametrize(
    "text", ["../x@1", "a/../b@1", "a/b@0", "a/b@01", "a/b@", "a/b@1\n", "A/b@1", "a/b@٣", "a/b"]
)
def test_what_could_lead_elsewhere_is_no_version(text):
    with pytest.raises(InputError):
        parse_reference(text)


@pytest.mark.parametrize("text", ["@latest", "20261120-143215-utility-ner-7f3a", "utility"])
def test_runs_are_not_taken_for_versions(text):
    assert not is_reference(text)


def test_a_model_without_version():
    assert parse_model("utility/ner") == ("utility", "ner")
    with pytest.raises(InputError, match="no model"):
        parse_model("utility/ner@1")
