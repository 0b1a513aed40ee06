"""`engine models deploy`, `traffic`, `ramp`, `withdraw`: a candidate beside production, and what came of it."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from engine.cli.options import DebugOption, JsonOption, WorkspaceOption
from engine.cli.output import print_json, print_table, say
from engine.errors import InputError
from engine.registry.paths import ModelHome
from engine.registry.reference import parse_model, parse_reference
from engine.traffic import deploying
from engine.traffic.deployment import Deployment, TrafficPolicy
from engine.traffic.status import Status
from engine.workspace import Workspace

ModelArgument = Annotated[str, typer.Argument(metavar="MODEL", help="PROFILE/MODEL, such as utility/ner.")]
WhyOption = Annotated[str, typer.Option("--why", metavar="REASON", help="Stands in the history.")]


def add_to(app: typer.Typer) -> None:
    """Register the verbs with `engine models`."""
    for verb in (deploy, traffic, ramp, withdraw):
        app.command()(verb)


def deploy(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="The candidate: PROFILE/MODEL@N, or @staging.")],
    share: Annotated[
        float | None,
        typer.Option("--share", metavar="PERCENT", help="Of the request keys; the first step of the profile."),
    ] = None,
    shadow: Annotated[
        bool, typer.Option("--shadow", help="The candidate sees all requests, and nobody gets its answers.")
    ] = False,
    profile: Annotated[
        str | None,
        typer.Option("--profile", metavar="PATH", help="Where the profile lies, if not found by its name."),
    ] = None,
    why: WhyOption = "",
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Try a version beside production, by the rules that its profile has under `traffic:`.

    Example: engine models deploy utility/ner@3 --share 10
    """
    if shadow and share is not None:
        raise InputError("a shadow answers nobody", fix="give either --share or --shadow")
    place, reference = Workspace.locate(workspace), parse_reference(version)
    done = deploying.start(
        place,
        reference,
        share=share,
        mode="shadow" if shadow else None,
        policy=_policy(profile, reference.profile, reference.model),
        why=why,
    )
    _told(f"{reference.profile}/{reference.model}", done, json)


def traffic(
    model: ModelArgument, json: JsonOption = False, workspace: WorkspaceOption = None, debug: DebugOption = False
) -> None:
    """How the candidate does beside production: requests, outcomes, the verdict of the sequential test, the guards.

    Example: engine models traffic utility/ner
    """
    _print(deploying.status_of(_home(model, workspace)), json)


def ramp(
    model: ModelArgument,
    share: Annotated[
        float | None, typer.Option("--share", metavar="PERCENT", help="Go to this share, whatever the test says.")
    ] = None,
    why: WhyOption = "",
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Do what the rules say now: the next step, or a fallback, or nothing yet and why.

    Example: engine models ramp utility/ner
    """
    home = _home(model, workspace)
    if share is not None:
        _told(home.name, deploying.ramp(home, share, why=why), json)
        return
    done = deploying.step(home)
    if done.status is None:
        deploying.deployed(home)  # says that there is none
        return
    if json:
        print_json({"moved": done.entry, "decision": done.status.decision})
        return
    moved = done.entry.sentence if done.entry is not None else done.status.decision.action
    print(f"{moved}: {done.status.decision.why}")


def withdraw(
    model: ModelArgument,
    why: WhyOption = "",
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Take the candidate out: production answers everything again.

    Example: engine models withdraw utility/ner --why "too slow in the field"
    """
    entry = deploying.withdraw(_home(model, workspace), why=why)
    if json:
        print_json({"moved": entry})
    else:
        print(entry.sentence)


def _policy(profile: str | None, name: str, model: str) -> TrafficPolicy:
    from engine.profiles import load_profile
    from engine.traffic.policy import policy_named, policy_of

    if profile is not None:
        return policy_of(load_profile(profile), model)
    found = policy_named(name, model)
    if found is None:
        say(f"the profile {name} is not found by its name: the defaults of `traffic:` hold (see --profile)")
    return found or TrafficPolicy()


def _home(model: str, workspace: object) -> ModelHome:
    return deploying.home_named(Workspace.locate(workspace), *parse_model(model))  # type: ignore[arg-type]


def _told(name: str, deployment: Deployment, json: bool) -> None:
    if json:
        print_json(deployment)
        return
    answers = "nothing, in shadow" if deployment.is_shadow else f"{deployment.share:g} % of the keys"
    print(f"{name}@{deployment.candidate} answers {answers}; {name}@{deployment.production} the rest")


def _print(status: Status, json: bool) -> None:
    if json:
        print_json(msgspec.to_builtins(status))
        return
    deployment, judgement = status.deployment, status.judgement
    rows = [
        [
            arm,
            f"@{version}",
            count.requests,
            count.failed,
            count.automatic,
            count.human,
            outcomes,
            rate,
            recent.p95_ms,
        ]
        for arm, version, count, outcomes, rate, recent in (
            (
                "production",
                deployment.production,
                status.production,
                judgement.outcomes[0],
                judgement.production,
                status.recent_production,
            ),
            (
                "candidate",
                deployment.candidate,
                status.candidate,
                judgement.outcomes[1],
                judgement.candidate,
                status.recent_candidate,
            ),
        )
    ]
    mode = "shadow" if deployment.is_shadow else f"{deployment.share:g} %"
    print(f"{mode}, step {deployment.step}, steps {', '.join(f'{step:g} %' for step in deployment.policy.steps)}")
    print_table(
        ["", "version", "requests", "failed", "automatic", "human", "labelled", "right", "p95 ms"],
        rows,
    )
    print(f"verdict: {judgement.verdict}; difference {judgement.interval} ({1 - judgement.alpha:.0%} each side)")
    print_table(
        ["guard", "", ""], [[one.name, "CROSSED" if one.crossed else "kept", one.told] for one in status.guards]
    )
    print(f"{status.decision.action}: {status.decision.why}")
