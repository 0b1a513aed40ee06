import json

import pytest

from engine.cli.options import new_app
from engine.cli.traffic import add_to
from engine.errors import InputError, NotFoundError
from engine.registry.history import read_history
from engine.traffic.outcomes import Outcome
from engine.traffic.routing import Router


@pytest.fixture
def engine_models(workspace, capsys):
    app = new_app("")
    add_to(app)

    def call(*arguments: str) -> str:
        app(args=[*arguments, "--workspace", str(workspace.root)], standalone_mode=False)
        return capsys.readouterr().out

    return call


def test_a_candidate_is_deployed_looked_at_and_withdrawn(engine_models, home):
    assert "plain/m@2 answers 50 % of the keys; plain/m@1 the rest" in engine_models(
        "deploy", "plain/m@2", "--share", "50", "--why", "try"
    )
    router = Router(home)
    for number in range(30):
        route = router.route(f"key-{number}")
        (id,) = router.record([(route, router.answer(route.version, {"label": "a", "confidence": 0.9}, 5.0), None)])
        router.take([Outcome(request=id, correct=True)])
    told = engine_models("traffic", "plain/m")
    assert "verdict: not yet" in told
    assert "before 100 %" in told
    found = json.loads(engine_models("traffic", "plain/m", "--json"))
    assert found["production"]["requests"] + found["candidate"]["requests"] == 30
    assert "stay: " in engine_models("ramp", "plain/m")
    assert "100 % of the keys" in engine_models("ramp", "plain/m", "--share", "100")
    assert "withdraw" in engine_models("withdraw", "plain/m", "--why", "done")
    assert [one.action for one in read_history(home)] == ["promote", "deploy", "ramp", "withdraw"]
    for verb in ("traffic", "ramp", "withdraw"):
        with pytest.raises(NotFoundError, match="nothing of plain/m is deployed"):
            engine_models(verb, "plain/m")


def test_a_shadow_has_no_share(engine_models, home):
    with pytest.raises(InputError, match="either --share or --shadow"):
        engine_models("deploy", "plain/m@2", "--share", "5", "--shadow")
    assert "answers nothing, in shadow" in engine_models("deploy", "plain/m@2", "--shadow")


def test_the_rules_come_from_the_profile(engine_models, home, tmp_path):
    profile = tmp_path / "plain.yaml"
    profile.write_text("finetop: 1\nname: plain\nmodels:\n  m:\n    task: noop\n    traffic: {steps: [5, 20]}\n")
    made = json.loads(engine_models("deploy", "plain/m@2", "--profile", str(profile), "--json"))
    assert (made["share"], made["policy"]["steps"]) == (5.0, [5.0, 20.0])
