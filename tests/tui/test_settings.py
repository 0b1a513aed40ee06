"""The person's settings: read where they are, told in one sentence where they are wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import InputError
from engine.workspace import Workspace
from tui.__main__ import _of_each_page, main
from tui.command_line import parser
from tui.notices.settings import NoticeSettings
from tui.remembered import MAX_BYTES as MOST_REMEMBERED
from tui.remembered import Remembered, recall, remember, remembered_path
from tui.settings import MAX_BYTES, Settings, parse_settings, read_settings, settings_path
from tui.theme import THEME_TITLES


def test_without_a_file_all_is_as_it_comes(tmp_path: Path) -> None:
    assert read_settings({"XDG_CONFIG_HOME": str(tmp_path)}) == Settings()


def test_it_lies_where_the_standard_says(tmp_path: Path) -> None:
    assert settings_path({"XDG_CONFIG_HOME": "/etc/x"}) == Path("/etc/x/finetop/console.yaml")
    assert settings_path({"FINETOP_CONFIG": "/a.yaml", "XDG_CONFIG_HOME": "/etc/x"}) == Path("/a.yaml")
    assert settings_path({"XDG_CONFIG_HOME": "relative"}) == Path("~/.config/finetop/console.yaml").expanduser()


def test_a_whole_file_is_read() -> None:
    keys = b"keys:\n  monitor.stop: S\n  app.help: 5\n  label.why: y\n"
    rest = b"theme: light\nnotices:\n  bell: true\n  hot: false\n"
    assert parse_settings(keys + rest, "console.yaml") == Settings(
        keys={"monitor.stop": "S", "app.help": "5", "label.why": "y"},
        theme="light",
        notices=NoticeSettings(bell=True, hot=False),
    )


@pytest.mark.parametrize(
    "text", [b"", b"# nothing yet\n", b"keys:\n  # monitor.stop: S\n", b"\xef\xbb\xbftheme: auto\n"]
)
def test_a_file_that_says_nothing_is_fine(text: bytes) -> None:
    assert parse_settings(text, "console.yaml") == Settings()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"theme: dark\nkye: {}\n", "c.yaml:2: kye: no such setting; write keys, theme, notices"),
        (b"theme: pink\n", "c.yaml:1: theme: no such theme; write auto, dark"),
        (b"theme: auto\nnotices:\n  bell: loud\n", "c.yaml:3: notices.bell: neither true nor false"),
        (b"notices:\n  buzzer: true\n", "c.yaml:2: notices.buzzer: no such setting; write target_reached"),
        (b"notices:\n  osc: loud\n", "c.yaml:2: notices.osc: no such way; write auto, osc9, osc777 or off"),
        (b"keys: S\n", "c.yaml:1: keys: must hold settings of its own"),
        (b"keys:\n  monitor:\n    stop: S\n", "c.yaml:1: keys: one of them is no key"),
        (b"theme: dark\ntheme: light\n", "c.yaml:2: theme: stands twice"),
        (b"- one\n- two\n", "c.yaml:1: must hold lines such as"),
        (b"theme: [dark\n", "c.yaml:2: not YAML"),
        (b"theme: \xff\n", "c.yaml:1: not UTF-8"),
        (b"theme: a\x07b\n", "not YAML"),
        (b'theme: dark\n"a\\e[31m": 1\n', "c.yaml:2: a\\x1b[31m: no such setting"),
        (b"keys: &all {a: b}\nnotices: *all\n", "aliases are not allowed"),
        (b"theme: " + b"[" * 30 + b"]" * 30, "nested too deeply"),
        (b"theme: !!python/object/apply:os.system [id]\n", "theme: no such theme"),
        (b"a: " + b"x" * MAX_BYTES, "no such setting"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_sentence_with_file_line_and_field(text: bytes, said: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_settings(text, "c.yaml")
    assert said in str(refused.value)
    assert str(refused.value).isprintable()


def test_a_file_without_end_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(InputError, match="longer than 64 KiB"):
        read_settings({"FINETOP_CONFIG": str(path)})


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_settings({"FINETOP_CONFIG": str(tmp_path / "c.yaml")})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("theme: pink\n", "c.yaml:1: theme: no such theme"),
        ("keys:\n  app.help: F1\n  monitor.stop: S\n", "c.yaml:2: keys.app.help: F1 is the key of app.data"),
        ("keys:\n  monitor.stop: x\n", "c.yaml:2: keys.monitor.stop: x is the key of monitor.axis (Axis) too"),
    ],
)
def test_the_console_does_not_open_with_bad_settings(
    text: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(text)
    monkeypatch.setenv("FINETOP_CONFIG", str(path))
    assert main([]) == 2
    told = capsys.readouterr().err
    assert said in told and told.count("\n") == 1


def test_the_keys_are_printed_as_they_are_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("keys:\n  monitor.stop: S\n")
    monkeypatch.setenv("FINETOP_CONFIG", str(path))
    assert main(["--keys"]) == 0
    assert "  S            monitor.stop " in capsys.readouterr().out


@pytest.mark.slow
def test_without_settings_no_yaml_is_imported(tmp_path: Path) -> None:
    code = (
        "import os, sys\nfrom tui.settings import read_settings\nread_settings(os.environ)\n"
        "print('yaml' in sys.modules)"
    )
    environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path)}
    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"


def test_chosen_colours_are_remembered_beside_the_settings(tmp_path: Path) -> None:
    path = remembered_path({"XDG_STATE_HOME": str(tmp_path)})
    assert recall(path) == Remembered()
    remember(path, Remembered("colour-blind-dark"))
    assert recall(path).theme in THEME_TITLES
    assert [each.name for each in path.parent.iterdir()] == ["console.json"]


@pytest.mark.parametrize("content", [b"", b"{", b'{"theme": 5}', b"x" * (MOST_REMEMBERED + 1)])
def test_what_is_not_whole_is_not_remembered(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "console.json"
    path.write_bytes(content)
    assert recall(path) == Remembered()


def test_a_home_that_cannot_be_written_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "finetop").touch()
    remember(tmp_path / "finetop" / "console.json", Remembered("light"))


def test_a_page_of_the_web_watches_the_same_machines(tmp_path: Path) -> None:
    given = [
        "--attach",
        "gpu1:/srv/w",
        "--attach",
        "ada@gpu2",
        "--remote-engine",
        "/opt/engine",
        "--ssh",
        "ssh -p 2222",
    ]
    arguments = _of_each_page(parser().parse_args([*given, "--readonly"]), Workspace(tmp_path))
    page = parser().parse_args(arguments)
    assert (page.attach, page.remote_engine, page.ssh) == (["gpu1:/srv/w", "ada@gpu2"], "/opt/engine", "ssh -p 2222")
    assert page.readonly and page.workspace == str(tmp_path)
