import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InputError
from engine.traffic.assignment import arm_of, checked_key, key_hash, position
from engine.traffic.deployment import Deployment, new_deployment


def deployment(share: float, salt: str = "aa") -> Deployment:
    return Deployment(id="2-aa", production=1, candidate=2, mode="split", share=share, salt=salt, started=0.0)


@given(st.text(min_size=1, max_size=50), st.floats(0, 100), st.floats(0, 100))
def test_a_greater_share_takes_keys_from_production_and_gives_none_back(key: str, one: float, other: float) -> None:
    small, large = sorted((one, other))
    if arm_of(deployment(small), key) == "candidate":
        assert arm_of(deployment(large), key) == "candidate"


def test_the_share_is_kept_and_another_salt_draws_anew():
    keys = [f"customer-{number}" for number in range(20_000)]
    first = [arm_of(deployment(10), key) == "candidate" for key in keys]
    second = [arm_of(deployment(10, salt="bb"), key) == "candidate" for key in keys]
    assert sum(first) == pytest.approx(2000, abs=150)
    assert sum(a and b for a, b in zip(first, second, strict=True)) == pytest.approx(200, abs=60)


def test_none_is_candidate_at_0_and_all_are_at_100():
    assert {arm_of(deployment(0), str(number)) for number in range(100)} == {"production"}
    assert {arm_of(deployment(100), str(number)) for number in range(100)} == {"candidate"}


def test_a_request_without_a_key_gets_one_of_its_own():
    assert checked_key(None) != checked_key(None)
    assert checked_key("s12") == "s12"
    for bad in ("", "x" * 1001):
        with pytest.raises(InputError, match="1 to 1000 characters"):
            checked_key(bad)


def test_what_stands_for_a_key_on_disk_does_not_tell_its_arm():
    hashes = {key: int(key_hash("aa", key), 16) / 2**64 * 100 for key in map(str, range(100))}
    assert all(abs(position("aa", key) - hashed) > 1e-6 for key, hashed in hashes.items())


def test_a_shadow_answers_nobody():
    made = new_deployment(
        production=1, candidate=2, mode="shadow", share=10, started=0.0, policy=deployment(0).policy
    )
    assert made.share == 0
    assert made.at(10.0).mode == "split"
