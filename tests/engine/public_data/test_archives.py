"""Archives of strangers: what they hold stays in the folder, and within limits."""

from __future__ import annotations

import io
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.errors import DataError
from engine.public_data.archives import UnpackLimits, archive_kind, safe_path, unpack


@pytest.fixture
def zipped(tmp_path: Path) -> Callable[..., Path]:
    def make(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
        path = tmp_path / "sent.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in entries:
                archive.writestr(name, content)
        return path

    return make


@pytest.fixture
def tarred(tmp_path: Path) -> Callable[..., Path]:
    def make(*entries: tuple[str, bytes | None], suffix: str = ".tar.gz", **of_last: Any) -> Path:
        """Content None: the fields in `of_last` say what the entry is."""
        path = tmp_path / f"sent{suffix}"
        with tarfile.open(path, "w" if suffix == ".tar" else "w:gz") as archive:
            for name, content in entries:
                info = tarfile.TarInfo(name)
                info.size = len(content or b"")
                for field, value in of_last.items() if content is None else ():
                    setattr(info, field, value)
                archive.addfile(info, io.BytesIO(content or b""))
        return path

    return make


@pytest.fixture
def refusal(tmp_path: Path) -> Callable[..., str]:
    def call(archive: Path, limits: UnpackLimits | None = None) -> str:
        with pytest.raises(DataError) as told:
            unpack(archive, tmp_path / "inner" / "out", limits)
        assert told.value.fix and told.value.where == str(archive) and str(told.value).isprintable()
        around = {path.name for path in tmp_path.rglob("*") if "out" not in path.parts}
        assert around == {archive.name, "inner"}, "nothing stands outside"
        return told.value.what

    return call


def linked(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, mode << 16
    return info


@pytest.mark.parametrize("suffix", [".zip", ".tar", ".tar.gz", ".tgz"])
def test_files_and_folders_are_unpacked(tmp_path: Path, zipped: Any, tarred: Any, suffix: str) -> None:
    entries = [("a/b.txt", b"hello"), ("a/c/d.bin", bytes(range(256)) * 5000), ("./e", b"x" * 512), ("f.txt", b"")]
    archive = zipped(*entries) if suffix == ".zip" else tarred(*entries, suffix=suffix)
    unpack(archive, tmp_path / "out")
    for name, content in entries:
        assert (tmp_path / "out" / name).read_bytes() == content


def test_what_a_mac_adds_is_left_out(tmp_path: Path, zipped: Any) -> None:
    unpack(zipped(("a.txt", b"a"), ("__MACOSX/._a.txt", b"fork")), tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.txt"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../x", "a name that leads out of the archive"),
        ("a/../../x", "a name that leads out of the archive"),
        ("a\\..\\..\\x", "a name that leads out of the archive"),
        ("/etc/x", "an absolute name"),
        ("\\\\server\\x", "an absolute name"),
        ("C:\\x", "an absolute name"),
        ("a\nb", "a name that is no plain text"),
        ("a\x1b[2Jb", "a name that is no plain text"),
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(
    zipped: Any, tarred: Any, refusal: Any, name: str, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        safe_path(name)
    assert refusal(tarred((name, b"x"))).startswith(f"holds {reason} (")


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x"])
def test_a_name_in_a_zip_that_leads_elsewhere_is_refused(zipped: Any, refusal: Any, name: str) -> None:
    assert refusal(zipped(("good", b"x"), (name, b"x"))).startswith("holds a")


@pytest.mark.parametrize(("mode", "reason"), [(stat.S_IFLNK | 0o777, "a link"), (stat.S_IFIFO, "what is no file")])
def test_a_zip_with_links_or_devices_is_refused(zipped: Any, refusal: Any, mode: int, reason: str) -> None:
    assert refusal(zipped((linked("out-of-here", mode), b"/etc"))) == f"holds {reason} (out-of-here)"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"type": tarfile.SYMTYPE, "linkname": "/etc"}, "a link"),
        ({"type": tarfile.LNKTYPE, "linkname": "../x"}, "a link"),
        ({"type": tarfile.FIFOTYPE}, "what is no plain file"),
        ({"type": tarfile.CHRTYPE, "devmajor": 1, "devminor": 3}, "what is no plain file"),
    ],
)
def test_a_tar_with_links_or_devices_is_refused(
    tarred: Any, refusal: Any, fields: dict[str, Any], reason: str
) -> None:
    assert refusal(tarred(("good", b"x"), ("odd", None), **fields)) == f"holds {reason} (odd)"


@pytest.mark.parametrize("name", ["a", "a/b"])
def test_the_same_name_twice_is_refused(tarred: Any, refusal: Any, name: str) -> None:
    assert refusal(tarred(("a", b"1"), (name, b"2"))) == f"holds two entries of the same name ({name})"


@pytest.mark.parametrize("kind", ["zipped", "tarred"])
def test_a_bomb_is_refused_before_it_is_unpacked(
    kind: str, refusal: Any, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    archive = request.getfixturevalue(kind)(("zeros", bytes(30 << 20)))
    assert "far more than it is itself" in refusal(archive, UnpackLimits(free_bytes=1 << 20))
    assert sum(path.stat().st_size for path in (tmp_path / "inner").rglob("*") if path.is_file()) < 6 << 20


def test_a_zip_that_lies_about_its_sizes_is_refused(zipped: Any, refusal: Any) -> None:
    archive = zipped(("zeros", bytes(1 << 20)))
    content = bytearray(archive.read_bytes())
    entry = content.rindex(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = struct.pack("<I", 5)  # the unpacked size in the directory
    archive.write_bytes(content)
    assert "no zip archive that can be unpacked" in refusal(archive)


def test_a_name_that_fills_the_memory_is_refused(tmp_path: Path, refusal: Any) -> None:
    """A header that announces a name of gigabytes."""
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 1 << 32
    archive = tmp_path / "sent.tar"
    archive.write_bytes(info.tobuf(tarfile.GNU_FORMAT) + bytes(1024))
    assert "far more than it is itself" in refusal(archive)


def test_too_many_entries_are_refused(zipped: Any, refusal: Any) -> None:
    archive = zipped(*((str(number), b"") for number in range(20)))
    assert refusal(archive, UnpackLimits(max_entries=10)) == "holds more than 10 entries"


def test_an_entry_with_a_password_is_refused(zipped: Any, refusal: Any) -> None:
    archive = zipped(("secret", b"x" * 100))
    content = bytearray(archive.read_bytes())
    for at in (6, content.rindex(b"PK\x01\x02") + 8):
        content[at] |= 1
    archive.write_bytes(content)
    assert refusal(archive) == "holds an entry with a password (secret)"


@pytest.mark.parametrize("suffix", [".zip", ".tar", ".tar.gz"])
@pytest.mark.parametrize("kept", [0.0, 0.6])
def test_a_damaged_archive_is_told(
    tmp_path: Path, zipped: Any, tarred: Any, refusal: Any, suffix: str, kept: float
) -> None:
    entries = [("a", bytes(range(256)) * 400), ("b", bytes(range(255, -1, -1)) * 400)]
    archive = zipped(*entries) if suffix == ".zip" else tarred(*entries, suffix=suffix)
    content = archive.read_bytes()
    archive.write_bytes(content[: int(len(content) * kept)] or b"hello, no archive")
    assert "archive that can be unpacked" in refusal(archive)


def test_what_is_an_archive_is_told_by_its_name() -> None:
    assert [archive_kind(name) for name in ("A.ZIP", "a.tar.gz", "a.tgz", "a.tar", "a.csv", "a.csv.gz")] == [
        "zip",
        "tar.gz",
        "tar.gz",
        "tar",
        None,
        None,
    ]
