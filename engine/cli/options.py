"""Options and arguments that mean the same on every verb."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "--workspace", metavar="DIR", help="Where datasets and runs lie (FINETOP_WORKSPACE, else ./workspace)."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
DebugOption = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
PresetOption = Annotated[str, typer.Option("--preset", help="A preset of the profile; `full` is its own values.")]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Override a value, e.g. epochs=3 or ner.learning_rate=1e-4."),
]
DatasetOption = Annotated[
    str | None, typer.Option("--dataset", metavar="DATASET", help="Dataset id or unique prefix.")
]
DeviceOption = Annotated[str, typer.Option("--device", help="auto, cpu, cuda or cuda:N.")]
ProfileArgument = Annotated[str, typer.Argument(metavar="PROFILE", help="A shipped profile's name, or a path.")]
ModelsArgument = Annotated[
    list[str] | None, typer.Argument(metavar="[MODEL]...", help="Models of the profile; all by default.")
]
TrainedArgument = Annotated[
    str,
    typer.Argument(metavar="MODEL", help="A run (id, unique prefix, @latest) or a version (utility/ner@production)."),
]
RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="A run's id, a unique prefix, or @latest.")]


def new_app(help: str) -> typer.Typer:
    """A noun with verbs."""
    return typer.Typer(
        help=help, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None
    )


def one_command(function: object) -> typer.Typer:
    """A noun that is a verb itself."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.command()(function)  # type: ignore[type-var]
    return app
