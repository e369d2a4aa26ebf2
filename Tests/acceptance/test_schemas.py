"""Schemas: which number a shape has, what is refused when one is made, and what a change breaks."""

import json

import pytest

from tenants import decimals

NAME = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
DESCRIBED = {"title": "Input", "type": ["object"], "required": ["name"], "x-order": ["name"],
             "properties": {"name": {"description": "Whom to greet.", "default": "you", "type": "string"}}}
OPTIONAL = {"type": "object", "properties": {"name": {"type": ["string", "null"]}}}


@pytest.fixture()
def cli(server):
    def call(tenant, *arguments, code: int = 0, input: str = "") -> str:
        done = server.command(*arguments, environment={"TOLLGATE_ORGANIZATION": tenant.organization}, input=input)
        assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
        return done.stdout

    return call


def test_a_shape_has_one_number(admin):
    tenant = admin.tenant()
    schemas = f"{tenant.path}/schemas"
    first = admin.post(schemas, {"input": NAME}, expect=201)
    assert first["number"] == 2
    again = admin.post(schemas, {"input": DESCRIBED}, expect=200)
    assert again == {**first, "input": DESCRIBED}, "the same number, with the words that came last"
    assert list(again["input"]["properties"]["name"]) == ["description", "default", "type"], "in the order they were written"
    assert admin.post(schemas, {"input": OPTIONAL}, expect=201)["number"] == 3
    # A property that is named like an annotation is none.
    titled = {"type": "object", "properties": {"title": {"type": "string"}, "name": {"type": "string"}},
              "required": ["name"]}
    assert admin.post(schemas, {"input": titled}, expect=201)["number"] == 4
    assert admin.post(schemas, {"input": NAME, "output": NAME}, expect=201)["number"] == 5


@pytest.mark.parametrize("schema, pointer", [
    ({"input": {"type": "text"}}, "/input/type"),
    ({"output": {"properties": {"a": {"minLength": -1}}}}, "/output/properties/a/minLength"),
    ({"input": {"pattern": "(a)\\1"}}, "/input/pattern"),
    ({"input": {"$ref": "#/$defs/nothing"}}, "/input/$ref"),
])
def test_what_is_no_schema_is_refused_with_its_place(admin, schema, pointer):
    tenant = admin.tenant()
    response = admin.http.post(f"{tenant.path}/schemas", json=schema)
    problem = decimals(response)
    assert (response.status_code, problem["code"], problem["pointer"]) == (400, "invalid_request", pointer)
    assert len(admin.items(f"{tenant.path}/schemas")) == 1


def test_a_change_says_whom_it_breaks(admin, cli, tmp_path):
    tenant = admin.tenant()
    for number, schema in enumerate([{"input": OPTIONAL, "output": NAME}, {"input": NAME, "output": OPTIONAL}], 2):
        for side, text in schema.items():
            (tmp_path / side).write_text(json.dumps(text))
        made = cli(tenant, "schema", "create", "greeter", "--input", tmp_path / "input", "--output",
                   tmp_path / "output", "--json")
        assert json.loads(made)["number"] == number
    compare = ["schema", "compare", "greeter", "2", "3"]
    report = json.loads(cli(tenant, *compare, "--json"))
    assert not report["compatible"] and all(each["certain"] for each in report["breaks"])
    assert {(each["affects"], each["schema"], each["pointer"], each["rule"]) for each in report["breaks"]} == {
        ("callers_sending_input", 3, "/input/required", "required"),
        ("callers_sending_input", 3, "/input/properties/name/type", "type"),
        ("callers_reading_output", 2, "/output/required", "required"),
        ("callers_reading_output", 2, "/output/properties/name/type", "type"),
    }
    assert admin.get(f"{tenant.path}/schemas/compatibility", **{"from": 2, "to": 3}) == report
    text = cli(tenant, *compare)
    assert "4 breaks" in text and "/input/required: the property name: was optional, is required" in text
    cli(tenant, *compare, "--exit-code", code=1)
    assert "compatible" in cli(tenant, "schema", "compare", "greeter", "3", "2", "--exit-code")
    assert "schema 3" in cli(tenant, "schema", "show", "greeter", "3").replace("schema   3", "schema 3")
    assert "name*" in cli(tenant, "schema", "list", "greeter")
    assert "there was already schema 3" in cli(
        tenant, "schema", "create", "greeter", "--input", tmp_path / "input", "--output", tmp_path / "output")


def test_the_variables_of_a_version(admin):
    tenant = admin.tenant()
    system = "Greet {{ customer.name }}.{% if tone %} Be {{ tone }}.{% endif %}{{ note | default('') }}"
    version = tenant.new_version(system)
    assert {each["name"]: each["required"] for each in version["variables"]} == {
        "customer": True, "tone": True, "note": False}
    assert version["variables"][0]["paths"] == ["customer.name"]
    inferred = version["inferred_input_schema"]
    assert inferred["required"] == ["customer", "tone"] and inferred["additionalProperties"] is False
    assert inferred["properties"]["customer"]["required"] == ["name"]
    # With a schema of the agent's own nothing is inferred.
    admin.post(f"{tenant.path}/schemas", {"input": {"type": "object"}})
    given = tenant.new_version(system, schema=2)
    assert "inferred_input_schema" not in given and len(given["variables"]) == 3
