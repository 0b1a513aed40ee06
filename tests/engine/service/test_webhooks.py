"""Webhooks over HTTP: added, listed without their secrets, removed."""

from __future__ import annotations

import pytest

from .conftest import Served

URL = "https://hooks.example.org/finetop"


def test_a_webhook_is_added_listed_and_removed(served: Served) -> None:
    added = served.client.post("/webhooks", json={"url": URL, "kinds": ["run.failed"]})
    assert added.status_code == 201 and added.json()["secret"].startswith("whsec_")
    assert served.client.post("/webhooks", json={"url": URL}).status_code == 409
    listed = served.client.get("/webhooks")
    assert [(one["id"], one["kinds"], one["waiting"]) for one in listed.json()["webhooks"]] == [
        (added.json()["id"], ["run.failed"], 0)
    ]
    assert added.json()["secret"] not in listed.text
    assert "finetop_webhooks_pending 0.0" in served.client.get("/metrics").text
    path = f"/webhooks/{added.json()['id']}"
    assert [served.client.delete(path).status_code for _ in range(2)] == [204, 404]


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/x", "http://169.254.169.254/", "ftp://example.org", "https://"])
def test_what_must_not_be_sent_to_is_refused(served: Served, url: str) -> None:
    assert served.client.post("/webhooks", json={"url": url}).status_code == 422
    assert served.client.get("/webhooks").json() == {"webhooks": []}
