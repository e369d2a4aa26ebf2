"""Secrets and what people said are in no log, no error and no file."""

import pathlib
import subprocess

import pytest

import plain
import scripted
from tenants import Admin

PROVIDER_KEY = "sk-live-PLANTEDPROVIDERKEY0123456789"
PROMPT = "PLANTED-PROMPT-OF-THE-VERSION"
SAID = "PLANTED-WORDS-OF-A-USER"
INPUT = "PLANTED-INPUT-OF-A-USER"


def found_in(folder: pathlib.Path, text: str) -> list[str]:
    """Files below the folder that have these bytes."""
    done = subprocess.run(["grep", "-rlaF", "-e", text, str(folder)], capture_output=True, text=True, timeout=60)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout.split()


@pytest.fixture(scope="module")
def told(new_server, simulator):
    """A server that was told all of it, at its most talkative; with every answer it gave on the gateway port."""
    with scripted.provider(scripted.parrot) as parrot_url:
        server = new_server(simulator, log_level="trace", providers_parrot_base_url=parrot_url)
        admin = Admin(server)
        admin.add_key("parrot", PROVIDER_KEY)
        admin.add_key("simulated", "sk-before")
        answers, secrets = [], {server.admin_token, PROVIDER_KEY}
        for version in [
            {}, {"provider": "parrot"}, *({"model": f"sim-1!{fault}"} for fault in ["500", "reset", "malformed"]),
        ]:
            tenant = admin.tenant(system=PROMPT + " {{ topic }}", **version)
            own = PROVIDER_KEY + "-" + tenant.organization
            if version.get("provider") != "parrot":
                admin.add_key("simulated", own, organization=tenant.organization)
            secrets |= {tenant.secret, own}
            body = {"messages": [{"role": "user", "content": SAID}], "input": {"topic": INPUT}}
            for bad in [{}, {"stream": True}, {"input": {}}, {"input": {"topic": [INPUT]}}, {"messages": SAID},
                        {"model": SAID}, {SAID: SAID}]:
                answers.append((tenant.chat(body | bad), bad, version))
            answers.append((tenant.chat(content=f'{{"messages": "{SAID}'.encode()), {"bad": 1}, version))
            answers.append((tenant.chat(body, secret=tenant.secret + "x"), {"bad": 1}, version))
            with tenant.http() as http:
                answers.append((http.get("/v1/deployment"), {"read": 1}, version))
                for run in {entry["run"] for entry in tenant.entries() if entry["run"]}:
                    answers.append((http.get(f"/v1/runs/{run}"), {"read": 1}, version))
        yield server, secrets, answers, tenant


def test_no_answer_tells_a_secret(told):
    _, secrets, answers, _ = told
    for response, _, _ in answers:
        text = response.text + str(response.headers)
        assert not [secret for secret in secrets if secret in text]


def test_a_providers_words_are_passed_on_without_the_key(told):
    _, _, answers, _ = told
    refused = [response for response, bad, version in answers if version.get("provider") == "parrot" and bad == {}]
    assert [response.status_code for response in refused] == [502]
    assert "Bad key" in refused[0].json()["error"]["message"]
    assert PROVIDER_KEY not in refused[0].text


def test_the_log_has_no_secret_and_no_words(told):
    server, secrets, answers, _ = told
    log = server.process.log.read_text() + server.process.out.read_text()
    runs = [response.headers["tollgate-run-id"] for response, bad, _ in answers if not bad]
    assert runs and all(run in log for run in runs), "the log is to be about these runs"
    for text in [*secrets, PROMPT, SAID, INPUT]:
        assert text not in log


def test_no_file_has_a_secret_or_a_users_words(told):
    server, secrets, _, _ = told
    assert found_in(server.data, PROMPT), "versions are kept, so the search does find"
    for text in [*secrets, SAID, INPUT]:
        assert found_in(server.data, text) == [], text


def test_the_files_are_for_their_owner_only(told):
    server, *_ = told
    assert (server.data / "master.key").stat().st_mode & 0o777 == 0o600


def test_the_admin_port_tells_no_secret_again(told):
    server, secrets, _, tenant = told
    admin = tenant.admin
    for path in ["/provider-keys", "/admin-tokens", "/audit", f"{tenant.path}/tokens"]:
        text = admin.http.get(path, params={"limit": 500}).text
        assert '"items"' in text
        assert not [secret for secret in secrets if secret in text], path
    wrong = plain.get(server.admin_url + "/api/v1/organizations", headers={"Authorization": "Bearer tga_PLANTED"})
    assert wrong.status_code == 401 and "PLANTED" not in wrong.text


def test_the_audit_log_has_no_prompt(told):
    _, _, _, tenant = told
    assert PROMPT not in str(tenant.admin.items("/audit"))


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
