import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.registry.history import Entry, Moved, Unreadable, append, read_history
from engine.registry.paths import ModelHome
from engine.registry.standing import Standing, Watched, fold, standing_of
from engine.registry.store import home_of


@pytest.fixture
def home(workspace) -> ModelHome:
    return home_of(workspace, "plain", "m")


def promote(to, why=""):
    return Entry(who="ada", action="promote", alias="production", to_version=to, why=why)


def test_moves_are_numbered_and_dated_as_they_come(home):
    first, second = append(home, promote(1)), append(home, promote(2))
    assert (first.seq, second.seq) == (1, 2)
    assert read_history(home) == [first, second]
    assert first.t > 0


def test_of_two_that_decided_on_the_same_state_one_wins_and_the_other_is_told(home):
    append(home, promote(1))
    append(home, promote(2, "faster"), expected_seq=1)
    with pytest.raises(Moved, match=r"promote production nothing → @2 by ada came first \(faster\)"):
        append(home, promote(3), expected_seq=1)
    assert standing_of(home).production == 2


def test_many_at_once_leave_one_winner(home):
    append(home, promote(1))

    def attempt(number):
        try:
            return append(home, promote(number), expected_seq=1).seq
        except Moved:
            return None

    with ThreadPoolExecutor(8) as pool:
        won = [seq for seq in pool.map(attempt, range(2, 18)) if seq is not None]
    assert won == [2]


APPEND_MANY = """
import sys
from pathlib import Path
from engine.registry.history import Entry, append
from engine.registry.paths import ModelHome
for number in range(1, 41):
    append(ModelHome(Path(sys.argv[1])), Entry(who="ada", action="promote", to_version=number))
"""


def test_processes_that_write_at_once_lose_no_line(home):
    workers = [subprocess.Popen([sys.executable, "-c", APPEND_MANY, str(home.root)]) for _ in range(2)]
    assert [worker.wait(60) for worker in workers] == [0, 0]
    assert [entry.seq for entry in read_history(home)] == list(range(1, 81))


def test_a_torn_line_was_no_move_and_does_not_swallow_the_next(home):
    append(home, promote(1))
    with home.history.open("ab") as file:
        file.write(b'{"who":"bob","action":"promote","detail":{}')
    assert standing_of(home).production == 1
    assert append(home, promote(2), expected_seq=1).seq == 2
    assert [entry.to_version for entry in read_history(home)] == [1, 2]


def test_a_whole_line_without_its_end_counts_before_the_next_move(home):
    append(home, promote(1))
    append(home, promote(2))
    home.history.write_bytes(home.history.read_bytes().removesuffix(b"\n"))
    with pytest.raises(Moved):
        append(home, promote(3), expected_seq=1)
    assert append(home, promote(3)).seq == 3


def test_nothing_is_moved_on_a_history_that_cannot_be_read(home):
    append(home, promote(1))
    with home.history.open("ab") as file:
        file.write(b'{"who":"bob","action":"paint"}\n')
    with pytest.raises(Unreadable, match="mend it"):
        append(home, promote(2))


def entry(action, to=None, **fields):
    return Entry(who="ada", action=action, to_version=to, **fields)


def test_rollbacks_go_back_step_by_step():
    promoted = [entry("promote", 1), entry("promote", 2), entry("promote", 3)]
    assert (fold(promoted).production, fold(promoted).previous) == (3, 2)
    once = fold([*promoted, entry("rollback", 2)])
    assert (once.production, once.previous) == (2, 1)
    twice = fold([entry("rollback", 1)], once)
    assert (twice.production, twice.previous) == (1, None)


def test_what_is_promoted_leaves_staging_and_others_stay():
    staged = fold([entry("stage", 2), entry("promote", 2)])
    assert staged.staging is None
    assert fold([entry("stage", 3), entry("promote", 2)]).staging == 3


def test_a_version_that_returns_is_not_its_own_previous():
    standing = fold([entry("promote", 1), entry("promote", 2), entry("promote", 1)])
    assert (standing.production, standing.previous) == (1, 2)


def test_retired_means_nothing_is_in_production_and_nothing_to_go_back_to():
    standing = fold([entry("promote", 1), entry("promote", 2), entry("retire")])
    assert (standing.production, standing.previous) == (None, None)


@pytest.mark.parametrize("action", ["promote", "rollback", "withdraw", "fallback", "retire"])
def test_a_deployment_ends_with_what_it_compared(action):
    going = fold([entry("promote", 1), entry("promote", 2), entry("deploy", detail={"deployment": {"share": 10}})])
    assert going.deployment == {"share": 10}
    assert fold([entry(action, 1)], going).deployment is None


def test_thresholds_are_set_over_those_of_a_version():
    standing = fold([entry("threshold", 1, detail={"thresholds": {"automatic": 0.9}})])
    assert standing.thresholds == {1: {"automatic": 0.9}}


def test_who_watches_sees_each_move_and_reads_nothing_twice(home):
    watched = Watched(home)
    assert watched.standing() == Standing()
    append(home, promote(1))
    first = watched.standing()
    assert first.production == 1
    assert watched.standing() is first
    append(home, promote(2))
    assert watched.standing() == standing_of(home)
