"""Statements: they add up, in every form, and a spreadsheet or a browser takes no harm from them."""

import base64
import concurrent.futures
import csv
import hashlib
import html.parser
import io
import json
import re
import threading
from decimal import Decimal

import httpx
import pytest

from tenants import HELLO, Admin

KINDS = ["top_ups", "adjustments", "refunds", "expiries", "charges"]
VOID = {"meta", "link", "br", "img", "input", "hr"}
# A model may be called anything.
ODD_MODEL = "=cmd|'/C'!A0,<script>alert(1)</script>\"&"


class Page(html.parser.HTMLParser):
    """A page's elements, attributes and tables; fails where its tags do not match."""

    def __init__(self, text: str):
        super().__init__()
        self.open, self.tags, self.attributes, self.tables, self.texts = [], [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == [], self.open

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attributes]
        if tag not in VOID:
            self.open.append(tag)
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])
        if tag in ("td", "th"):
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, tag

    def handle_data(self, data):
        self.texts.append(data)
        if self.open and self.open[-1] in ("td", "th"):
            self.tables[-1][-1][-1] += data


def add_up(statement: dict):
    changes = {kind: Decimal(amount) for kind, amount in statement["changes"].items()}
    total = changes.pop("total")
    assert list(changes) == KINDS and sum(changes.values()) == total
    assert Decimal(statement["opening"]) + total == Decimal(statement["closing"])
    balance = Decimal(statement["opening"])
    for day in statement["days"]:
        amounts = [Decimal(day[kind]) for kind in KINDS]
        balance += sum(amounts)
        assert sum(amounts) == Decimal(day["total"]) and Decimal(day["closing"]) == balance
    assert balance == Decimal(statement["closing"])
    for kind in KINDS:
        assert sum(Decimal(day[kind]) for day in statement["days"]) == changes[kind]
    charged = sum(Decimal(row["charge"]) for row in statement["usage"])
    assert charged == Decimal(statement["usage_total"]["charge"]) == -changes["charges"]
    for row in statement["usage"]:
        assert row["key_source"] != "exempt" or row["charge"] == "0"
    if not statement["complete"]:
        assert statement["balance"] == statement["closing"]


@pytest.fixture(scope="module")
def tenant(admin):
    """Runs of two models, and every kind of posting."""
    tenant = admin.tenant(credits="10")
    for _ in range(3):
        assert tenant.chat(HELLO).status_code == 200
    tenant.new_version("You are TWO.", model="sim-2")
    tenant.deploy(2, "staging")
    staging = tenant.new_token("staging")["secret"]
    run = tenant.chat(HELLO, secret=staging).headers["tollgate-run-id"]
    tenant.post_credits("refunds", "r", run=run)
    tenant.post_credits("adjustments", "a", amount="-0.5", note="n")
    return tenant


def test_the_current_month_is_told_so_far(tenant):
    statement = tenant.statement()
    add_up(statement)
    assert statement["complete"] is False and statement["organization"] == tenant.organization
    assert Decimal(statement["closing"]) == tenant.credits()["balance"]
    assert statement["month"] == statement["as_of"][:7] and statement["from"].endswith("-01")
    assert Decimal(statement["changes"]["adjustments"]) == Decimal("-0.5")
    assert {row["model"]: row["runs"] for row in statement["usage"]} == {"sim-1": 3, "sim-2": 1}
    usage = tenant.usage("model")["total"]
    assert Decimal(usage["cost"]) == Decimal(statement["usage_total"]["charge"])
    named = tenant.statement(month=statement["month"])
    assert {**named, "as_of": None} == {**statement, "as_of": None}


def test_a_month_before_has_nothing(tenant):
    statement = tenant.statement(month="2020-02")
    add_up(statement)
    assert statement["complete"] is True and statement["balance"] is None
    assert (statement["opening"], statement["closing"], statement["to"]) == ("0", "0", "2020-02-29")
    assert statement["days"] == statement["usage"] == []


@pytest.mark.parametrize("query", [
    {"month": "2020"}, {"month": "2020-13"}, {"month": "9999-12"}, {"month": ""}, {"format": "pdf"}], ids=str)
def test_what_is_no_statement_is_refused(tenant, query):
    tenant.admin.call("GET", f"{tenant.root}/credits/statements", expect=400, **query)


@pytest.mark.parametrize("accept, kind", [
    (None, "application/json"), ("text/csv", "text/csv"), ("text/html", "text/html"),
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"), ("image/png", "application/json"),
])
def test_accept_says_in_which_form(tenant, accept, kind):
    headers = {"Accept": accept} if accept else {}
    response = tenant.admin.http.get(f"{tenant.root}/credits/statements", headers=headers)
    assert response.headers["content-type"].split(";")[0] == kind
    assert response.headers["x-content-type-options"] == "nosniff" and response.headers["cache-control"] == "no-store"
    by_format = tenant.admin.http.get(
        f"{tenant.root}/credits/statements", params={"format": "csv"}, headers={"Accept": "text/html"})
    assert by_format.headers["content-type"].startswith("text/csv")


def read(text: str) -> list[dict]:
    assert text.endswith("\r\n") and "\n" not in text.replace("\r\n", "")
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    assert all(None not in row and None not in row.values() for row in rows), "as many cells as columns"
    return rows


def test_the_sheet_adds_up(tenant):
    statement = tenant.statement()
    response = tenant.admin.http.get(f"{tenant.root}/credits/statements", params={"format": "csv"})
    assert f'{tenant.organization}-{statement["month"]}.csv"' in response.headers["content-disposition"]
    rows = read(response.text)
    assert [row["line"] for row in rows][0] == "opening"
    balance = Decimal(rows[0]["balance"])
    for row in rows:
        assert (row["organization"], row["month"]) == (tenant.organization, statement["month"])
        if row["line"] == "change":
            balance += Decimal(row["amount"])
            assert Decimal(row["balance"]) == balance
    [closing] = [row for row in rows if row["line"] == "so_far"]
    assert Decimal(closing["balance"]) == balance == Decimal(statement["closing"])
    for kind in KINDS:
        assert sum(Decimal(row["amount"]) for row in rows if row["kind"] == kind) == Decimal(
            statement["changes"][kind])
    usage = [row for row in rows if row["line"] == "usage"]
    assert sum(Decimal(row["charge"]) for row in usage) == Decimal(statement["usage_total"]["charge"])
    assert [row["model"] for row in usage] == ["sim-1", "sim-2"]


def test_the_page_is_whole_and_loads_nothing(tenant):
    statement = tenant.statement()
    response = tenant.admin.http.get(f"{tenant.root}/credits/statements", params={"format": "html"})
    page = Page(response.text)
    assert not {"script", "img", "link", "iframe", "object", "form", "base"} & set(page.tags)
    assert {name for _, name, _ in page.attributes} <= {
        "lang", "charset", "http-equiv", "content", "name", "class", "scope"}
    style = re.search(r"<style>(.*?)</style>", response.text, re.S).group(1)
    assert "url(" not in style and "@import" not in style and "@media print" in style
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = response.headers["content-security-policy"]
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
    inside = [value for tag, name, value in page.attributes if tag == "meta" and name == "content"]
    assert policy.startswith(inside[0]), "a saved page keeps to it"
    summary, days, runs = page.tables
    amounts = [Decimal(row[-1]) for row in summary[1:]]
    assert sum(amounts[:-1]) == amounts[-1] == Decimal(statement["closing"])
    assert Decimal(days[-1][-1]) == amounts[-1] and len(days) == len(statement["days"]) + 2
    assert sum(Decimal(row[-2]) for row in runs[1:-1]) == Decimal(runs[-1][-2]) == Decimal(
        statement["usage_total"]["charge"])
    assert "so far" in "".join(page.texts)


def test_names_are_only_names(admin, new_server, simulator):
    """A model, and an organization, called to do harm."""
    server = new_server(simulator)
    admin = Admin(server)
    admin.post("/organizations", {"slug": "odd", "name": "<img src=x onerror=alert(1)>&\"'"})
    admin.post("/organizations/odd/agents", {"slug": "greeter"})
    admin.add_key("simulated", "sk-own", organization="odd")
    document = {"provider": "simulated", "model": ODD_MODEL, "max_output_tokens": 64,
                "messages": [{"role": "system", "content": "You greet."}]}
    path = "/organizations/odd/agents/greeter"
    admin.post(f"{path}/versions", document)
    admin.call("PUT", f"{path}/schemas/1/deployments/production", {"version": 1})
    secret = admin.post(f"{path}/tokens", {"environment": "production"})["secret"]
    with httpx.Client(base_url=server.gateway_url, trust_env=False, timeout=30) as http:
        answer = http.post("/v1/chat/completions", json=HELLO, headers={"Authorization": f"Bearer {secret}"})
        assert answer.status_code in (200, 502), answer.text
    statements = "/organizations/odd/credits/statements"
    text = admin.http.get(statements, params={"format": "html"}).text
    page = Page(text)
    assert not {"img", "script"} & set(page.tags)
    assert f"simulated/{ODD_MODEL}" in [cell for row in page.tables[-1] for cell in row]
    assert "<img src=x onerror=alert(1)>&\"'" in "".join(page.texts)
    [usage] = [row for row in read(admin.http.get(statements, params={"format": "csv"}).text) if row["line"] == "usage"]
    assert usage["model"] == "'" + ODD_MODEL and usage["charge"] == "0" and usage["key_source"] == "exempt"
    assert admin.get(statements)["usage"][0]["model"] == ODD_MODEL


def test_while_runs_end_each_statement_is_of_one_moment(admin):
    tenant = admin.tenant(credits="100")
    over = threading.Event()

    def watch() -> int:
        count = 0
        while not over.is_set():
            add_up(tenant.statement())
            count += 1
        return count

    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        watching = pool.submit(watch)
        try:
            codes = list(pool.map(lambda _: tenant.chat(HELLO).status_code, range(120)))
        finally:
            over.set()
        assert watching.result() > 3
    assert set(codes) == {200}
    statement = tenant.statement()
    add_up(statement)
    assert statement["usage_total"]["runs"] == 120
    assert Decimal(statement["closing"]) == tenant.credits()["balance"]


def test_the_command_writes_every_form(tenant, tmp_path):
    def command(*arguments, code: int = 0) -> str:
        done = tenant.admin.server.command("credit", "statement", tenant.organization, *arguments)
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        return done.stderr if code else done.stdout

    statement = tenant.statement()
    text = command()
    assert f"{tenant.organization}  {statement['month']}, so far" in text
    [line] = [line for line in text.splitlines() if line.startswith("balance now")]
    assert line.split()[-1] == statement["closing"]
    found = json.loads(command("--json"))
    add_up(found)
    assert found["closing"] == statement["closing"]
    assert json.loads(command("--format", "json", "--month", "2020-01"))["closing"] == "0"
    assert "closing" in command("--month", "2020-01")
    for form in ["csv", "html"]:
        file = tmp_path / f"statement.{form}"
        file.write_text("x" * 100_000)
        assert command("--format", form, "--out", file) == ""
        # As it is: no line ends translated.
        text = file.read_bytes().decode()
        read(text) if form == "csv" else Page(text)
    assert "has not begun" in command("--month", "9999-01", code=1)
    assert "none/x.csv" in command("--format", "csv", "--out", tmp_path / "none/x.csv", code=1)
