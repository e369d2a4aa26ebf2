"""`tollgate import`: many things from a file, over a running server and over its files."""

import hashlib
import json

import pytest

from tenants import HELLO, Admin, Tenant

AGENTS = 300
TOKENS = 10


def secret(organization: str, agent: int, token: int) -> str:
    return f"tg_test_{organization}_{agent:06}_{token:06}"


def lines(organization: str) -> list[dict]:
    """An organization of many agents, a version in production each, and tokens."""
    made = [{"organization": {"slug": organization}}]
    for agent in range(AGENTS):
        slug = f"agent-{agent}"
        place = {"organization": organization, "agent": slug}
        made.append({"agent": {"organization": organization, "slug": slug}})
        made.append({"version": {
            **place, "provider": "simulated", "model": "sim-1", "max_output_tokens": 64, "label": "v1",
            "messages": [{"role": "system", "content": f"You are agent {agent}."}]}})
        made.append({"deployment": {**place, "environment": "production", "version": "v1"}})
        for token in range(TOKENS):
            digest = hashlib.sha256(secret(organization, agent, token).encode()).hexdigest()
            made.append({"token": {**place, "environment": "production", "secret_sha256": digest}})
    return made


def text(objects: list[dict]) -> str:
    return "".join(json.dumps(each) + "\n" for each in objects)


COUNTS = {"organizations": 1, "agents": AGENTS, "versions": AGENTS, "deployments": AGENTS, "tokens": AGENTS * TOKENS}


def test_import_while_serving(server, admin, tmp_path):
    file = tmp_path / "import.jsonl"
    objects = lines("import-live")
    file.write_text(text(objects))
    done = server.command("import", "--file", file, "--json")
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert (summary["imported"], summary["unchanged"], summary["lines"]) == (COUNTS, {}, len(objects))
    assert f"{len(objects)} lines, 100 %" in done.stderr

    # Runs see it at once.
    for agent in (0, AGENTS - 1):
        tenant = Tenant(admin, "import-live", f"agent-{agent}", secret("import-live", agent, TOKENS - 1))
        if agent == 0:
            assert tenant.chat(HELLO).status_code == 402, "known, but without credits"
            tenant.top_up("1")
        answer = tenant.chat(HELLO)
        assert answer.status_code == 200 and answer.headers["tollgate-deployment-revision"] == "1"
    entries = [each for each in admin.items("/audit") if each["action"] == "import"]
    assert sum(int(each["details"].get("tokens", 0)) for each in entries) >= AGENTS * TOKENS
    assert len(entries) < 10, "an entry for each piece, not for each line"

    # Once more it changes nothing, nor what became of it since.
    tenant.new_version("You are changed.")
    tenant.deploy(2)
    before = admin.get("/audit", limit=1)["items"][0]["sequence"]
    again = json.loads(server.command("import", "--file", "-", "--json", input=text(objects)).stdout)
    assert (again["imported"], again["unchanged"]) == ({}, COUNTS)
    assert admin.get("/audit", limit=1)["items"][0]["sequence"] == before
    assert tenant.chat(HELLO).headers["tollgate-version"] == "2"


def test_a_bad_line_is_named_and_what_went_before_stays(server, admin):
    objects = lines("import-bad")
    bad = len(objects) - 100
    objects[bad]["token"]["environment"] = "nowhere"
    done = server.command("import", "--file", "-", input=text(objects))
    assert done.returncode == 1 and not done.stdout
    assert f"standard input: line {bad + 1}: not_found" in done.stderr and "at /token" in done.stderr
    assert "lines 1 to 2000 are imported" in done.stderr
    assert len(admin.items("/organizations/import-bad/agents")) < AGENTS
    objects[bad]["token"]["environment"] = "production"
    done = server.command("import", "--file", "-", "--json", input=text(objects))
    summary = json.loads(done.stdout)
    assert sum(summary["imported"].values()) == len(objects) - 2000
    assert sum(summary["unchanged"].values()) == 2000


@pytest.mark.parametrize("line, says", [
    ("{", "line 2: invalid_request: the line is not JSON"),
    ('{"nonsense":{}}', "line 2: invalid_request: a line is an object with one member"),
    ('{"agent":{"organization":"import-odd","slug":"A"}}', "at /agent/slug"),
    ('{"token":{"organization":"import-odd","agent":"a","environment":"prod","secret":"sk-very-secret"}}',
     "at /token/secret"),
])
def test_odd_lines(server, admin, line, says):
    done = server.command("import", "--file", "-", input='{"organization":{"slug":"import-odd"}}\n' + line)
    assert done.returncode == 1 and says in done.stderr, done.stderr
    assert "nothing was imported" in done.stderr and "sk-very-secret" not in done.stderr
    admin.call("GET", "/organizations/import-odd", expect=404)


def test_import_takes_an_owner_of_all(server, admin):
    body = '{"organization":{"slug":"import-owner"}}'
    for members in ({"role": "deployer"}, {"role": "owner", "organization": admin.tenant().organization}):
        token = admin.post("/admin-tokens", members)["secret"]
        response = Admin(server, token).http.post("/import", content=body)
        assert response.status_code == 403, response.text


def test_import_without_a_server(new_server, simulator):
    server = new_server(simulator)
    server.stop()
    # The port it had is no one's now; the configuration's own is 0, so the command goes to the files.
    done = server.command(
        "import", "--file", "-", "--json", input=text(lines("import-files")), environment={"TOLLGATE_ADMIN_URL": ""})
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["imported"] == COUNTS
    server.start()
    tenant = Tenant(Admin(server), "import-files", "agent-7", secret("import-files", 7, 7))
    tenant.top_up("1")
    assert tenant.chat(HELLO).status_code == 200
