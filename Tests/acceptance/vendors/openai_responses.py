import json

import openai

from . import PICTURE_TEXT, Question, Said
from .openai_chat import OpenAIChat


class OpenAIResponses(OpenAIChat):
    name = "openai-responses"
    protocol = "openai-responses"
    # Whether a thought always comes with what the provider wants back.
    seals_reasoning = True
    finishes = {"stop": "completed", "length": "incomplete", "calls": "completed", "refusal": "completed"}

    def ask(self, question: Question, stream: bool) -> Said:
        return self._send(question, self._input(question), stream)

    def tell(self, question, said, results, stream):
        back = [item.to_dict() for item in said.native.output]
        ids = [item["call_id"] for item in back if item["type"] == "function_call"]
        for item in back:
            item.pop("parsed_arguments", None)
        told = [{"type": "function_call_output", "call_id": id, "output": result}
                for id, result in zip(ids, results, strict=True)]
        return self._send(question, [*self._input(question), *back, *told], stream)

    def _input(self, question):
        if not question.picture:
            return [{"role": "user", "content": question.text}]
        return [{"role": "user", "content": [
            {"type": "input_text", "text": question.text},
            {"type": "input_image", "image_url": f"data:image/png;base64,{PICTURE_TEXT}", "detail": "auto"}]}]

    def _send(self, question, messages, stream) -> Said:
        options = {"model": question.model, "input": messages, "max_output_tokens": question.most, "store": False,
                   "include": ["reasoning.encrypted_content"]}
        if question.system:
            options["instructions"] = question.system
        if question.tools:
            options["tools"] = [
                {"type": "function", "name": tool.name, "parameters": tool.schema, "strict": True}
                for tool in question.tools]
        if not question.parallel:
            options["parallel_tool_calls"] = False
        if question.named:
            options["tool_choice"] = {"type": "function", "name": question.named}
        if question.schema:
            options["text"] = {
                "format": {"type": "json_schema", "name": "output", "schema": question.schema, "strict": True}}
        if not stream:
            return self._said(self.client.responses.create(**options))
        events = list(self.client.responses.create(**options, stream=True))
        assert [event.sequence_number for event in events] == list(range(len(events)))
        # The SDK's own accumulation sees the same events again.
        if question.most == 100:
            with self.client.responses.stream(**options) as stream:
                assert stream.get_final_response().output_text == events[-1].response.output_text
        return self._said(events[-1].response)

    def _said(self, response) -> Said:
        usage = response.usage
        messages = [item for item in response.output if item.type == "message"]
        reasoning = [item for item in response.output if item.type == "reasoning"]
        assert not self.seals_reasoning or all(item.encrypted_content for item in reasoning)
        read, written = usage.input_tokens_details.cached_tokens, usage.input_tokens_details.cache_write_tokens
        reasoned = usage.output_tokens_details.reasoning_tokens
        return Said(
            text=response.output_text,
            calls=[(item.name, json.loads(item.arguments)) for item in response.output
                   if item.type == "function_call"],
            reasoning="".join(part.text for item in reasoning for part in item.summary),
            refused=any(part.type == "refusal" for item in messages for part in item.content),
            finish=response.status, uncached=usage.input_tokens - read - written, cache_read=read,
            cache_write=written, output=usage.output_tokens - reasoned, reasoned=reasoned, native=response)
