"""Time left, from recorded progress."""

from __future__ import annotations

import pytest

from tui.eta import Beat, remaining


def beats(*points: tuple[float, int], steps: int = 100, phase: str = "training") -> list[Beat]:
    return [Beat(t, step, steps, phase) for t, step in points]


def steady(count: int, seconds: float = 1.0, steps: int = 100, start: float = 0.0) -> list[Beat]:
    return beats(*((start + seconds * index, index) for index in range(count)), steps=steps)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        pytest.param([], None, id="nothing known"),
        pytest.param(steady(1), None, id="one event"),
        pytest.param(steady(3), None, id="too few"),
        pytest.param(steady(11), 90.0, id="steady"),
        pytest.param(steady(11, seconds=3.0), 270.0, id="steady and slow"),
        pytest.param(steady(101), 0.0, id="at the end"),
        pytest.param(beats((0, 0), (1, 1), steps=0), None, id="unknown length"),
        pytest.param(beats((0, 0), (100, 1), *((100 + i, 1 + i) for i in range(1, 10))), 90.0, id="slow warm-up"),
        pytest.param(
            beats((0, 0), (60, 1), (61, 2), (62, 3), (63, 4), (64, 5)), 95.0, id="warm-up counts for nothing"
        ),
        pytest.param(
            beats(*((i, i) for i in range(10)), *((5000 + i, i) for i in range(10, 20))), 81.0, id="a pause overnight"
        ),
        pytest.param(
            beats(*((i, i) for i in range(10)), *((i - 3600, i) for i in range(10, 20))), 81.0, id="a clock set back"
        ),
        pytest.param(
            [*steady(50), *(Beat(100 + 2 * i, 20 + i, 100, "training") for i in range(11))],
            140.0,
            id="after a resume the new pace",
        ),
    ],
)
def test_time_left(known: list[Beat], expected: float | None) -> None:
    assert remaining(known) == (expected if expected is None else pytest.approx(expected, rel=0.02))


def test_evaluations_are_part_of_the_pace() -> None:
    """Ten steps of a second, then ten seconds of evaluation, again and again: two seconds a step."""
    known, t, step = [], 0.0, 0
    for _ in range(5):
        for _ in range(10):
            t, step = t + 1, step + 1
            known.append(Beat(t, step, 200, "training"))
        for part in range(5):
            t += 2
            known.append(Beat(t, step, 200, f"validation {part}/5"))
    assert remaining(known) == pytest.approx(300, rel=0.1)


def test_another_phase_has_another_pace() -> None:
    known = [*beats(*((10.0 * i, i) for i in range(10)), phase="unsupervised")]
    known += [Beat(90.0 + i, 9 + i, 100, "supervised") for i in range(1, 12)]
    assert remaining(known) == pytest.approx(80, rel=0.05)


def test_it_counts_down_between_events() -> None:
    known = steady(11)
    assert remaining(known, now=known[-1].t + 4) == pytest.approx(86.0)
    assert remaining(known, now=known[-1].t - 1000) == pytest.approx(90.0)
    assert remaining(known, now=known[-1].t + 10_000) == 0.0
