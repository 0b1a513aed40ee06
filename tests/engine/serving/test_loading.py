"""Which models leave, and which are let in."""

from pathlib import Path

import pytest

from engine.errors import WorkError
from engine.serving.loading import Use, load_checked, stamp_of, to_unload
from tests.engine.serving.models import a_model


def use(name: str, last_used: float, *, busy: bool = False, current: bool = False) -> Use:
    return Use(name, last_used, busy, current)


@pytest.mark.parametrize(
    ("loaded", "most", "leave"),
    [
        ([], 1, []),
        ([use("a", 95), use("b", 96)], 2, []),
        ([use("a", 95), use("b", 96), use("c", 94)], 2, ["c"]),
        ([use("a", 95), use("b", 96), use("c", 94, busy=True)], 2, ["a"]),
        ([use("a", 95, busy=True), use("b", 96, busy=True)], 1, []),
        ([use("a", 10), use("b", 96)], 2, ["a"]),  # nobody asked for it in a minute
        ([use("a", 10, current=True), use("b", 96)], 2, []),
        ([use("a", 10, busy=True), use("b", 96)], 2, []),
        ([use("a", 10), use("b", 95), use("c", 96)], 2, ["a"]),
        ([use("a", 90, current=True), use("b", 95), use("c", 96)], 2, ["a"]),
    ],
)
def test_the_model_that_was_used_longest_ago_leaves(loaded: list[Use], most: int, leave: list[str]) -> None:
    assert to_unload(loaded, most=most, idle_s=60, now=100) == leave


def test_a_model_that_predicts_otherwise_than_when_it_was_trained_is_refused(tmp_path: Path) -> None:
    assert load_checked(a_model(tmp_path, 1), "cpu").predict([{"text": "a"}]) == [{"label": "even", "value": 1}]
    with pytest.raises(WorkError, match="predicts 2 of 2 samples differently"):
        load_checked(a_model(tmp_path, 2, expected_of=1), "cpu")


def test_a_model_with_a_broken_file_is_refused_in_a_sentence(tmp_path: Path) -> None:
    broken = a_model(tmp_path, 3)
    (broken.directory / "expected.json").write_text('{"samples": 5}')
    with pytest.raises(WorkError, match="cannot be loaded"):
        load_checked(broken, "cpu")


def test_a_file_that_is_replaced_changes_the_stamp(tmp_path: Path) -> None:
    model = a_model(tmp_path, 1).directory
    before = stamp_of(model)
    assert before == stamp_of(model)
    a_model(tmp_path, 1)
    assert before != stamp_of(model)
    assert stamp_of(tmp_path / "nowhere") is None
