import json

import groq
import httpx

from . import PICTURE_TEXT, Question, Said, Unfinished, Vendor


class Groq(Vendor):
    name = "groq"
    protocol = "groq-chat"
    errors = {
        "401": (groq.AuthenticationError, 401), "403": (groq.PermissionDeniedError, 403),
        "404": (groq.NotFoundError, 404), "429": (groq.RateLimitError, 429),
        "insufficient_quota": (groq.RateLimitError, 429), "500": (groq.InternalServerError, 500),
        "503": (groq.InternalServerError, 503), "too-long": (groq.BadRequestError, 400),
    }
    event_error = groq.APIError
    cut_error = (httpx.RemoteProtocolError, httpx.ReadError, groq.APIConnectionError)
    says_cache_writes = False
    can_refuse = False
    finishes = {"stop": "stop", "length": "length", "calls": "tool_calls", "refusal": "stop"}

    def open(self):
        http = self.ends.enter_context(httpx.Client(trust_env=False))
        self.client = groq.Groq(base_url=self.url + "/groq", api_key=self.key, max_retries=0, http_client=http)

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
        options = {"model": question.model, "messages": messages, "max_completion_tokens": question.most}
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
            answer = self.client.chat.completions.create(**options)
            message = answer.choices[0].message.to_dict()
            return self._said(message, answer.choices[0].finish_reason, answer.usage)
        message, finish, usage = {"role": "assistant", "content": "", "reasoning": "", "tool_calls": []}, None, None
        for chunk in self.client.chat.completions.create(**options, stream=True):
            delta = chunk.choices[0].delta
            message["content"] += delta.content or ""
            message["reasoning"] += delta.reasoning or ""
            for call in delta.tool_calls or []:
                if call.id:
                    message["tool_calls"].append(call.to_dict())
                else:
                    message["tool_calls"][call.index]["function"]["arguments"] += call.function.arguments
            finish = chunk.choices[0].finish_reason or finish
            usage = chunk.x_groq and chunk.x_groq.usage or usage
        if usage is None:
            raise Unfinished()
        for call in message["tool_calls"]:
            del call["index"]
        return self._said({key: value for key, value in message.items() if value}, finish, usage)

    def _said(self, message, finish, usage) -> Said:
        read, reasoned = usage.prompt_tokens_details.cached_tokens, usage.completion_tokens_details.reasoning_tokens
        return Said(
            text=message.get("content") or "",
            calls=[(call["function"]["name"], json.loads(call["function"]["arguments"]))
                   for call in message.get("tool_calls", [])],
            reasoning=message.get("reasoning", ""), finish=finish, uncached=usage.prompt_tokens - read,
            cache_read=read, output=usage.completion_tokens - reasoned, reasoned=reasoned, native=message)
