"""Why a machine is not reachable, in the operator's words."""

from __future__ import annotations

import pytest

from tui.places.reasons import LONGEST_WAIT_S, Ending, other_protocol, wait_s, why


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        (Ending(255, ["ssh: connect to host x port 22: Connection refused"]), "ssh: connect to host x"),
        (Ending(255, ["ada@gpu1: Permission denied (publickey)."]), "ssh: ada@gpu1: Permission denied (publickey)."),
        (Ending(255), "ssh: the connection was lost"),
        (Ending(127, ["bash: line 1: engine: command not found"]), "give --remote-engine FILE"),
        (
            Ending(2, ["error: /srv/x: there is no such workspace; name its directory after HOST:"]),
            "/srv/x: there is no",
        ),
        (Ending(2, ["error: there is no command 'attach'; `engine --help` lists them"]), "install the same version"),
        (Ending(None, silent=True), "it does not answer"),
        (Ending(-9, ["Killed"]), "the engine there was killed: Killed"),
        (Ending(1, ["Traceback", "ImportError: no msgspec"]), "ended with code 1: ImportError: no msgspec"),
        (Ending(0), "it ended the connection"),
        (Ending(255, said="what answers there is no finetop"), "what answers there is no finetop"),
    ],
)
def test_it_is_a_sentence(ending: Ending, said: str) -> None:
    assert said in why(ending, "engine")


def test_another_version_says_which_is_older() -> None:
    assert "newer" in other_protocol(7, "9.1") and "older" in other_protocol(0, "0.0")


def test_each_failure_doubles_the_wait_up_to_a_minute() -> None:
    waits = [wait_s(failures, lambda: 1.0) for failures in range(1, 12)]
    assert waits[:4] == [1.0, 2.0, 4.0, 8.0] and waits[-1] == LONGEST_WAIT_S
    assert wait_s(3, lambda: 0.0) == 2.0
