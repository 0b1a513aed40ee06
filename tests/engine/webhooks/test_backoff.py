"""What becomes of an attempt."""

import pytest

from engine.webhooks.backoff import DAY_S, DELAYS_S, Attempt, Outcome, delay_s, outcome_of, retry_after_s

FAILED = Attempt("refused", "it answers 500", 500)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, "delivered"),
        (204, "delivered"),
        (299, "delivered"),
        (302, "refused"),
        (307, "refused"),
        (400, "refused"),
        (404, "refused"),
        (410, "gone"),
        (429, "refused"),
        (500, "refused"),
    ],
)
def test_only_2xx_is_delivered_and_only_410_is_gone(status: int, outcome: Outcome) -> None:
    assert outcome_of(status) == outcome


def test_the_delays_grow_and_end_after_ten_attempts_in_almost_three_days() -> None:
    delays = [delay_s(tries, FAILED, 0.5) for tries in range(1, 12)]
    assert delays == [*DELAYS_S, None, None]
    assert 2.5 * DAY_S < sum(DELAYS_S) < 3 * DAY_S


def test_jitter_is_a_tenth_either_way() -> None:
    assert delay_s(1, FAILED, 0.0) == pytest.approx(4.5)
    assert delay_s(1, FAILED, 1.0) == pytest.approx(5.5)


@pytest.mark.parametrize(("asked", "delay"), [(0.0, 5.0), (3.0, 5.0), (90.0, 90.0), (1e9, DAY_S)])
def test_an_endpoint_may_ask_for_more_time_but_not_for_ever(asked: float, delay: float) -> None:
    assert delay_s(1, Attempt("refused", "", 503, asked), 0.5) == delay


def test_gone_is_given_up_at_once() -> None:
    assert delay_s(1, Attempt("gone", "", 410), 0.5) is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 0),
        ("", 0),
        ("120", 120),
        (" 7 ", 7),
        ("-3", 0),
        ("1.5", 0),
        ("soon", 0),
        ("9" * 400, 999_999_999),
        ("Fri, 21 Nov 2025 20:54:25 GMT", 60),
        ("Fri, 21 Nov 2025 20:54:25 -0000", 60),
        ("Fri, 21 Nov 2025 19:00:00 GMT", 0),
        ("Fri, 99 Nov 99999 20:54:25 GMT", 0),
    ],
)
def test_retry_after_is_a_number_or_a_date(header: str | None, seconds: float) -> None:
    assert retry_after_s(header, 1763758405) == seconds


def test_why_is_a_word_for_a_file_name() -> None:
    assert FAILED.why == "http500"
    assert Attempt("unreachable", "nobody").why == "unreachable"
