"""Who is told."""

from pathlib import Path

import pytest

from engine.errors import InputError, NotFoundError
from engine.webhooks.endpoints import (
    MOST,
    add_endpoint,
    disable_endpoint,
    enable_endpoint,
    find_endpoint,
    read_endpoints,
    remove_endpoint,
)
from engine.webhooks.places import endpoints_file, home
from engine.workspace import Workspace

URL = "https://hooks.example.org/finetop"


def test_an_endpoint_is_added_found_and_removed(workspace: Workspace) -> None:
    assert read_endpoints(workspace) == ()
    added = add_endpoint(workspace, URL, kinds=["run.failed", "run.failed"], profiles=["utility"], now=5.0)
    assert (added.kinds, added.profiles, added.created) == (("run.failed",), ("utility",), 5.0)
    assert read_endpoints(workspace) == (added,)
    assert find_endpoint(workspace, added.id[:7]) == added
    assert remove_endpoint(workspace, added.id) == added
    assert read_endpoints(workspace) == ()
    with pytest.raises(NotFoundError, match="there is no endpoint"):
        remove_endpoint(workspace, added.id)


def test_nobody_else_reads_the_secrets_and_nothing_prints_them(workspace: Workspace) -> None:
    added = add_endpoint(workspace, URL + "?key=abc")
    assert endpoints_file(workspace).stat().st_mode & 0o777 == 0o600
    assert home(workspace).stat().st_mode & 0o777 == 0o700
    assert added.secret not in repr(added) and "abc" not in added.place
    assert not list(home(workspace).glob(".*.tmp"))


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        (URL, URL),
        ("https://h.org?key=1", "https://h.org"),
        ("https://h.org/services/T0000/B000/XXXXXXXXXXXX", "https://h.org/services/T00…"),
    ],
)
def test_keys_in_a_url_are_not_shown(workspace: Workspace, place: str, shown: str) -> None:
    assert add_endpoint(workspace, place).place == shown


@pytest.mark.parametrize(
    ("url", "more", "sentence"),
    [
        ("ftp://example.org", {}, "use http:// or https://"),
        ("http://127.0.0.1:8000/", {}, "loopback address, which is not sent to; allow it with --allow-private"),
        ("http://10.0.0.7/", {}, "private address"),
        ("http://[::ffff:10.0.0.7]/", {}, "private address"),
        ("http://169.254.169.254/", {"allow_private": True}, "metadata address, which is not sent to; use a public"),
        (URL, {"kinds": ["run.finish"]}, "no kind of event 'run.finish'"),
        (URL, {"kinds": [""]}, "no kind of event ''"),
        (URL, {"secret": "hello"}, "the secret is not Base64"),
    ],
)
def test_what_cannot_be_used_is_refused_and_nothing_is_written(
    workspace: Workspace, url: str, more: dict, sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence.replace("(", r"\(")):
        add_endpoint(workspace, url, **more)
    assert not home(workspace).exists()


def test_a_url_is_told_once_and_there_are_not_too_many(workspace: Workspace) -> None:
    for number in range(MOST):
        add_endpoint(workspace, f"{URL}/{number}")
    with pytest.raises(InputError, match="already; remove one first"):
        add_endpoint(workspace, URL)
    remove_endpoint(workspace, read_endpoints(workspace)[0].id)
    with pytest.raises(InputError, match="is told at this URL"):
        add_endpoint(workspace, f"{URL}/7")


def test_a_disabled_endpoint_wants_nothing(workspace: Workspace) -> None:
    id = add_endpoint(workspace, URL, now=5.0).id
    assert not disable_endpoint(workspace, id, "by hand").wants("run.failed", "p", 6.0)
    assert enable_endpoint(workspace, id).wants("run.failed", "p", 6.0)


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"finetop": 1}', "[" * 100_000, '{"finetop": 9, "endpoints": []}']
)
def test_a_damaged_file_is_named_and_not_written_over(workspace: Workspace, content: str) -> None:
    path: Path = endpoints_file(workspace)
    path.parent.mkdir(parents=True)
    path.write_text(content)
    with pytest.raises(InputError, match=r"endpoints\.json"):
        add_endpoint(workspace, URL)
    assert path.read_text() == content
