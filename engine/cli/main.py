"""Entry of the `engine` command.

The table below is all that `engine --help` needs, so it answers in a blink: a noun's module, and
typer with it, is imported only when the noun is called.
"""

from __future__ import annotations

import atexit
import difflib
import gc
import importlib
import io
import os
import sys
import traceback
from collections.abc import Sequence

from engine.errors import FinetopError, InputError

COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("engine.cli.demo", "the main job on data that it makes: generate, train, watch, validate"),
    "profiles": ("engine.cli.profiles", "list, show and check the projects"),
    "data": ("engine.cli.data", "generate, fetch, import, curate, list and show datasets; forget a person"),
    "plan": ("engine.cli.plan", "what a training would run: values, steps, data, device, time, warnings"),
    "train": ("engine.cli.train", "start trainings in the background and follow them"),
    "runs": ("engine.cli.runs", "list, show, watch, stop and resume runs"),
    "attach": ("engine.cli.attach", "this workspace for a console elsewhere, over standard streams"),
    "evaluate": ("engine.cli.evaluate", "measure a trained model on a split"),
    "predict": ("engine.cli.predict", "try a trained model on samples"),
    "compare": ("engine.cli.compare", "which of two models is better, on the same held-out rows"),
    "models": ("engine.cli.models", "versions: promote through the gate, roll back, history"),
    "feedback": ("engine.cli.feedback", "take corrections in from the field, and train on them"),
    "triggers": ("engine.cli.triggers", "what starts a training unasked, and what came of it"),
    "folders": ("engine.cli.folders", "file trees: snapshot, features, samples to label, labels, dataset"),
    "webhooks": ("engine.cli.webhooks", "tell others what happened: signed, repeated until they answer"),
    "serve": ("engine.cli.serve", "the REST service: train, predict and watch over HTTP"),
    "tokens": ("engine.cli.tokens", "who may ask the service for what"),
    "doctor": ("engine.cli.doctor", "what this machine and terminal can do, and what is missing"),
}

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and exit: 0 done, 1 failed, 2 bad input, 3 target missed, 130 interrupted."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal of another alphabet, or a name of bytes that are no letters: shown otherwise, as on stderr.
        sys.stdout.reconfigure(errors="backslashreplace")
    if not given or given[0] in {"-h", "--help", "help"}:
        print(_help())
        sys.exit(0)
    if given[0] in {"-V", "--version"}:
        from engine import __version__

        print(f"finetop {__version__}")
        sys.exit(0)
    sys.exit(_run(given))


@atexit.register
def _end_at_once() -> None:
    """The interpreter looks for garbage among all modules when it ends: an eighth of a short command's time."""
    # torch's libraries would report whatever is kept as lost.
    if "torch" not in sys.modules:
        gc.freeze()


def _run(given: list[str]) -> int:
    debug = "--debug" in given
    try:
        return _call(given[0], given[1:])
    except FinetopError as problem:
        if debug:
            traceback.print_exc()
        from engine.cli.output import harmless

        print(f"error: {harmless(str(problem))}", file=sys.stderr)
        return problem.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has seen enough (`| head`); Python must not complain when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as problem:
        if debug:
            traceback.print_exc()
        print(f"error: {problem.strerror or problem}: {problem.filename or ''}".rstrip(": "), file=sys.stderr)
        return 1


def _call(noun: str, rest: list[str]) -> int:
    if noun not in COMMANDS:
        near = difflib.get_close_matches(noun, COMMANDS, n=1)
        raise InputError(
            f"there is no command {noun!r}",
            fix=f"write `engine {near[0]}`" if near else "`engine --help` lists them",
        )
    module = importlib.import_module(COMMANDS[noun][0])
    from typer.exceptions import TyperException

    try:
        code = module.app(args=rest, prog_name=f"engine {noun}", standalone_mode=False)
    except TyperException as problem:
        message = problem.format_message() if hasattr(problem, "format_message") else str(problem)
        if "\n" in message:  # the help, which a bare noun asks for
            print(message)
            return InputError.exit_code
        raise InputError(message.rstrip("."), fix=f"see `engine {noun} --help`") from problem
    return code if isinstance(code, int) else 0


def _help() -> str:
    width = max(map(len, COMMANDS)) + 2
    rows = [f"  {name:<{width}}{summary}" for name, (_, summary) in COMMANDS.items()]
    return "\n".join(
        [
            "Usage: engine COMMAND [OPTIONS]",
            "",
            "Train small specialised models in the background, watch them, and use them.",
            "",
            *rows,
            "",
            "Every command takes --help, --workspace DIR and --debug; what reports takes --json.",
            "The console is `finetop`.",
        ]
    )
