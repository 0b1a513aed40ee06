"""`engine models`: versions of trained models, into production and back out."""

from __future__ import annotations

import time
from typing import Annotated

import msgspec
import typer

from engine.cli import models_export, traffic
from engine.cli.models_shown import gate_word, numbered, print_gate, print_move, targets_reached, version_as_json
from engine.cli.options import DebugOption, JsonOption, WorkspaceOption, new_app
from engine.cli.output import print_json, print_table, say
from engine.registry import api
from engine.registry.history import read_history
from engine.registry.manifest import AUTOMATIC
from engine.registry.promotion import GateRefused
from engine.registry.reference import parse_model
from engine.registry.standing import standing_of
from engine.registry.store import find_version, home_of, models, versions
from engine.registry.thresholds import thresholds_of
from engine.workspace import Workspace

app = new_app("Versions of trained models: into production, and back out.")
models_export.add_to(app)
traffic.add_to(app)
VersionArgument = Annotated[
    str, typer.Argument(metavar="VERSION", help="PROFILE/MODEL@N, or @staging, @production, @previous, @latest.")
]
ModelArgument = Annotated[str, typer.Argument(metavar="MODEL", help="PROFILE/MODEL, such as utility/ner.")]
WhyOption = Annotated[str, typer.Option("--why", metavar="REASON", help="Stands in the history.")]
DeviceOption = Annotated[str, typer.Option("--device", help="cpu or cuda:N.")]


@app.command("list")
def list_(
    model: Annotated[str | None, typer.Argument(metavar="[MODEL]", help="PROFILE/MODEL; all by default.")] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Versions with their headline metric, and which of them are in use.

    Example: engine models list utility/ner
    """
    place = Workspace.locate(workspace)
    homes = [home_of(place, *parse_model(model))] if model else models(place)
    found = [
        (version, standing)
        for home in homes
        for standing in [standing_of(home)]
        for version in reversed(versions(place, home.profile, home.model))
    ]
    if json:
        print_json([version_as_json(version, standing) for version, standing in found])
        return
    rows = [
        [
            version.name,
            " ".join(standing.aliases_of(version.number)),
            version.manifest.headline,
            version.manifest.score,
            targets_reached(version),
            version.manifest.run,
            time.strftime("%Y-%m-%d %H:%M", time.localtime(version.manifest.created)),
        ]
        for version, standing in found
    ]
    print_table(["version", "in use as", "metric", "value", "targets", "run", "registered"], rows)


@app.command()
def show(
    version: VersionArgument, json: JsonOption = False, workspace: WorkspaceOption = None, debug: DebugOption = False
) -> None:
    """A version's manifest: where it comes from, what it measured, its thresholds and files.

    Example: engine models show utility/ner@production
    """
    found = find_version(Workspace.locate(workspace), version)
    standing, manifest = standing_of(found.home), found.manifest
    if json:
        print_json(version_as_json(found, standing) | {"manifest": manifest})
        return
    facts = [
        ["version", found.name],
        ["in use as", " ".join(standing.aliases_of(found.number)) or "–"],
        ["directory", str(found.paths.root)],
        ["task", manifest.task],
        ["run", manifest.run],
        ["dataset", f"{manifest.dataset} ({manifest.dataset_sha256[:12]})" if manifest.dataset else "–"],
        ["base", manifest.base or "–"],
        ["files", f"{len(manifest.files)}, {sum(fact.bytes for fact in manifest.files.values()):,} bytes"],
        ["licences", "; ".join(manifest.licences) or "–"],
    ]
    print_table(["", ""], facts)
    for name, value in thresholds_of(found, standing).items():
        print(f"threshold {name}: {value:g}")
    print()
    sets = list(manifest.metrics)
    names = dict.fromkeys(name for values in manifest.metrics.values() for name in values)
    print_table(["metric", *sets], [[name, *(manifest.metrics[one].get(name) for one in sets)] for name in names])


@app.command()
def history(
    model: ModelArgument, json: JsonOption = False, workspace: WorkspaceOption = None, debug: DebugOption = False
) -> None:
    """Every move of a model: who, when, from, to, why, and what the gate said.

    Example: engine models history utility/ner
    """
    entries = read_history(home_of(Workspace.locate(workspace), *parse_model(model)))
    if json:
        print_json(entries)
        return
    print_table(
        ["", "when", "who", "what", "from", "to", "gate", "why"],
        [
            [
                entry.seq,
                time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(entry.t)),
                entry.who,
                f"{entry.action} {entry.alias}".strip(),
                numbered(entry.from_version),
                numbered(entry.to_version),
                gate_word(entry),
                entry.why,
            ]
            for entry in entries
        ],
    )


@app.command()
def gate(
    version: VersionArgument,
    device: DeviceOption = "cpu",
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> int:
    """Ask the gate whether a version may go into production, and move nothing. Exit code 1 when it may not.

    Example: engine models gate utility/ner@latest
    """
    result, _ = api.gate(version, device=device, workspace=workspace)
    if json:
        print_json({**msgspec.structs.asdict(result), "passed": result.passed})
    else:
        print_gate(result)
    return 0 if result.passed else 1


@app.command()
def promote(
    version: VersionArgument,
    why: WhyOption = "",
    force: Annotated[
        bool, typer.Option("--force", help="Go on though the gate refuses; needs --why, and stands in the history.")
    ] = False,
    device: DeviceOption = "cpu",
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> int:
    """Put a version into production if it passes the gate. Exit code 1 when it is refused.

    Example: engine models promote utility/ner@3 --why "field test in May"
    """
    try:
        done = api.promote(version, why=why, force=force, device=device, workspace=workspace)
    except GateRefused as refused:
        if json:
            print_json({"moved": False, "gate": {**msgspec.structs.asdict(refused.result), "passed": False}})
        else:
            print_gate(refused.result)
        say(str(refused))
        return 1
    if not json and done.gate is not None:
        print_gate(done.gate)
    print_move(done, json)
    return 0


@app.command()
def stage(
    version: VersionArgument,
    why: WhyOption = "",
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Point `staging` at a version: the candidate that people look at.

    Example: engine models stage utility/ner@3
    """
    print_move(api.stage(version, why=why, workspace=workspace), json)


@app.command()
def rollback(
    model: ModelArgument,
    why: WhyOption = "",
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Bring back what was in production before.

    Example: engine models rollback utility/ner --why "misses the new poles"
    """
    print_move(api.rollback(model, why=why, workspace=workspace), json)


@app.command()
def retire(
    model: ModelArgument,
    why: WhyOption = "",
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Take what is in production out, with nothing in its place.

    Example: engine models retire utility/ner --why "the customer left"
    """
    print_move(api.retire(model, why=why, workspace=workspace), json)


@app.command()
def threshold(
    version: VersionArgument,
    value: Annotated[float, typer.Argument(help="The confidence, 0 to 1.")],
    name: Annotated[str, typer.Option("--name", help="Which threshold.")] = AUTOMATIC,
    why: WhyOption = "",
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Raise a threshold of a version: from which confidence nobody verifies its decisions.

    Example: engine models threshold utility/ner@production 0.9 --why "two wrong tags last week"
    """
    print_move(api.raise_threshold(version, value, name=name, why=why, workspace=workspace), json)


@app.command()
def register(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run that ended: id, unique prefix, or @latest.")],
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Make a version of a run by hand: of one that was stopped, or whose registration failed.

    Example: engine models register @latest
    """
    version = api.register(run, workspace=workspace)
    if json:
        print_json({"version": version.name})
    else:
        print(version.name)
