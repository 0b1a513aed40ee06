"""Shared by the tests of whatever trains."""

import pytest

from tests.engine.interruptions import without_pulse


@pytest.fixture
def no_pulse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests of a stop count the calls of `should_stop`."""
    without_pulse(monkeypatch)
