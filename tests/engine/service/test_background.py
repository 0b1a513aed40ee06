"""Chores: done again and again, whatever becomes of one time; ended when the service ends."""

from __future__ import annotations

import threading

from engine.service.background import Background

from .conftest import until


def test_a_chore_that_fails_is_done_again_and_keeps_no_other_waiting() -> None:
    done = {"good": 0, "bad": 0}
    background = Background()

    def good() -> None:
        done["good"] += 1

    def bad() -> None:
        done["bad"] += 1
        raise OSError("the disk is full")

    background.add("good", 0.001, good)
    background.add("bad", 0.001, bad)
    background.start()
    until(lambda: min(done.values()) >= 3, "both to be done thrice")
    background.close()
    seen = dict(done)
    threading.Event().wait(0.02)
    assert done == seen, "nothing is begun after the end"


def test_residents_live_as_long_as_the_service() -> None:
    class Guest:
        said: list[str] = []

        def start(self) -> None:
            self.said.append("start")

        def close(self) -> None:
            self.said.append("close")

    background = Background()
    background.adopt(Guest())
    background.start()
    background.close()
    assert Guest.said == ["start", "close"]


def test_what_waits_for_its_first_time_ends_at_once() -> None:
    background = Background()
    background.add("later", 60.0, lambda: None, first_after_s=60.0)
    background.start()
    background.close()
    assert all(not thread.is_alive() for thread in background._threads)
