"""`engine tokens`: who may ask the service for what."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from engine.cli.options import DebugOption, JsonOption, WorkspaceOption, new_app
from engine.cli.output import print_json, print_table, say
from engine.service.tokens import Token, TokenStore
from engine.workspace import Workspace

app = new_app("Tokens of the service: who may read, predict, train and administer.")
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="What the token is called.")]


@app.command()
def new(
    name: NameArgument,
    scopes: Annotated[str, typer.Option("--scopes", help="Some of read,predict,train,admin.")] = "read,predict",
    expires_days: Annotated[
        float | None, typer.Option("--expires-days", metavar="N", help="From then on it opens nothing.")
    ] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Make a token and print it: this once, only its hash is kept.

    Example: engine tokens new dashboard --scopes read,predict --expires-days 90
    """
    asked = [scope.strip() for scope in scopes.split(",") if scope.strip()]
    secret = TokenStore(Workspace.locate(workspace)).new(name, asked, expires_days)
    if json:
        print_json({"name": name, "token": secret})
        return
    print(secret)
    say("It is not shown again. Send it as `Authorization: Bearer TOKEN`.")


@app.command("list")
def list_(json: JsonOption = False, workspace: WorkspaceOption = None, debug: DebugOption = False) -> None:
    """Every token that was made, with its scopes; never its secret.

    Example: engine tokens list
    """
    tokens = TokenStore(Workspace.locate(workspace)).all()
    if json:
        print_json([_shown(token) for token in tokens])
        return
    rows = [
        [token.name, token.state(), " ".join(token.scopes), _day(token.created), _day(token.expires)]
        for token in tokens
    ]
    print_table(["token", "state", "scopes", "made", "expires"], rows)


@app.command()
def revoke(name: NameArgument, workspace: WorkspaceOption = None, debug: DebugOption = False) -> None:
    """Make a token worthless at once; a running service needs no restart.

    Example: engine tokens revoke dashboard
    """
    TokenStore(Workspace.locate(workspace)).revoke(name)
    say(f"{name} opens nothing any more")


def _shown(token: Token) -> dict[str, object]:
    return {
        "name": token.name,
        "state": token.state(),
        "scopes": token.scopes,
        "created": token.created,
        "expires": token.expires,
    }


def _day(moment: float | None) -> str | None:
    return None if moment is None else datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M")
