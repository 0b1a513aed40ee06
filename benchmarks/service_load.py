"""The service under load, beside the same model called in a loop, one row at a time.

    uv run python benchmarks/service_load.py                                 entities, the packaged MiniLM
    uv run python benchmarks/service_load.py --model folders/classifier
    uv run python benchmarks/service_load.py --swaps 20                      and promotions while 32 clients ask

`transformer` is the peer: the model as transformers computes it, in a loop. `predictor` is our predictor in a loop.
`batcher` is `engine.serving` under so many asyncio clients in one process. `http` is `engine serve` with as many
keep-alive connections of another process on the same cores, `POST /predict/PROFILE/MODEL` with one row each, through
the A/B split and written down like any request. All compute the test split in fp32 with the same cores.

The model is trained (`--preset quick`, one epoch) unless the workspace has a version of it. CPU is that of the
process that answers, per prediction: on a machine that others use it says more than the wall does.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import multiprocessing
import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import psutil

T = TypeVar("T")
Row = dict[str, Any]
Ask = Callable[[int], Awaitable[None]]
WARM_UP_S = 1.0
ENGINE = [sys.executable, "-m", "engine"]


@dataclass(frozen=True)
class Load:
    """What one measurement came to."""

    per_s: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float = 0.0
    """Of the process that answers, per prediction."""
    failed: int = 0


def main() -> None:
    """Print every way beside the loop over the transformer."""
    arguments = parse()
    with contextlib.ExitStack() as stack:
        root = arguments.workspace or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        os.environ["FINETOP_WORKSPACE"] = str(root)
        versions = prepared(arguments.model, 2 if arguments.swaps else 1)
        promote(arguments.model, versions[0])
        ways = ways_of(arguments)
        measured: dict[str, list[Load]] = {name: [] for name in ways}
        for _ in range(arguments.rounds):
            for name, measure in ways.items():
                measured[name].append(measure())
        if arguments.rounds:
            show(arguments, {name: median_of(loads) for name, loads in measured.items()})
        if arguments.swaps:
            swap_under_load(arguments, versions)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="utility/ner", help="PROFILE/MODEL of texts")
    parser.add_argument("--workspace", type=Path, help="one that has a version of it; a temporary one by default")
    parser.add_argument("--seconds", type=float, default=5.0, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3, help="every way so often, in turns; the median is shown")
    parser.add_argument("--clients", default="1,8,32,64", help="of the batcher; HTTP takes the largest up to 32")
    parser.add_argument("--swaps", type=int, default=0, help="promotions under load")
    return parser.parse_args()


def ways_of(arguments: argparse.Namespace) -> dict[str, Callable[[], Load]]:
    counts = [int(count) for count in arguments.clients.split(",")]
    over_http = max((count for count in counts if count <= 32), default=1)
    model, seconds = arguments.model, arguments.seconds
    return {
        "transformer, in a loop": lambda: in_own_process(loop_over, model, seconds, False),
        "predictor, in a loop": lambda: in_own_process(loop_over, model, seconds, True),
        **{
            f"batcher, {count} clients": lambda count=count: in_own_process(batcher_under, model, seconds, count)
            for count in counts
        },
        f"http, {over_http} clients": lambda: over_http_under(model, seconds, over_http),
    }


def prepared(model: str, wanted: int) -> list[int]:
    """Versions of the model; trained where there are too few."""
    from engine.registry.store import versions
    from engine.workspace import Workspace

    profile, _, name = model.partition("/")
    while len(found := versions(Workspace.locate(), profile, name)) < wanted:
        command = [*ENGINE, "train", profile, name, "--preset", "quick"]
        subprocess.run([*command, "--set", "epochs=1", "--set", f"seed={len(found)}"], check=True, stdout=sys.stderr)
    return [version.number for version in found]


def promote(model: str, number: int) -> None:
    """Put a version into production if it is not there. It was made to be swapped: the gate is not asked."""
    from engine.registry.gate import GateResult
    from engine.registry.promotion import promote as promote_in
    from engine.registry.standing import standing_of
    from engine.registry.store import home_of
    from engine.workspace import Workspace

    workspace, name = Workspace.locate(), f"{model}@{number}"
    if standing_of(home_of(workspace, *model.split("/"))).production != number:
        promote_in(workspace, name, gate=GateResult(candidate=name, production=None, checks=[]))


# The ways. Each runs in a process of its own.


def in_own_process(work: Callable[..., T], *given: Any) -> T:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, given)


def loop_over(model: str, seconds: float, lean: bool) -> Load:
    from engine.tasks.catalog import find_task

    trained, rows = model_and_rows(model)
    predictor = find_task(trained.task).load(trained.directory, "cpu")
    if not lean:
        getattr(predictor, "tagger", predictor).lean = None

    async def ask(at: int) -> None:
        predictor.predict([rows[at % len(rows)]])

    return asyncio.run(under(ask, 1, seconds))


def batcher_under(model: str, seconds: float, clients: int) -> Load:
    from engine.serving.warm import WarmModels

    trained, rows = model_and_rows(model)

    async def measure() -> Load:
        models = WarmModels()
        await models.prepare(trained)

        async def ask(at: int) -> None:
            await models.predict(trained, [rows[at % len(rows)]])

        try:
            return await under(ask, clients, seconds)
        finally:
            sizes = models.loaded()[trained.name].batches
            print(
                f"  rows of a batch: {sum(size * n for size, n in sizes.items()) / sizes.total():.1f}",
                file=sys.stderr,
            )
            await models.close()

    return asyncio.run(measure())


def over_http_under(model: str, seconds: float, clients: int) -> Load:
    with served(model) as (port, server):
        before = cpu_of(server)
        load, answered = in_own_process(ask_over_http, model, port, seconds, clients)
        return replace(load, cpu_ms=1000 * (cpu_of(server) - before) / answered)


def ask_over_http(model: str, port: int, seconds: float, clients: int) -> tuple[Load, int]:
    """The client: bytes that are made beforehand, so that it costs the cores little."""
    _, rows = model_and_rows(model)
    messages = [request_of(model, row) for row in rows]
    answered = 0

    async def measure() -> Load:
        idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(clients)]

        async def ask(at: int) -> None:
            nonlocal answered
            reader, writer = connection = idle.pop()
            writer.write(messages[at % len(messages)])
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
            body = await reader.readexactly(length)
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(body.decode())
            answered += 1
            idle.append(connection)

        return await under(ask, clients, seconds)

    return asyncio.run(measure()), answered


async def under(ask: Ask, clients: int, seconds: float) -> Load:
    """So many callers, each asking again as soon as it is answered."""
    numbers, times, failed = itertools.count(), [], 0
    begin = time.perf_counter() + WARM_UP_S
    until, cpu = begin + seconds, 0.0

    async def call() -> None:
        nonlocal failed, cpu
        while (started := time.perf_counter()) < until:
            if not cpu and started >= begin:
                cpu = own_cpu()
            try:
                await ask(next(numbers))
            except RuntimeError as problem:
                failed += 1
                print(f"  failed: {problem}", file=sys.stderr)
            if started >= begin:
                times.append(time.perf_counter() - started)

    await asyncio.gather(*(call() for _ in range(clients)))
    wall = time.perf_counter() - begin
    cuts = statistics.quantiles(times, n=100)
    return Load(len(times) / wall, 1000 * cuts[49], 1000 * cuts[98], 1000 * (own_cpu() - cpu) / len(times), failed)


def swap_under_load(arguments: argparse.Namespace, versions: list[int]) -> None:
    """Promotions, one after the other, while clients ask."""
    model, seconds = arguments.model, arguments.swaps * 6.0
    with served(model) as (port, _), multiprocessing.get_context("spawn").Pool(1) as pool:
        asked = pool.apply_async(ask_over_http, (model, port, seconds, 32))
        taken = []
        for turn in range(1, arguments.swaps + 1):
            number = versions[turn % 2]
            started = time.perf_counter()
            promote(model, number)
            while answer_of(port, model)["model"] != f"{model}@{number}":
                time.sleep(0.02)
            taken.append(time.perf_counter() - started)
        load, answered = asked.get()
    print(
        f"{arguments.swaps} promotions under 32 clients: {answered} requests, {load.failed} failed, p99 "
        f"{load.p99_ms:.0f} ms; the new version answered after {statistics.median(taken):.1f} s (at most "
        f"{max(taken):.1f})"
    )


# What they share.


def model_and_rows(model: str) -> tuple[Any, list[Row]]:
    """What production is, and rows of its test split without labels."""
    from engine.datasets.store import open_dataset
    from engine.trained import find_trained
    from engine.workspace import Workspace

    workspace = Workspace.locate()
    trained = find_trained(workspace, f"{model}@production")
    rows = open_dataset(workspace, trained.dataset).rows("test")
    return trained, [{name: row[name] for name in ("text", "a", "b") if name in row} for row in rows]


@contextlib.contextmanager
def served(model: str) -> Iterator[tuple[int, psutil.Process]]:
    """`engine serve` with the model in memory."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([*ENGINE, "serve", "--port", str(port)], stdout=sys.stderr)
    try:
        wait_until_it_listens(port, server)
        answer_of(port, model)
        yield port, psutil.Process(server.pid)
    finally:
        server.terminate()
        server.wait(30)


def wait_until_it_listens(port: int, server: subprocess.Popen[bytes]) -> None:
    while server.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)
    raise SystemExit("the service has ended")


def request_of(model: str, row: Row) -> bytes:
    body = json.dumps({"rows": [row]}).encode()
    head = f"POST /predict/{model} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def answer_of(port: int, model: str) -> dict[str, Any]:
    import urllib.request

    _, rows = model_and_rows(model)
    asked = urllib.request.Request(
        f"http://127.0.0.1:{port}/predict/{model}",
        data=json.dumps({"rows": rows[:1]}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(asked, timeout=60) as response:
        answer: dict[str, Any] = json.load(response)
        return answer


def own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def cpu_of(process: psutil.Process) -> float:
    used = process.cpu_times()
    return float(used.user + used.system)


def median_of(loads: list[Load]) -> Load:
    return Load(
        *(
            statistics.median(getattr(load, name) for load in loads)
            for name in ("per_s", "p50_ms", "p99_ms", "cpu_ms")
        ),
        sum(load.failed for load in loads),
    )


def show(arguments: argparse.Namespace, loads: dict[str, Load]) -> None:
    threads = os.environ.get("OMP_NUM_THREADS", "")
    cores = len(os.sched_getaffinity(0))
    print(
        f"{arguments.model}, {cores} cores, OMP_NUM_THREADS={threads or 'unset'}, load {os.getloadavg()[0]:.1f}, "
        f"{arguments.rounds} × {arguments.seconds:g} s"
    )
    print(f"{'':<26}{'per s':>8}{'p50 ms':>9}{'p99 ms':>9}{'CPU ms':>9}{'ratio':>8}{'to ours':>9}")
    peer, ours = loads["transformer, in a loop"].per_s, loads["predictor, in a loop"].per_s
    for name, load in loads.items():
        print(
            f"{name:<26}{load.per_s:>8.0f}{load.p50_ms:>9.1f}{load.p99_ms:>9.1f}{load.cpu_ms:>9.2f}"
            f"{load.per_s / peer:>8.2f}{load.per_s / ours:>9.2f}{f'  {load.failed} FAILED' if load.failed else ''}"
        )


if __name__ == "__main__":
    main()
