"""Who is let in: walked over all routes, so that a new one cannot be forgotten."""

from __future__ import annotations

import re
import time

import httpx

from engine.service.access import ACCESS, SCOPES

from .conftest import Served

GUARDED = sorted(route for route, access in ACCESS.items() if access.scope is not None)
_FILLED = {"run": "20260101-000000-scripted-good-0000", "profile": "scripted", "model": "good", "id": "we_00000000"}


def ask(served: Served, route: str, **more: object) -> httpx.Response:
    method, path = route.split(" ")
    filled = re.sub(r"\{(\w+)\}", lambda found: _FILLED[found[1]], path)
    return served.client.request(method, filled, **more)  # type: ignore[arg-type]


def error_of(answer: httpx.Response) -> dict[str, str]:
    assert set(answer.json()) == {"error"} and set(answer.json()["error"]) == {"what", "where", "fix"}
    found: dict[str, str] = answer.json()["error"]
    return found


def test_the_table_and_the_routes_are_the_same(served: Served) -> None:
    document = served.client.get("/openapi.json").json()
    there = {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}
    assert there == set(ACCESS)
    for route in GUARDED:
        method, path = route.split(" ")
        assert document["paths"][path][method.lower()]["x-scope"] == ACCESS[route].scope


def test_each_route_refuses_whoever_may_not(served: Served) -> None:
    """No token, a wrong one, an expired one, a revoked one: 401. Every scope but its own: 403."""
    by_scope = {scope: served.token(scope, name=scope) for scope in SCOPES}
    expired = served.token(*SCOPES, name="expired", days=0.000_001)
    revoked = served.token(*SCOPES, name="revoked")
    served.service.tokens.revoke("revoked")
    time.sleep(0.1)
    strangers = {
        "none": {},
        "wrong": {"Authorization": "Bearer ft_wrong"},
        "no bearer": {"Authorization": by_scope["read"]["Authorization"].replace("Bearer", "Basic")},
        "empty": {"Authorization": "Bearer"},
        "expired": expired,
        "revoked": revoked,
    }
    for route in GUARDED:
        for who, header in strangers.items():
            answer = ask(served, route, headers=header)
            assert answer.status_code == 401, (route, who)
            assert answer.headers["www-authenticate"].startswith("Bearer") and error_of(answer)["fix"]
        for scope, header in by_scope.items():
            if scope != ACCESS[route].scope:
                answer = ask(served, route, headers=header)
                assert answer.status_code == 403, (route, scope)
                assert ACCESS[route].scope in error_of(answer)["what"]


def test_the_right_scope_opens_each_route(served: Served) -> None:
    for scope in SCOPES:
        header = served.token(scope, name=scope)
        for route in (route for route in GUARDED if ACCESS[route].scope == scope):
            assert ask(served, route, headers=header).status_code not in {401, 403, 405}, route


def test_health_needs_no_token_and_says_nothing(served: Served) -> None:
    served.token("read")
    answer = served.client.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_a_token_counts_at_once_and_a_revoked_one_no_more(served: Served) -> None:
    assert served.client.get("/runs").status_code == 200
    header = served.token("read", name="one")
    assert served.client.get("/runs").status_code == 401
    assert served.client.get("/runs", headers=header).status_code == 200
    served.service.tokens.revoke("one")
    assert served.client.get("/runs", headers=header).status_code == 401
    assert served.client.get("/runs").status_code == 401, "a store that had a token lets nobody in without"


OF_ANOTHER_SITE = [
    {"Host": "evil.example"},
    {"Host": "127.0.0.1.evil.example:8001"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:1"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"X-Forwarded-For": "127.0.0.1"},
    {"Forwarded": "for=127.0.0.1"},
]


def test_without_tokens_no_page_of_another_site_is_served(served: Served) -> None:
    for headers in OF_ANOTHER_SITE:
        answer = served.client.get("/runs", headers=headers)
        assert answer.status_code == 403 and "this machine" in error_of(answer)["what"], headers


def test_without_tokens_a_page_of_this_machine_is_served(served: Served) -> None:
    origin = str(served.client.base_url).rstrip("/")
    headers = {"Origin": origin, "Sec-Fetch-Site": "same-origin"}
    assert served.client.get("/runs", headers=headers).status_code == 200


def test_a_store_that_cannot_be_read_lets_nobody_in(served: Served) -> None:
    header = served.token("read")
    served.service.tokens.path.write_text("{")
    answer = served.client.get("/runs", headers=header)
    assert answer.status_code == 503 and str(served.workspace.root) not in answer.text
    assert served.client.get("/health").status_code == 200


def test_a_body_that_is_too_long_is_refused_before_it_is_read(served: Served) -> None:
    def endless() -> object:
        for _ in range(100):
            yield b" " * 4096

    told = served.client.post("/fine-tune/start", content=b" " * (65 << 10))
    streamed = served.client.post("/fine-tune/start", content=endless())  # type: ignore[arg-type]
    assert told.status_code == streamed.status_code == 413
    assert "64 KiB" in error_of(told)["what"]


def test_a_body_that_does_not_come_is_given_up(served: Served) -> None:
    def slow() -> object:
        yield b"{"
        time.sleep(1.0)
        yield b"}"

    answer = served.client.post("/fine-tune/start", content=slow())  # type: ignore[arg-type]
    assert answer.status_code == 408 and "0.5 s" in error_of(answer)["what"]


def test_a_full_lane_says_when_to_come_back(served: Served) -> None:
    with served.service.lanes.place("read"):
        served.service.lanes._most["read"] = 1
        answer = served.client.get("/runs")
        assert answer.status_code == 429 and answer.headers["retry-after"] == "1"
    assert served.client.get("/runs").status_code == 200


UNUSABLE = [
    (b"{", 400),
    (b'{"profile": 1e999}', 422),
    (b"\xff\xfe", 400),
    (b"[" * 40_000, 400),
    (b'{"profile": "\\ud800"}', 422),
    (b'{"profile": "utility", "sudo": true}', 422),
    (b'{"profile": "../../etc/passwd"}', 422),
    (b'{"profile": "' + b"9" * 5000 + b'"}', 422),
    (b"9" * 5000, 400),
    (b'{"profile": "scripted", "set": ["base=/etc/passwd"]}', 422),
    (b'{"profile": "utility", "models": ["ner"], "set": ["base=evil"]}', 422),
    (b'{"profile": "scripted", "dataset": "../x"}', 422),
    (b'{"profile": "nothing"}', 404),
]


def test_what_cannot_be_used_is_one_sentence(served: Served) -> None:
    for content, status in UNUSABLE:
        answer = served.client.post("/fine-tune/start", content=content, headers={"Content-Type": "application/json"})
        assert answer.status_code == status, (content[:80], answer.text)
        assert error_of(answer)["what"] and "Traceback" not in answer.text


def test_every_answer_has_the_headers_that_browsers_heed(served: Served) -> None:
    for path in ("/health", "/nothing", "/runs/x"):
        headers = served.client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff" and headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in headers and "server" not in headers
