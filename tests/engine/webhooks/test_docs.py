"""docs/webhooks.md says what is so."""

import json
import re
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.webhooks.backoff import DELAYS_S
from engine.webhooks.ended_runs import announce_end
from engine.webhooks.endpoints import add_endpoint
from engine.webhooks.kinds import KINDS, PING
from engine.webhooks.payloads import PAYLOADS
from engine.webhooks.signing import new_secret, signed_headers
from engine.webhooks.spool import Spool
from engine.workspace import Workspace

from .ended import run_in

PAGE = (Path(__file__).parents[3] / "docs" / "webhooks.md").read_text()
EXAMPLES = {each["kind"]: each for each in map(json.loads, re.findall(r"```json\n(.*?)```", PAGE, re.S))}


def fields_of(event: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in event.items() if name not in ("kind", "id", "t")}


def test_every_kind_has_a_shape_and_a_word_on_the_page() -> None:
    assert set(PAYLOADS) == set(KINDS)
    assert all(f"`{kind}`:" in PAGE for kind in [*KINDS, PING])
    assert set(EXAMPLES) == {*KINDS, PING} - {"target.reached"}


@pytest.mark.parametrize("kind", sorted(set(EXAMPLES) - {PING}))
def test_an_example_has_the_shape_of_its_kind(kind: str) -> None:
    fields = fields_of(EXAMPLES[kind])
    assert msgspec.to_builtins(msgspec.convert(fields, PAYLOADS[kind])) == fields
    assert EXAMPLES[kind]["id"].startswith(f"{kind}:") and EXAMPLES[kind]["t"] > 1.7e9


def test_what_is_told_of_a_run_has_the_fields_of_the_example(workspace: Workspace) -> None:
    spool = Spool(workspace, add_endpoint(workspace, "https://hooks.example.org/").id)
    announce_end(run_in(workspace, "done", reason="done", score=0.9))
    for each in spool.waiting():
        assert list(json.loads(spool.body(each) or b"")) == list(EXAMPLES["run.finished"])


def test_the_six_lines_check_a_signature() -> None:
    scope: dict[str, Any] = {}
    exec(re.findall(r"```python\n(.*?)```", PAGE, re.S)[0], scope)
    secret, body = new_secret(), b'{"kind":"ping"}'
    headers = signed_headers(secret, "evt_1", body, time.time())
    assert scope["is_genuine"](secret, headers, body)
    assert not scope["is_genuine"](secret, headers, body + b" ")
    assert not scope["is_genuine"](new_secret(), headers, body)
    assert not scope["is_genuine"](secret, signed_headers(secret, "evt_1", body, time.time() - 400), body)


def test_the_delays_are_those_on_the_page() -> None:
    said = re.search(r"\*\*Repeated\*\* after (.*?) \(", PAGE, re.S)
    assert said is not None
    units = {"s": 1, "min": 60, "h": 3600}
    found = re.findall(r"(\d+) (s|min|h)\b", said[1])
    assert tuple(float(number) * units[unit] for number, unit in found) == DELAYS_S
