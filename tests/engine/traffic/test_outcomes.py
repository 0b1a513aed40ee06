import os
import shutil
import signal
import subprocess
import sys
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import InputError, NotFoundError
from engine.traffic import outcomes as module
from engine.traffic import request_log
from engine.traffic.activity import Activity
from engine.traffic.evidence import Pairs, Rights, evidence_of
from engine.traffic.outcomes import OUTCOMES, Outcome, OutcomeCounts, Outcomes, judged_by
from engine.traffic.request_log import Answer, Request, RequestLog


@pytest.fixture
def log(tmp_path):
    return RequestLog(tmp_path / "2-aa")


def request(key="k1", arm="candidate", share=10.0, shadow=None, **answer):
    version = 2 if arm == "candidate" else 1
    answer = Answer(version=version, ms=5.0, **answer)
    return Request(t=1.0, key=key, arm=arm, share=share, answer=answer, shadow=shadow)


def evidence(log):
    counts = OutcomeCounts(log.folder / OUTCOMES)
    counts.refresh()
    return evidence_of(counts.cells)


def test_an_outcome_finds_its_request_and_counts(log):
    one, two = log.append([request("k1"), request("k2", arm="production")])
    taken = Outcomes(log).add([Outcome(request=one.id, correct=True), Outcome(request=two.id, correct=False)])
    assert taken == ["added", "added"]
    (stratum,) = evidence(log).strata
    assert (stratum.share, stratum.candidate, stratum.production) == (10.0, Rights(1, 0), Rights(0, 1))


def test_the_same_outcome_twice_counts_once_and_a_newer_word_counts_instead(log):
    (one,) = log.append([request()])
    ours = Outcomes(log)
    assert ours.add([Outcome(request=one.id, correct=True)] * 2) == ["added", "repeated"]
    assert Outcomes(log).add([Outcome(request=one.id, correct=True)]) == ["repeated"]
    assert Outcomes(log).add([Outcome(request=one.id, correct=False)]) == ["revised"]
    assert evidence(log).rights("candidate") == Rights(0, 1)


def test_of_a_key_only_the_first_labelled_request_counts(log):
    one, two, three = log.append([request("k1"), request("k1"), request("k2")])
    Outcomes(log).add([Outcome(request=each.id, correct=each is not two) for each in (two, one, three)])
    assert evidence(log).rights("candidate") == Rights(1, 1)


@pytest.mark.parametrize("id", ["", "1-0-0123456789abcdef", "9-0-0123456789abcdef", "../../x", "1-99999999999-aa"])
def test_an_outcome_of_a_request_that_nobody_was_given_is_refused_with_all_that_came_with_it(log, id):
    (one,) = log.append([request()])
    with pytest.raises(NotFoundError, match="no such request"):
        Outcomes(log).add([Outcome(request=one.id, correct=True), Outcome(request=id, correct=True)])
    assert evidence(log).rights("candidate").count == 0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.from_regex(r"\d{1,3}-\d{1,4}-[0-9a-f]{16}", fullmatch=True) | st.text(max_size=40))
def test_a_made_up_id_finds_nothing(log, id):
    log.append([request()])
    with pytest.raises(NotFoundError):
        log.find(id)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.binary(max_size=300))
def test_whatever_bytes_stand_between_lines_what_follows_counts(log, garbage):
    shutil.rmtree(log.folder, ignore_errors=True)
    (one,) = log.append([request()])
    (log.folder / OUTCOMES).write_bytes(garbage)
    Outcomes(log).add([Outcome(request=one.id, correct=True)])
    assert evidence(log).rights("candidate") == Rights(1, 0)


def test_of_pairs_both_halves_must_be_known(log):
    same = Answer(version=2, ms=1.0, digest="aa")
    other = Answer(version=2, ms=1.0, digest="bb")
    failed = Answer(version=2, ms=1.0, failed=True)
    shadowed = [
        request(f"k{number}", "production", 0.0, shadow, digest="aa")
        for number, shadow in enumerate([same, other, other, failed])
    ]
    a, b, c, d = log.append(shadowed)
    Outcomes(log).add(
        [
            Outcome(request=a.id, correct=True),
            Outcome(request=b.id, correct=True),  # the candidate said something else: right or wrong, nobody knows
            Outcome(request=c.id, correct=False, candidate_correct=True),
            Outcome(request=d.id, correct=True),
        ]
    )
    assert evidence(log).pairs == Pairs(both=1, only_candidate=1, only_production=1)


def test_a_correction_says_of_both_whether_they_were_right(log):
    (pair,) = log.append([request("k", "production", 0.0, Answer(version=2, ms=1.0, digest="bb"), digest="aa")])
    found = judged_by(pair, "bb")
    assert (found.correct, found.candidate_correct) == (False, True)
    (boxes,) = log.append([request("k2")])
    with pytest.raises(InputError, match="cannot be held against a correction"):
        judged_by(boxes, "bb")


def test_torn_and_damaged_lines_cost_themselves_alone(log):
    (one,) = log.append([request("k1")])
    ours = Outcomes(log)
    ours.add([Outcome(request=one.id, correct=True)])
    for name in ("requests-000001.jsonl", OUTCOMES):
        with (log.folder / name).open("ab") as file:
            file.write(b'{"kind":"request","id":"1-')
    (two,) = log.append([request("k2")])
    assert log.find(one.id) == one
    assert log.find(two.id) == two
    ours.add([Outcome(request=two.id, correct=True)])
    assert evidence(log).rights("candidate") == Rights(2, 0)
    activity = Activity(log)
    activity.refresh()
    assert activity.totals.answered[2].requests == 2


def test_pieces_are_bounded_and_their_totals_stay(log, monkeypatch):
    monkeypatch.setattr(request_log, "PIECE_BYTES", 2000)
    monkeypatch.setattr(request_log, "PIECES", 3)
    activity = Activity(log)
    ids = []
    for number in range(200):
        ids += log.append([request(f"k{number}", decision="automatic" if number % 2 else "human")])
        if number % 50 == 0:
            activity.refresh()
    assert len(log.pieces()) == 3
    activity.refresh()
    fresh = Activity(log)
    fresh.refresh()
    for one in (activity, fresh):
        count = one.totals.answered[2]
        assert (count.requests, count.automatic, count.human) == (200, 100, 100)
    assert log.find(ids[-1].id) == ids[-1]
    with pytest.raises(NotFoundError, match="too old"):
        log.find(ids[0].id)


def test_several_writers_lose_nothing_and_give_every_request_its_own_id(log, monkeypatch):
    monkeypatch.setattr(request_log, "PIECE_BYTES", 4000)
    found: list[str] = []

    def write(name):
        mine = RequestLog(log.folder)
        for number in range(40):
            found.extend(one.id for one in mine.append([request(f"{name}-{number}"), request(f"{name}-{number}-2")]))

    threads = [threading.Thread(target=write, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 240
    assert all(log.find(id).id == id for id in found)
    activity = Activity(log)
    activity.refresh()
    assert activity.totals.answered[2].requests == 240


def test_outcomes_of_a_deployment_are_bounded_and_those_of_production_make_room(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MOST_OUTCOMES", 2)
    for name, full in (("2-aa", True), ("production-1-aa", False)):
        log = RequestLog(tmp_path / name)
        three = [Outcome(request=one.id, correct=True) for one in log.append([request(key) for key in "abc"])]
        ours = Outcomes(log)
        ours.add(three[:2])
        if full:
            with pytest.raises(InputError, match="promote the candidate or withdraw it"):
                ours.add(three[2:])
        else:
            assert ours.add(three[2:]) == ["added"]
            assert len(Outcomes(log).counts.newest) <= 2
            assert evidence(log).rights("candidate") == Rights(1, 0)


WRITER = """
import sys
from pathlib import Path
from engine.traffic.outcomes import Outcome, Outcomes
from engine.traffic.request_log import Answer, Request, RequestLog
log = RequestLog(Path(sys.argv[1])); ours = Outcomes(log); number = 0
while True:
    number += 1
    key = f"{sys.argv[2]}-{number}"
    answer = Answer(version=2, ms=1.0)
    (one,) = log.append([Request(t=1.0, key=key, arm="candidate", share=10.0, answer=answer)])
    print(one.id, flush=True)
    ours.add([Outcome(request=one.id, correct=True)])
    print("told", flush=True)
"""


@pytest.mark.slow
def test_a_killed_service_loses_no_request_that_was_answered_and_no_outcome_that_was_taken(log):
    told, given = 0, []
    for life in range(5):
        arguments = [sys.executable, "-c", WRITER, str(log.folder), str(life)]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for _ in range(20 + 7 * life):
                line = process.stdout.readline().strip()
                told, given = (told + 1, given) if line == "told" else (told, [*given, line])
            os.kill(process.pid, signal.SIGKILL)
            for line in process.stdout.read().splitlines(keepends=True):
                if line.endswith("\n"):
                    told, given = (told + 1, given) if line == "told\n" else (told, [*given, line.strip()])
    assert all(log.find(id).id == id for id in given)
    counted = evidence(log).rights("candidate").right
    assert told <= counted <= told + 5
