"""From a key to a move: what is asked first, and what is made of the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from engine.registry.paths import ModelHome
from tui.models.moves import Moves
from tui.models.questions import (
    SHADOW,
    Question,
    Values,
    ask_deploy,
    ask_ramp,
    ask_rollback,
    ask_stage,
    ask_threshold,
    ask_withdraw,
    share_of,
)
from tui.models.shelf import ModelSeen, VersionSeen

MoveName = Literal["rollback", "stage", "raise_threshold", "deploy", "ramp", "withdraw"]


@dataclass(frozen=True)
class Asking:
    """A question and what its answer leads to."""

    question: Question
    make: Callable[[Values], None]


def may(action: str, seen: ModelSeen, version: VersionSeen) -> bool:
    """Whether a move, or the card, is there for a version as things stand."""
    standing, readable = seen.standing, version.manifest is not None
    in_production = standing.production == version.number
    match action:
        case "promote":
            return readable and not in_production and not seen.problem
        case "stage":
            return readable and standing.staging != version.number and not seen.problem
        case "rollback":
            return standing.previous is not None
        case "deploy":
            beside = standing.production is not None and not in_production
            return readable and beside and standing.deployment is None
        case "ramp" | "withdraw":
            return standing.deployment is not None
        case "raise_threshold":
            return readable and not seen.problem
        case _:
            return readable


def asking(
    action: MoveName, seen: ModelSeen, version: VersionSeen, home: ModelHome, moves: Moves, next_share: float | None
) -> Asking:
    """What is asked before a move. `next_share`: the next step of the A/B, where one goes on."""
    reference, number, seq = seen.reference(version.number), version.number, seen.standing.seq
    match action:
        case "rollback":
            return Asking(
                ask_rollback(seen), lambda told: moves.rollback(seen.profile, seen.model, seq, why=told["why"])
            )
        case "stage":
            return Asking(ask_stage(seen, version), lambda told: moves.stage(reference, seq, why=told["why"]))
        case "raise_threshold":
            return Asking(
                ask_threshold(seen, version),
                lambda told: moves.raise_threshold(reference, told["name"], float(told["value"]), why=told["why"]),
            )
        case "deploy":
            return Asking(
                ask_deploy(seen, version),
                lambda told: moves.deploy(
                    home,
                    number,
                    seq,
                    share=share_of(told["share"]),
                    shadow=told["share"].lower() == SHADOW,
                    why=told["why"],
                ),
            )
        case "ramp":
            return Asking(
                ask_ramp(seen, next_share),
                lambda told: moves.ramp(home, seq, share_of(told["share"]) or 0.0, why=told["why"]),
            )
        case "withdraw":
            return Asking(ask_withdraw(seen), lambda told: moves.withdraw(home, seq, why=told["why"]))
