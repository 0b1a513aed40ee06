"""Public sets are brought, checked and imported; the server is real and misbehaves as it is told."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import engine
from engine.datasets.store import list_datasets, open_dataset
from engine.errors import DataError, FinetopError, InputError, WorkError
from engine.network.client import Rules
from engine.public_data.archives import UnpackLimits
from engine.public_data.download import Patience
from engine.public_data.fetch import Fetched, FetchLimits, Watcher
from engine.public_data.sets import Wanted
from engine.workspace import Workspace

from .publisher import Publisher

Described = Callable[..., Path]


@pytest.fixture
def fetch(workspace: Workspace, limits: FetchLimits) -> Callable[..., list[Fetched]]:
    def call(profile: Path, **more: Any) -> list[Fetched]:
        return engine.fetch(str(profile), workspace=workspace, **{"limits": limits, **more})

    return call


@pytest.fixture
def refusal(fetch: Callable[..., list[Fetched]], workspace: Workspace) -> Callable[..., str]:
    """What is said when a set cannot be fetched: one sentence with what to do, and no dataset."""

    def call(profile: Path, kind: type[FinetopError] = DataError, **more: Any) -> str:
        with pytest.raises(kind) as told:
            fetch(profile, **more)
        said = str(told.value)
        assert told.value.fix and told.value.where and said.isprintable()
        assert list_datasets(workspace) == []
        return said

    return call


def folder(workspace: Workspace) -> Path:
    return workspace.root / "downloads" / "poles"


def names(place: Path) -> list[str]:
    return sorted(path.name for path in place.iterdir()) if place.exists() else []


def test_a_set_becomes_a_dataset_that_knows_its_licence_and_origin(
    described: Described, packed: bytes, fetch: Any, workspace: Workspace, publisher: Publisher
) -> None:
    (one,) = fetch(described(packed))
    assert (one.name, one.downloaded_bytes, one.imported) == ("poles", len(packed), True)
    manifest = open_dataset(workspace, one.dataset).manifest
    assert sum(manifest.counts.values()) == 6
    assert manifest.classes["train"]["pole"] == manifest.counts["train"]
    noted = manifest.notes["public_data"]
    assert (noted["licence"], noted["url"]) == ("CC BY 4.0", publisher.url("/poles.zip"))
    assert noted["sha256"] == one.sha256 == hashlib.sha256(packed).hexdigest()
    assert names(folder(workspace)) == ["poles.zip"]


def test_a_second_fetch_does_nothing(
    described: Described, packed: bytes, fetch: Any, workspace: Workspace, publisher: Publisher
) -> None:
    profile = described(packed)
    (first,) = fetch(profile)
    before = [(path, path.stat().st_mtime_ns) for path in sorted(workspace.root.rglob("*"))]
    (second,) = fetch(profile, agree=lambda wanted: pytest.fail("there is nothing to ask"))
    assert (second.dataset, second.downloaded_bytes, second.imported) == (first.dataset, 0, False)
    assert [(path, path.stat().st_mtime_ns) for path in sorted(workspace.root.rglob("*"))] == before
    assert publisher.ranges == [""]


def test_a_dataset_that_was_removed_is_imported_again_without_a_download(
    described: Described, packed: bytes, fetch: Any, workspace: Workspace, publisher: Publisher
) -> None:
    import shutil

    profile = described(packed)
    fetch(profile)
    shutil.rmtree(workspace.datasets)
    (again,) = fetch(profile)
    assert (again.downloaded_bytes, again.imported) == (0, True)
    assert publisher.ranges == [""]


def test_nothing_is_downloaded_before_it_was_agreed_to(
    described: Described, packed: bytes, fetch: Any, workspace: Workspace, publisher: Publisher
) -> None:
    asked: list[Wanted] = []

    def agree(wanted: Sequence[Wanted]) -> bool:
        asked.extend(wanted)
        return False

    assert fetch(described(packed), agree=agree) == []
    assert [(one.about.name, one.missing_bytes) for one in asked] == [("poles", len(packed))]
    assert publisher.ranges == [] and not workspace.root.exists()


def test_a_download_that_breaks_goes_on_by_itself(
    described: Described, packed: bytes, fetch: Any, publisher: Publisher
) -> None:
    publisher.breaks_after = [1000, 500]
    (one,) = fetch(described(packed))
    assert publisher.ranges == ["", "bytes=1000-", "bytes=1500-"]
    assert one.downloaded_bytes == len(packed)


def test_a_download_that_was_left_goes_on_where_it_ended(
    described: Described, packed: bytes, fetch: Any, refusal: Any, limits: FetchLimits, publisher: Publisher
) -> None:
    profile = described(packed)
    publisher.breaks_after = [1000]
    said = refusal(profile, WorkError, limits=replace(limits, patience=Patience(further_tries=0)))
    assert "public set poles: it cannot be downloaded now: the connection ended after 1000 of" in said
    asked: list[Wanted] = []
    (one,) = fetch(profile, agree=lambda wanted: asked.extend(wanted) or True)
    assert (asked[0].part_bytes, one.downloaded_bytes) == (1000, len(packed) - 1000)
    assert publisher.ranges == ["", "bytes=1000-"]


def test_a_file_that_changed_in_between_begins_anew(
    described: Described, packed: bytes, fetch: Any, publisher: Publisher
) -> None:
    """If-Range: the server sends the new file whole."""
    profile = described(packed)
    publisher.files["/poles.zip"], publisher.breaks_after = b"x" * len(packed), [1000]

    def changed(_: Wanted, there: int) -> None:
        publisher.files["/poles.zip"], publisher.etag = packed, '"two"'

    (one,) = fetch(profile, watcher=Watcher(progress=changed))
    assert publisher.ranges == ["", "bytes=1000-"]
    assert one.sha256 == hashlib.sha256(packed).hexdigest()


def test_a_server_that_ignores_ranges_begins_anew(
    described: Described, packed: bytes, fetch: Any, publisher: Publisher
) -> None:
    publisher.breaks_after, publisher.takes_ranges = [1000], False
    assert fetch(described(packed))[0].imported
    assert publisher.ranges == ["", "bytes=1000-"]


@pytest.mark.parametrize("etag", [None, 'W/"weak"'])
def test_what_cannot_be_told_to_be_the_same_begins_anew(
    described: Described, packed: bytes, fetch: Any, refusal: Any, publisher: Publisher, etag: str | None
) -> None:
    profile = described(packed)
    publisher.breaks_after, publisher.etag = [1000], etag
    refusal(profile, WorkError)
    assert fetch(profile)[0].imported
    assert publisher.ranges == ["", ""]


def test_a_part_that_is_longer_than_the_servers_file_begins_anew(
    described: Described, packed: bytes, fetch: Any, limits: FetchLimits, refusal: Any, publisher: Publisher
) -> None:
    profile = described(packed)
    publisher.breaks_after = [1000]
    refusal(profile, WorkError, limits=replace(limits, patience=Patience(further_tries=0)))
    publisher.status = 416
    with pytest.raises(DataError, match="416"):
        fetch(profile)
    publisher.status = 0
    assert fetch(profile)[0].downloaded_bytes == len(packed)


def test_interrupted_it_leaves_the_part_and_no_dataset(
    described: Described, packed: bytes, fetch: Any, workspace: Workspace, publisher: Publisher
) -> None:
    profile = described(packed)
    publisher.breaks_after = [1000]

    def interrupt(_: Wanted, there: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(profile, watcher=Watcher(progress=interrupt))
    assert names(folder(workspace)) == [".poles.zip.part", ".poles.zip.part.json"]
    assert names(workspace.datasets) == []
    assert fetch(profile)[0].downloaded_bytes < len(packed)


def test_another_content_of_the_same_size_is_refused_and_not_kept(
    described: Described, packed: bytes, refusal: Any, workspace: Workspace, publisher: Publisher
) -> None:
    profile = described(packed)
    publisher.files["/poles.zip"] = b"x" * len(packed)
    said = refusal(profile)
    assert "is not what the profile names: the file has the SHA-256" in said
    assert f"download poles.zip from https://poles.example/, put it at {folder(workspace)}/poles.zip" in said
    assert names(folder(workspace)) == []


def test_a_file_of_another_size_is_refused_at_its_headers(
    described: Described, packed: bytes, refusal: Any, workspace: Workspace, publisher: Publisher
) -> None:
    profile = described(packed)
    publisher.files["/poles.zip"] = packed + b"more"
    assert f"the server has {len(packed) + 4} bytes to send and not {len(packed)}" in refusal(profile)
    assert not workspace.root.exists()


def test_a_web_page_in_place_of_the_file_is_refused(
    described: Described, packed: bytes, refusal: Any, workspace: Workspace, publisher: Publisher
) -> None:
    publisher.headers = {"Content-Type": "text/html; charset=utf-8"}
    assert "the server sends a web page (text/html) in place of the file" in refusal(described(packed))
    assert not workspace.root.exists()


@pytest.mark.parametrize(
    ("to", "says"),
    [
        ("http://169.254.169.254/latest", "at the metadata address 169.254.169.254, which is not fetched from"),
        ("file:///etc/passwd", "redirected: a URL with file: is not fetched"),
        ("/poles.zip", "redirected more than 4 times; give the URL of the file itself"),
    ],
)
def test_redirects_are_checked(
    described: Described,
    packed: bytes,
    refusal: Any,
    workspace: Workspace,
    publisher: Publisher,
    to: str,
    says: str,
) -> None:
    publisher.redirects["/poles.zip"] = to
    assert says in refusal(described(packed))
    assert not workspace.root.exists()


def test_a_private_address_is_refused_unless_allowed(
    described: Described, packed: bytes, refusal: Any, publisher: Publisher
) -> None:
    said = refusal(described(packed), limits=FetchLimits())
    assert "127.0.0.1 is at the loopback address 127.0.0.1, which is not fetched from" in said
    assert "allow it with --allow-private" in said
    assert publisher.ranges == []


def test_without_a_network_it_says_what_to_do_by_hand(
    described: Described, packed: bytes, fetch: Any, refusal: Any, workspace: Workspace
) -> None:
    profile = described(packed, url="http://poles.invalid/poles.zip")
    said = refusal(profile, WorkError, limits=FetchLimits(Rules(connect_timeout_s=5)))
    place = folder(workspace) / "poles.zip"
    assert said == (
        "public set poles: it cannot be downloaded now: there is no host poles.invalid; run this again later, or "
        f"download poles.zip from https://poles.example/, put it at {place} and run this again"
    )
    place.parent.mkdir(parents=True)
    place.write_bytes(packed)
    (one,) = fetch(profile, agree=lambda wanted: pytest.fail("there is nothing to download"))
    assert (one.downloaded_bytes, one.imported) == (0, True)


def test_a_server_in_trouble_is_the_networks_fault(
    described: Described, packed: bytes, refusal: Any, publisher: Publisher
) -> None:
    publisher.status = 503
    assert "the server answers 503" in refusal(described(packed), WorkError)
    publisher.status = 404
    assert "the server answers 404" in refusal(described(packed))


def test_a_wrong_file_put_by_hand_is_told_and_left(
    described: Described, packed: bytes, refusal: Any, workspace: Workspace
) -> None:
    place = folder(workspace) / "poles.zip"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"another")
    said = refusal(described(packed))
    assert said.startswith(f"{place}: the file has 7 bytes and not {len(packed)}; remove it, download poles.zip")
    assert place.read_bytes() == b"another"


def test_a_set_without_url_is_brought_by_hand_and_its_hash_shown(
    described: Described, packed: bytes, fetch: Any, refusal: Any, workspace: Workspace
) -> None:
    profile = described(packed, url=None, bytes=None, sha256=None, file="poles.zip")
    place = folder(workspace) / "poles.zip"
    assert refusal(profile, InputError) == (
        "public set poles: it is to be downloaded by hand; download poles.zip from https://poles.example/, "
        f"put it at {place} and run this again"
    )
    assert not workspace.root.exists()
    place.parent.mkdir(parents=True)
    place.write_bytes(packed)
    told: list[str] = []
    (one,) = fetch(profile, watcher=Watcher(say=told.append))
    assert one.sha256 == hashlib.sha256(packed).hexdigest()
    assert told[0] == f"poles.zip has the SHA-256 {one.sha256}; the profile names none to compare it with"
    assert not fetch(profile)[0].imported


def test_a_full_disk_is_foreseen(described: Described, packed: bytes, refusal: Any, workspace: Workspace) -> None:
    assert "there is room for" in refusal(described(packed, bytes=1 << 40), WorkError)
    assert not workspace.root.exists()


def test_a_bad_row_ends_the_import_and_its_files_stay_to_be_looked_at(
    described: Described, refusal: Any, fetch: Any, workspace: Workspace
) -> None:
    import io
    import zipfile

    from PIL import Image

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("data.yaml", "names: [pole]\n")
        for number in range(6):
            picture = io.BytesIO()
            Image.effect_noise((32, 24), 10 + number * 20).save(picture, "PNG")
            archive.writestr(f"images/{number}.png", picture.getvalue())
            archive.writestr(f"labels/{number}.txt", f"{5 if number == 3 else 0} 0.5 0.5 0.2 0.5\n")
    said = refusal(described(buffer.getvalue()))
    place = folder(workspace) / "unpacked" / "labels" / "3.txt"
    assert f"{place}:1: the class '5' is not known" in said and place.exists()
    (one,) = fetch(described(buffer.getvalue(), skip_bad=True))
    assert one.summary is not None and one.summary.skipped == 1
    assert names(folder(workspace)) == ["poles.zip"]


def test_a_bomb_is_refused_and_nothing_of_it_stays(
    described: Described, refusal: Any, limits: FetchLimits, workspace: Workspace
) -> None:
    import io
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", b"\0" * 2_000_000)
    small = replace(limits, unpack=UnpackLimits(free_bytes=1000))
    assert "unpacks to more than" in refusal(described(buffer.getvalue()), limits=small)
    assert names(folder(workspace)) == ["poles.zip"]
