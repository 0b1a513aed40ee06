import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.errors import InputError, NotFoundError
from engine.registry.history import Entry, append
from engine.registry.integrity import problems_of
from engine.registry.store import find_version, models, register, version_of_run, versions
from engine.runs.spec import Target
from engine.trained import find_trained
from tests.engine.registry.made import ended_run


def test_a_run_becomes_the_next_version_with_all_that_belongs_to_it(workspace):
    run = ended_run(workspace, targets=[Target("score", at_least=0.8)])
    version = register(workspace, run)
    assert version.name == "plain/m@1"
    manifest = version.manifest
    assert manifest.run == run.id
    assert manifest.score == 0.9
    assert manifest.targets == [Target("score", at_least=0.8)]
    assert {"model/finetop.json", "model/expected.json", "report.json", "report.md"} <= manifest.files.keys()
    assert problems_of(version.paths, manifest, whole=True) == []
    assert register(workspace, ended_run(workspace)).number == 2


def test_a_run_is_registered_once_however_often_it_is_asked(workspace):
    runs = [ended_run(workspace) for _ in range(3)]
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda run: register(workspace, run).number, runs * 4))
    assert sorted(set(made)) == [1, 2, 3]
    assert len(versions(workspace, "plain", "m")) == 3


def test_what_happens_to_the_run_later_does_not_reach_the_version(workspace):
    run = ended_run(workspace)
    version = register(workspace, run)
    shutil.rmtree(run.root)
    assert find_trained(workspace, "plain/m@1").directory == version.paths.model
    assert problems_of(version.paths, version.manifest, whole=True) == []


def test_a_run_without_a_tested_model_is_no_version(workspace):
    run = ended_run(workspace)
    run.report.unlink()
    with pytest.raises(InputError, match="no tested model"):
        register(workspace, run)
    assert models(workspace) == []


def test_a_link_in_a_model_is_refused_and_nothing_is_left(workspace, tmp_path):
    run = ended_run(workspace)
    (run.model / "weights").symlink_to(tmp_path)
    with pytest.raises(InputError, match="symbolic link"):
        register(workspace, run)
    assert versions(workspace, "plain", "m") == []


def test_versions_are_found_by_number_and_alias(workspace):
    first, second = (register(workspace, ended_run(workspace)) for _ in range(2))
    append(first.home, Entry(who="ada", action="promote", to_version=1))
    assert find_version(workspace, "plain/m@production") == first
    assert find_version(workspace, "plain/m@latest") == second
    for name, problem in {
        "plain/m@3": "no version 3, only 1 to 2",
        "plain/m@staging": "nothing in staging",
        "plain/x@1": "has no version",
    }.items():
        with pytest.raises(NotFoundError, match=problem):
            find_version(workspace, name)


def test_a_run_knows_its_version(workspace):
    run, other = ended_run(workspace), ended_run(workspace)
    register(workspace, run)
    assert version_of_run(workspace, run) is not None
    assert version_of_run(workspace, other) is None


SCRIPT = """
import sys
from pathlib import Path
from engine.registry.store import register
from engine.runs.paths import RunPaths
from engine.workspace import Workspace
for run in sys.argv[2:]:
    register(Workspace(Path(sys.argv[1])), RunPaths(Path(run)))
"""


@pytest.mark.slow
def test_a_registration_that_is_killed_leaves_whole_versions_alone(workspace):
    runs = [ended_run(workspace) for _ in range(12)]
    for run in runs:
        (run.model / "weights.bin").write_bytes(os.urandom(1 << 22))
    for delay in (0.02, 0.05, 0.1, 0.15):
        process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(workspace.root), *(str(run.root) for run in runs)]
        )
        until = time.monotonic() + 20
        while not versions(workspace, "plain", "m") and time.monotonic() < until and process.poll() is None:
            time.sleep(0.005)
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        for version in versions(workspace, "plain", "m"):
            assert problems_of(version.paths, version.manifest, whole=True) == []
    names = [register(workspace, run).number for run in runs]
    assert sorted(names) == list(range(1, 13))
    leftovers = [path for path in (workspace.models / "plain" / "m").glob(".*.tmp")]
    assert leftovers == []
