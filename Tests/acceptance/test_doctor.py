"""`tollgate doctor`: each thing that is broken is found, with how to mend it."""

import json
import os
import socket

import pytest

import prices
import tls
from processes import Server, run
from tenants import Admin


def doctor(environment: dict[str, str], *arguments: str, status: int | None = None, cwd=None) -> list[dict]:
    done = run(["doctor", "--json", *arguments], environment, cwd=cwd)
    found = json.loads(done.stdout)
    assert done.returncode == (0 if found["healthy"] else 1), done.stderr
    assert status is None or done.returncode == status, done.stdout
    assert found["healthy"] == all(finding["level"] != "error" for finding in found["findings"])
    # Whatever is wrong says how to mend it.
    assert all(bool(finding["mend"]) == (finding["level"] != "ok") for finding in found["findings"]), found
    return found["findings"]


def wrong(findings: list[dict], check: str) -> list[dict]:
    return [finding for finding in findings if finding["check"] == check and finding["level"] != "ok"]


@pytest.fixture(scope="module")
def clinic(tmp_path_factory, simulator, refused_port):
    """A stopped server with something deployed, to be broken and mended."""
    folder = tmp_path_factory.mktemp("clinic")
    prices.write(folder / "prices.json")
    server = Server(folder, {
        "TOLLGATE_PRICES": str(folder / "prices.json"),
        "TOLLGATE_PROVIDERS_SIMULATED_BASE_URL": simulator.base_url,
    })
    admin = Admin(server)
    admin.add_key("simulated", "sk-platform-key")
    admin.tenant()
    running = doctor(server.environment | {"TOLLGATE_ADMIN_TOKEN": server.admin_token}, status=0)
    server.running = running
    assert server.stop() == 0
    return server


def test_a_running_server_is_well(clinic):
    found = {finding["check"]: finding for finding in clinic.running}
    assert found["process"]["what"].startswith("a server runs, process ")
    assert "1 models deployed, 1 provider keys" in found["store"]["what"]
    assert found["provider keys"]["level"] == found["prices"]["level"] == found["providers"]["level"] == "ok"
    assert [finding["what"] for finding in clinic.running if finding["check"] == "ports"][0].endswith("of process "
            + found["process"]["what"].split()[-1])


def test_a_stopped_server_is_well(clinic):
    found = doctor(clinic.environment, status=0)
    assert not [finding for finding in found if finding["level"] == "error"]
    assert "opens all 1 provider keys" in str(found) and "no server runs" in str(found)
    done = run(["doctor"], clinic.environment)
    assert done.returncode == 0 and done.stdout.endswith("warnings\n"), done.stdout
    # It looked and left nothing behind.
    assert not (clinic.data / "ports.json").exists()


def test_a_running_server_and_no_token(clinic):
    clinic.start()
    try:
        found = doctor(clinic.environment, "--online", status=0)
        assert "TOLLGATE_ADMIN_TOKEN" in wrong(found, "store")[0]["mend"]
        assert "no key was tried" in wrong(found, "providers")[0]["what"]
    finally:
        assert clinic.stop() == 0


def test_what_a_crash_left(clinic):
    clinic.start()
    clinic.kill()
    found = doctor(clinic.environment, status=0)
    assert wrong(found, "process")[0]["level"] == "warning"
    clinic.start()
    assert clinic.stop() == 0
    assert wrong(doctor(clinic.environment), "process") == []


@pytest.mark.parametrize("environment, check, level, what, mend", [
    ({"TOLLGATE_GATEWAY_PROT": "1"}, "configuration", "error", "TOLLGATE_GATEWAY_PROT: there is no such key", "unset"),
    ({"TOLLGATE_GATEWAY_PORT": "tcp://10.0.0.1:80"}, "configuration", "error", "expects an integer",
     "enableServiceLinks"),
    ({"TOLLGATE_CONFIG": "/nowhere/tollgate.yaml"}, "configuration", "error", "cannot be read", "defaults"),
    ({"TOLLGATE_DATA": "/nowhere"}, "folder", "error", "there is no data folder", "init"),
    ({"TOLLGATE_PRICES": "/nowhere/prices.json"}, "price list", "error", "no price list", "prices"),
    ({"TOLLGATE_MASTER_KEY": "short"}, "master key", "error", "64 hexadecimal digits", "put back"),
    ({"TOLLGATE_MASTER_KEY": "ab" * 32}, "master key", "error", "is not the one", "operations.md"),
    ({"TOLLGATE_UPSTREAM_CA_FILE": "/nowhere/ca.pem"}, "certificates", "error", "cannot be read", "ca_file"),
    ({"TOLLGATE_GATEWAY_HOST": "192.0.2.1"}, "ports", "error", "no address of this machine", "ss -ltnp"),
    ({"TOLLGATE_GATEWAY_MAXIMUM_CONNECTIONS": "1000000"}, "descriptors", "warning", "2000256 wanted", "LimitNOFILE"),
    ({"TOLLGATE_PROVIDERS_SIMULATED_BASE_URL": "http://localhost:1/v1"}, "providers", "error", "connections",
     "firewall"),
    ({"TOLLGATE_PROVIDERS_SIMULATED_BASE_URL": "http://no-such-host.invalid/v1"}, "providers", "error", "no address",
     "resolv.conf"),
])
def test_what_is_broken_is_found(clinic, environment, check, level, what, mend):
    if check == "descriptors" and os.sysconf("SC_OPEN_MAX") >= 2_000_256:
        pytest.skip("this machine lets a process have more than that")
    found = wrong(doctor(clinic.environment | environment), check)
    assert any(finding["level"] == level and what in finding["what"] and mend in finding["mend"] for finding in found), \
        found


def test_another_master_key_is_wrong_with_nothing_sealed_yet(tmp_path):
    environment = {
        "TOLLGATE_DATA": str(tmp_path / "data"), "TOLLGATE_CATALOG_MAP_BYTES": "64MiB",
        "TOLLGATE_LEDGER_MAP_BYTES": "64MiB", "TOLLGATE_GATEWAY_PORT": "0", "TOLLGATE_ADMIN_PORT": "0"}
    assert run(["init"], environment).returncode == 0
    assert wrong(doctor(environment), "master key") == []
    found = wrong(doctor(environment | {"TOLLGATE_MASTER_KEY": "ab" * 32}, status=1), "master key")
    assert "is not the one" in found[0]["what"] and "rotate" not in str(found)


def test_the_ports_certificates(clinic, tmp_path):
    authority = tls.Authority(tmp_path)
    certificate, key = authority.issue("doctor")
    pair = clinic.environment | {"TOLLGATE_ADMIN_TLS_CERTIFICATE": str(certificate), "TOLLGATE_ADMIN_TLS_KEY": str(key)}
    # The tests' certificates last for two days.
    found = wrong(doctor(pair, status=0), "certificates")
    assert found[0]["level"] == "warning" and ": ends in " in found[0]["what"] and "SIGHUP" in found[0]["mend"]
    _, other = authority.issue("other")
    found = wrong(doctor(pair | {"TOLLGATE_ADMIN_TLS_KEY": str(other)}, status=1), "certificates")
    assert f"admin.tls_key {other}: is not the key of" in found[0]["what"]


def test_a_port_that_another_has(clinic):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        found = wrong(doctor(clinic.environment | {"TOLLGATE_GATEWAY_PORT": port}, status=1), "ports")
        assert f"gateway.port {port}: in use" in found[0]["what"]


@pytest.mark.parametrize("file, check", [("master.key", "master key"), ("admin-token", "folder")])
def test_secrets_that_others_may_read(clinic, file, check):
    path = clinic.data / file
    made = not path.exists()
    if made:
        path.write_text("tga_x\n")
    path.chmod(0o644)
    try:
        found = wrong(doctor(clinic.environment, status=1), check)
        assert "others may read" in found[0]["what"] and "chmod 600" in str(found)
    finally:
        path.chmod(0o600)
        if made:
            path.unlink()


def test_stores_that_are_gone_or_damaged(clinic):
    file = clinic.data / "ledger" / "data.mdb"
    kept = file.read_bytes()
    file.unlink()
    try:
        assert "there is no store" in wrong(doctor(clinic.environment, status=1), "folder")[0]["what"]
        file.write_bytes(b"x" * len(kept))
        assert wrong(doctor(clinic.environment, status=1), "store")[0]["level"] == "error"
    finally:
        file.write_bytes(kept)
    doctor(clinic.environment, status=0)


def test_deployed_without_key_or_price(clinic):
    clinic.start()
    try:
        admin = Admin(clinic)
        tenant = admin.tenant(provider="parrot")
        token = clinic.environment | {"TOLLGATE_ADMIN_TOKEN": clinic.admin_token}
        found = doctor(token, status=1)
        assert "there is no key for the provider parrot" in wrong(found, "provider keys")[0]["what"]
        assert "tollgate key add parrot" in wrong(found, "provider keys")[0]["mend"]
        assert "parrot: has no base URL" in wrong(found, "providers")[0]["what"]
    finally:
        assert clinic.stop() == 0
    # The files say the same.
    assert wrong(doctor(clinic.environment, status=1), "provider keys") == wrong(found, "provider keys")
    # Mended again.
    clinic.start()
    tenant.admin = Admin(clinic)
    tenant.undeploy()
    assert clinic.stop() == 0
    doctor(clinic.environment, status=0)


def test_each_key_at_its_provider(clinic, new_simulator):
    found = doctor(clinic.environment, "--online")
    assert any("takes the key key_" in finding["what"] for finding in found if finding["check"] == "providers"), found
    assert "sk-platform-key" not in str(found)


def test_asked_wrongly(clinic):
    assert run(["doctor", "--nonsense"], clinic.environment).returncode == 2
