"""`engine webhooks`: who is told what happened, and what is on its way to them."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.options import DebugOption, JsonOption, WorkspaceOption, new_app
from engine.cli.output import duration, print_json, print_table, say
from engine.errors import InputError
from engine.webhooks.endpoints import (
    Endpoint,
    add_endpoint,
    disable_endpoint,
    enable_endpoint,
    find_endpoint,
    read_endpoints,
    remove_endpoint,
)
from engine.webhooks.kinds import KINDS
from engine.webhooks.spool import Spool
from engine.workspace import Workspace

app = new_app("Tell others what happened: signed, and repeated until they answer.")
EndpointArgument = Annotated[str, typer.Argument(metavar="ID", help="An endpoint's id, or a unique beginning.")]
OptionalEndpoint = Annotated[str | None, typer.Argument(metavar="[ID]", help="One endpoint; all by default.")]


@app.command()
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="Where events are posted to.")],
    kinds: Annotated[
        str | None, typer.Option("--kinds", metavar="KIND,…", help=f"Of {', '.join(KINDS)}; all by default.")
    ] = None,
    profile: Annotated[
        list[str] | None, typer.Option("--profile", metavar="NAME", help="Whose events; all by default.")
    ] = None,
    secret_file: Annotated[
        Path | None,
        typer.Option("--secret-file", metavar="FILE", help="Sign with the secret in this file (- is stdin)."),
    ] = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="It may be at a private or loopback address.")
    ] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Tell a URL what happens from now on; prints its id and, this once, the secret that signs.

    Example: engine webhooks add https://hooks.example.org/finetop --kinds run.finished,run.failed
    """
    endpoint = add_endpoint(
        Workspace.locate(workspace),
        url,
        kinds=[kind.strip() for kind in kinds.split(",")] if kinds is not None else (),
        profiles=profile or (),
        secret=_secret(secret_file) if secret_file is not None else None,
        allow_private=allow_private,
    )
    if json:
        print_json({"id": endpoint.id, "secret": endpoint.secret})
    else:
        print(f"{endpoint.id}\n{endpoint.secret}")
        say("keep the secret: it is not shown again; docs/webhooks.md shows how a receiver checks with it")


@app.command("list")
def list_(json: JsonOption = False, workspace: WorkspaceOption = None, debug: DebugOption = False) -> None:
    """Endpoints, and what became of their events this month and the last.

    Example: engine webhooks list
    """
    place = Workspace.locate(workspace)
    found = [_described(place, endpoint) for endpoint in read_endpoints(place)]
    if json:
        print_json(found)
        return
    columns = ["id", "url", "kinds", "profiles", "waiting", "delivered", "dead", "dropped", "disabled"]
    print_table(columns, [[entry[column] for column in columns] for entry in found])


@app.command()
def remove(id: EndpointArgument, workspace: WorkspaceOption = None, debug: DebugOption = False) -> None:
    """Tell an endpoint nothing any more; what is on its way to it is dropped.

    Example: engine webhooks remove we_3f9a21c0
    """
    place = Workspace.locate(workspace)
    waiting = len(Spool(place, find_endpoint(place, id).id).waiting())
    endpoint = remove_endpoint(place, id)
    say(f"removed {endpoint.id}" + (f" and {waiting} events that were on their way to it" if waiting else ""))


@app.command()
def enable(id: EndpointArgument, workspace: WorkspaceOption = None, debug: DebugOption = False) -> None:
    """Tell an endpoint again, from now on, and what was on its way to it.

    Example: engine webhooks enable we_3f9a21c0
    """
    say(f"enabled {enable_endpoint(Workspace.locate(workspace), id).id}")


@app.command()
def disable(id: EndpointArgument, workspace: WorkspaceOption = None, debug: DebugOption = False) -> None:
    """Tell an endpoint nothing until it is enabled; what is on its way to it waits.

    Example: engine webhooks disable we_3f9a21c0
    """
    say(f"disabled {disable_endpoint(Workspace.locate(workspace), id, 'by hand').id}")


@app.command()
def test(id: EndpointArgument, workspace: WorkspaceOption = None, debug: DebugOption = False) -> int:
    """Send an endpoint a `ping` now, once, and say what it answers; exit code 1 if it did not take it.

    Example: engine webhooks test we_3f9a21c0
    """
    from engine.webhooks.sending import ping

    endpoint = find_endpoint(Workspace.locate(workspace), id)
    attempt = ping(endpoint)
    say(f"{endpoint.id}: {attempt.said}")
    return 0 if attempt.outcome == "delivered" else 1


@app.command()
def pending(
    id: OptionalEndpoint = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Events on their way, and those that were given up.

    Example: engine webhooks pending
    """
    place = Workspace.locate(workspace)
    found = [entry for endpoint in _chosen(place, id) for entry in _on_the_way(place, endpoint)]
    if json:
        print_json(found)
        return
    columns = ["endpoint", "message", "tries", "last", "next"]
    print_table(columns, [[entry[column] for column in columns] for entry in found])


@app.command()
def retry(id: OptionalEndpoint = None, workspace: WorkspaceOption = None, debug: DebugOption = False) -> None:
    """Make everything due now, also what was given up; the service or `deliver` sends it.

    Example: engine webhooks retry
    """
    place = Workspace.locate(workspace)
    count = sum(Spool(place, endpoint.id).retry(time.time()) for endpoint in _chosen(place, id))
    say(f"{count} events are due now")


@app.command()
def deliver(json: JsonOption = False, workspace: WorkspaceOption = None, debug: DebugOption = False) -> None:
    """Look for what nobody told, and deliver what is due now; for cron, where no service runs.

    Example: engine webhooks deliver
    """
    from engine.webhooks.delivery import deliver_due
    from engine.webhooks.sweeping import sweep

    place = Workspace.locate(workspace)
    sweep(place)
    done = deliver_due(place)
    if json:
        print_json(done)
        return
    busy = f"; another process delivers to {done.busy} endpoints" if done.busy else ""
    say(f"delivered {done.delivered}, failed {done.failed}, given up {done.dead}, waiting {done.waiting}{busy}")


def _chosen(workspace: Workspace, id: str | None) -> list[Endpoint]:
    return [find_endpoint(workspace, id)] if id is not None else list(read_endpoints(workspace))


def _described(workspace: Workspace, endpoint: Endpoint) -> dict[str, object]:
    spool = Spool(workspace, endpoint.id)
    ends = [ended.end for ended in spool.ends()]
    return {
        "id": endpoint.id,
        "url": endpoint.place,
        "kinds": " ".join(endpoint.kinds) or "all",
        "profiles": " ".join(endpoint.profiles) or "all",
        "waiting": len(spool.waiting()),
        "delivered": ends.count("delivered"),
        "dead": len(spool.dead()),
        "dropped": ends.count("dropped"),
        "disabled": endpoint.disabled,
    }


def _on_the_way(workspace: Workspace, endpoint: Endpoint) -> list[dict[str, object]]:
    spool, now = Spool(workspace, endpoint.id), time.time()
    return [
        {
            "endpoint": endpoint.id,
            "message": spool.id_of(delivery) or delivery.message,
            "tries": delivery.tries,
            "last": delivery.why,
            "next": "given up" if is_dead else _when(delivery.due_ms / 1000 - now),
        }
        for is_dead, deliveries in ((False, spool.waiting()), (True, spool.dead()))
        for delivery in deliveries
    ]


def _when(seconds: float) -> str:
    return f"in {duration(seconds)}" if seconds > 0 else "now"


def _secret(path: Path) -> str:
    text = sys.stdin.read(1024) if str(path) == "-" else path.read_text(errors="replace")[:1024]
    if not text.strip():
        raise InputError("there is no secret", where=str(path), fix="write whsec_ and Base64 of 32 bytes into it")
    return text.strip()
