"""Secrets and what people said are in no log, no error, no metric and no file."""

import base64
import contextlib
import dataclasses
import json
import pathlib
import re
import subprocess
import threading

import httpx
import pytest

import metrics
import plain
import scripted
from processes import Server
from tenants import Admin, Tenant
from waiting import eventually

PROVIDER_KEY = "sk-live-PLANTEDPROVIDERKEY0123456789"
PROMPT = "PLANTED-PROMPT-OF-THE-VERSION"
SAID = "PLANTED-WORDS-OF-A-USER"
INPUT = "PLANTED-INPUT-OF-A-USER"
OUTPUT = "PLANTED-OUTPUT-OF-A-MODEL"
WRONG_TOKEN = "tg_PLANTEDWRONGTOKEN0123456789"


def found_in(folder: pathlib.Path, text: str) -> list[str]:
    """Files below the folder that have these bytes."""
    done = subprocess.run(["grep", "-rlaF", "-e", text, str(folder)], capture_output=True, text=True, timeout=60)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout.split()


def forms(secret: str) -> list[str]:
    """The ways in which it could be written down."""
    raw = secret.encode()
    return [secret, raw.hex(), base64.b64encode(raw).decode().rstrip("=")[:-1]]


@dataclasses.dataclass
class Told:
    """A server that was told everything, and what it gave back."""

    server: Server
    format: str
    secrets: set[str]
    tenant: Tenant
    # Each with what was odd about the request, and the version that was asked.
    answers: list = dataclasses.field(default_factory=list)
    metrics: str = ""
    environment: bytes = b""

    @property
    def log(self) -> str:
        return self.server.process.log.read_text() + self.server.process.out.read_text()


BAD = [{}, {"stream": True}, {"input": {}}, {"input": {"topic": [INPUT]}}, {"messages": SAID}, {"model": SAID},
       {SAID: SAID}, {"stream": SAID}, {"n": SAID}]
VERSIONS = [
    {}, {"provider": "parrot"}, {"provider": "elsewhere"},
    *({"provider": "teller", "model": model} for model in ["sim-1", "sim-2", "sim-big", "sim-echo"]),
    *({"model": f"sim-1!{fault}"} for fault in ["500", "reset", "malformed", "html", "429", "truncate", "error-event"]),
]


def tell(told: Told, admin: Admin, version: dict) -> Tenant:
    """Runs everything that can go well or wrong with one version."""
    tenant = admin.tenant(system=PROMPT + " {{ topic }}", **version)
    own = PROVIDER_KEY + "-" + tenant.organization
    if version.get("provider", "simulated") == "simulated":
        admin.add_key("simulated", own, organization=tenant.organization)
    told.secrets |= {tenant.secret, own}
    body = {"messages": [{"role": "user", "content": SAID}], "input": {"topic": INPUT}}
    asked = [(body | bad, bad) for bad in BAD]
    told.answers += [(tenant.chat(body), bad, version) for body, bad in asked]
    told.answers += [(tenant.run(body), bad, version) for body, bad in asked]
    told.answers.append((tenant.chat(content=f'{{"messages": "{SAID}'.encode()), {"bad": 1}, version))
    for wrong in [tenant.secret + "x", WRONG_TOKEN]:
        told.answers.append((tenant.chat(body, secret=wrong), {"bad": 1}, version))
    with tenant.http() as http:
        told.answers.append((http.get("/v1/deployment"), {"read": 1}, version))
        told.answers.append((http.get(f"/v1/models/{SAID}"), {"bad": 1}, version))
        told.answers.append((http.get(f"/{SAID}?{SAID}"), {"bad": 1}, version))
        for run in {entry["run"] for entry in tenant.entries() if entry["run"]}:
            told.answers.append((http.get(f"/v1/runs/{run}"), {"read": 1}, version))
    return tenant


def crash(told: Told, simulator):
    """Kills the server while a run waits for its provider, and starts it again."""
    simulator.close_barrier()
    body = {"messages": [{"role": "user", "content": SAID}], "input": {"topic": INPUT}}

    def call():
        with contextlib.suppress(httpx.TransportError):
            told.tenant.chat(body)

    thread = threading.Thread(target=call)
    thread.start()
    try:
        eventually(lambda: simulator.state()["waiting"] == 1, "the run waits at the provider")
        told.metrics += metrics.text(told.server)
        told.server.kill()
    finally:
        simulator.open_barrier()
        thread.join()
    told.server.start()
    told.tenant.admin = Admin(told.server)


@pytest.fixture(scope="module", params=["text", "json"])
def told(request, new_server, simulator):
    """A server that was told all of it, at its most talkative; with every answer it gave on the gateway port."""
    with scripted.provider(scripted.parrot) as parrot, scripted.provider(scripted.teller(OUTPUT)) as teller:
        server = new_server(
            simulator, log_level="trace", log_format=request.param, providers_parrot_base_url=parrot,
            providers_teller_base_url=teller)
        admin = Admin(server)
        for provider in ["parrot", "teller"]:
            admin.add_key(provider, PROVIDER_KEY)
        admin.add_key("simulated", "sk-before")
        plain.get(server.admin_url + "/api/v1/organizations", headers={"Authorization": "Bearer " + WRONG_TOKEN})
        master = (server.data / "master.key").read_text().strip()
        told = Told(server, request.param, {server.admin_token, PROVIDER_KEY, WRONG_TOKEN, master}, None)
        for version in VERSIONS[1:]:
            tell(told, admin, version)
        told.tenant = tell(told, admin, VERSIONS[0])
        crash(told, simulator)
        told.metrics += metrics.text(server)
        told.environment = b"".join(
            pathlib.Path(f"/proc/{server.process.pid}/{name}").read_bytes() for name in ["environ", "cmdline"])
        yield told


def test_no_answer_tells_a_secret(told):
    for response, _, _ in told.answers:
        text = response.text + str(response.headers)
        assert not [secret for secret in told.secrets if secret in text]


def test_errors_of_our_own_repeat_nothing_that_was_said(told):
    """What a provider says of a request goes back to who sent it; Tollgate itself has no need to."""
    ours = [(response, bad) for response, bad, version in told.answers
            if response.status_code >= 400 and version.get("provider") not in ("parrot", "teller")]
    assert len(ours) > 50
    for response, bad in ours:
        assert PROMPT not in response.text and INPUT not in response.text, (bad, response.text)
        # But for the name of the field at fault, which the caller needs.
        text = response.text.replace(f'"param":"{SAID}"', "") if SAID in bad else response.text
        assert SAID not in text, (bad, text)


def test_a_providers_words_are_passed_on_without_the_key(told):
    refused = [response for response, bad, version in told.answers
               if version.get("provider") == "parrot" and bad == {}]
    assert [response.status_code for response in refused] == [502, 502]
    assert "Bad key" in refused[0].json()["error"]["message"]
    assert PROVIDER_KEY not in refused[0].text


def test_what_was_said_got_through(told):
    """So that the searches below are about something."""
    well = [response for response, bad, version in told.answers
            if version == {"provider": "teller", "model": "sim-1"} and bad in ({}, {"stream": True})]
    assert [response.status_code for response in well] == [200] * 4
    assert all(OUTPUT in response.text for response in well)
    codes = {response.json()["error"]["code"] for response, _, _ in told.answers if response.status_code >= 400}
    assert {"invalid_request", "invalid_input", "invalid_token", "provider_error", "rate_limited"} <= codes


def test_the_log_has_no_secret_and_no_words(told):
    log = told.log
    runs = [response.headers["tollgate-run-id"] for response, bad, _ in told.answers if not bad]
    assert runs and all(run in log for run in runs), "the log is to be about these runs"
    assert "runs cut off by a crash were closed" in log
    for text in [*told.secrets, PROMPT, SAID, INPUT, OUTPUT]:
        for form in forms(text):
            assert form not in log


def test_the_log_is_in_its_format(told):
    lines = told.server.process.log.read_text().splitlines()
    if told.format == "json":
        assert all({"time", "level", "logger", "message"} <= set(json.loads(line)) for line in lines)
    else:
        # As a line may also be of what ended the process before.
        assert sum(bool(re.match(r"[-0-9]{10}T[:0-9]{8}\.[0-9]{3}Z [a-z]+ [a-z.]+: ", line)) for line in lines) > 100


def test_the_metrics_have_no_secret_and_no_words(told):
    assert told.metrics.count("tollgate_runs_total") > 2
    for text in [*told.secrets, PROMPT, SAID, INPUT, OUTPUT, "org-", "greeter", "sim-1", "parrot"]:
        assert text not in told.metrics


def test_no_file_has_a_secret_or_a_users_words(told):
    data = told.server.data
    assert found_in(data, PROMPT), "versions are kept, so the search does find"
    master = (data / "master.key").read_text().strip()
    for text in [*told.secrets - {master}, SAID, INPUT, OUTPUT]:
        for form in forms(text):
            assert found_in(data, form) == [], text
    assert found_in(data, master) == [str(data / "master.key")]
    key = bytes.fromhex(master)
    assert not [file for file in data.rglob("*") if file.is_file() and key in file.read_bytes()]


def test_the_process_does_not_carry_secrets_where_others_look(told):
    """The master key is in its file here; an operator who gives it by the environment has it there."""
    assert told.environment.count(b"TOLLGATE_") > 3
    for text in [*told.secrets, PROMPT, SAID, INPUT, OUTPUT]:
        assert text.encode() not in told.environment


def test_the_files_are_for_their_owner_only(told):
    assert (told.server.data / "master.key").stat().st_mode & 0o777 == 0o600


def test_the_admin_port_tells_no_secret_again(told):
    server, tenant, admin = told.server, told.tenant, told.tenant.admin
    for path in ["/provider-keys", "/admin-tokens", "/audit", f"{tenant.path}/tokens"]:
        text = admin.http.get(path, params={"limit": 500}).text
        assert '"items"' in text
        assert not [secret for secret in told.secrets if secret in text], path
    wrong = plain.get(server.admin_url + "/api/v1/organizations", headers={"Authorization": "Bearer tga_PLANTED"})
    assert wrong.status_code == 401 and "PLANTED" not in wrong.text


def test_the_audit_log_has_no_prompt(told):
    assert PROMPT not in str(told.tenant.admin.items("/audit"))


def test_sealed_keys_need_the_master_key(new_server, simulator):
    """With another master key the server does not start, and says so without telling either."""
    server = new_server(simulator)
    server.stop()
    key = server.data / "master.key"
    own = key.read_text().strip()
    key.write_text("ab" * 32)
    key.chmod(0o600)
    done = server.command("serve", seconds=30)
    assert done.returncode == 1 and "the master key is not the one that" in done.stderr
    for secret in ["ab" * 32, own, "sk-platform-key"]:
        assert secret not in done.stderr + done.stdout
    key.write_text(own)
    server.start()
    assert Admin(server).tenant().chat({"messages": [{"role": "user", "content": "Hi"}]}).status_code == 200
