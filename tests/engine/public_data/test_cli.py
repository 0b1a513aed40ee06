"""`engine data fetch`: what it shows, asks and prints."""

from __future__ import annotations

import hashlib
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.cli.downloading import DownloadLine, size_of
from engine.cli.main import main

from .publisher import Publisher

Described = Callable[..., Path]


@pytest.fixture
def fetch(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def call(*arguments: Any) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(["data", "fetch", *map(str, arguments), "--workspace", str(tmp_path / "workspace")])
        shown = capsys.readouterr()
        return int(left.value.code or 0), shown.out, shown.err

    return call


class Terminal(io.StringIO):
    """A terminal at which somebody answers."""

    def isatty(self) -> bool:
        return True


def test_everything_is_shown_before_the_download_and_the_result_is_json(
    described: Described, packed: bytes, fetch: Any, publisher: Publisher
) -> None:
    code, out, err = fetch(described(packed), "--yes", "--allow-private", "--json")
    assert code == 0
    for said in (
        "poles, for own/yolo",
        "licence  CC BY 4.0 (https://poles.example/)",
        f"url      {publisher.url('/poles.zip')}",
        f"({len(packed)} bytes)",
        f"sha256   {hashlib.sha256(packed).hexdigest()}",
        "100 %",
    ):
        assert said in err
    assert err.index("sha256") < err.index("100 %")
    (one,) = json.loads(out)
    assert (one["name"], one["imported"], one["downloaded_bytes"]) == ("poles", True, len(packed))
    code, out, err = fetch(described(packed), "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)[0]["dataset"] == one["dataset"]


@pytest.mark.parametrize(("typed", "downloads"), [("y\n", True), ("no\n", False), ("\n", False), ("", False)])
def test_it_asks(
    described: Described,
    packed: bytes,
    fetch: Any,
    publisher: Publisher,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    typed: str,
    downloads: bool,
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    code, out, err = fetch(described(packed), "--allow-private")
    assert f"Download {size_of(len(packed))}? [y/N] " in err
    assert (tmp_path / "workspace").exists() == downloads
    if not downloads:
        assert (code, out, publisher.ranges) == (1, "", [])
        assert "nothing was downloaded" in err


def test_where_nobody_can_be_asked_it_wants_to_be_told(
    described: Described, packed: bytes, fetch: Any, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    code, _, err = fetch(described(packed))
    assert code == 2
    assert err.splitlines()[-1] == "error: there is nobody to ask whether to download this; add --yes if you agree"
    assert publisher.ranges == []


def test_a_profile_without_public_data_fetches_nothing(fetch: Any, scripted_profile: Path, tmp_path: Path) -> None:
    code, out, err = fetch(scripted_profile)
    assert (code, out) == (0, "")
    assert "names no public data" in err
    assert not (tmp_path / "workspace").exists()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"sha256": None}, "names a `url` without `bytes` and `sha256`; add both, or leave the url out"),
        ({"bytes": None}, "names a `url` without `bytes` and `sha256`"),
        ({"sha256": "abc"}, "public_data.0.sha256: must be 64 hex digits in small letters"),
        ({"bytes": -1}, "public_data.0.bytes: must be greater than 0"),
        ({"licence": None}, "licence: is missing; add `licence:`"),
        ({"homepage": "poles"}, "homepage: must be a URL: https://HOST/PATH"),
        ({"url": "file:///etc/passwd"}, "url: must be a URL"),
        ({"file": "../x.zip"}, "file: must be the plain name of a file"),
        ({"sources": ["train=../../x"]}, "must be a path inside the archive, or SPLIT=PATH"),
        ({"name": "Poles!"}, "a name has small letters, digits and hyphens"),
        ({"url": None, "file": None}, "names no file; add `file:` with the name that it has on disk"),
        ({"license": "MIT"}, "no such field; write licence"),
    ],
)
def test_a_set_that_is_described_badly_is_told_with_its_line(
    described: Described, packed: bytes, fetch: Any, changes: dict[str, Any], says: str
) -> None:
    path = described(packed, **changes)
    code, _, err = fetch(path, "--yes")
    assert code == 2
    assert err.startswith(f"error: {path}:") and says in err and err.count("\n") == 1


def test_progress_is_one_line_on_a_terminal_and_few_elsewhere() -> None:
    terminal, file = Terminal(), io.StringIO()
    for stream in (terminal, file):
        line = DownloadLine(stream)
        for there in range(1001):
            line.show("poles", there * 1000, 1_000_000)
    assert terminal.getvalue().count("\n") == 1
    assert terminal.getvalue().count("\r") <= 3
    assert terminal.getvalue().rstrip().startswith("\rpoles    0 %")
    assert len(file.getvalue().splitlines()) == 10
    assert file.getvalue().splitlines()[-1].startswith("poles  100 %  1.0 MB of 1.0 MB, ")


def test_a_line_that_was_left_open_is_ended_before_an_error() -> None:
    terminal = Terminal()
    line = DownloadLine(terminal)
    line.show("poles", 10, 100)
    line.end()
    line.end()
    assert terminal.getvalue().count("\n") == 1


def test_sizes_are_written_for_people() -> None:
    assert [size_of(count) for count in (0, 999, 1000, 3_440_000, 2_000_000_000, 5 * 10**15)] == [
        "0 bytes",
        "999 bytes",
        "1.0 kB",
        "3.4 MB",
        "2.0 GB",
        "5000.0 TB",
    ]
