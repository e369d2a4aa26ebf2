import json

import httpx2
import openai

from . import PICTURE_TEXT, Question, Said, Vendor


class OpenAIChat(Vendor):
    name = "openai-chat"
    protocol = "openai-chat"
    errors = {
        "401": (openai.AuthenticationError, 401), "403": (openai.PermissionDeniedError, 403),
        "404": (openai.NotFoundError, 404), "429": (openai.RateLimitError, 429),
        "insufficient_quota": (openai.RateLimitError, 429), "500": (openai.InternalServerError, 500),
        "503": (openai.InternalServerError, 503), "too-long": (openai.BadRequestError, 400),
    }
    event_error = openai.APIError
    cut_error = (httpx2.RemoteProtocolError, httpx2.ReadError, openai.APIConnectionError)
    finishes = {"stop": "stop", "length": "length", "calls": "tool_calls", "refusal": "stop"}

    def open(self):
        self.client = self.ends.enter_context(
            openai.OpenAI(base_url=self.url + "/v1", api_key=self.key, max_retries=0))

    def ask(self, question: Question, stream: bool) -> Said:
        return self._send(question, self._messages(question), stream)

    def tell(self, question, said, results, stream):
        message = said.native.choices[0].message
        back = message.to_dict() | {"content": message.content or ""}
        told = [{"role": "tool", "tool_call_id": call.id, "content": result}
                for call, result in zip(message.tool_calls, results, strict=True)]
        return self._send(question, [*self._messages(question), back, *told], stream)

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
                {"type": "function", "function": {"name": tool.name, "parameters": tool.schema, "strict": True}}
                for tool in question.tools]
        if not question.parallel:
            options["parallel_tool_calls"] = False
        if question.named:
            options["tool_choice"] = {"type": "function", "function": {"name": question.named}}
        if question.schema:
            options["response_format"] = {
                "type": "json_schema", "json_schema": {"name": "output", "schema": question.schema, "strict": True}}
        if not stream:
            return self._said(self.client.chat.completions.create(**options))
        with self.client.chat.completions.stream(**options, stream_options={"include_usage": True}) as events:
            try:
                return self._said(events.get_final_completion())
            except (openai.LengthFinishReasonError,) as cut:
                return self._said(cut.completion)

    def _said(self, completion) -> Said:
        choice = completion.choices[0]
        usage = completion.usage
        details = usage.prompt_tokens_details
        read, written = details.cached_tokens, getattr(details, "cache_write_tokens", None) or 0
        reasoned = usage.completion_tokens_details.reasoning_tokens
        return Said(
            text=choice.message.content or choice.message.refusal or "",
            calls=[(call.function.name, json.loads(call.function.arguments))
                   for call in choice.message.tool_calls or []],
            reasoning=(choice.message.model_extra or {}).get("reasoning_content", ""),
            refused=choice.message.refusal is not None, finish=choice.finish_reason,
            uncached=usage.prompt_tokens - read - written, cache_read=read, cache_write=written,
            output=usage.completion_tokens - reasoned, reasoned=reasoned, native=completion)
