"""Versions: what they are, where they may be deployed, and who gets which."""

import pytest

from tenants import HELLO, decimals


def test_a_staging_token_gets_staging(admin):
    tenant = admin.tenant(system="You are ONE.")
    tenant.new_version("You are TWO.")
    tenant.deploy(2, "staging")
    staging = tenant.new_token("staging")["secret"]
    assert tenant.chat(HELLO).headers["tollgate-version"] == "1"
    assert tenant.chat(HELLO, secret=staging).headers["tollgate-version"] == "2"


def test_a_token_stays_with_its_schema(admin):
    """A new schema never changes what an old caller gets."""
    tenant = admin.tenant(system="You are ONE.")
    shape = {"type": "object", "properties": {"topic": {"type": "string"}}}
    assert admin.post(f"{tenant.path}/schemas", {"input": shape})["number"] == 2
    tenant.new_version("You are TWO.", schema=2)
    admin.call("PUT", tenant.place(schema=2), {"version": 2})
    newer = tenant.new_token()
    assert newer["schema"] == 2
    assert tenant.chat(HELLO).headers["tollgate-version"] == "1"
    assert tenant.chat(HELLO, secret=newer["secret"]).headers["tollgate-version"] == "2"


def test_the_same_content_is_the_same_version(admin):
    tenant = admin.tenant(system="You are ONE.")
    again = admin.post(f"{tenant.path}/versions", {
        "max_output_tokens": 64, "messages": [{"content": "You are ONE.", "role": "system"}], "model": "sim-1",
        "provider": "simulated",
    }, expect=200)
    assert again["number"] == 1
    other = tenant.new_version("You are TWO.")
    assert other["number"] == 2 and other["hash"] != again["hash"]


@pytest.mark.parametrize("version, pointer", [
    ({"messages": [{"role": "system", "content": "Hello {{ name"}]}, "/messages/0/content"),
    ({"messages": [{"role": "robot", "content": "x"}]}, "/messages/0/role"),
    ({"max_output_tokens": 0}, "/max_output_tokens"),
    ({"colour": "red"}, "/colour"),
])
def test_a_bad_version_is_refused_with_its_place(admin, version, pointer):
    tenant = admin.tenant()
    body = {"provider": "simulated", "model": "sim-1", "messages": [{"role": "system", "content": "x"}]} | version
    response = admin.http.post(f"{tenant.path}/versions", json=body)
    assert response.status_code == 400, response.text
    assert decimals(response)["pointer"] == pointer


def test_an_unpriced_model_cannot_be_deployed_on_a_platform_key(admin):
    tenant = admin.tenant()
    tenant.new_version(model="nobody-knows")
    response = admin.http.put(tenant.place(), json={"version": 2})
    assert (response.status_code, response.json()["code"]) == (400, "invalid_request")
    assert tenant.chat(HELLO).headers["tollgate-version"] == "1"
    admin.add_key("simulated", "sk-own", organization=tenant.organization)
    assert tenant.deploy(2)["version"]["number"] == 2
    assert tenant.chat(HELLO).status_code == 200
