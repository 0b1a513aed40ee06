"""The whole circle: a model goes into production, learns from the field, and the better one replaces it, or not.

    python docs/examples/circle.py [WORKSPACE]

Everything is done as an operator would do it, by `engine` commands and over HTTP; it takes about a minute on two CPU
cores and needs no network. The project is docs/examples/doors.yaml: who is at the door, on drawn pictures.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PROFILE = Path(__file__).with_name("doors.yaml")
MODEL = "doors/recogniser"
FEEDBACK, TRIED = 100, 60
"""Pictures from the field: those that come back as corrections, and those that the A/B is judged by."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workspace", nargs="?", type=Path, help="A new one by default, which is removed at the end.")
    given = parser.parse_args()
    with contextlib.ExitStack() as stack:
        workspace = given.workspace or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        circle(Engine(workspace))


def circle(engine: Engine) -> None:
    """From the first training to the rollback, each step told as it happens."""
    told("1. Train version 1, and put it into production through the gate")
    engine.run("train", PROFILE)
    engine.run("models", "promote", f"{MODEL}@1", "--why", "the first that works")

    told("2. The field sends corrections over HTTP; nothing is trained yet")
    field = pictures_of_the_field(engine)
    secret = engine.json("tokens", "new", "circle", "--scopes", "read,predict,train,admin")["token"]
    with service(engine, secret) as ask:
        items = [correction(picture) for picture in field[:FEEDBACK]]
        batch = {"profile": "doors", "model": "recogniser", "items": items, "train": False}
        taken = ask("POST", "/api/finetune", batch)
        print(f"   {taken['added']} pictures are new, {len(taken['failed'])} failed")

        told("3. Enough corrections are there: the trigger starts a training, which ends in staging or nowhere")
        engine.run("triggers", "check", PROFILE)
        last = until(lambda: ended_firing(engine))
        print(f"   {MODEL}@{last['version']} {last['outcome']}: {last['told']}")
        assert last["outcome"] == "staged", "the gate did not let version 2 into staging"
        engine.run("compare", f"{MODEL}@production", f"{MODEL}@staging", "--rows", "0")

        told("4. Both answer the door: an A/B by request key, judged by what turned out")
        ask("POST", f"/models/{MODEL}/deploy", {"version": "staging", "share": 50, "why": "half of the doors"})
        for number, picture in enumerate(field[FEEDBACK : FEEDBACK + TRIED]):
            sample = {"rows": [{"image": inline(picture)}], "key": f"door-{number}"}
            (made,) = ask("POST", f"/predict/{MODEL}", sample)["predictions"]
            outcome = {"request": made["id"], "label": picture["label"]}
            ask("POST", f"/predict/{MODEL}/outcomes", {"outcomes": [outcome]})
        status = ask("GET", f"/models/{MODEL}/deployment")
        counts = f"{status['production_requests']} by production, {status['candidate_requests']} by the candidate"
        print(f"   {counts}: {status['action']}, {status['why']}")

        told("5. A person decides: version 2 goes into production, and the service swaps without a pause")
        moved = ask("POST", f"/models/{MODEL}/promote", {"version": "2", "why": "better at the doors"})
        for check in moved["gate"]:
            print(f"   {'passed' if check['passed'] else 'FAILED'} {check['name']}: {check['sentence']}")
        until(lambda: answering(ask, field[-1]) == f"{MODEL}@2")

        told("6. And back out, in one call")
        begun = time.monotonic()
        ask("POST", f"/models/{MODEL}/rollback", {"why": "to show that it works"})
        print(f"   rolled back in {1000 * (time.monotonic() - begun):.0f} ms")
        until(lambda: answering(ask, field[-1]) == f"{MODEL}@1")

    told("What was done stands in the history")
    engine.run("models", "history", MODEL)


class Engine:
    """The `engine` command over one workspace."""

    def __init__(self, workspace: Path) -> None:
        self.workspace = workspace

    def command(self, *arguments: object) -> list[str]:
        return [sys.executable, "-m", "engine", *map(str, arguments), "--workspace", str(self.workspace)]

    def run(self, *arguments: object) -> None:
        """Run it; what it prints is printed."""
        sys.stdout.flush()
        subprocess.run(self.command(*arguments), check=True)

    def json(self, *arguments: object) -> Any:
        """What it says with --json."""
        done = subprocess.run(self.command(*arguments, "--json"), check=True, stdout=subprocess.PIPE)
        return json.loads(done.stdout)


@contextlib.contextmanager
def service(engine: Engine, secret: str) -> Iterator[Any]:
    """`engine serve` on a free port; yields what asks it."""
    log = engine.workspace / "service.log"
    with log.open("wb") as written:
        command = engine.command("serve", "--port", "0", "--profile", PROFILE)
        process = subprocess.Popen(command, stdout=written, stderr=subprocess.STDOUT)
        try:
            port = until(lambda: port_in(log), 60)

            def ask(method: str, path: str, body: object = None) -> Any:
                request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method)
                request.add_header("Authorization", f"Bearer {secret}")
                data = None
                if body is not None:
                    request.add_header("Content-Type", "application/json")
                    data = json.dumps(body).encode()
                with urllib.request.urlopen(request, data, timeout=120) as answer:
                    return json.load(answer)

            yield ask
        finally:
            process.terminate()
            process.wait(30)


def port_in(log: Path) -> int | None:
    """The port that the service says it listens on."""
    _, found, rest = log.read_text().partition("http://127.0.0.1:")
    return int(rest.split()[0]) if found and "\n" in rest else None


def ended_firing(engine: Engine) -> dict[str, Any] | None:
    """What became of the trigger's training, once it is over: `engine serve` asks every minute, a person may, too."""
    engine.json("triggers", "check", PROFILE)
    (trigger,) = engine.json("triggers", "list", PROFILE)
    last: dict[str, Any] | None = trigger["last"]
    return last if last and last["outcome"] != "going on" else None


def pictures_of_the_field(engine: Engine) -> list[dict[str, Any]]:
    """Pictures of the same people that version 1 has never seen, with their labels."""
    known = {row["image"] for row in rows_of(engine)}
    with tempfile.TemporaryDirectory() as folder:
        field = Engine(Path(folder))
        command = field.command("data", "generate", PROFILE, "--set", "data.recipe.images=460")
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        (dataset,) = (field.workspace / "datasets").iterdir()
        rows = [row for row in rows_of(field) if row["image"] not in known]
        return [{**row, "content": (dataset / row["image"]).read_bytes()} for row in rows]


def rows_of(engine: Engine) -> list[dict[str, Any]]:
    (dataset,) = (engine.workspace / "datasets").iterdir()
    return [json.loads(line) for line in (dataset / "train.jsonl").read_text().splitlines()]


def inline(picture: dict[str, Any]) -> str:
    return "data:image/png;base64," + base64.b64encode(picture["content"]).decode()


def correction(picture: dict[str, Any]) -> dict[str, Any]:
    return {
        "image": inline(picture),
        "label": picture["label"],
        "kind": "correction",
        "source": "door",
        "who": "guard 4",
        "when": "2026-03-01T14:05:00+01:00",
    }


def answering(ask: Any, picture: dict[str, Any]) -> str:
    """The version that answers now."""
    name: str = ask("POST", f"/predict/{MODEL}", {"rows": [{"image": inline(picture)}]})["model"]
    return name


def until(what: Any, patience_s: float = 300.0) -> Any:
    """What it gives as soon as it gives anything."""
    end = time.monotonic() + patience_s
    while not (found := what()):
        if time.monotonic() > end:
            raise TimeoutError("it does not come")
        time.sleep(0.3)
    return found


def told(step: str) -> None:
    print(f"\n{step}", flush=True)


if __name__ == "__main__":
    main()
