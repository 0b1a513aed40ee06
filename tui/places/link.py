"""The connection to a workspace elsewhere: made, watched, and made anew as long as the console lives.

Three threads: one reads and takes in, one writes and keeps time, one drains standard error. Nobody else ever waits
for the other machine, but for those who ask it something.
"""

from __future__ import annotations

import contextlib
import os
import queue
import random
import select
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from typing import IO

from engine.attach.protocol import (
    BEAT_S,
    MAX_LINE_BYTES,
    PROTOCOL,
    SILENCE_S,
    Answer,
    Hello,
    Message,
    Ping,
    Taken,
    Want,
    read_from_workspace,
    to_line,
)
from engine.errors import FinetopError, InputError
from tui.places.cleaned import line as clean_line
from tui.places.connection import Connection
from tui.places.mirror import Mirror
from tui.places.reasons import Ending, other_protocol, wait_s, why

HELLO_WITHIN_S = 25.0
"""An ssh connection and the start of Python on a busy machine."""
NOISE_LINES = 200
"""What a login script may print before the first message."""
TAKEN_BYTES = 32 * 1024
"""Acknowledged at least this often."""
STEADY_S = 30.0
"""A connection that lived so long was a good one: the next is tried at once."""


class Link:
    """Keeps a mirror true. `changed` is called from its thread whenever there is something new to show."""

    def __init__(
        self,
        command: Sequence[str],
        mirror: Mirror,
        changed: Callable[[], object],
        *,
        engine: str = "engine",
        now: Callable[[], float] = time.time,
        wait: Callable[[int], float] = lambda failures: wait_s(failures, random.random),
    ) -> None:
        self.mirror, self._command, self._changed = mirror, list(command), changed
        self._engine, self._now, self._wait = engine, now, wait
        self._stop = threading.Event()
        self._connection: Connection | None = None
        self._pending: dict[int, queue.Queue[Answer | None]] = {}
        self._numbers = 0
        self._lock = threading.Lock()
        self.hello: Hello | None = None
        """What the present connection said first; None while there is none."""
        self.problem = ""
        """Why there is no connection; empty while one is being made for the first time, or stands."""
        self.seen_at: float | None = None
        """When it was last heard, by this machine's clock."""

    def start(self) -> None:
        """Connect; returns at once."""
        threading.Thread(target=self._keep, name=f"link {self.mirror.place}", daemon=True).start()

    def stop(self) -> None:
        """End the connection for good."""
        self._stop.set()
        connection = self._connection
        if connection is not None:
            connection.end()

    def tell_wanted(self) -> None:
        """Say what is on screen now, where somebody listens."""
        connection = self._connection
        if connection is not None and connection.greeted:
            connection.say(self.mirror.wanted())

    def ask(self, make: Callable[[int], Message], within_s: float) -> Answer | None:
        """Send a request and wait for its answer. None where there is none: not connected, or not in time."""
        connection = self._connection
        if connection is None or not connection.greeted:
            return None
        with self._lock:
            self._numbers += 1
            number = self._numbers
            answers = self._pending[number] = queue.Queue(1)
        try:
            connection.say(make(number))
            return answers.get(timeout=within_s)
        except queue.Empty:
            return None
        finally:
            with self._lock:
                self._pending.pop(number, None)

    # -- the link's own thread

    def _keep(self) -> None:
        failures = 0
        while not self._stop.is_set():
            began = time.monotonic()
            ending = self._live()
            was_good = self.hello is not None and time.monotonic() - began > STEADY_S
            failures = 1 if was_good else failures + 1
            self.hello, self._connection = None, None
            self.problem = clean_line(why(ending, self._engine))[:300]
            self._let_go()
            self._changed()
            self._stop.wait(self._wait(failures))

    def _live(self) -> Ending:
        """One connection, from its beginning to its end."""
        try:
            process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                # A session of its own: Ctrl+C is a key of the console, and ssh finds no terminal to ask in.
                start_new_session=True,
            )
        except OSError as problem:
            return Ending(said=f"{self._command[0]} cannot be started ({problem.strerror})")
        connection = self._connection = Connection(process)
        others = [
            threading.Thread(target=work, args=(connection,), daemon=True) for work in (self._write, self._drain)
        ]
        for thread in others:
            thread.start()
        if self._stop.is_set():
            connection.end()
        assert process.stdout is not None and process.stdin is not None and process.stderr is not None
        try:
            self._read(connection, process.stdout)
        except FinetopError as problem:
            connection.said = connection.said or problem.what
        except OSError as problem:
            if not connection.ended.is_set():
                connection.said = f"what it sends cannot be kept here ({problem.strerror})"
        except Exception as problem:
            # Whatever a machine says must not end the thread that would connect anew.
            connection.said = f"what it says cannot be taken in ({type(problem).__name__})"
        ended_here = connection.ended.is_set() or bool(connection.said)
        code = self._wait_for(process, killed=ended_here)
        connection.end()
        for thread in others:
            thread.join(1)
        for stream in (process.stdout, process.stderr):
            with contextlib.suppress(OSError):
                stream.close()
        return Ending(
            None if ended_here else code, list(connection.words), silent=connection.silent, said=connection.said
        )

    @staticmethod
    def _wait_for(process: subprocess.Popen[bytes], *, killed: bool) -> int:
        if killed:
            process.kill()
        try:
            return process.wait(2)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    def _read(self, connection: Connection, stream: IO[bytes]) -> None:
        taken = acknowledged = 0
        noise = 0
        while not connection.ended.is_set():
            line = stream.readline(MAX_LINE_BYTES + 1)
            if not line:
                return
            if not line.endswith(b"\n"):
                raise InputError(
                    "the line broke" if len(line) <= MAX_LINE_BYTES else "it sends a line without an end"
                )
            if not connection.greeted and b'"finetop"' not in line[:100]:
                noise += 1
                if noise > NOISE_LINES:
                    raise InputError("what answers there is no finetop")
                continue
            taken += len(line)
            message = read_from_workspace(line)
            connection.heard_at, self.seen_at = time.monotonic(), self._now()
            if isinstance(message, Hello):
                self._greet(connection, message)
            elif isinstance(message, Answer):
                with self._lock:
                    waiting = self._pending.get(message.id)
                if waiting is not None:
                    with contextlib.suppress(queue.Full):  # it answers twice
                        waiting.put_nowait(message)
            elif not self.mirror.take(message):
                # A piece is missing: everything is asked for anew, from where the copies end.
                connection.say(Want())
                connection.say(self.mirror.wanted())
            # Small news are not acknowledged one by one: an answer to each would cost as much as the news.
            if taken - acknowledged >= TAKEN_BYTES:
                acknowledged = taken
                connection.say(Taken(count=taken))
            self._changed()

    def _greet(self, connection: Connection, hello: Hello) -> None:
        if hello.protocol != PROTOCOL:
            raise InputError(other_protocol(hello.protocol, hello.version))
        self.mirror.greet(hello)
        connection.greeted = True
        self.hello, self.problem = hello, ""
        connection.say(self.mirror.wanted())

    def _let_go(self) -> None:
        """Nobody will answer those who wait."""
        with self._lock:
            waiting = list(self._pending.values())
        for answers in waiting:
            with contextlib.suppress(queue.Full):
                answers.put_nowait(None)

    # -- beside it

    def _write(self, connection: Connection) -> None:
        """Write what is put out, something at least every `BEAT_S`, and end a connection that is silent."""
        assert connection.process.stdin is not None
        fd = connection.process.stdin.fileno()
        try:
            os.set_blocking(fd, False)
            spoke_at = time.monotonic()
            while not self._is_over(connection):
                try:
                    message: Message | None = connection.out.get(timeout=0.5)
                except queue.Empty:
                    message = Ping() if time.monotonic() - spoke_at >= BEAT_S and connection.greeted else None
                if message is not None:
                    self._push(connection, fd, to_line(message))
                    spoke_at = time.monotonic()
        except (OSError, ValueError):
            connection.end()  # it takes nothing any more
        finally:
            # Whatever stands between here and the engine over there: the end of its input ends it.
            with contextlib.suppress(OSError):
                connection.process.stdin.close()

    def _push(self, connection: Connection, fd: int, data: bytes) -> None:
        rest = memoryview(data)
        while rest and not self._is_over(connection):
            if select.select([], [fd], [], 0.5)[1]:
                with contextlib.suppress(BlockingIOError):
                    rest = rest[os.write(fd, rest) :]

    @staticmethod
    def _is_over(connection: Connection) -> bool:
        limit = SILENCE_S if connection.greeted else HELLO_WITHIN_S
        if not connection.ended.is_set() and time.monotonic() - connection.heard_at > limit:
            connection.silent = True
            connection.end()
        return connection.ended.is_set()

    @staticmethod
    def _drain(connection: Connection) -> None:
        """The last words on standard error; what a machine prints without end is read and forgotten."""
        stream = connection.process.stderr
        assert stream is not None
        with contextlib.suppress(OSError, ValueError):
            while data := stream.readline(4096):
                text = clean_line(data.decode("utf-8", "replace")).strip()
                if text:
                    connection.words.append(text[:300])
