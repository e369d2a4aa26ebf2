import anthropic
import httpx2

from . import PICTURE_TEXT, Question, Said, Vendor


class AnthropicMessages(Vendor):
    name = "anthropic"
    protocol = "anthropic-messages"
    errors = {
        "401": (anthropic.AuthenticationError, 401), "403": (anthropic.PermissionDeniedError, 403),
        "404": (anthropic.NotFoundError, 404), "429": (anthropic.RateLimitError, 429),
        "insufficient_quota": (anthropic.RateLimitError, 429), "500": (anthropic.InternalServerError, 500),
        "503": (anthropic.InternalServerError, 529), "too-long": (anthropic.BadRequestError, 400),
    }
    event_error = anthropic.APIStatusError
    cut_error = (httpx2.RemoteProtocolError, httpx2.ReadError, anthropic.APIConnectionError)
    finishes = {"stop": "end_turn", "length": "max_tokens", "calls": "tool_use", "refusal": "refusal"}

    def open(self):
        self.client = self.ends.enter_context(
            anthropic.Anthropic(base_url=self.url, api_key=self.key, max_retries=0))

    def ask(self, question: Question, stream: bool) -> Said:
        return self._send(question, self._messages(question), stream)

    def tell(self, question, said, results, stream):
        back = [block.to_dict() for block in said.native.content]
        ids = [block["id"] for block in back if block["type"] == "tool_use"]
        told = [{"type": "tool_result", "tool_use_id": id, "content": result}
                for id, result in zip(ids, results, strict=True)]
        messages = [{"role": "assistant", "content": back}, {"role": "user", "content": told}]
        return self._send(question, self._messages(question) + messages, stream)

    def _messages(self, question):
        content = question.text
        if question.picture:
            source = {"type": "base64", "media_type": "image/png", "data": PICTURE_TEXT}
            content = [{"type": "text", "text": question.text}, {"type": "image", "source": source}]
        return [{"role": "user", "content": content}]

    def _send(self, question, messages, stream) -> Said:
        options = {"model": question.model, "messages": messages, "max_tokens": question.most}
        if question.system:
            options["system"] = question.system
        if question.tools:
            options["tools"] = [{"name": tool.name, "description": tool.description, "input_schema": tool.schema}
                                for tool in question.tools]
        if question.named or not question.parallel:
            choice = {"type": "tool", "name": question.named} if question.named else {"type": "auto"}
            options["tool_choice"] = choice | {"disable_parallel_tool_use": not question.parallel}
        if question.schema:
            options["output_config"] = {"format": {"type": "json_schema", "schema": question.schema}}
        if not stream:
            return self._said(self.client.messages.create(**options))
        with self.client.messages.stream(**options) as events:
            return self._said(events.get_final_message())

    def _said(self, message) -> Said:
        usage = message.usage
        reasoned = usage.output_tokens_details.thinking_tokens if usage.output_tokens_details else 0
        return Said(
            text="".join(block.text for block in message.content if block.type == "text"),
            calls=[(block.name, block.input) for block in message.content if block.type == "tool_use"],
            reasoning="".join(block.thinking for block in message.content if block.type == "thinking"),
            refused=message.stop_reason == "refusal", finish=message.stop_reason,
            uncached=usage.input_tokens, cache_read=usage.cache_read_input_tokens,
            cache_write=usage.cache_creation_input_tokens, output=usage.output_tokens - reasoned, reasoned=reasoned,
            native=message)


class VertexAnthropic(AnthropicMessages):
    """Claude on Vertex: the model in the path, a token of the platform's."""

    name = "vertex-anthropic"
    protocol = "vertex-anthropic"

    def open(self):
        self.client = self.ends.enter_context(anthropic.AnthropicVertex(
            base_url=self.url + "/v1", region="europe-west1", project_id="a-project", access_token=self.key,
            max_retries=0))
