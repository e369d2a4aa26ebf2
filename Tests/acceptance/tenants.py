"""The admin API as the tests use it, and organizations made in one line."""

import dataclasses
import itertools
import json
from collections.abc import Iterator
from decimal import Decimal

import httpx
import openai

from processes import Server

_numbers = itertools.count(1)


def decimals(response: httpx.Response):
    """The body, with its amounts exact."""
    return json.loads(response.content, parse_float=Decimal, parse_int=int)


class Admin:
    """The admin port of a server, as an owner of all organizations unless another token is given."""

    def __init__(self, server: Server, token: str | None = None):
        self.server = server
        self.http = httpx.Client(
            base_url=server.admin_url + "/api/v1", timeout=30, trust_env=False, verify=False,
            headers={"Authorization": f"Bearer {token or server.admin_token}"})

    def call(self, method: str, path: str, body=None, *, expect: int | None = None, headers=None, **query):
        response = self.http.request(method, path, json=body, headers=headers, params=query or None)
        if expect is None:
            assert response.is_success, f"{method} {path}: {response.status_code} {response.text}"
        else:
            assert response.status_code == expect, f"{method} {path}: {response.status_code} {response.text}"
        return decimals(response) if response.content else None

    def get(self, path: str, **query):
        return self.call("GET", path, **query)

    def post(self, path: str, body=None, **options):
        return self.call("POST", path, {} if body is None else body, **options)

    def pages(self, path: str, **query) -> Iterator[dict]:
        """The items of a list, page by page."""
        cursor = None
        while True:
            page = self.get(path, limit=500, **query, **({"cursor": cursor} if cursor else {}))
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def items(self, path: str, **query) -> list[dict]:
        """A whole list."""
        return list(self.pages(path, **query))

    def add_key(self, provider: str, secret: str, **members) -> dict:
        return self.post("/provider-keys", {"provider": provider, "secret": secret, **members})

    def verify_ledger(self) -> dict:
        outcome = self.post("/ledger/verify")
        assert outcome["clean"] is True, outcome
        return outcome

    def reconcile(self, file: str | bytes, *, expect: int = 200, **query) -> dict:
        """Holds a provider's export against the ledger."""
        response = self.http.post("/reconciliations", content=file, params=query)
        assert response.status_code == expect, response.text
        return decimals(response)

    def tenant(self, credits: str | None = "10", **version) -> "Tenant":
        """An organization with an agent, version 1 of it in production, a token and credits."""
        slug = f"org-{next(_numbers)}"
        self.post("/organizations", {"slug": slug})
        self.post(f"/organizations/{slug}/agents", {"slug": "greeter"})
        tenant = Tenant(self, slug, "greeter")
        tenant.new_version(**version)
        tenant.deploy(1)
        tenant.secret = tenant.new_token()["secret"]
        if credits is not None:
            tenant.top_up(credits)
        return tenant


@dataclasses.dataclass
class Tenant:
    """An organization, one agent of it, and a deployment token for production."""

    admin: Admin
    organization: str
    agent: str
    secret: str = ""

    @property
    def root(self) -> str:
        return f"/organizations/{self.organization}"

    @property
    def path(self) -> str:
        return f"{self.root}/agents/{self.agent}"

    @property
    def gateway_url(self) -> str:
        return self.admin.server.gateway_url

    # What is deployed

    def new_version(self, system: str = "You greet.", model: str = "sim-1", provider: str = "simulated", **members):
        document = {
            "provider": provider, "model": model, "messages": [{"role": "system", "content": system}],
            "max_output_tokens": 64, **members,
        }
        return self.admin.post(f"{self.path}/versions", document)

    def place(self, environment: str = "production", schema: int = 1) -> str:
        return f"{self.path}/schemas/{schema}/deployments/{environment}"

    def deploy(self, version, environment: str = "production", **members) -> dict:
        return self.admin.call("PUT", self.place(environment), {"version": version, **members})

    def change(self, verb: str, environment: str = "production", **members) -> dict:
        """Rolls back, pauses or resumes."""
        return self.admin.post(f"{self.place(environment)}/{verb}", members)

    def undeploy(self) -> dict:
        return self.admin.call("DELETE", self.place())

    # Who may call it

    def new_token(self, environment: str = "production", **members) -> dict:
        return self.admin.post(f"{self.path}/tokens", {"environment": environment, **members})

    # What it costs

    def top_up(self, amount: str, key: str | None = None) -> dict:
        headers = {"Idempotency-Key": key or f"top-up-{next(_numbers)}"}
        return self.admin.post(f"{self.root}/credits/top-ups", {"amount": amount}, headers=headers)

    def credits(self) -> dict[str, Decimal]:
        found = self.admin.get(f"{self.root}/credits")
        return {name: Decimal(found[name]) for name in ["balance", "held", "available", "overdraft"]}

    def post_credits(self, list: str, key: str, *, expect: int = 201, **body) -> dict:
        """Tops up, adjusts or refunds."""
        return self.admin.post(f"{self.root}/credits/{list}", body, headers={"Idempotency-Key": key}, expect=expect)

    def statement(self, **query) -> dict:
        return self.admin.get(f"{self.root}/credits/statements", **query)

    def entries(self) -> list[dict]:
        """Its part of the ledger, newest first."""
        return self.admin.items(f"{self.root}/credits/entries")

    def usage(self, by: str = "day,agent,environment,model") -> dict:
        return self.admin.get("/usage", organization=self.organization, by=by)

    # Calling it

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}

    def http(self, secret: str | None = None, seconds: float = 30) -> httpx.Client:
        return httpx.Client(
            base_url=self.gateway_url, timeout=seconds, trust_env=False, verify=False,
            headers={"Authorization": f"Bearer {secret or self.secret}"})

    def async_http(self, seconds: float = 60) -> httpx.AsyncClient:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
        return httpx.AsyncClient(
            base_url=self.gateway_url, timeout=seconds, trust_env=False, verify=False, limits=limits,
            headers=self.headers)

    def chat(self, body: dict | None = None, *, content=None, secret: str | None = None) -> httpx.Response:
        """One chat completion, in plain HTTP."""
        with self.http(secret) as http:
            headers = {"Content-Type": "application/json"}
            return http.post("/v1/chat/completions", json=body, content=content, headers=headers)

    def run(self, body: dict):
        """One run in the native form."""
        with self.http() as http:
            return http.post("/v1/run", json=body)

    def record(self, run_id: str) -> dict:
        with self.http() as http:
            response = http.get(f"/v1/runs/{run_id}")
            assert response.status_code == 200, response.text
            return decimals(response)

    def sdk(self, **options) -> openai.OpenAI:
        options = {"max_retries": 0, "timeout": 30} | options
        return openai.OpenAI(api_key=self.secret, base_url=self.gateway_url + "/v1", **options)

    def async_sdk(self, **options) -> openai.AsyncOpenAI:
        options = {"max_retries": 0, "timeout": 30} | options
        return openai.AsyncOpenAI(api_key=self.secret, base_url=self.gateway_url + "/v1", **options)


HELLO = {"messages": [{"role": "user", "content": "Hello, I am Ada."}]}
