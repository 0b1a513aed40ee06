"""A snapshot holds every entry with its facts; one that is cut off goes on and ends the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.errors import InputError, WorkError
from engine.folders.snapshots import gather as gathering
from engine.folders.snapshots import reader_pool as tasks
from engine.folders.snapshots.gather import Progress, gather
from engine.folders.snapshots.index import KINDS, open_index


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Three creators with maps, a name that is no text, links and a pipe."""
    root = tmp_path / "library"
    for creator in ("Tom", "Ann", "Écho"):
        for number in range(3):
            folder = root / creator / f"Map {number}" / "Night"
            folder.mkdir(parents=True)
            for name in ("a.JPG", "b.jpg", "c.webp", "readme", ".hidden", "Dr. Who and friends"):
                (folder / name).write_bytes(b"x" * number)
    os.mkdir(os.fsencode(root) + b"/not \xff text")  # noqa: PTH102 (bytes)
    (root / "Tom" / "link to Ann").symlink_to(root / "Ann")
    (root / "Tom" / "link.png").symlink_to("nowhere")
    os.mkfifo(root / "pipe")
    return root


@pytest.fixture(autouse=True)
def _two_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "default_readers", lambda: 2)


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each folder is a task, committed and reported at once."""
    monkeypatch.setattr(tasks, "FIRST_BUDGET", 1)
    monkeypatch.setattr(tasks, "BUDGET", 1)
    monkeypatch.setattr(gathering, "COMMIT_EVERY_S", 0.0)
    monkeypatch.setattr(gathering, "REPORT_EVERY_S", 0.0)


def stored(db: Path, snapshot: int) -> dict[str, tuple[Any, ...]]:
    """Path → depth, kind, size, time of change."""
    with open_index(db) as index:
        nodes = [
            (index.path_of(entry.id), (entry.depth, entry.kind, entry.size, entry.mtime_ns))
            for folder in index.folders(snapshot)
            for entry in index.entries(folder.id)
        ]
    assert len(dict(nodes)) == len(nodes)
    return dict(nodes)


def on_disk(root: Path) -> dict[str, tuple[Any, ...]]:
    """The same, read in the plainest way."""

    def entries() -> Iterator[tuple[str, tuple[Any, ...]]]:
        for path in root.rglob("*"):
            facts, below = path.lstat(), path.relative_to(root)
            kind = {0o10: "file", 0o4: "folder", 0o12: "link"}.get(facts.st_mode >> 12, "other")
            yield str(below), (len(below.parts), kind, facts.st_size, facts.st_mtime_ns)

    return dict(entries())


def test_every_entry_is_stored_with_its_facts(tree: Path, tmp_path: Path) -> None:
    summary = gather(tree, tmp_path / "index.db")
    assert stored(tmp_path / "index.db", summary.snapshot) == on_disk(tree)
    assert (summary.nodes, summary.folders) == (len(on_disk(tree)) + 1, 23)
    assert not summary.problems and not summary.resumed and summary.previous is None


def test_a_folder_knows_what_lies_in_it(tree: Path, tmp_path: Path) -> None:
    gather(tree, tmp_path / "index.db")
    with open_index(tmp_path / "index.db") as index:
        by_path = {index.path_of(folder.id): folder for folder in index.folders(1)}
    night = by_path["Tom/Map 2/Night"]
    assert (night.files, night.folders, night.bytes, night.depth, night.name) == (6, 0, 12, 3, "Night")
    assert night.extensions == {"jpg": 2, "webp": 1} and list(night.extensions) == ["jpg", "webp"]
    tom = by_path["Tom"]
    assert (tom.files, tom.folders, tom.extensions) == (1, 3, {"png": 1}), "a link to a folder is no file"
    assert by_path["not \udcff text"].name == "not \udcff text"


def test_parents_come_before_children(tree: Path, tmp_path: Path) -> None:
    gather(tree, tmp_path / "index.db")
    with open_index(tmp_path / "index.db") as index:
        seen = {0}
        for folder in index.folders(1):
            assert folder.parent in seen
            seen.add(folder.id)


def test_links_are_not_followed_and_those_that_lead_in_circles_are_reported(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "a" / "b").mkdir(parents=True)
    (root / "a" / "b" / "up").symlink_to("../..")
    (root / "self").symlink_to("self")
    (root / "beside").symlink_to("a")
    summary = gather(root, tmp_path / "index.db")
    with open_index(tmp_path / "index.db") as index:
        problems = {problem.path: problem.what for problem in index.problems(1)}
    assert problems == {"a/b/up": "the link leads to a folder above it", "self": "the link leads to itself"}
    assert (summary.nodes, summary.problems) == (6, 2)


def test_the_files_of_the_index_are_left_out(tree: Path) -> None:
    gather(tree, tree / "index.db")
    again = gather(tree, tree / "index.db")
    assert not [path for path in stored(tree / "index.db", 2) if "index.db" in path]
    assert (again.added, again.removed, again.changed) == (0, 0, 0)


def test_folders_that_no_queue_holds_are_found_again(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "MOST_QUEUED", 2)
    gather(tree, tmp_path / "index.db")
    assert stored(tmp_path / "index.db", 1) == on_disk(tree)


@pytest.mark.usefixtures("often")
def test_one_that_was_cut_off_goes_on_and_ends_the_same(tree: Path, tmp_path: Path) -> None:
    def cut_off(progress: Progress) -> None:
        if progress.nodes > 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        gather(tree, tmp_path / "index.db", report=cut_off)
    with open_index(tmp_path / "index.db") as index:
        (snapshot,) = index.snapshots()
        assert snapshot.finished is None
    summary = gather(tree, tmp_path / "index.db")
    assert summary.resumed and summary.snapshot == 1
    assert stored(tmp_path / "index.db", 1) == on_disk(tree) and summary.nodes == len(on_disk(tree)) + 1


@pytest.mark.usefixtures("often")
def test_one_that_was_cut_off_can_be_begun_anew(tree: Path, tmp_path: Path) -> None:
    def cut_off(progress: Progress) -> None:
        if progress.nodes > 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        gather(tree, tmp_path / "index.db", report=cut_off)
    summary = gather(tree, tmp_path / "index.db", anew=True)
    assert not summary.resumed and stored(tmp_path / "index.db", summary.snapshot) == on_disk(tree)
    with open_index(tmp_path / "index.db") as index:
        assert [one.id for one in index.snapshots()] == [summary.snapshot]


@pytest.mark.usefixtures("often")
def test_a_folder_that_is_gone_when_it_goes_on_is_reported(tree: Path, tmp_path: Path) -> None:
    def cut_off(progress: Progress) -> None:
        if progress.nodes > 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        gather(tree, tmp_path / "index.db", report=cut_off)
    (tree / "not \udcff text").rmdir()
    summary = gather(tree, tmp_path / "index.db")
    with open_index(tmp_path / "index.db") as index:
        assert [(one.path, one.what) for one in index.problems(1)] == [
            ("not \udcff text", "no such file or directory")
        ]
    assert summary.problems == 1


def test_snapshots_of_several_roots_live_in_one_index(tree: Path, tmp_path: Path) -> None:
    db = tmp_path / "index.db"
    gather(tree / "Tom", db)
    gather(tree / "Ann", db)
    assert gather(tree / "Tom", db).previous == 1
    with open_index(db) as index:
        assert [Path(one.root).name for one in index.snapshots()] == ["Tom", "Ann", "Tom"]
    assert stored(db, 2) == on_disk(tree / "Ann")


@pytest.mark.usefixtures("often")
def test_only_one_process_gathers_into_an_index(tree: Path, tmp_path: Path) -> None:
    def second(progress: Progress) -> None:
        with pytest.raises(InputError, match="another process gathers"):
            gather(tree, tmp_path / "index.db")

    gather(tree, tmp_path / "index.db", report=second)


def test_a_root_that_is_no_folder_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for root, said in ((tmp_path / "file", "is no folder"), (tmp_path / "none", "there is no such folder")):
        with pytest.raises(InputError, match=said):
            gather(root, tmp_path / "index.db")
    assert not (tmp_path / "index.db").exists()


@pytest.mark.usefixtures("often")
def test_where_a_reader_is_killed_what_came_in_is_kept(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[subprocess.Popen[bytes]] = []
    really = subprocess.Popen

    def start(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        started.append(really(*arguments, **options))
        return started[-1]

    def kill(progress: Progress) -> None:
        if progress.nodes > 5:
            started[0].send_signal(signal.SIGKILL)
            started[0].wait()

    monkeypatch.setattr("engine.folders.snapshots.reader_pool.subprocess.Popen", start)
    with pytest.raises(WorkError, match=r"signal 9; .* goes on"):
        gather(tree, tmp_path / "index.db", readers=1, report=kill)
    assert all(process.returncode is not None for process in started)
    gather(tree, tmp_path / "index.db")
    assert stored(tmp_path / "index.db", 1) == on_disk(tree)


KILLED = """
import os, signal, sys
from pathlib import Path
from engine.folders.snapshots import gather as gathering, reader_pool as readers
readers.FIRST_BUDGET = readers.BUDGET = 20
from engine.folders.snapshots import reader_pool as tasks
gathering.COMMIT_EVERY_S = gathering.REPORT_EVERY_S = 0.0
def kill(progress):
    if progress.nodes > 200:
        os.kill(os.getpid(), signal.SIGKILL)
gathering.gather(Path(sys.argv[1]), Path(sys.argv[2]), report=kill)
"""


@pytest.mark.slow
def test_a_killed_gathering_goes_on_where_it_was(tmp_path: Path) -> None:
    root, db = tmp_path / "root", tmp_path / "index.db"
    for number in range(400):
        (root / f"{number % 7}" / f"{number}" / "x").mkdir(parents=True)
    done = subprocess.run([sys.executable, "-c", KILLED, str(root), str(db)], check=False)
    assert done.returncode == -signal.SIGKILL
    with open_index(db) as index:
        before = len(list(index.folders(1)))
    summary = gather(root, db)
    assert summary.resumed and 0 < before < summary.folders == 1 + 7 + 800
    assert stored(db, 1) == on_disk(root)


WITHOUT_PRIVILEGES = """
import ctypes, sys
from pathlib import Path
from engine.folders.snapshots.gather import gather
for capability in (1, 2):  # DAC_OVERRIDE, DAC_READ_SEARCH: the readers of root may read no more than others
    ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP
print(gather(Path(sys.argv[1]), Path(sys.argv[2])).problems)
"""


@pytest.mark.slow
def test_an_unreadable_folder_is_reported_and_not_taken_for_an_empty_one(tree: Path, tmp_path: Path) -> None:
    db = tmp_path / "index.db"
    run = [sys.executable, "-c", WITHOUT_PRIVILEGES, str(tree), str(db)]
    first = subprocess.run(run, check=True, capture_output=True, text=True)
    assert first.stdout.strip() == "0"
    (tree / "Ann").chmod(0o311)
    try:
        second = subprocess.run(run, check=True, capture_output=True, text=True)
    finally:
        (tree / "Ann").chmod(0o755)
    assert second.stdout.strip() == "1"
    with open_index(db) as index:
        assert [(one.path, one.what) for one in index.problems(2)] == [("Ann", "permission denied")]
        assert not list(index.changes(2)), "what was not seen is not gone"
    assert [path for path in stored(db, 2) if path.startswith("Tom/")]


@pytest.mark.slow
def test_a_folder_with_very_many_entries_comes_in_parts(tmp_path: Path) -> None:
    root = tmp_path / "root"
    for number in range(0, 6_000, 20):
        (root / f"{number}").mkdir(parents=True)
        for file in range(number + 1, number + 20):
            (root / f"{file}.txt").touch()
    summary = gather(root, tmp_path / "index.db", readers=2)
    assert (summary.nodes, summary.folders) == (6_001, 301)
    assert stored(tmp_path / "index.db", 1) == on_disk(root)
    with open_index(tmp_path / "index.db") as index:
        assert next(index.folders(1)).extensions == {"txt": 5_700}


def test_kinds_are_numbered_as_the_readers_number_them() -> None:
    from engine.folders.snapshots import reader

    numbers = [reader.FILE, reader.FOLDER, reader.LINK, reader.OTHER]
    assert [KINDS[number] for number in numbers] == ["file", "folder", "link", "other"]
