"""The vendors' own SDKs, each asking the same things in its own protocol and telling what it heard in the same terms."""

import base64
import dataclasses
import json
from collections.abc import Callable

import anthropic
import httpx
import openai
from google import genai
from google.genai import errors as genai_errors
from google.genai import types as genai_types

IMAGE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
PARAMETERS = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"],
              "additionalProperties": False}
TOOLS = ["weather", "time"]
SCHEMA = {"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
          "required": ["name", "age"], "additionalProperties": False}


@dataclasses.dataclass
class Ask:
    """What is asked, whichever protocol says it."""

    text: str = "Hello, I am Ada."
    tools: bool = False
    schema: bool = False
    image: bool = False
    stream: bool = False


@dataclasses.dataclass
class Heard:
    """What came of it. Usage is of all input and all output, and what of them is cached and thought."""

    text: str = ""
    reasoning: str = ""
    calls: list = dataclasses.field(default_factory=list)
    #: `stop`, `length`, `tool_calls` or `content_filter`.
    finish: str | None = None
    input: int = 0
    cached: int = 0
    output: int = 0
    thought: int = 0
    run_id: str = ""
    #: The class of the SDK's exception, and its HTTP status, where it raised one.
    error: str | None = None
    status: int | None = None


def chat(secret: str, url: str, ask: Ask) -> Heard:
    """OpenAI's chat completions."""
    content = ask.text
    if ask.image:
        data = "data:image/png;base64," + base64.b64encode(IMAGE).decode()
        content = [{"type": "text", "text": ask.text}, {"type": "image_url", "image_url": {"url": data}}]
    options = {}
    if ask.tools:
        options["tools"] = [
            {"type": "function", "function": {"name": name, "parameters": PARAMETERS}} for name in TOOLS]
    if ask.schema:
        options["response_format"] = {
            "type": "json_schema", "json_schema": {"name": "person", "schema": SCHEMA, "strict": True}}
    heard = Heard()
    with openai.OpenAI(api_key=secret, base_url=url + "/v1", max_retries=0, timeout=30) as sdk:
        try:
            raw = sdk.chat.completions.with_raw_response.create(
                model="deployed", messages=[{"role": "user", "content": content}],
                **({"stream": True, "stream_options": {"include_usage": True}} if ask.stream else {}), **options)
            heard.run_id = raw.headers["tollgate-run-id"]
            arguments: dict[int, list] = {}
            if ask.stream:
                for chunk in raw.parse():
                    if chunk.usage:
                        usage = chunk.usage
                    for choice in chunk.choices:
                        heard.text += choice.delta.content or ""
                        heard.text += choice.delta.refusal or ""
                        heard.reasoning += getattr(choice.delta, "reasoning_content", None) or ""
                        heard.finish = choice.finish_reason or heard.finish
                        for call in choice.delta.tool_calls or []:
                            known = arguments.setdefault(call.index, ["", ""])
                            known[0] += call.function.name or ""
                            known[1] += call.function.arguments or ""
                assert list(arguments) == list(range(len(arguments))), "calls are numbered without gaps"
            else:
                completion = raw.parse()
                usage, (choice,) = completion.usage, completion.choices
                heard.text = (choice.message.content or "") + (choice.message.refusal or "")
                heard.reasoning = getattr(choice.message, "reasoning_content", None) or ""
                heard.finish = choice.finish_reason
                for number, call in enumerate(choice.message.tool_calls or []):
                    arguments[number] = [call.function.name, call.function.arguments]
            heard.calls = [(name, json.loads(text)) for name, text in arguments.values()]
            heard.input, heard.output = usage.prompt_tokens, usage.completion_tokens
            heard.cached = usage.prompt_tokens_details.cached_tokens
            heard.thought = usage.completion_tokens_details.reasoning_tokens
        except openai.APIError as error:
            heard.error, heard.status = type(error).__name__, getattr(error, "status_code", None)
    return heard


def responses(secret: str, url: str, ask: Ask) -> Heard:
    """OpenAI's Responses."""
    content = [{"type": "input_text", "text": ask.text}]
    if ask.image:
        data = "data:image/png;base64," + base64.b64encode(IMAGE).decode()
        content.append({"type": "input_image", "image_url": data, "detail": "auto"})
    options = {}
    if ask.tools:
        options["tools"] = [
            {"type": "function", "name": name, "parameters": PARAMETERS, "strict": True} for name in TOOLS]
    if ask.schema:
        options["text"] = {"format": {"type": "json_schema", "name": "person", "schema": SCHEMA, "strict": True}}
    heard = Heard()
    with openai.OpenAI(api_key=secret, base_url=url + "/v1", max_retries=0, timeout=30) as sdk:
        try:
            asked = {"model": "deployed", "input": [{"role": "user", "content": content}], **options}
            if ask.stream:
                with sdk.responses.stream(**asked) as stream:
                    for event in stream:
                        if event.type == "response.reasoning_summary_text.delta":
                            heard.reasoning += event.delta
                    response = stream.get_final_response()
                heard.run_id = stream._raw_stream.response.headers["tollgate-run-id"]
            else:
                raw = sdk.responses.with_raw_response.create(**asked)
                response, heard.run_id = raw.parse(), raw.headers["tollgate-run-id"]
            for item in response.output:
                if item.type == "function_call":
                    heard.calls.append((item.name, json.loads(item.arguments)))
                elif item.type == "message":
                    for part in item.content:
                        heard.text += part.text if part.type == "output_text" else part.refusal
                elif item.type == "reasoning" and not ask.stream:
                    heard.reasoning += "".join(part.text for part in item.summary)
            reason = response.incomplete_details.reason if response.incomplete_details else None
            heard.finish = {"max_output_tokens": "length", "content_filter": "content_filter"}.get(
                reason, "tool_calls" if heard.calls else "stop")
            heard.input, heard.output = response.usage.input_tokens, response.usage.output_tokens
            heard.cached = response.usage.input_tokens_details.cached_tokens
            heard.thought = response.usage.output_tokens_details.reasoning_tokens
        except openai.APIError as error:
            heard.error, heard.status = type(error).__name__, getattr(error, "status_code", None)
        except RuntimeError as error:
            # Its final getter, of a stream without an end.
            heard.error = type(error).__name__
    return heard


def messages(secret: str, url: str, ask: Ask) -> Heard:
    """Anthropic's Messages."""
    content = [{"type": "text", "text": ask.text}]
    if ask.image:
        source = {"type": "base64", "media_type": "image/png", "data": base64.b64encode(IMAGE).decode()}
        content.append({"type": "image", "source": source})
    options = {}
    if ask.tools:
        options["tools"] = [{"name": name, "input_schema": PARAMETERS} for name in TOOLS]
    if ask.schema:
        options["extra_body"] = {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}}
    heard = Heard()
    with anthropic.Anthropic(api_key=secret, base_url=url, max_retries=0, timeout=30) as sdk:
        try:
            asked = {"model": "deployed", "max_tokens": 64, "messages": [{"role": "user", "content": content}],
                     **options}
            if ask.stream:
                with sdk.messages.stream(**asked) as stream:
                    for _ in stream:
                        pass
                    message = stream.get_final_message()
                    heard.run_id = stream.response.headers["tollgate-run-id"]
            else:
                raw = sdk.messages.with_raw_response.create(**asked)
                message, heard.run_id = raw.parse(), raw.headers["tollgate-run-id"]
            for block in message.content:
                if block.type == "text":
                    heard.text += block.text
                elif block.type == "thinking":
                    heard.reasoning += block.thinking
                elif block.type == "tool_use":
                    heard.calls.append((block.name, block.input))
            heard.finish = {"end_turn": "stop", "stop_sequence": "stop", "max_tokens": "length",
                            "tool_use": "tool_calls", "refusal": "content_filter"}.get(message.stop_reason)
            usage = message.usage
            heard.cached = usage.cache_read_input_tokens or 0
            heard.input = usage.input_tokens + heard.cached + (usage.cache_creation_input_tokens or 0)
            heard.output = usage.output_tokens
            details = (usage.model_extra or {}).get("output_tokens_details") or getattr(
                usage, "output_tokens_details", None)
            if details:
                heard.thought = details["thinking_tokens"] if isinstance(details, dict) else details.thinking_tokens
        except anthropic.APIError as error:
            heard.error, heard.status = type(error).__name__, getattr(error, "status_code", None)
    return heard


def gemini(secret: str, url: str, ask: Ask) -> Heard:
    """Google's generateContent."""
    parts = [genai_types.Part(text=ask.text)]
    if ask.image:
        parts.append(genai_types.Part.from_bytes(data=IMAGE, mime_type="image/png"))
    config = genai_types.GenerateContentConfig(
        automatic_function_calling=genai_types.AutomaticFunctionCallingConfig(disable=True))
    if ask.tools:
        config.tools = [genai_types.Tool(function_declarations=[
            genai_types.FunctionDeclaration(name=name, parameters_json_schema=PARAMETERS) for name in TOOLS])]
    if ask.schema:
        config.response_mime_type, config.response_json_schema = "application/json", SCHEMA
    heard = Heard()
    options = genai_types.HttpOptions(base_url=url, timeout=30_000)
    with genai.Client(api_key=secret, http_options=options) as sdk:
        try:
            asked = {"model": "deployed", "contents": [genai_types.Content(role="user", parts=parts)],
                     "config": config}
            answers = sdk.models.generate_content_stream(**asked) if ask.stream else [
                sdk.models.generate_content(**asked)]
            usage = None
            for answer in answers:
                usage = answer.usage_metadata or usage
                headers = answer.sdk_http_response.headers or {}
                heard.run_id = heard.run_id or headers.get("tollgate-run-id", "")
                if answer.prompt_feedback and answer.prompt_feedback.block_reason:
                    heard.finish = "content_filter"
                for candidate in answer.candidates or []:
                    for part in (candidate.content and candidate.content.parts) or []:
                        if part.function_call:
                            heard.calls.append((part.function_call.name, part.function_call.args))
                        elif part.thought:
                            heard.reasoning += part.text or ""
                        else:
                            heard.text += part.text or ""
                    if candidate.finish_reason:
                        heard.finish = {"STOP": "stop", "MAX_TOKENS": "length"}.get(
                            candidate.finish_reason.name, "content_filter")
            if heard.calls and heard.finish == "stop":
                heard.finish = "tool_calls"
            heard.input = (usage.prompt_token_count or 0) + (usage.tool_use_prompt_token_count or 0)
            heard.cached = usage.cached_content_token_count or 0
            heard.thought = usage.thoughts_token_count or 0
            heard.output = (usage.candidates_token_count or 0) + heard.thought
        except genai_errors.APIError as error:
            heard.error, heard.status = type(error).__name__, error.code
    return heard


def native(secret: str, url: str, ask: Ask) -> Heard:
    """Tollgate's own run, in plain HTTP: it tells neither thoughts nor what a client's own tools would be."""
    heard = Heard()
    body = {"messages": [{"role": "user", "content": ask.text}], "stream": ask.stream}
    if ask.image:
        data = "data:image/png;base64," + base64.b64encode(IMAGE).decode()
        body["messages"][0]["content"] = [
            {"type": "text", "text": ask.text}, {"type": "image_url", "image_url": {"url": data}}]
    with httpx.Client(base_url=url, timeout=30, trust_env=False, headers={"x-api-key": secret}) as http:
        response = http.post("/v1/run", json=body)
    heard.run_id = response.headers["tollgate-run-id"]
    if response.status_code != 200:
        heard.error, heard.status = "error", response.status_code
        return heard
    if ask.stream:
        events = [block.split("\n", 1) for block in response.text.strip().split("\n\n")]
        name, data = events[-1]
        if name != "event: done":
            heard.error = "error"
            return heard
        result = json.loads(data.removeprefix("data: "))
        said = [json.loads(data.removeprefix("data: ")) for name, data in events if name == "event: delta"]
        heard.text = "".join(delta.get("text", "") for delta in said)
        assert heard.text == (result["output"] or ""), "the deltas come to what the end says"
    else:
        result = response.json()
        heard.text = result["output"] or ""
    heard.calls = [
        (call["function"]["name"], json.loads(call["function"]["arguments"])) for call in result.get("tool_calls", [])]
    heard.finish = result["finish_reason"]
    usage = result["usage"]
    heard.input, heard.output = usage["input_tokens"], usage["output_tokens"]
    heard.cached, heard.thought = usage["cache_read_tokens"], usage["reasoning_tokens"]
    return heard


SPEAKERS: dict[str, Callable[[str, str, Ask], Heard]] = {
    "chat": chat, "responses": responses, "messages": messages, "gemini": gemini, "native": native,
}
