"""What the operator writes, and the command that it becomes."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InputError
from tui.places.address import Address, names_of, parse
from tui.places.transport import OPTIONS, command, ssh_command


@pytest.mark.parametrize(
    ("text", "host", "path", "written"),
    [
        ("gpu1", "gpu1", "", "gpu1"),
        ("gpu1:", "gpu1", "", "gpu1"),
        ("gpu1:/srv/ws", "gpu1", "/srv/ws", "gpu1"),
        ("ada@gpu1.lab:ws two", "ada@gpu1.lab", "ws two", "ada@gpu1.lab"),
        ("gpu1:C:/odd", "gpu1", "C:/odd", "gpu1"),
        ("[::1]:/path", "::1", "/path", "[::1]"),
        ("ada@[fe80::1%eth0]:/path", "ada@fe80::1%eth0", "/path", "ada@[fe80::1%eth0]"),
        ("gpu1:~/ws", "gpu1", "~/ws", "gpu1"),
    ],
)
def test_it_is_written_as_for_scp(text: str, host: str, path: str, written: str) -> None:
    assert parse(text) == Address(host, path, written)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":/path",
        "-oProxyCommand=sh:/x",
        "ada@-x:/y",
        "-l@gpu1:/x",
        "a b:/x",
        "[::1/x",
        "gpu1:/x\n",
        "a@b@c:/x",
        "@gpu1",
    ],
)
def test_what_is_no_machine_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(InputError) as refused:
        parse(text)
    assert "--attach" in str(refused.value) and "\n" not in str(refused.value)


def test_two_workspaces_of_one_machine_have_names_of_their_own() -> None:
    assert names_of([parse("gpu1:/a"), parse("gpu1:/b"), parse("gpu2")]) == ["gpu1:/a", "gpu1:/b", "gpu2"]


def test_the_same_twice_is_refused() -> None:
    with pytest.raises(InputError, match="attached twice"):
        names_of([parse("gpu1:/a"), parse("gpu1:/a")])


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1))
def test_no_path_gets_out_of_its_quotes(path: str) -> None:
    words = command(parse(f"gpu1:{path}"), ["ssh"], engine="/opt/my tools/engine", readonly=True)
    assert words[:-3] == ["ssh", *OPTIONS] and words[-3:-1] == ["--", "gpu1"]
    assert shlex.split(words[-1]) == ["/opt/my tools/engine", "attach", "--workspace", path, "--readonly"]


def test_without_a_path_the_machine_takes_its_own_workspace() -> None:
    assert command(parse("gpu1"), ["ssh"])[-1] == "engine attach"


def test_another_transport_is_given_by_option_or_environment() -> None:
    assert ssh_command(None, {}) == ("ssh",)
    assert ssh_command(None, {"FINETOP_SSH": "ssh -p 2222"}) == ("ssh", "-p", "2222")
    assert ssh_command("ssh -i 'my key'", {"FINETOP_SSH": "x"}) == ("ssh", "-i", "my key")
    with pytest.raises(InputError, match="--ssh"):
        ssh_command("ssh 'x", {})
