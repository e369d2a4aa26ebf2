"""Service accounts' requests for access tokens, ours and google-auth's: the same JWT, which google-auth accepts."""

import json
import random
import subprocess
from datetime import datetime, timedelta
from unittest import mock
from urllib.parse import parse_qs

import pytest
from google.auth import _helpers, jwt
from google.oauth2 import service_account

from probe import ask

CLOUD = "https://www.googleapis.com/auth/cloud-platform"


@pytest.fixture(scope="module")
def key() -> tuple[str, str]:
    """A private key and its public key, in PEM."""
    private = subprocess.run(
        ["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"], check=True, capture_output=True
    ).stdout
    public = subprocess.run(["openssl", "pkey", "-pubout"], input=private, check=True, capture_output=True).stdout
    return private.decode(), public.decode()


def account(private: str, rng: random.Random) -> dict:
    return {
        "type": "service_account", "project_id": f"demo-{rng.randrange(1000)}", "private_key_id": rng.randbytes(20).hex(), "private_key": private,
        "client_email": f"runner-{rng.randrange(10**6)}@demo.iam.gserviceaccount.com", "token_uri": "https://oauth2.googleapis.com/token",
    }


def test_assertions(key):
    private, public = key
    rng = random.Random(2)
    asked = [
        {"account": json.dumps(account(private, rng)), "scopes": rng.choice([[CLOUD], [CLOUD, "https://www.googleapis.com/auth/x"]]),
         "at": rng.randrange(1_700_000_000_000, 1_900_000_000_000)}
        for _ in range(60)
    ]
    for request, answer in zip(asked, ask("assertion", asked)):
        form = parse_qs(answer["body"], strict_parsing=True)
        assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"] and set(form) == {"grant_type", "assertion"}
        (token,) = form["assertion"]
        # google-auth's JWTs end in padding, which RFC 7515 leaves out.
        now = datetime(1970, 1, 1) + timedelta(seconds=request["at"] // 1000)
        with mock.patch.object(_helpers, "utcnow", return_value=now):
            given = service_account.Credentials.from_service_account_info(json.loads(request["account"]), scopes=request["scopes"])
            theirs = given._make_authorization_grant_assertion()
            claims = jwt.decode(token, certs=public, audience="https://oauth2.googleapis.com/token")
        assert jwt.decode_header(token) == jwt.decode_header(theirs)
        assert claims == jwt.decode(theirs, verify=False)
        assert claims["exp"] - claims["iat"] == 3600

        signed, dot, signature = token.rpartition(".")
        other = signature[:20] + ("A" if signature[20] != "A" else "B") + signature[21:]
        with mock.patch.object(_helpers, "utcnow", return_value=now), pytest.raises(ValueError):
            jwt.decode(signed + dot + other, certs=public)


def test_a_wrong_key_is_refused_without_a_word_of_it(key):
    private, _ = key
    rng = random.Random(3)
    cut = private[: len(private) // 2]
    (answer,) = ask("assertion", [{"account": json.dumps(account(cut, rng)), "scopes": [CLOUD], "at": 0}])
    assert answer == {"fault": "unreadable"}
