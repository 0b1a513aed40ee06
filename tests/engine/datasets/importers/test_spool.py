"""What an import makes anew is held in memory while it is little, and on the disk from then on."""

import stat
import tempfile
from pathlib import Path

import pytest

from engine.datasets.importers import spool as module
from engine.datasets.importers.spool import Spool
from engine.errors import WorkError


@pytest.fixture(autouse=True)
def _small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IN_MEMORY", 10)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_the_first_contents_stay_in_memory_and_the_rest_goes_to_the_disk(tmp_path: Path) -> None:
    with Spool() as spool:
        assert spool.keep("a", b"12345678") == b"12345678"
        path = spool.keep("b", b"12345678")
        assert isinstance(path, Path) and path.read_bytes() == b"12345678"
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert spool.keep("c", b"12") == b"12"
    assert not any(tmp_path.iterdir())


def test_a_file_that_lies_somewhere_is_left_there(tmp_path: Path) -> None:
    with Spool() as spool:
        assert spool.keep("a", tmp_path / "large.png") == tmp_path / "large.png"


def test_what_was_kept_goes_when_the_import_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), Spool() as spool:
        spool.keep("a", bytes(20))
        assert any(tmp_path.iterdir())
        raise ZeroDivisionError
    assert not any(tmp_path.iterdir())


def test_a_disk_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with Spool() as spool, pytest.raises(WorkError, match="make room, or name another directory with TMPDIR"):
        spool.keep("a", bytes(20))
