"""What docs/profiles.md shows works as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import jsonschema
import pytest

from engine.profiles import check, load_profile, profile_json_schema, resolve
from engine.profiles.document import MAX_BYTES, MAX_DEPTH, MAX_NODES

PAGE = (Path(__file__).parents[2] / "docs" / "profiles.md").read_text()
WHOLE = next(block for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if "finetop: 1" in block)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "letters.yaml"
    path.write_text(WHOLE)
    return path


def test_the_profile_on_the_page_has_no_problems(written: Path) -> None:
    assert check(written) == []
    assert jsonschema.Draft202012Validator(profile_json_schema()).is_valid(load_profile(written).source.plain())


def test_the_comments_of_the_profile_on_the_page_are_true(written: Path) -> None:
    profile = load_profile(written)
    assert [str(target) for target in resolve(profile, "names").targets] == ["f1 ≥ 0.8", "STREET/recall ≥ 0.9"]
    assert [str(target) for target in resolve(profile, "names", preset="quick").targets] == ["f1 ≥ 0.8"]


def test_every_set_on_the_page_is_accepted() -> None:
    rows = re.findall(r"^\| (`[^|]*`) \|", PAGE, re.MULTILINE)
    overrides = [text for row in rows for text in re.findall(r"`([^`]+=[^`]*)`", row)]
    assert len(overrides) >= 7
    for override in overrides:
        resolve(load_profile("utility"), "ner", overrides=[override])


def test_the_python_on_the_page_gives_what_its_comment_says() -> None:
    code = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert code is not None
    *statements, last = code[1].strip().splitlines()
    names: dict[str, object] = {}
    exec("\n".join(statements), names)
    expression, _, comment = last.partition("#")
    assert eval(expression, names) == eval(comment)


def test_the_limits_on_the_page_are_those_of_the_reader() -> None:
    assert (MAX_BYTES, MAX_DEPTH, MAX_NODES) == (1024 * 1024, 24, 100_000)
    for limit in ("1 MiB", "deeper than 24", "100,000 values"):
        assert limit in PAGE
