import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.errors import InputError, NotFoundError
from engine.profiles.production import Traffic
from engine.registry.history import Entry, Moved, append, read_history
from engine.registry.standing import standing_of
from engine.traffic.deploying import deployed, ramp, start, status_of, step, withdraw
from engine.traffic.deployment import TrafficPolicy
from engine.traffic.outcomes import Outcome
from engine.traffic.routing import Router


def answered(router, key, *, right=True, prediction=None):
    """A request that was answered and, unless `right` is None, labelled; its id."""
    route = router.route(key)
    answer = router.answer(route.version, prediction or {"label": "a", "confidence": 0.9}, 5.0)
    shadow = router.answer(route.shadow, {"label": "a", "confidence": 0.9}, 5.0) if route.shadow else None
    (id,) = router.record([(route, answer, shadow)])
    if right is not None:
        router.take([Outcome(request=id, correct=right)])
    return id


def test_the_rules_of_the_profile_are_those_of_a_deployment():
    assert TrafficPolicy(**{**Traffic().model_dump(), "steps": tuple(Traffic().steps)}) == TrafficPolicy()


def test_a_deployment_is_an_entry_of_the_history_and_ends_with_one(workspace, home):
    made = start(workspace, "plain/m@2", share=25, why="try", who="ada")
    assert deployed(home)[1] == made
    assert (made.production, made.candidate, made.share, made.mode) == (1, 2, 25, "split")
    assert ramp(home, who="ada").share == 50
    withdraw(home, why="too slow", who="ada")
    moves = [(one.action, one.from_version, one.to_version) for one in read_history(home)[1:]]
    assert moves == [("deploy", 1, 2), ("ramp", 1, 2), ("withdraw", 1, 2)]
    with pytest.raises(NotFoundError, match="nothing of plain/m is deployed"):
        withdraw(home)


def test_what_cannot_be_deployed_is_refused(workspace, home):
    with pytest.raises(InputError, match="in production itself"):
        start(workspace, "plain/m@1")
    with pytest.raises(InputError, match="no share"):
        start(workspace, "plain/m@2", share=0)
    start(workspace, "plain/m@2")
    with pytest.raises(InputError, match="plain/m@2 is deployed already"):
        start(workspace, "plain/m@2")


def test_a_promotion_ends_the_deployment(workspace, home):
    start(workspace, "plain/m@2")
    append(home, Entry(who="ada", action="promote", alias="production", from_version=1, to_version=2))
    assert step(home).status is None
    assert Router(home).route("k").version == 2


def test_of_two_that_deploy_at_once_one_is_told(workspace, home):
    def begin(share):
        try:
            return start(workspace, "plain/m@2", share=share)
        except (InputError, Moved) as told:
            return told

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(begin, (10, 20, 30, 40)))
    assert sum(isinstance(one, Exception) for one in found) == 3
    assert [one.action for one in read_history(home)].count("deploy") == 1


def test_a_good_candidate_goes_up_step_by_step_and_is_offered(workspace, home):
    policy = TrafficPolicy(min_outcomes=20, min_requests=30, not_worse_by=None)
    start(workspace, "plain/m@2", policy=policy)
    router, draws, shares = Router(home), random.Random(5), []
    for number in range(1500):
        answered(router, f"key-{number}", right=draws.random() < 0.9)
        if number % 10 == 9:
            done = router.step()
            if done.entry is not None:
                shares.append(done.entry.detail["deployment"]["share"])
            if done.status.decision.action == "offer":
                break
    assert shares == [50.0, 100.0]
    assert done.status.decision.action == "offer"
    assert standing_of(home).production == 1, "people promote"


def test_a_bad_candidate_falls_back_by_itself_once_though_two_look(workspace, home):
    start(workspace, "plain/m@2", share=50, policy=TrafficPolicy(min_outcomes=10_000))
    router, draws = Router(home), random.Random(5)
    for number in range(200):
        bad = router.route(f"key-{number}").arm == "candidate"
        answered(router, f"key-{number}", right=draws.random() < (0.2 if bad else 0.95))
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda _: step(home), range(3)))
    assert sum(one.entry is not None for one in done) == 1
    last = read_history(home)[-1]
    assert (last.action, last.who) == ("fallback", "traffic")
    assert "more often" in last.why
    assert {router.route(f"key-{number}").version for number in range(50)} == {1}
    assert step(home).status is None


def test_a_candidate_that_answers_nothing_falls_back(workspace, home):
    start(workspace, "plain/m@2", share=50)
    router = Router(home)
    for number in range(40):
        route = router.route(f"key-{number}")
        answer = router.answer(route.version, None if route.arm == "candidate" else {"label": "a"}, 5.0)
        router.record([(route, answer, None)])
    assert "got no answer from the candidate" in step(home).entry.why


def test_in_shadow_production_answers_all_and_pairs_are_judged(workspace, home):
    start(workspace, "plain/m@2", mode="shadow")
    router = Router(home)
    for number in range(60):
        route = router.route(f"key-{number}")
        assert (route.arm, route.version, route.shadow) == ("production", 1, 2)
        answer = router.answer(1, {"label": "a" if number % 3 else "b", "confidence": 0.9}, 5.0)
        shadow = router.answer(2, {"label": "a", "confidence": 0.9}, 5.0)
        (id,) = router.record([(route, answer, shadow)])
        router.correct(id, {"label": "a"}, source="ada")
    status = status_of(home)
    assert (status.evidence.pairs.both, status.evidence.pairs.only_candidate) == (40, 20)
    assert status.judgement.verdict == "better"
    assert (status.production.requests, status.candidate.requests) == (60, 60)
    moved = step(home)
    assert moved.entry.detail["deployment"]["mode"] == "split"


def test_decisions_are_counted_and_a_new_version_is_on_probation(workspace, home):
    router = Router(home)
    assert router.threshold(1) == pytest.approx(0.9)
    for number in range(3):
        answered(router, f"key-{number}", right=None, prediction={"label": "a", "confidence": 0.85})
    assert router.threshold(1) == pytest.approx(0.8)
    assert Router(home).threshold(1) == pytest.approx(0.8), "what was counted is on the disk"
    assert router.threshold(2) == pytest.approx(0.9), "a candidate stays on probation"
    start(workspace, "plain/m@2", share=50)
    assert Router(home).threshold(1) == pytest.approx(0.8)
    append(home, Entry(who="ada", action="promote", alias="production", from_version=1, to_version=2))
    assert router.threshold(2) == pytest.approx(0.9)


def test_without_anything_in_production_nothing_is_answered(workspace, home):
    append(home, Entry(who="ada", action="retire", alias="production", from_version=1, why="gone"))
    with pytest.raises(NotFoundError, match="nothing in production"):
        Router(home).route("k")


@pytest.mark.parametrize("id", ["", "x", "../../etc.1-0-aa", "2-aa.1-0-0123456789abcdef", "production-1-aa.."])
def test_an_id_leads_nowhere_but_to_its_request(home, id):
    with pytest.raises(InputError):
        Router(home).take([Outcome(request=id, correct=True)])


def test_no_key_is_written_down(workspace, home):
    start(workspace, "plain/m@2", share=50)
    answered(Router(home), "patient-4711")
    written = b"".join(path.read_bytes() for path in (home.root / "traffic").rglob("*.jsonl"))
    assert b"4711" not in written
    assert written
