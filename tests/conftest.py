"""What every test stands on: no test touches the leases, the workspace or the Hub of the person who runs it."""

import atexit
import gc
import itertools
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

# Several tests run side by side: threads of one would wait for those of another. Before torch is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Imported libraries are a million objects that stay: the collector need not look through them again and again,
    neither while they come nor in every test after."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.set_threshold(10_000, 10, 10)
        gc.freeze()
        atexit.register(gc.unfreeze)  # libraries complain of what is left when the interpreter ends


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Nobody reads the summary of a process of pytest-xdist, and that of syrupy holds every test against every
    snapshot of the other processes: seconds."""
    result = yield
    plugins = session.config.pluginmanager
    if "PYTEST_XDIST_WORKER" in os.environ and plugins.has_plugin("terminalreporter"):
        plugins.unregister(name="terminalreporter")
    return result


def pytest_sessionfinish() -> None:
    """pytest looks five times for what nobody closed: not through what the tests imported."""
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Iterator[Path]]:
    """Before any other fixture, those of modules too: a run of the person's own would make them wait."""
    leases = tmp_path_factory.mktemp("leases")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FINETOP_LEASES", str(leases / "shared"))
        patch.setenv("HF_HUB_OFFLINE", "1")
        patch.delenv("FINETOP_WORKSPACE", raising=False)
        yield (leases / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def _own_leases(_apart: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Made when a run asks for one: few tests do."""
    monkeypatch.setenv("FINETOP_LEASES", str(next(_apart)))


@pytest.fixture
def scripted_profile(tmp_path: Path) -> Path:
    """A profile of two models that follow a script in place of training."""
    path = tmp_path / "scripted.yaml"
    path.write_text(
        """\
finetop: 1
name: scripted
title: Follows a script
models:
  good:
    task: noop
    config:
      epochs: 2
      script:
        - report: {loss: 0.5}
        - evaluate: {score: 0.8}
    targets: {score: 0.7}
  bad:
    task: noop
    config:
      script:
        - raise: bad_data
    targets: {score: 0.7}
"""
    )
    return path
