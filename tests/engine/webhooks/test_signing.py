"""Signatures as Standard Webhooks defines them."""

import subprocess

import pytest

from engine.errors import InputError
from engine.webhooks.signing import key_of, new_secret, signed_headers, verify

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID, TIME, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
"""The example in the documentation of the specification's authors; `openssl dgst -sha256 -mac HMAC` says the same."""


def headers(**changed: str) -> dict[str, str]:
    given = {"webhook-id": ID, "webhook-timestamp": str(TIME), "webhook-signature": SIGNATURE}
    return given | {name.replace("_", "-"): value for name, value in changed.items()}


def test_a_published_example_is_signed_and_verified_alike() -> None:
    assert signed_headers(SECRET, ID, BODY, TIME + 0.9) == headers()
    assert verify(SECRET, headers(), BODY, now=TIME) == ID


def test_openssl_computes_the_same() -> None:
    secret, body = new_secret(), "größe {}".encode()
    given = signed_headers(secret, "evt_1", body, 1763758405)
    command = ["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{key_of(secret).hex()}", "-binary"]
    raw = subprocess.run(command, input=b"evt_1.1763758405." + body, capture_output=True, check=True).stdout
    packed = subprocess.run(["base64", "-w0"], input=raw, capture_output=True, check=True).stdout.decode()
    assert given["webhook-signature"] == f"v1,{packed}"


def test_one_of_several_signatures_is_enough_and_names_of_headers_have_no_case() -> None:
    several = headers(webhook_signature=f"v2,xyz v1,AAAA {SIGNATURE}")
    assert verify(SECRET, {name.title(): value for name, value in several.items()}, BODY, now=TIME) == ID


@pytest.mark.parametrize(
    ("changed", "body", "late", "sentence"),
    [
        ({}, BODY + b" ", 0, "does not match"),
        ({"webhook_id": "msg_other"}, BODY, 0, "does not match"),
        ({"webhook_timestamp": str(TIME + 1)}, BODY, 0, "does not match"),
        ({"webhook_signature": SIGNATURE.replace("v1", "v2")}, BODY, 0, "does not match"),
        ({"webhook_signature": ""}, BODY, 0, "does not match"),
        ({"webhook_signature": "v1,größe"}, BODY, 0, "does not match"),
        ({"webhook_timestamp": "soon"}, BODY, 0, "is no time"),
        ({"webhook_timestamp": "9" * 5000}, BODY, 0, "is no time"),
        ({"webhook_timestamp": "-5"}, BODY, 0, "is no time"),
        ({"webhook_id": "a.1"}, BODY, 0, "full stop"),
        ({}, BODY, 301, "too long ago"),
        ({}, BODY, -301, "in the future"),
    ],
)
def test_anything_else_is_refused(changed: dict[str, str], body: bytes, late: int, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        verify(SECRET, headers(**changed), body, now=TIME + late)


def test_a_missing_header_is_named() -> None:
    given = headers()
    del given["webhook-signature"]
    with pytest.raises(InputError, match="the header webhook-signature is missing"):
        verify(SECRET, given, BODY, now=TIME)


def test_a_secret_is_256_random_bits() -> None:
    assert len(key_of(new_secret())) == 32
    assert new_secret() != new_secret()


@pytest.mark.parametrize("secret", ["", "whsec_", "hello", "whsec_" + "A" * 28, "whsec_" + "A" * 400, "whsec_ä"])
def test_a_weak_or_broken_secret_is_refused_and_not_repeated(secret: str) -> None:
    with pytest.raises(InputError) as refused:
        key_of(secret)
    assert "A" * 8 not in str(refused.value)
