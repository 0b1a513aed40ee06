"""What a person wants of the console: `~/.config/finetop/console.yaml`. Read once, never written."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from engine.errors import InputError
from tui.notices.settings import NoticeSettings

if TYPE_CHECKING:
    import yaml

MAX_BYTES = 64 * 1024
MAX_DEPTH = 8
ThemeName = Literal[
    "auto", "dark", "light", "colour-blind-dark", "colour-blind-light", "terminal-dark", "terminal-light"
]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file. Each section may be absent."""

    keys: dict[str, str] = {}
    """Other keys for actions, by their names in docs/keys.md: `monitor.stop: S`."""
    theme: ThemeName = "auto"
    """Colours; `auto` follows the terminal, and what was chosen with the key for colours."""
    notices: NoticeSettings = NoticeSettings()


def settings_path(environment: Mapping[str, str]) -> Path:
    """Where the settings lie: `$FINETOP_CONFIG`, else `finetop/console.yaml` in the user's configuration."""
    if named := environment.get("FINETOP_CONFIG"):
        return Path(named).expanduser()
    base = environment.get("XDG_CONFIG_HOME")
    # The standard says that a relative path counts as none.
    home = Path(base) if base and Path(base).is_absolute() else Path("~/.config").expanduser()
    return home / "finetop" / "console.yaml"


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings; the defaults where there is no file. A bad file is an `InputError` of one sentence."""
    path = settings_path(environment)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        if environment.get("FINETOP_CONFIG"):
            raise refusal("no such file", where=str(path), fix="unset FINETOP_CONFIG, or write it") from None
        return Settings()
    except OSError as problem:
        raise refusal(f"cannot be read ({os.strerror(problem.errno or 0)})", where=str(path)) from None
    if len(content) > MAX_BYTES:
        raise refusal(f"longer than {MAX_BYTES // 1024} KiB", where=str(path), fix="shorten it")
    return parse_settings(content, str(path))


def parse_settings(content: bytes, shown: str) -> Settings:
    """Settings from the text of a file; `shown` is its name in sentences."""
    import yaml

    try:
        text = content.decode("utf-8-sig")
        root = yaml.compose(text, Loader=_plain_loader())
    except UnicodeDecodeError as problem:
        line = content[: problem.start].count(b"\n") + 1
        raise refusal("not UTF-8 text", where=f"{shown}:{line}", fix="save it as UTF-8") from None
    except yaml.MarkedYAMLError as problem:
        line = problem.problem_mark.line + 1 if problem.problem_mark is not None else 1
        what = problem.problem or "not YAML"
        raise refusal(f"not YAML ({what})", where=f"{shown}:{line}", fix="check indentation and quotes") from None
    except yaml.YAMLError:
        raise refusal("not YAML: it holds a control character", where=shown, fix="remove it") from None
    if root is None:
        return Settings()
    if not isinstance(root, yaml.MappingNode):
        raise refusal("must hold lines such as `theme: dark`", where=f"{shown}:1")
    try:
        return msgspec.convert(_values(root, shown), Settings)
    except msgspec.ValidationError as problem:
        raise _sentence(problem, root, shown) from None


def refusal(what: str, *, where: str, fix: str | None = None) -> InputError:
    """An error without the control characters that a file may hold: a terminal would obey them."""
    return InputError(_printable(what), where=_printable(where), fix=_printable(fix) if fix else None)


def _printable(text: str) -> str:
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def line_of(content: bytes, field: str) -> int:
    """The line of a setting (`keys.monitor.stop`) in a file that has been parsed; 1 where it is not there."""
    import yaml

    root = yaml.compose(content.decode("utf-8-sig"), Loader=_plain_loader())
    return _line(root, field) if root is not None else 1


def located(problem: InputError, environment: Mapping[str, str]) -> InputError:
    """A problem with a setting, with the file and the line that it stands on."""
    path = settings_path(environment)
    line = line_of(path.read_bytes(), problem.where or "")
    return refusal(problem.what, where=f"{path}:{line}: {problem.where}", fix=problem.fix)


def _plain_loader() -> Any:
    """A loader without aliases: they are the one way for a small file to become a large one."""
    import yaml

    class Plain(yaml.SafeLoader):
        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.AliasEvent):
                mark = self.peek_event().start_mark
                raise yaml.composer.ComposerError(None, None, "aliases are not allowed here", mark)
            self.depth = getattr(self, "depth", 0) + 1
            if self.depth > MAX_DEPTH:
                raise yaml.composer.ComposerError(None, None, "nested too deeply", self.peek_event().start_mark)
            node = super().compose_node(parent, index)
            self.depth -= 1
            return node

    return Plain


def _values(node: yaml.Node, shown: str, path: tuple[str, ...] = ()) -> Any:
    """Plain values. Under `keys` every value is text, so that `5` and `y` need no quotes."""
    import yaml

    if isinstance(node, yaml.MappingNode):
        values: dict[str, Any] = {}
        for key, child in node.value:
            name = str(key.value)
            if name in values:
                raise refusal("stands twice", where=f"{shown}:{key.start_mark.line + 1}: {name}", fix="remove one")
            values[name] = _values(child, shown, (*path, name))
        return values
    if isinstance(node, yaml.SequenceNode):
        return [_values(child, shown, path) for child in node.value]
    if len(path) == 2 and path[0] == "keys":
        return node.value
    if len(path) == 1 and node.tag == "tag:yaml.org,2002:null":
        # A section whose lines are all commented out.
        return {}
    return {"true": True, "false": False}.get(node.value.lower(), node.value) if _is_word(node) else node.value


def _is_word(node: yaml.Node) -> bool:
    return node.tag == "tag:yaml.org,2002:bool"


_PATH = re.compile(r" - at `\$\.?(?P<path>[^`]*)`$")


def _sentence(problem: msgspec.ValidationError, root: yaml.Node, shown: str) -> InputError:
    text = str(problem)
    found = _PATH.search(text)
    path = (found["path"] if found else "").removesuffix("[...]")
    what = _PATH.sub("", text)
    if unknown := re.fullmatch(r"Object contains unknown field `(.*)`", what):
        path = f"{path}.{unknown[1]}".lstrip(".")
        known = _known(path)
        return refusal("no such setting", where=f"{shown}:{_line(root, path)}: {path}", fix=f"write {known}")
    fix = None
    if path == "theme":
        what, fix = "no such theme", f"write {', '.join(ThemeName.__args__)}"  # type: ignore[attr-defined]
    elif path.startswith("notices.") and "bool" in what:
        what, fix = "neither true nor false", "write true or false"
    elif path == "notices.osc":
        what, fix = "no such way", "write auto, osc9, osc777 or off"
    elif path in ("keys", "notices") and what.startswith("Expected `object`"):
        what, fix = "must hold settings of its own", "indent them below it"
    elif path == "keys":
        what, fix = "one of them is no key", "write each as `monitor.stop: S`, several as `monitor.stop: S,f8`"
    return refusal(what, where=f"{shown}:{_line(root, path)}: {path}", fix=fix)


def _known(path: str) -> str:
    kind = NoticeSettings if path.startswith("notices.") else Settings
    return ", ".join(kind.__struct_fields__)


def _line(root: yaml.Node, path: str) -> int:
    """The line on which a setting stands; of a name with dots the longest that is there."""
    return next((line for name, line in _lines(root) if name == path), 1)


def _lines(node: yaml.Node, path: str = "") -> Iterator[tuple[str, int]]:
    import yaml

    if isinstance(node, yaml.MappingNode):
        for key, child in node.value:
            name = f"{path}.{key.value}".lstrip(".")
            yield name, key.start_mark.line + 1
            yield from _lines(child, name)
