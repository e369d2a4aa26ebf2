"""The commands, as people and scripts use them: help, tables, JSON, exit codes."""

import json
import re
import socket

import pytest

from processes import run
from tenants import HELLO, Admin

COMMANDS = """
serve | init | demo | simulate | deploy | rollback | history | status
agent create | agent list | agent show | schema create | schema list | schema show | schema compare | version create | version list | version show
token create | token list | token suspend | token activate | token revoke
key add | key list | key rotate | key disable | key enable | key exempt
credit add | credit adjust | credit refund | credit balance | credit terms | credit entries | credit interrupted
credit statement | usage | price list | price show | price set | price unset | price import
ledger verify | ledger export | ledger backup | ledger restore | ledger prune | ledger reconcile | import
""".replace("|", "\n").split("\n")
COMMANDS = [command.strip() for command in COMMANDS if command.strip()]


@pytest.fixture(scope="module")
def tenant(admin):
    tenant = admin.tenant(system="You are ONE.")
    tenant.new_version("You are TWO.")
    return tenant


@pytest.fixture()
def cli(server, tenant):
    """Runs a command for the tenant's organization; answers what it printed."""
    def call(*arguments, code: int = 0, input: str = "", organization: str | None = tenant.organization) -> str:
        environment = {"TOLLGATE_ORGANIZATION": organization or ""}
        done = server.command(*arguments, environment=environment, input=input)
        assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
        if code:
            assert done.stderr.strip() and "Traceback" not in done.stderr and "Fatal" not in done.stderr
        return done.stderr if code else done.stdout

    call.json = lambda *arguments, **options: json.loads(call(*arguments, "--json", **options))
    return call


@pytest.mark.parametrize("command", COMMANDS)
def test_help(command):
    done = run([*command.split(), "--help"])
    assert done.returncode == 0, done.stderr
    assert f"USAGE: tollgate {command}" in done.stdout
    assert "OVERVIEW:" in done.stdout


def test_the_overview_names_every_command():
    text = run(["--help"]).stdout
    for command in {command.split()[0] for command in COMMANDS}:
        assert re.search(rf"^  {command}\b", text, re.M), command


@pytest.mark.parametrize("arguments", [
    ["nonsense"], ["deploy"], ["deploy", "greeter", "1"], ["deploy", "greeter", "1", "--to", "x", "--no-such"],
    ["simulate", "--port", "70000"], ["simulate", "--faults", "nonsense:2"], ["credit", "add", "much"],
    ["ledger", "nonsense"],
], ids=" ".join)
def test_asked_wrongly(arguments):
    done = run(arguments)
    assert done.returncode == 2, (done.returncode, done.stderr)
    assert done.stderr.strip() and not done.stdout.strip()


def test_deploy_history_rollback_status(cli, tenant):
    deployed = cli.json("deploy", "greeter", "2", "--to", "production", "--reason", "better")
    assert (deployed["version"]["number"], deployed["revision"]) == (2, 2)
    assert tenant.chat(HELLO).headers["tollgate-version"] == "2"
    assert "revision" in cli("deploy", "greeter", "1", "--to", "production", "--expected-revision", "1", code=1)
    assert tenant.chat(HELLO).headers["tollgate-version"] == "2"
    rolled_back = cli.json("rollback", "greeter", "--in", "production")
    assert rolled_back["version"]["number"] == 1
    assert tenant.chat(HELLO).headers["tollgate-version"] == "1"
    history = cli.json("history", "greeter", "--in", "production")["items"]
    assert [entry["action"] for entry in history] == ["rollback", "deploy", "deploy"]
    assert history[1]["reason"] == "better"
    status = cli.json("status")["items"]
    assert [(item["environment"], item["version"]["number"], item["state"]) for item in status] == [
        ("production", 1, "active")]
    table = cli("status", "greeter").splitlines()
    assert len(table) == 2 and "production" in table[1]
    assert len(cli("history", "greeter", "--in", "prod").splitlines()) == 4


def test_from_an_agent_to_a_run(cli, tenant):
    assert cli.json("agent", "create", "writer", "--name", "Writer")["slug"] == "writer"
    assert {item["slug"] for item in cli.json("agent", "list")["items"]} == {"greeter", "writer"}
    assert cli.json("agent", "show", "writer")["name"] == "Writer"
    version = {"provider": "simulated", "model": "sim-1", "max_output_tokens": 32,
               "messages": [{"role": "system", "content": "You write."}]}
    made = cli.json("version", "create", "writer", "--file", "-", input=json.dumps(version))
    assert made["number"] == 1
    assert cli.json("version", "create", "writer", "--file", "-", input=json.dumps(version))["hash"] == made["hash"]
    assert len(cli.json("version", "list", "writer")["items"]) == 1
    assert cli.json("version", "show", "writer", made["hash"][:12])["document"]["model"] == "sim-1"
    cli("deploy", "writer", "1", "--to", "staging")
    token = cli.json("token", "create", "writer", "--in", "staging", "--note", "for a test")
    assert tenant.chat(HELLO, secret=token["secret"]).status_code == 200
    assert token["secret"] not in cli("token", "list", "writer")
    cli("token", "suspend", "writer", token["id"])
    assert tenant.chat(HELLO, secret=token["secret"]).json()["error"]["code"] == "token_suspended"
    cli("token", "activate", "writer", token["id"])
    assert tenant.chat(HELLO, secret=token["secret"]).status_code == 200
    assert cli.json("token", "revoke", "writer", token["id"])["state"] == "revoked"


def test_keys_come_from_standard_input(cli, tenant):
    owner = tenant.admin.tenant().organization
    key = cli.json("key", "add", "simulated", "--organization", owner, input="sk-cli-secret-1\n")
    assert "sk-cli-secret-1" not in cli("key", "list")
    assert cli.json("key", "rotate", key["id"], input="sk-cli-secret-2\n")["id"] == key["id"]
    assert cli.json("key", "disable", key["id"])["state"] == "disabled"
    assert "secret" in cli("key", "add", "simulated", input="", code=1)


def test_credits_and_usage(cli, tenant):
    before = tenant.credits()["balance"]
    added = cli.json("credit", "add", "2.50", "--idempotency-key", "cli-1", "--note", "a gift")
    assert added["entry"]["note"] == "a gift"
    cli("credit", "add", "2.50", "--idempotency-key", "cli-1")
    assert tenant.credits()["balance"] - before == 2.5
    assert cli.json("credit", "balance")["available"] == str(tenant.credits()["available"])
    assert "available" in cli("credit", "balance")
    assert tenant.chat(HELLO).status_code == 200
    entries = cli.json("credit", "entries", "--limit", "2")["items"]
    assert [entry["kind"] for entry in entries] == ["settle", "hold"]
    usage = cli.json("usage", "--by", "model")
    assert [item["model"] for item in usage["items"]] == ["simulated/sim-1"]
    assert "simulated/sim-1" in cli("usage")
    assert "sim-big" in cli("price", "list")


def test_ledger_verify(cli):
    assert cli.json("ledger", "verify")["clean"] is True
    assert cli("ledger", "verify").startswith("clean: ")


@pytest.mark.parametrize("arguments, words", [
    (["agent", "show", "nobody"], "agent"), (["deploy", "greeter", "99", "--to", "production"], "version"),
    (["history", "greeter", "--in", "nowhere"], ""), (["credit", "balance", "--organization", "nobody"], ""),
], ids=str)
def test_a_failure_is_a_line(cli, arguments, words):
    text = cli(*arguments, code=1)
    assert len(text.strip().splitlines()) == 1
    assert words in text


def test_which_organization_has_to_be_said_where_there_are_several(cli, admin):
    admin.tenant()
    assert "--organization" in cli("agent", "list", organization=None, code=1)


@pytest.mark.parametrize("arguments", [["status"], ["ledger", "verify"], ["credit", "balance"]], ids=" ".join)
def test_a_wrong_token_or_no_server(server, refused_port, arguments):
    wrong = server.command(*arguments, environment={"TOLLGATE_ADMIN_TOKEN": "tga_wrong"})
    assert wrong.returncode == 1 and "tga_wrong" not in wrong.stderr
    url = f"http://127.0.0.1:{refused_port}"
    gone = server.command(*arguments, environment={"TOLLGATE_ADMIN_URL": url})
    assert gone.returncode == 1 and len(gone.stderr.strip().splitlines()) == 1
    assert f"no server answers at {url}" in gone.stderr and not gone.stdout


def test_the_books_of_a_named_server_are_never_those_of_the_folder_here(new_server, simulator, refused_port):
    """The folder's own books are free to read, clean, and not what was asked for."""
    server = new_server(simulator)
    server.stop()
    assert server.command("ledger", "verify", environment={"TOLLGATE_ADMIN_URL": ""}).returncode == 0
    url = f"http://127.0.0.1:{refused_port}"
    for done in [
        server.command("ledger", "verify", environment={"TOLLGATE_ADMIN_URL": url}),
        server.command("ledger", "verify", "--admin-url", url, environment={"TOLLGATE_ADMIN_URL": ""}),
    ]:
        assert done.returncode == 1 and url in done.stderr and not done.stdout


def test_init_refuses_a_folder_that_is_in_use_or_made(new_server, simulator):
    server = new_server(simulator)
    assert server.command("init").returncode == 1
    # Two servers on one folder would write one ledger.
    second = server.command("serve", seconds=20)
    assert second.returncode == 1 and second.stderr.strip()
    server.stop()
    again = server.command("init")
    assert again.returncode == 1 and len(again.stderr.strip().splitlines()) == 1


def test_ledger_verify_without_a_server(new_server, simulator, tmp_path):
    server = new_server(simulator)
    assert Admin(server).tenant().chat(HELLO).status_code == 200
    server.stop()
    unnamed = {"TOLLGATE_ADMIN_URL": ""}
    done = server.command("ledger", "verify", "--json", environment=unnamed)
    assert done.returncode == 0, done.stderr
    outcome = json.loads(done.stdout)
    assert outcome["clean"] is True and outcome["entries"] == 3 and outcome["open_runs"] == 0
    nowhere = server.command("ledger", "verify", environment={**unnamed, "TOLLGATE_DATA": str(tmp_path / "none")})
    assert nowhere.returncode == 1 and not (tmp_path / "none").exists()


@pytest.mark.parametrize("text, words", [
    ("gatway:\n  port: 1\n", ["tollgate.yaml:1", "gatway"]),
    ("gateway:\n  port: many\n  colour: red\n",
     ["tollgate.yaml:2", "gateway.port", "tollgate.yaml:3", "gateway.colour"]),
    ("mode: [\n", ["tollgate.yaml"]),
], ids=["unknown", "bad", "broken"])
def test_a_bad_configuration_refuses_to_start(tmp_path, text, words):
    file = tmp_path / "tollgate.yaml"
    file.write_text(text)
    done = run(["serve", "--config", file], {"TOLLGATE_DATA": str(tmp_path / "data")}, seconds=20)
    assert done.returncode == 1, done.stderr
    for word in words:
        assert word in done.stderr
    assert not (tmp_path / "data").exists()


def test_a_bad_variable_refuses_to_start(tmp_path):
    for name, value in [("TOLLGATE_GATEWAY_PORT", "x"), ("TOLLGATE_GATWAY_PORT", "1")]:
        done = run(["serve"], {"TOLLGATE_DATA": str(tmp_path / "data"), name: value}, seconds=20)
        assert done.returncode == 1 and name in done.stderr


def test_serve_without_init_says_what_to_do(tmp_path, price_file):
    done = run(["serve"], {
        "TOLLGATE_DATA": str(tmp_path / "data"), "TOLLGATE_PRICES": str(price_file), "TOLLGATE_GATEWAY_PORT": "0",
        "TOLLGATE_ADMIN_PORT": "0"}, seconds=20)
    assert done.returncode == 1 and "init" in done.stderr


def test_a_lost_admin_token_is_replaced_offline(new_server, simulator):
    server = new_server(simulator)
    refused = server.command("init", "--new-owner")
    assert refused.returncode == 1 and "another process" in refused.stderr
    server.stop()
    done = server.command("init", "--new-owner", "--save-token", "--json")
    assert done.returncode == 0, done.stderr
    token = json.loads(done.stdout)["admin_token"]
    assert token != server.admin_token
    assert (server.data / "admin-token").read_text().strip() == token
    server.start()
    for secret in [token, server.admin_token]:
        assert Admin(server, secret).get("/organizations")["items"] == []


@pytest.mark.parametrize("section", ["gateway", "admin", "simulator"])
def test_a_port_in_use_is_named(tmp_path, price_file, section):
    environment = {
        "TOLLGATE_DATA": str(tmp_path / "data"), "TOLLGATE_PRICES": str(price_file), "TOLLGATE_GATEWAY_PORT": "0",
        "TOLLGATE_ADMIN_PORT": "0", "TOLLGATE_SIMULATOR_PORT": "0", "TOLLGATE_SIMULATOR_ENABLED": "true",
        "TOLLGATE_CATALOG_MAP_BYTES": "64MiB", "TOLLGATE_LEDGER_MAP_BYTES": "64MiB"}
    assert run(["init"], environment).returncode == 0
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        name = f"TOLLGATE_{section.upper()}_PORT"
        done = run(["serve"], {**environment, name: str(port)}, seconds=20)
    assert done.returncode == 1
    assert f"{section}.port {port}: in use; set {name}" in done.stderr


def test_a_folder_in_use_is_not_said_to_be_missing(new_server, simulator):
    second = new_server(simulator).command("serve", seconds=20)
    assert second.returncode == 1
    assert "another process has it" in second.stderr and "tollgate init" not in second.stderr


def test_an_unknown_dialect_refuses_to_start(tmp_path):
    environment = {"TOLLGATE_DATA": str(tmp_path / "data"), "TOLLGATE_PROVIDERS_MINE_DIALECT": "azzure"}
    done = run(["serve"], environment, seconds=20)
    assert done.returncode == 1 and "TOLLGATE_PROVIDERS_MINE_DIALECT" in done.stderr and "azure" in done.stderr
