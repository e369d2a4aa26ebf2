"""Messages with parts, lists spliced from the input, template options, and inputs that are refused: what the provider
is sent, read off its own log."""

import json
from decimal import Decimal

import openai
import pytest

from checks import check_error, check_well
from tenants import Admin, decimals


@pytest.fixture(scope="module")
def recorder(new_simulator):
    """A provider that keeps what it is sent."""
    return new_simulator("--keep-bodies")


@pytest.fixture(scope="module")
def own(new_server, recorder):
    return Admin(new_server(recorder))


def sent(recorder) -> dict:
    """The body of the last request."""
    rows = recorder.rows(bodies=True)
    return json.loads(rows[-1]["body"])


PARTS = [{"role": "user", "content": [
    {"type": "text", "text": "What is on {{ name }}?"},
    {"type": "image_url", "image_url": {"url": "{{ image.url }}", "detail": "{{ image.detail or '' }}"}},
    {"type": "file", "file": {"file_data": "data:application/pdf;base64,{{ pdf }}", "filename": "{{ name }}.pdf"}},
    {"type": "input_audio", "input_audio": {"data": "{{ sound }}", "format": "wav"}},
]}]
PARTS_INPUT = {"name": 'a "picture"', "image": {"url": "https://example.org/a.png", "detail": "low"}, "pdf": "QUJD",
               "sound": "UklG"}


def test_message_parts(own, recorder):
    tenant = own.tenant(messages=PARTS)
    with tenant.sdk() as sdk:
        sdk.chat.completions.create(model="deployed", messages=[], extra_body={"input": PARTS_INPUT})
    assert sent(recorder)["messages"] == [{"role": "user", "content": [
        {"type": "text", "text": 'What is on a "picture"?'},
        {"type": "image_url", "image_url": {"url": "https://example.org/a.png", "detail": "low"}},
        {"type": "file", "file": {"file_data": "data:application/pdf;base64,QUJD", "filename": 'a "picture".pdf'}},
        {"type": "input_audio", "input_audio": {"data": "UklG", "format": "wav"}},
    ]}]
    # What renders to nothing and is not required is left out.
    assert tenant.run({"input": PARTS_INPUT | {"image": {"url": "https://x", "detail": ""}}}).status_code == 200
    assert sent(recorder)["messages"][0]["content"][1] == {"type": "image_url", "image_url": {"url": "https://x"}}


def test_the_hold_counts_parts_of_the_version_and_of_spliced_lists(own):
    text = {"type": "text", "text": "see"}
    image = {"type": "image_url", "image_url": {"url": "https://x/y"}}

    def hold(version: list, **input) -> Decimal:
        response = own.tenant(messages=version).run({"input": input})
        assert response.status_code == 200, response.text
        return own.get(f"/runs/{response.json()['id']}")["hold"]

    # 50,000 tokens of input at a credit a million.
    plain, part = hold([{"role": "user", "content": [text]}]), hold([{"role": "user", "content": [text, image]}])
    assert Decimal("0.049") < part - plain < Decimal("0.051")
    splice = [{"messages": "{{ chat }}"}]
    plain = hold(splice, chat=[{"role": "user", "content": [text]}])
    both = hold(splice, chat=[{"role": "user", "content": [text, image]}, {"role": "user", "content": [image]}])
    assert Decimal("0.099") < both - plain < Decimal("0.101")


CHAT = [
    {"role": "user", "content": "What is 2 + 2?"},
    {"role": "assistant", "content": None, "tool_calls": [
        {"id": "call_1", "type": "function", "function": {"name": "add", "arguments": "{\"a\": 2, \"b\": 2}"}}]},
    {"role": "tool", "tool_call_id": "call_1", "content": "4"},
    {"role": "user", "name": "ada", "content": [{"type": "text", "text": "And in Roman?"}]},
]


def test_a_list_of_messages_is_spliced(own, recorder):
    tenant = own.tenant(messages=[
        {"role": "system", "content": "You count."}, {"messages": "{{ history }}"},
        {"role": "user", "content": "{{ question }}"}])
    with tenant.sdk() as sdk:
        sdk.chat.completions.create(
            model="deployed", messages=[{"role": "user", "content": "last"}],
            extra_body={"input": {"history": CHAT, "question": "So?"}})
    assert sent(recorder)["messages"] == [
        {"role": "system", "content": "You count."}, *CHAT, {"role": "user", "content": "So?"},
        {"role": "user", "content": "last"}]


@pytest.mark.parametrize("history, pointer, rule", [
    ("none", "/input/history", "type"),
    ([{"content": "x"}], "/input/history/0/role", "required"),
    ([{"role": "user", "content": "x"}, {"role": "robot", "content": "x"}], "/input/history/1/role", "enum"),
    ([{"role": "user"}], "/input/history/0/content", "required"),
])
def test_what_is_no_list_of_messages_is_refused(own, recorder, history, pointer, rule):
    # The agent's own schema lets anything through, so that it is the splice that refuses.
    tenant = own.tenant()
    own.post(f"{tenant.path}/schemas", {"input": {"type": "object"}})
    tenant.new_version(messages=[{"messages": "{{ history }}"}], schema=2)
    own.call("PUT", tenant.place(schema=2), {"version": 2})
    tenant.secret = tenant.new_token(schema=2)["secret"]
    before = len(recorder.rows())
    response = tenant.run({"input": {"history": history}})
    error = check_error(response, 400, "invalid_input", pointer)
    assert [(fault["pointer"], fault["rule"]) for fault in error["faults"]] == [(pointer, rule)]
    assert len(recorder.rows()) == before
    check_well(tenant)


def test_template_options(own, recorder):
    text = "{% if a %}\nyes\n    {% endif %}\n[{{ missing }}]\n"

    def said(**template) -> str:
        tenant = own.tenant(messages=[{"role": "user", "content": text}], template=template)
        response = tenant.run({"input": {"a": True}})
        assert response.status_code == 200, response.text
        return sent(recorder)["messages"][0]["content"]

    assert said(undefined="lenient") == "\nyes\n    \n[]"
    assert said(undefined="lenient", trim_blocks=True) == "yes\n    []"
    assert said(undefined="lenient", lstrip_blocks=True, trim_blocks=True) == "yes\n[]"
    assert said(undefined="lenient", keep_trailing_newline=True).endswith("[]\n")
    strict = own.tenant(messages=[{"role": "user", "content": text}])
    error = check_error(strict.run({"input": {"a": True}}), 400, "invalid_input", "/input/missing")
    assert error["faults"][0]["rule"] in ("required", "undefined")


def test_options_are_part_of_what_a_version_is(admin):
    tenant = admin.tenant()
    first = tenant.new_version("Hi {{ a }}")
    assert tenant.new_version("Hi {{ a }}", template={"undefined": "strict", "trim_blocks": False}) == first
    other = tenant.new_version("Hi {{ a }}", template={"undefined": "lenient"})
    assert other["hash"] != first["hash"] and other["document"]["template"] == {"undefined": "lenient"}


@pytest.mark.parametrize("version, pointer, line, column", [
    ({"messages": [{"role": "user", "content": "one\n{% for x in y %}"}]}, "/messages/0/content", 2, None),
    ({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "{{ a | nope }}"}}]}]},
     "/messages/0/content/0/image_url/url", 1, None),
    ({"messages": [{"role": "user", "content": "{% include 'x' %}"}]}, "/messages/0/content", 1, None),
    ({"messages": [{"messages": "{{ a }} and more"}]}, "/messages/0/messages", None, None),
    ({"template": {"undefined": "loose"}}, "/template/undefined", None, None),
    ({"on_invalid_output": "retry"}, "/on_invalid_output", None, None),
])
def test_a_bad_version_is_refused_with_its_place(admin, version, pointer, line, column):
    tenant = admin.tenant()
    body = {"provider": "simulated", "model": "sim-1", "messages": [{"role": "system", "content": "x"}]} | version
    response = admin.http.post(f"{tenant.path}/versions", json=body)
    assert response.status_code == 400, response.text
    problem = decimals(response)
    assert problem["pointer"] == pointer
    assert problem.get("line") == line


SHAPE = {
    "type": "object", "additionalProperties": False, "required": ["name", "age"],
    "properties": {"name": {"type": "string", "minLength": 1}, "age": {"type": "integer", "minimum": 0},
                   "tags": {"type": "array", "items": {"type": "string"}}},
}


@pytest.fixture(scope="module")
def shaped(own):
    """A tenant whose agent says what its input must be."""
    tenant = own.tenant()
    own.post(f"{tenant.path}/schemas", {"input": SHAPE})
    tenant.new_version("{{ name }} is {{ age }}.", schema=2)
    own.call("PUT", tenant.place(schema=2), {"version": 2})
    tenant.secret = tenant.new_token(schema=2)["secret"]
    return tenant


def test_a_bad_input_lists_all_that_is_wrong_and_costs_nothing(shaped, recorder):
    before, bad = len(recorder.rows()), {"name": "", "age": -1.5, "tags": ["a", 1], "colour": "red"}
    with shaped.sdk() as sdk, pytest.raises(openai.BadRequestError) as refused:
        sdk.chat.completions.create(model="deployed", messages=[], extra_body={"input": bad})
    assert refused.value.code == "invalid_input"
    faults = {(fault["pointer"], fault["rule"]) for fault in refused.value.body["faults"]}
    assert {("/input/name", "minLength"), ("/input/tags/1", "type")} <= faults
    assert {pointer for pointer, _ in faults} >= {"/input/name", "/input/age", "/input/tags/1"}
    assert any(rule == "additionalProperties" for _, rule in faults)
    assert refused.value.param == refused.value.body["faults"][0]["pointer"]
    # The rule is said, the value is not.
    assert "red" not in refused.value.response.text and "-1.5" not in refused.value.response.text
    error = check_error(shaped.run({"input": bad}), 400, "invalid_input", refused.value.param)
    assert {(fault["pointer"], fault["rule"]) for fault in error["faults"]} == faults
    assert len(recorder.rows()) == before
    assert not [entry for entry in shaped.entries() if entry["kind"] != "top_up"]
    check_well(shaped)


def test_a_missing_input_is_refused_and_a_good_one_passes(shaped, recorder):
    response = shaped.run({})
    error = check_error(response, 400, "invalid_input", response.json()["error"]["param"])
    assert {(fault["pointer"], fault["rule"]) for fault in error["faults"]} == {
        ("/input/name", "required"), ("/input/age", "required")}
    assert shaped.run({"input": {"name": "Ada", "age": 36}}).status_code == 200
    assert sent(recorder)["messages"][0]["content"] == "Ada is 36."


def test_without_a_schema_the_variables_say_what_the_input_must_be(own):
    tenant = own.tenant(system="Hello {{ user.name }}{% if mood is defined %}, be {{ mood }}{% endif %}.")
    assert tenant.run({"input": {"user": {"name": "Ada"}}}).status_code == 200
    assert tenant.run({"input": {"user": {"name": "Ada"}, "mood": "merry"}}).status_code == 200
    check_error(
        tenant.run({"input": {"user": {"name": "Ada"}, "moood": "merry"}}), 400, "invalid_input", "/input/moood")
    check_error(tenant.run({"input": {"mood": "merry"}}), 400, "invalid_input", "/input/user")
    check_error(tenant.run({"input": {"user": {}}}), 400, "invalid_input", "/input/user/name")
    check_well(tenant, -sum(Decimal(entry["balance_change"]) for entry in tenant.entries() if entry["run"]))
