"""`engine plan`: what would run, without touching a device."""

from __future__ import annotations

from engine import api
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
from engine.cli.output import print_json
from engine.plan import lines
from engine.plan import plan as make_plan
from engine.starting import choose_dataset, with_base_run
from engine.workspace import Workspace


def plan(
    profile: ProfileArgument,
    models: ModelsArgument = None,
    preset: PresetOption = "full",
    set_: SetOption = None,
    dataset: DatasetOption = None,
    device: DeviceOption = "auto",
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Values and their origin, steps, splits, class counts, device, disk, estimated time; warnings.

    Example: engine plan utility --preset quick
    """
    place = Workspace.locate(workspace)
    plans = []
    for model in api.resolve_models(profile, models, preset=preset, overrides=set_ or []):
        plans.append(make_plan(place, with_base_run(place, model), choose_dataset(place, model, dataset), device))
    if json:
        print_json(plans)
        return
    for made in plans:
        print("\n".join(lines(made)))
        print()


app = one_command(plan)
