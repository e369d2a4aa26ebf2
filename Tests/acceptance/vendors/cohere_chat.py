import json

import cohere
import cohere.errors
import httpx
from cohere.core.api_error import ApiError

from . import PICTURE_TEXT, Question, Said, Unfinished, Vendor


class CohereChat(Vendor):
    name = "cohere"
    protocol = "cohere-chat"
    errors = {
        "401": (cohere.errors.UnauthorizedError, 401), "403": (cohere.errors.ForbiddenError, 403),
        "404": (cohere.errors.NotFoundError, 404), "429": (cohere.errors.TooManyRequestsError, 429),
        "insufficient_quota": (ApiError, 402), "500": (cohere.errors.InternalServerError, 500),
        "503": (cohere.errors.ServiceUnavailableError, 503), "too-long": (cohere.errors.BadRequestError, 400),
    }
    # The client skips what it cannot read.
    event_error = broken_error = Unfinished
    cut_error = (httpx.RemoteProtocolError, httpx.ReadError)
    says_cache_writes = says_reasoning = False
    can_forbid_parallel_calls = can_name_a_tool = can_refuse = False
    finishes = {"stop": "COMPLETE", "length": "MAX_TOKENS", "calls": "TOOL_CALL", "refusal": "COMPLETE"}

    def open(self):
        http = self.ends.enter_context(httpx.Client(trust_env=False))
        self.client = cohere.ClientV2(
            api_key=self.key, base_url=self.url, max_retries=0, httpx_client=http,
            log_warning_experimental_features=False)

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
            content = [{"type": "text", "text": question.text}, {"type": "image_url", "image_url": {"url": url}}]
        system = [{"role": "system", "content": question.system}] if question.system else []
        return [*system, {"role": "user", "content": content}]

    def _send(self, question, messages, stream) -> Said:
        options = {"model": question.model, "messages": messages, "max_tokens": question.most}
        if question.tools:
            options["tools"] = [
                {"type": "function", "function": {"name": tool.name, "parameters": tool.schema}}
                for tool in question.tools]
        if question.schema:
            options["response_format"] = {"type": "json_object", "json_schema": question.schema}
        if not stream:
            answer = self.client.chat(**options)
            message = json.loads(answer.message.json(exclude_none=True))
            return self._said(message, answer.finish_reason, answer.usage)
        content, calls, end = [], [], None
        for event in self.client.chat_stream(**options):
            message = getattr(event.delta, "message", None) if hasattr(event, "delta") else None
            match event.type:
                case "content-start":
                    content.append(json.loads(message.content.json(exclude_none=True)))
                case "content-delta":
                    for key in ("text", "thinking"):
                        if (said := getattr(message.content, key)) is not None:
                            content[-1][key] += said
                case "tool-call-start":
                    calls.append(json.loads(message.tool_calls.json()))
                case "tool-call-delta":
                    calls[-1]["function"]["arguments"] += message.tool_calls.function.arguments
                case "message-end":
                    end = event.delta
        if end is None or end.error:
            raise Unfinished(end and end.error)
        message = {"role": "assistant"} | ({"content": content} if content else {})
        return self._said(message | ({"tool_calls": calls} if calls else {}), end.finish_reason, end.usage)

    def _said(self, message, finish, usage) -> Said:
        content = message.get("content", [])
        read = int(usage.cached_tokens)
        return Said(
            text="".join(part.get("text", "") for part in content),
            calls=[(call["function"]["name"], json.loads(call["function"]["arguments"]))
                   for call in message.get("tool_calls", [])],
            reasoning="".join(part.get("thinking", "") for part in content), finish=finish,
            uncached=int(usage.billed_units.input_tokens) - read, cache_read=read,
            output=int(usage.billed_units.output_tokens), native=message)
