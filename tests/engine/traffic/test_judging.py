import math
import random

import pytest

from benchmarks.ab import ALPHA, Case, fixed_outcomes, stops
from engine.traffic.betting import bound, growth, log_capital, pair_table, split_table
from engine.traffic.evidence import Evidence, Pairs, Rights, Stratum, evidence_of
from engine.traffic.judging import judge


def split(share: float, production: tuple[int, int], candidate: tuple[int, int]) -> Evidence:
    return Evidence(strata=(Stratum(share, Rights(*production), Rights(*candidate)),))


@pytest.mark.parametrize(
    ("evidence", "verdict"),
    [
        (Evidence(), "not yet"),
        (split(50, (50, 0), (50, 0)), "not yet"),
        (split(50, (400, 100), (470, 30)), "better"),
        (split(50, (470, 30), (400, 100)), "worse"),
        (split(10, (3600, 900), (470, 30)), "better"),
        (split(100, (0, 0), (500, 0)), "not yet"),
        (split(0, (500, 0), (0, 0)), "not yet"),
        (Evidence(pairs=Pairs(both=400, only_candidate=25, only_production=4, neither=20)), "better"),
        (Evidence(pairs=Pairs(both=400, only_candidate=4, only_production=25, neither=20)), "worse"),
        (Evidence(pairs=Pairs(both=5000, neither=500)), "not yet"),
    ],
)
def test_verdicts(evidence: Evidence, verdict: str) -> None:
    assert judge(evidence, 0.05).verdict == verdict


def test_a_version_beside_itself_neither_wins_nor_loses_an_even_bet():
    for table, chances in (
        (split_table([10.0]), [0.9 * 0.3, 0.9 * 0.7, 0.1 * 0.3, 0.1 * 0.7]),
        (pair_table(), [0.1, 0.8, 0.1]),
    ):
        for side in ("above", "below"):
            assert growth(table, side) @ chances == pytest.approx(1.0)
            assert (growth(table, side) > 0).all()


def test_capital_falls_steadily_with_the_difference_that_is_bet_on():
    table, counts = split_table([10.0, 50.0]), [100, 900, 5, 100, 50, 450, 40, 460]
    above = [log_capital(table, counts, "above", at / 20) for at in range(-19, 20)]
    below = [log_capital(table, counts, "below", at / 20) for at in range(-19, 20)]
    assert above == sorted(above, reverse=True)
    assert below == sorted(below)


def test_the_interval_holds_the_difference_and_narrows_and_tells_the_verdict():
    wide = judge(split(50, (80, 20), (90, 10)), 0.05)
    narrow = judge(split(50, (8000, 2000), (9000, 1000)), 0.05)
    assert wide.lower < 0 < narrow.lower < 0.1 < narrow.upper < wide.upper
    assert narrow.difference == pytest.approx(0.1)
    assert (wide.verdict, narrow.verdict) == ("not yet", "better")


def test_rates_that_change_while_the_share_rises_say_nothing_of_the_candidate():
    """Pooled, the candidate had 0.69 against 0.83: it came with the harder half."""
    hard_times = Evidence(
        strata=(
            Stratum(10, Rights(855, 45), Rights(95, 5)),
            Stratum(50, Rights(325, 175), Rights(325, 175)),
        )
    )
    judgement = judge(hard_times, 0.05)
    assert judgement.verdict == "not yet"
    assert judgement.difference == pytest.approx(0.0)


def test_labels_that_come_to_one_arm_alone_give_no_verdict():
    judgement = judge(split(10, (800, 100), (300, 10)), 0.05)
    assert judgement.uneven
    assert judgement.verdict == "not yet"


def test_shadow_and_split_of_one_deployment_add_up():
    pairs = Pairs(both=200, only_candidate=14, only_production=6)
    strata = (Stratum(50, Rights(170, 30), Rights(188, 12)),)
    apart = [judge(Evidence(strata=strata), 0.05), judge(Evidence(pairs=pairs), 0.05)]
    together = judge(Evidence(strata=strata, pairs=pairs), 0.05)
    assert together.lower > max(one.lower for one in apart)


def test_the_bound_is_where_the_capital_reaches_its_level():
    table, counts = pair_table(), [5, 100, 20]
    edge = bound([(table, counts)], "above", 0.05)
    assert log_capital(table, counts, "above", edge) == pytest.approx(math.log(20), abs=1e-6)


def test_cells_become_strata_and_pairs():
    found = evidence_of(
        {
            ("split", 10.0, "candidate", True): 3,
            ("split", 10.0, "production", False): 2,
            ("split", 50.0, "production", True): 5,
            ("pair", False, True): 1,
        }
    )
    assert [(one.share, one.count) for one in found.strata] == [(10.0, 5), (50.0, 5)]
    assert (found.rights("production"), found.rights("candidate")) == (Rights(5, 3), Rights(4, 0))


@pytest.mark.parametrize(
    "case",
    [Case("split", 0.9, 0.9, ((10.0, 200), (50.0, 0))), Case("shadow", 0.8, 0.8, agreement=0.7)],
    ids=lambda case: case.name,
)
def test_of_equal_versions_few_are_ever_called_better_though_one_looks_after_each_outcome(case: Case) -> None:
    for side in ("above", "below"):
        ours, naive = (found < math.inf for found in stops(case, side, 600, 200))
        # Two standard errors of 200 simulations above the level; what is looked at too often is far beyond.
        assert ours.mean() <= ALPHA + 2 * (ALPHA * (1 - ALPHA) / 200) ** 0.5
        assert naive.mean() > 0.15


def test_a_difference_is_found():
    case = Case("split", 0.7, 0.9)
    found = stops(case, "above", int(4 * fixed_outcomes(case)), 200)[0]
    assert (found < math.inf).mean() > 0.9


def test_the_order_of_outcomes_makes_no_difference():
    table, draws = split_table([30.0]), random.Random(3)
    codes = [draws.randrange(4) for _ in range(50)]
    factors = growth(table, "above")
    one_by_one = factors[:, codes].prod(axis=1).mean()
    counts = [codes.count(code) for code in range(4)]
    assert math.exp(log_capital(table, counts, "above")) == pytest.approx(one_by_one)
