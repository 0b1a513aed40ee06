"""A connection whose other end misbehaves: nobody waits for it, and the sentence says what it did."""

from __future__ import annotations

import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from engine.attach.protocol import Chunk, Hello, Spec, to_line
from tui.places import link as link_module
from tui.places.copies import Copies
from tui.places.link import Link
from tui.places.mirror import Mirror

HELLO = to_line(Hello(version="1", workspace="/w")).decode()
RUN = "20261120-143408-utility-ner-7f3a"
PRELUDE = f"import sys, time\nHELLO = {HELLO!r}\nsay = lambda text: (sys.stdout.write(text), sys.stdout.flush())\n"


@pytest.fixture
def connect() -> Iterator[Callable[..., Link]]:
    """`connect(script)` is a link to a machine that does what a script says."""
    links: list[Link] = []

    def make(script: str, *, wait_s: float = 600.0) -> Link:
        command = [sys.executable, "-S", "-E", "-c", PRELUDE + script]
        links.append(Link(command, Mirror("gpu1"), lambda: None, wait=lambda failures: wait_s))
        links[-1].start()
        return links[-1]

    yield make
    for each in links:
        each.stop()
        each.mirror.close()


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("say('x' * 3_000_000)", "a line without an end"),
        ("say(HELLO); say('x' * 3_000_000)", "a line without an end"),
        ('say(HELLO); say(\'{"type":"beat"}\\n\')', "unreadable"),
        ("say(HELLO); say('GET / HTTP/1.1\\n')", "unreadable"),
        ('say(HELLO); say(\'{"type":"bea\')', "the line broke"),
        ("[say('noise\\n') for _ in range(1000)]", "no finetop"),
        ("say(HELLO.replace('\"protocol\":1', '\"protocol\":9'))", "newer"),
        ("sys.stderr.write('\\x1b[2Jthe roof is on fire\\n'); sys.exit(3)", "with code 3: [2Jthe roof is on fire"),
        ("sys.stderr.write('y' * 5_000_000); sys.exit(3)", "with code 3: yyy"),
        ("say(HELLO); sys.exit(0)", "it ended the connection"),
    ],
)
def test_what_a_machine_does_wrong_is_a_sentence(
    connect: Callable[..., Link], eventually: Any, script: str, said: str
) -> None:
    link = connect(script)
    eventually(lambda: link.problem)
    assert said in link.problem and len(link.problem) <= 300 and link.hello is None


def test_what_cannot_be_started_is_a_sentence(eventually: Any) -> None:
    link = Link(["/nowhere/ssh", "x"], Mirror("gpu1"), lambda: None)
    link.start()
    eventually(lambda: link.problem)
    link.stop()
    assert "/nowhere/ssh cannot be started" in link.problem


def test_lines_of_a_login_script_are_passed_over(connect: Callable[..., Link], eventually: Any) -> None:
    link = connect("say('Welcome!\\n\\n{mail: 2}\\n' + HELLO); time.sleep(60)")
    eventually(lambda: link.hello)
    assert link.hello is not None and link.hello.workspace == "/w"


@pytest.mark.parametrize(
    ("script", "limit"), [("time.sleep(60)", "HELLO_WITHIN_S"), ("say(HELLO); time.sleep(60)", "SILENCE_S")]
)
def test_a_machine_that_says_nothing_is_given_up(
    connect: Callable[..., Link], eventually: Any, monkeypatch: pytest.MonkeyPatch, script: str, limit: str
) -> None:
    monkeypatch.setattr(link_module, limit, 0.5)
    link = connect(script)
    eventually(lambda: link.problem)
    assert link.problem == "it does not answer"


def test_who_asks_a_machine_that_is_away_is_told_at_once(connect: Callable[..., Link], eventually: Any) -> None:
    link = connect("sys.exit(1)")
    eventually(lambda: link.problem)
    assert link.ask(lambda number: Spec(id=number, run="r"), 60) is None


def test_who_waits_for_an_answer_is_told_when_the_machine_goes(connect: Callable[..., Link], eventually: Any) -> None:
    link = connect("say(HELLO); sys.stdin.readline(); sys.stdin.readline()")
    eventually(lambda: link.hello)
    began, answers = time.monotonic(), []
    asking = threading.Thread(target=lambda: answers.append(link.ask(lambda number: Spec(id=number, run="r"), 60)))
    asking.start()
    asking.join(20)
    assert answers == [None] and time.monotonic() - began < 20


def test_a_machine_that_reads_nothing_holds_nobody_up(connect: Callable[..., Link], eventually: Any) -> None:
    link = connect("say(HELLO); time.sleep(60)")
    eventually(lambda: link.hello)
    began = time.monotonic()
    for _ in range(500):
        link.tell_wanted()
    assert time.monotonic() - began < 1.0


def test_it_comes_back_when_the_machine_does(connect: Callable[..., Link], eventually: Any, tmp_path: Any) -> None:
    gone = tmp_path / "gone"
    gone.touch()
    link = connect(
        f"import os\nif os.path.exists({str(gone)!r}): sys.exit(1)\nsay(HELLO); time.sleep(60)", wait_s=0.01
    )
    eventually(lambda: link.problem)
    gone.unlink()
    eventually(lambda: link.hello)
    assert not link.problem


def test_a_machine_that_answers_twice_stays_connected(connect: Callable[..., Link], eventually: Any) -> None:
    link = connect(
        "say(HELLO); sys.stdin.readline()\n"
        '[say(\'{"type":"answer","id":1,"text":"x"}\\n\') for _ in range(200)]\n'
        'say(\'{"type":"figures","values":{"cpu/utilisation_percent":3}}\\n\'); time.sleep(60)'
    )
    eventually(lambda: link.hello)
    link._pending[1] = queue.Queue(1)  # somebody who is slow to take the answer
    link.tell_wanted()
    eventually(lambda: link.mirror.figures())
    assert link.hello is not None and not link.problem


@pytest.mark.parametrize("data", ["Ω", "disk"])
def test_a_piece_that_cannot_be_taken_in_is_a_sentence_and_the_link_goes_on(
    connect: Callable[..., Link], eventually: Any, monkeypatch: pytest.MonkeyPatch, data: str
) -> None:
    def full(copies: Copies, chunk: Chunk) -> bool:
        raise OSError(28, "No space left on device")

    if data == "disk":
        monkeypatch.setattr(Copies, "take", full)
    piece = to_line(Chunk(run=RUN, file="events", mark="m", offset=0, data=data, anew=True)).decode()
    link = connect(
        f"say(HELLO); sys.stdin.readline(); sys.stdin.readline(); say({piece!r}); time.sleep(60)", wait_s=0.01
    )
    link.mirror.want([RUN], [])
    eventually(lambda: link.hello)
    link.tell_wanted()
    problems = set()
    eventually(lambda: problems.add(link.problem) or any("cannot be" in problem for problem in problems))
    monkeypatch.undo()
    eventually(lambda: link.hello)
