"""What follows the cursor waits for the paint, and for the last of keys that come fast."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tui.screens.afterwards import FAST_S, REST_S, Afterwards


class Screen:
    """Keeps what is to be called, and when."""

    def __init__(self) -> None:
        self.painted: list[Callable[[], object]] = []
        self.timed: list[tuple[float, Callable[[], object]]] = []

    def call_after_refresh(self, work: Callable[..., object], *arguments: object) -> None:
        self.painted.append(lambda: work(*arguments))

    def set_timer(self, delay: float, work: Callable[[], object]) -> Any:
        self.timed.append((delay, work))
        return type("Timer", (), {"stop": lambda timer: None})()


def test_one_key_is_followed_after_the_paint_and_fast_ones_once() -> None:
    screen, done, now = Screen(), [], [10.0]
    after: Any = Afterwards(screen, lambda: done.append(now[0]), clock=lambda: now[0])  # type: ignore[arg-type]
    after.ask()
    assert (after.waiting, len(screen.painted), done) == (True, 1, [])
    screen.painted.pop()()
    assert (after.waiting, done) == (False, [10.0])
    for _ in range(3):
        now[0] += FAST_S / 2
        after.ask()
    assert [delay for delay, _ in screen.timed] == [REST_S] * 3
    for _, work in screen.timed:
        work()
    assert len(done) == 2
    now[0] += 2 * FAST_S
    after.ask()
    assert len(screen.painted) == 1
