import json

import httpx2
import pydantic
from mistralai.client import Mistral as Client
from mistralai.client import errors as failures

from . import PICTURE_TEXT, Question, Said, Unfinished, Vendor


class Mistral(Vendor):
    name = "mistral"
    protocol = "mistral-chat"
    errors = {name: (failures.SDKError, status) for name, status in {
        "401": 401, "403": 403, "404": 404, "429": 429, "insufficient_quota": 402, "500": 500, "503": 503,
        "too-long": 400}.items()}
    event_error = broken_error = (failures.ResponseValidationError, pydantic.ValidationError)
    cut_error = (httpx2.RemoteProtocolError, httpx2.ReadError)
    says_cache_writes = says_reasoning = False
    can_refuse = quotes_event_errors = False
    finishes = {"stop": "stop", "length": "length", "calls": "tool_calls", "refusal": "stop"}

    def open(self):
        http = self.ends.enter_context(httpx2.Client(trust_env=False))
        self.client = self.ends.enter_context(Client(
            api_key=self.key, server_url=self.url + "/mistral", client=http, retry_config=None))

    def ask(self, question: Question, stream: bool) -> Said:
        return self._send(question, self._messages(question), stream)

    def tell(self, question, said, results, stream):
        told = [{"role": "tool", "tool_call_id": call["id"], "content": result}
                for call, result in zip(said.native["tool_calls"], results, strict=True)]
        return self._send(question, [*self._messages(question), said.native, *told], stream)

    def _messages(self, question):
        content = question.text
        if question.picture:
            url = f"data:image/png;base64,{PICTURE_TEXT}"
            content = [{"type": "text", "text": question.text}, {"type": "image_url", "image_url": url}]
        system = [{"role": "system", "content": question.system}] if question.system else []
        return [*system, {"role": "user", "content": content}]

    def _send(self, question, messages, stream) -> Said:
        options = {"model": question.model, "messages": messages, "max_tokens": question.most}
        if question.tools:
            options["tools"] = [
                {"type": "function", "function": {"name": tool.name, "parameters": tool.schema}}
                for tool in question.tools]
        if not question.parallel:
            options["parallel_tool_calls"] = False
        if question.named:
            options["tool_choice"] = {"type": "function", "function": {"name": question.named}}
        if question.schema:
            options["response_format"] = {
                "type": "json_schema", "json_schema": {"name": "output", "schema": question.schema, "strict": True}}
        if not stream:
            answer = self.client.chat.complete(**options)
            message = json.loads(answer.choices[0].message.model_dump_json())
            return self._said(message, answer.choices[0].finish_reason, answer.usage)
        text, thought, calls, finish, usage = "", "", [], None, None
        for event in self.client.chat.stream(**options):
            choice = event.data.choices[0]
            content = choice.delta.content
            if isinstance(content, str):
                text += content
            for chunk in content if isinstance(content, list) else []:
                thought += "".join(part.text for part in chunk.thinking)
            calls += [json.loads(call.model_dump_json()) for call in choice.delta.tool_calls or []]
            finish, usage = choice.finish_reason or finish, event.data.usage or usage
        if finish is None:
            raise Unfinished()
        content = [{"type": "thinking", "thinking": [{"type": "text", "text": thought}]}] if thought else []
        content += [{"type": "text", "text": text}] if text else []
        message = {"role": "assistant", "content": content, "tool_calls": calls}
        return self._said(message, finish, usage)

    def _said(self, message, finish, usage) -> Said:
        content = message["content"] or []
        if isinstance(content, str):
            content = [{"type": "text", "text": content}]
        read = usage.prompt_tokens_details["cached_tokens"]
        return Said(
            text="".join(part["text"] for part in content if part["type"] == "text"),
            calls=[(call["function"]["name"], json.loads(call["function"]["arguments"]))
                   for call in message.get("tool_calls") or []],
            reasoning="".join(text["text"] for part in content if part["type"] == "thinking"
                              for text in part["thinking"]),
            finish=finish, uncached=usage.prompt_tokens - read, cache_read=read, output=usage.completion_tokens,
            native=message)
