"""`engine profiles`: list, show and check the projects."""

from __future__ import annotations

from typing import Annotated

import typer

from engine import api
from engine.cli.options import (
    DebugOption,
    JsonOption,
    ModelsArgument,
    PresetOption,
    ProfileArgument,
    SetOption,
    WorkspaceOption,
    new_app,
)
from engine.cli.output import print_json, print_table, say

app = new_app("List, show and check the projects.")


@app.command("list")
def list_(json: JsonOption = False, workspace: WorkspaceOption = None, debug: DebugOption = False) -> None:
    """Shipped profiles, and those in ./profiles.

    Example: engine profiles list
    """
    from engine.profiles import list_profiles, load_profile

    profiles = [(path, load_profile(str(path))) for path in list_profiles()]
    if json:
        print_json(
            [{"name": p.name, "title": p.title, "models": list(p.models), "path": str(at)} for at, p in profiles]
        )
        return
    print_table(
        ["profile", "title", "models", "presets"],
        [[p.name, p.title, ", ".join(p.models), ", ".join(["full", *p.presets])] for _, p in profiles],
    )


@app.command()
def show(
    profile: ProfileArgument,
    models: ModelsArgument = None,
    preset: PresetOption = "full",
    set_: SetOption = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Every value of a profile and where it comes from.

    Example: engine profiles show utility ner --preset quick
    """
    resolved = api.resolve_models(profile, models, preset=preset, overrides=set_ or [])
    if json:
        print_json(
            [
                {
                    "model": model.model,
                    "task": model.task,
                    "config": model.config.model_dump(mode="json"),
                    "targets": [str(target) for target in model.targets],
                    "origins": model.origins,
                }
                for model in resolved
            ]
        )
        return
    for model in resolved:
        print(f"{model.profile}/{model.model}  {model.task}  preset {model.preset}")
        print(f"targets: {', '.join(map(str, model.targets)) or 'none'}\n")
        values = model.config.model_dump(mode="json")
        print_table(
            ["hyperparameter", "value", "from"],
            [[name, _short(value), model.origins.get(f"config.{name}", "default")] for name, value in values.items()],
        )
        learnt = {name: model.origins.get(f"feedback.{name}") for name in type(model.feedback).model_fields}
        if any(learnt.values()):
            print()
            print_table(
                ["training on feedback", "value", "from"],
                [[name, _short(getattr(model.feedback, name)), origin] for name, origin in learnt.items()],
            )
        print()


@app.command()
def check(
    profiles: Annotated[list[str] | None, typer.Argument(metavar="[PROFILE]...", help="All by default.")] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> int:
    """Check profiles: each problem with file, line, column, field and what to write.

    Example: engine profiles check utility
    """
    from engine.profiles import check as check_profile
    from engine.profiles import find_profile, list_profiles

    paths = [find_profile(name) for name in profiles] if profiles else list_profiles()
    problems = [problem for path in paths for problem in check_profile(path)]
    if json:
        print_json([str(problem) for problem in problems])
    else:
        for problem in problems:
            print(problem)
        say(f"{len(paths)} checked, {len(problems)} problems" if problems else f"{len(paths)} checked, all good")
    return 2 if problems else 0


@app.command()
def schema(workspace: WorkspaceOption = None, debug: DebugOption = False) -> None:
    """The JSON Schema of a profile, for editors.

    Example: engine profiles schema
    """
    from engine.profiles import profile_json_schema

    print_json(profile_json_schema())


def _short(value: object) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 60 else text[:57] + "…"
