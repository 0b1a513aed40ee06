import pytest

from engine.traffic.activity import Recent, recent_of
from engine.traffic.deployment import Deployment, TrafficPolicy
from engine.traffic.evidence import Evidence, Pairs, Rights, Stratum
from engine.traffic.judging import judge
from engine.traffic.ramping import decide, lower_bound
from engine.traffic.request_log import Answer

NO_PAIRS = Pairs()
QUIET = Recent(requests=300, p95_ms=40.0, keys=300, failed=0)


def decision(
    share: float = 10.0,
    *,
    production: tuple[int, int] = (450, 50),
    candidate: tuple[int, int] = (46, 4),
    of_candidate: Recent = QUIET,
    of_production: Recent = QUIET,
    pairs: Pairs = NO_PAIRS,
    mode="split",
    **policy,
):
    deployment = Deployment(
        id="2-aa",
        production=1,
        candidate=2,
        mode=mode,
        share=share,
        salt="aa",
        started=0.0,
        policy=TrafficPolicy(**policy),
    )
    strata = (Stratum(share, Rights(*production), Rights(*candidate)),) if mode == "split" else ()
    evidence = Evidence(strata=strata, pairs=pairs)
    judgement = judge(evidence, deployment.policy.alpha)
    return decide(deployment, evidence, judgement, candidate=of_candidate, production=of_production)


GOOD = {"production": (425, 75), "candidate": (490, 10)}
EVEN = {"production": (1800, 200), "candidate": (1800, 200)}


@pytest.mark.parametrize(
    ("given", "action", "share", "why"),
    [
        ({}, "ramp", 50.0, r"50 labelled outcomes and no proof against the candidate \(\+2.0%, between"),
        ({"candidate": (28, 2)}, "stay", None, "30 of 50 labelled outcomes of the candidate before 50 %"),
        ({"automatic": False}, "stay", 50.0, "when somebody takes the step"),
        ({"candidate": (10, 40)}, "fallback", None, r"wrong \+?[\d.]+% to [\d.]+% more often \(allowed: 0.0%\)"),
        ({"share": 50.0, **GOOD}, "ramp", 100.0, "the candidate is better"),
        ({"share": 50.0, **EVEN}, "ramp", 100.0, "2000 labelled outcomes and no proof against"),
        ({"share": 50.0, "production": (90, 10), "candidate": (90, 10)}, "stay", None, "ruled out .* 5.0% worse"),
        ({"share": 50.0, "candidate": (440, 60), "not_worse_by": None}, "ramp", 100.0, "no proof against"),
        (
            {"share": 50.0, "production": (490, 10), "candidate": (425, 75), "max_excess_errors": 0.3},
            "stay",
            None,
            "worse, within what is allowed",
        ),
        ({"candidate": (300, 4)}, "stay", None, "labels do not come to both alike"),
        ({"share": 100.0, "production": (0, 0)}, "offer", None, "not shown to be as good .* promote it"),
        (
            {"share": 100.0, "of_candidate": Recent(requests=7, keys=7)},
            "stay",
            None,
            "7 of 100 requests of the candidate at the last step",
        ),
        ({"latency_p95_ms": 30.0}, "fallback", None, r"95 % of 300 requests took up to 40 ms \(budget 30 ms\)"),
        ({"latency_p95_ms": 50.0}, "ramp", 50.0, "no proof against"),
        (
            {"latency_p95_ms": 30.0, "of_candidate": Recent(requests=99, p95_ms=900.0, keys=99)},
            "ramp",
            50.0,
            "no proof",
        ),
        (
            {"of_candidate": Recent(requests=10, keys=10, failed=6)},
            "fallback",
            None,
            "6 of 10 keys got no answer from the candidate, 0 of 300 from production",
        ),
        ({"of_candidate": Recent(requests=4, keys=4, failed=4)}, "ramp", 50.0, "no proof"),
        (
            {
                "of_candidate": Recent(requests=10, keys=10, failed=6),
                "of_production": Recent(requests=100, keys=100, failed=60),
            },
            "ramp",
            50.0,
            "no proof",
        ),
        (
            {"share": 0.0, "mode": "shadow", "pairs": Pairs(both=60, only_candidate=3, only_production=3)},
            "ramp",
            10.0,
            "66 labelled",
        ),
        (
            {"share": 0.0, "mode": "shadow", "pairs": Pairs(both=60, only_production=30)},
            "fallback",
            None,
            "more often",
        ),
    ],
)
def test_decisions(given, action, share, why) -> None:
    import re

    found = decision(**given)
    assert (found.action, found.share) == (action, share)
    assert re.search(why, found.why), found.why


def test_a_key_that_asks_again_and_again_counts_once():
    failing = [("one", Answer(version=2, ms=5.0, failed=True))] * 90
    fine = [(f"key-{number}", Answer(version=2, ms=float(number))) for number in range(1, 101)]
    found = recent_of(failing + fine)
    assert (found.requests, found.keys, found.failed, found.p95_ms) == (190, 101, 1, 95.0)


def test_the_lower_bound_of_a_share_is_wilsons():
    assert lower_bound(0, 0, 3.0) == 0.0
    assert lower_bound(8, 10, 1.959964) == pytest.approx(0.4902, abs=1e-4)
