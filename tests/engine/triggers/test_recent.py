"""What is remembered of inputs: numbers of a bounded sample, and counts of places."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.tasks.contract import Row
from engine.triggers import recent
from engine.triggers.recent import RecentInputs, place_in, read_recent
from engine.triggers.vectors import Describer


def numbers(rows: list[Row]) -> np.ndarray:
    return np.array([[row["n"], 1.0] for row in rows], dtype=np.float32)


NUMBERS = Describer("numbers", numbers)  # type: ignore[arg-type]


def remember(folder: Path, count: int, *, t: float = 1000.0, step: float = 1.0, first: int = 0) -> None:
    memory = RecentInputs(folder, NUMBERS)
    memory._begin(t)
    for number in range(first, first + count):
        row = {"n": number, "metadata": {"location": f"site {number % 3}"}, "text": "a secret"}
        memory.add([row], [{"confidence": 0.5}], t=t + step * (number - first))
    memory.close()


def test_everything_is_kept_while_it_is_little(tmp_path: Path) -> None:
    remember(tmp_path, 50)
    found = read_recent(tmp_path)
    assert found.kind == "numbers"
    assert found.vectors[:, 0].tolist() == list(range(50))
    assert found.confidences.tolist() == [0.5] * 50
    assert found.places["location"] == {"site 0": 17, "site 1": 17, "site 2": 16}


def test_what_is_older_than_the_last_look_is_not_looked_at_again(tmp_path: Path) -> None:
    remember(tmp_path, 50)
    assert read_recent(tmp_path, since=1029.0).vectors[:, 0].tolist() == list(range(30, 50))
    assert len(read_recent(tmp_path, since=1049.0).t) == 0


def test_of_many_inputs_a_sample_stays_that_stands_for_all_of_them(tmp_path: Path) -> None:
    remember(tmp_path, 5000, step=0.1)
    found = read_recent(tmp_path)
    assert len(found.t) == recent.SEGMENT_ROWS
    assert found.weights.sum() == pytest.approx(5000)
    # The mean of 128 of the numbers up to 5,000 has a standard error of 127.
    assert abs(found.vectors[:, 0].mean() - 2500) < 640


def test_hours_have_samples_of_their_own_and_the_oldest_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "SEGMENT_ROWS", 4)
    monkeypatch.setattr(recent, "MOST_SEGMENTS", 3)
    remember(tmp_path, 100, step=600.0)
    found = read_recent(tmp_path)
    assert len(list(tmp_path.iterdir())) == 3
    assert 0 < len(found.t) <= 12
    assert found.vectors[:, 0].min() > 70


def test_no_input_is_on_the_disk(tmp_path: Path) -> None:
    remember(tmp_path, 50)
    assert all(b"secret" not in path.read_bytes() for path in tmp_path.iterdir())


def test_a_service_does_not_write_again_what_was_forgotten(tmp_path: Path) -> None:
    folder = recent.recent_folder(tmp_path, 1)
    memory = RecentInputs(folder, NUMBERS)
    memory.add([{"n": 1}], [{}], t=1000.0)
    assert len(read_recent(folder).t) == 1
    recent.forget_recent(tmp_path, 1)
    memory.add([{"n": 2}], [{}], t=1010.0)
    memory.add([{"n": 3}], [{}], t=1020.0)
    memory.close()
    assert read_recent(folder).vectors[:, 0].tolist() == [3.0]


def test_a_damaged_file_and_one_of_another_kind_are_left_out(tmp_path: Path) -> None:
    remember(tmp_path, 10)
    other = RecentInputs(tmp_path, Describer("other", lambda rows: np.ones((len(rows), 5), np.float32)))
    other._begin(500.0)
    other.add([{}], [{}], t=500.0)
    other.close()
    (tmp_path / "2000-1-1.npz").write_bytes(b"PK\x03\x04 damaged")
    (tmp_path / "3000-1-1.npz").write_bytes(b"")
    found = read_recent(tmp_path)
    assert (found.kind, len(found.t)) == ("numbers", 10)


def test_an_input_without_a_vector_is_left_out_and_nothing_is_raised(tmp_path: Path) -> None:
    memory = RecentInputs(tmp_path, NUMBERS)
    memory.add([{"text": "no number"}, {"n": 7}], [{}, {}])
    memory.close()
    found = read_recent(tmp_path)
    assert found.vectors[:, 0].tolist() == [7.0]
    assert np.isnan(found.confidences).all()


def test_nothing_is_known_where_nothing_was_remembered(tmp_path: Path) -> None:
    assert len(read_recent(tmp_path / "none").t) == 0


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ({"location": "Oslo"}, "Oslo"),
        ({"metadata": {"location": 7}}, "7"),
        ({"conditions": {"location": "Rome"}}, "Rome"),
        ({"location": "x" * 500}, "x" * 80),
        ({"location": {"a": 1}}, None),
        ({"location": " "}, None),
        ({"metadata": "none"}, None),
    ],
)
def test_a_place_is_found_beside_the_input_or_in_its_metadata(row: Row, place: str | None) -> None:
    assert place_in(row, "location") == place


def test_more_places_than_fit_are_counted_together(tmp_path: Path) -> None:
    memory = RecentInputs(tmp_path, NUMBERS)
    memory.add([{"n": at, "location": f"site {at}"} for at in range(300)], [{}] * 300)
    memory.close()
    places = read_recent(tmp_path).places["location"]
    assert len(places) == recent.MOST_PLACES + 1
    assert places[""] == 100
