"""Credentials of clouds, as they are given out."""

import json
import subprocess

#: Bedrock: temporary credentials, without a region.
SIGNER = {"access_key_id": "AKIASIMULATED", "secret_access_key": "wJalr/K7+MDENG", "session_token": "FwoG/temporary"}


def private_key() -> str:
    """RSA, PKCS #8 in PEM."""
    command = ["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def account(private_key: str, token_uri: str, changed: dict | None = None) -> str:
    """A service account's key as Google gives it out, JSON over several lines; with members of its own."""
    file = {
        "type": "service_account", "project_id": "p-1", "private_key_id": "sim-1", "private_key": private_key,
        "client_email": "tollgate@p-1.iam.gserviceaccount.com", "client_id": "1", "token_uri": token_uri,
        "auth_uri": "https://accounts.google.com/o/oauth2/auth", "universe_domain": "googleapis.com",
    }
    return json.dumps({name: value for name, value in (file | (changed or {})).items() if value is not None}, indent=2)
