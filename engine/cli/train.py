"""`engine train`: start runs and follow them."""

from __future__ import annotations

from typing import Annotated

import typer

from engine import api
from engine.cli.follow import follow, require_targets_reached
from engine.cli.options import (
    DatasetOption,
    DebugOption,
    DeviceOption,
    JsonOption,
    ModelsArgument,
    PresetOption,
    ProfileArgument,
    SetOption,
    WorkspaceOption,
    one_command,
)
from engine.cli.output import print_json, say


def train(
    profile: ProfileArgument,
    models: ModelsArgument = None,
    preset: PresetOption = "full",
    set_: SetOption = None,
    dataset: DatasetOption = None,
    device: DeviceOption = "auto",
    on: Annotated[str, typer.Option("--on", help="Where it runs: local.")] = "local",
    detach: Annotated[bool, typer.Option("--detach", help="Return at once; the runs go on.")] = False,
    require_targets: Annotated[
        bool, typer.Option("--require-targets", help="Exit with 3 when a target is missed.")
    ] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> int:
    """Train models of a profile in detached workers; prints the run ids.

    Example: engine train utility ner --preset quick --set epochs=5

    Ctrl-C leaves off following; the runs go on. `engine runs watch` takes it up again.
    """
    handles = api.train(
        profile,
        models,
        preset=preset,
        overrides=set_ or [],
        dataset=dataset,
        device=device,
        launcher=on,
        workspace=workspace,
    )
    if json:
        print_json({"runs": [handle.id for handle in handles]})
    else:
        for handle in handles:
            print(handle.id, flush=True)
    if detach:
        return 0
    try:
        ended = follow(handles)
    except KeyboardInterrupt:
        say("left off following; the runs go on. `engine runs watch` or `finetop` shows them.")
        raise
    if require_targets:
        require_targets_reached(handles)
    return 0 if all(view.state == "done" for view in ended) else 1


app = one_command(train)
