"""Keys that cost no credits: who may say so, what the next run sees, and what must be known where credits are charged."""

from decimal import Decimal

import pytest

from tenants import HELLO, Admin


@pytest.fixture(scope="module")
def cloud(new_server, simulator) -> Admin:
    return Admin(new_server(simulator, mode="cloud"))


@pytest.fixture()
def tenant(cloud):
    return cloud.tenant(credits="5")


def mark(tenant, key: dict, *, expect: int = 200, by: Admin | None = None, **body):
    return (by or tenant.admin).post(f"/provider-keys/{key['id']}/exempt", body, expect=expect)


def last_run(tenant) -> tuple[Decimal, str]:
    """What a run costs, and the source of its key as its entry has it."""
    response = tenant.chat(HELLO)
    assert response.status_code == 200, response.text
    entry = tenant.entries()[0]
    assert entry["run"] == response.headers["tollgate-run-id"]
    assert Decimal(response.headers["tollgate-cost"]) == -Decimal(entry["balance_change"])
    return -Decimal(entry["balance_change"]), entry["run_record"]["key"]["source"]


def test_the_next_run_sees_it_at_once(tenant):
    assert last_run(tenant)[1] == "platform"
    key = tenant.admin.add_key("simulated", "sk-own", organization=tenant.organization)
    assert (key["exempt"], key["costs_credits"]) == (False, True)
    for _ in range(2):
        cost, source = last_run(tenant)
        assert cost > 0 and source == "customer"
        marked = mark(tenant, key)
        assert (marked["exempt"], marked["costs_credits"]) == (True, False)
        assert last_run(tenant) == (0, "exempt")
        assert mark(tenant, key, exempt=False)["costs_credits"] is True
    sources = {row["key_source"]: row for row in tenant.statement()["usage"]}
    assert {name: row["runs"] for name, row in sources.items()} == {"platform": 1, "customer": 2, "exempt": 2}
    assert sources["exempt"]["charge"] == "0" and Decimal(sources["exempt"]["list_cost"]) > 0
    tenant.admin.verify_ledger()


def test_an_organization_cannot_exempt_itself(tenant):
    cloud = tenant.admin
    made = cloud.post("/admin-tokens", {"role": "owner", "organization": tenant.organization})
    own = Admin(cloud.server, made["secret"])
    exempt = {"provider": "simulated", "secret": "sk-own", "organization": tenant.organization, "exempt": True}
    assert "owner of all" in own.post("/provider-keys", exempt, expect=403)["detail"]
    key = own.post("/provider-keys", {**exempt, "exempt": False}, expect=201)
    assert "owner of all" in mark(tenant, key, by=own, expect=403, exempt=True)["detail"]
    mark(tenant, key, exempt=True)
    assert own.get(f"/provider-keys/{key['id']}")["exempt"] is True
    mark(tenant, key, by=own, expect=403, exempt=False)
    stranger = cloud.post("/admin-tokens", {"role": "owner", "organization": cloud.tenant().organization})
    mark(tenant, key, by=Admin(cloud.server, stranger["secret"]), expect=404)
    billing = Admin(cloud.server, cloud.post("/admin-tokens", {"role": "billing"})["secret"])
    mark(tenant, key, by=billing, expect=403)
    platform = [key for key in cloud.items("/provider-keys") if key["organization"] is None][0]
    assert mark(tenant, platform, expect=400)["pointer"] == "/exempt"
    [entry] = [entry for entry in own.items("/audit") if entry["action"] == "provider_key.exempt"]
    assert entry["details"] == {"exempt": "true"}


def test_without_a_price_no_key_may_cost_credits(tenant):
    cloud = tenant.admin
    tenant.new_version("You are TWO.", model="sim-unpriced")
    assert "no price" in cloud.call("PUT", tenant.place(), {"version": 2}, expect=400)["detail"]
    key = cloud.add_key("simulated", "sk-own", organization=tenant.organization, exempt=True)
    tenant.deploy(2)
    assert last_run(tenant) == (0, "exempt")
    refused = mark(tenant, key, exempt=False, expect=400)
    assert refused["pointer"] == "/exempt" and "greeter in production" in refused["detail"]
    assert "sim-unpriced" in refused["detail"]
    another = {"provider": "simulated", "secret": "sk-two", "organization": tenant.organization}
    cloud.post("/provider-keys", another, expect=400)
    assert last_run(tenant) == (0, "exempt")
    # Off, it may be what it likes; but then it cannot be switched on.
    cloud.post(f"/provider-keys/{key['id']}/disable")
    mark(tenant, key, exempt=False)
    cloud.post(f"/provider-keys/{key['id']}/enable", expect=400)
    mark(tenant, key, exempt=True)
    cloud.post(f"/provider-keys/{key['id']}/enable")
    tenant.deploy(1)
    mark(tenant, key, exempt=False)
    assert last_run(tenant)[1] == "customer"


def test_the_commands_say_whether_a_key_is_exempt(tenant):
    def command(*arguments, code: int = 0, input: str = "") -> str:
        done = tenant.admin.server.command(*arguments, input=input)
        assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
        return done.stderr if code else done.stdout

    def shown(key: str) -> str:
        [line] = [line for line in command("key", "list").splitlines() if line.startswith(key)]
        return line.split()[4]

    command("key", "add", "simulated", "--organization", tenant.organization, "--exempt", input="sk-own\n")
    [key] = [key["id"] for key in tenant.admin.items("/provider-keys") if key["organization"] == tenant.organization]
    assert shown(key) == "yes" and last_run(tenant)[1] == "exempt"
    assert command("key", "exempt", key, "--no") == f"key {key} is not marked exempt; runs on it cost credits\n"
    assert shown(key) == "no" and last_run(tenant)[1] == "customer"
    assert command("key", "exempt", key) == f"key {key} is exempt; runs on it cost no credits\n"
    assert "always cost credits" in command("key", "add", "simulated", "--exempt", code=1, input="sk-platform\n")
    assert "not_found" in command("key", "exempt", "key_none", code=1)


def test_self_hosted_an_organizations_keys_are_exempt_by_themselves(admin):
    tenant = admin.tenant(credits=None)
    key = admin.add_key("simulated", "sk-own", organization=tenant.organization)
    assert (key["exempt"], key["costs_credits"]) == (False, False)
    assert last_run(tenant) == (0, "exempt")
    assert mark(tenant, key, exempt=False)["costs_credits"] is False
