import json

import boto3
import botocore.eventstream
import botocore.exceptions
import urllib3
from botocore.config import Config

from . import PICTURE, Question, Said, Unfinished, Vendor


class Bedrock(Vendor):
    name = "bedrock"
    protocol = "bedrock-converse"
    # The client's classes for errors are of each client; all are this.
    errors = {
        name: (botocore.exceptions.ClientError, status)
        for name, status in {"401": 403, "403": 403, "404": 404, "429": 429, "insufficient_quota": 400, "500": 500,
                             "503": 503, "too-long": 400}.items()}
    event_error = botocore.exceptions.EventStreamError
    broken_error = botocore.eventstream.ChecksumMismatch
    cut_error = (urllib3.exceptions.ProtocolError, botocore.exceptions.ResponseStreamingError)
    says_reasoning = False
    can_forbid_parallel_calls = False
    finishes = {"stop": "end_turn", "length": "max_tokens", "calls": "tool_use", "refusal": "content_filtered"}

    def open(self):
        self.client = boto3.client(
            "bedrock-runtime", region_name="eu-west-1", endpoint_url=self.url, aws_access_key_id="AKIDEXAMPLE",
            aws_secret_access_key="a-secret", aws_session_token="a-session",
            config=Config(retries={"total_max_attempts": 1}, proxies={}))
        self.ends.callback(self.client.close)

    def status(self, error):
        return error.response["ResponseMetadata"]["HTTPStatusCode"]

    def ask(self, question: Question, stream: bool) -> Said:
        return self._send(question, self._messages(question), stream)

    def tell(self, question, said, results, stream):
        ids = [block["toolUse"]["toolUseId"] for block in said.native["content"] if "toolUse" in block]
        told = [{"toolResult": {"toolUseId": id, "content": [{"text": result}]}}
                for id, result in zip(ids, results, strict=True)]
        messages = [*self._messages(question), said.native, {"role": "user", "content": told}]
        return self._send(question, messages, stream)

    def _messages(self, question):
        content = [{"text": question.text}]
        if question.picture:
            content.append({"image": {"format": "png", "source": {"bytes": PICTURE}}})
        return [{"role": "user", "content": content}]

    def _send(self, question, messages, stream) -> Said:
        options = {"modelId": question.model, "messages": messages, "inferenceConfig": {"maxTokens": question.most}}
        if question.system:
            options["system"] = [{"text": question.system}]
        if question.tools:
            options["toolConfig"] = {"tools": [
                {"toolSpec": {"name": tool.name, "description": tool.description,
                              "inputSchema": {"json": tool.schema}}} for tool in question.tools]}
        if question.named:
            options["toolConfig"]["toolChoice"] = {"tool": {"name": question.named}}
        if question.schema:
            options["outputConfig"] = {"textFormat": {"type": "json_schema", "structure": {
                "jsonSchema": {"name": "output", "schema": json.dumps(question.schema)}}}}
        if not stream:
            answer = self.client.converse(**options)
            return self._said(answer["output"]["message"], answer["stopReason"], answer["usage"])
        blocks, stop, usage = {}, None, None
        for event in self.client.converse_stream(**options)["stream"]:
            [(kind, payload)] = event.items()
            block = blocks.setdefault(payload["contentBlockIndex"], {}) if "contentBlockIndex" in payload else None
            match kind:
                case "contentBlockStart":
                    block["toolUse"] = payload["start"]["toolUse"] | {"input": ""}
                case "contentBlockDelta":
                    self._add(block, payload["delta"])
                case "messageStop":
                    stop = payload["stopReason"]
                case "metadata":
                    usage = payload["usage"]
        if usage is None:
            raise Unfinished()
        content = [block for _, block in sorted(blocks.items())]
        for block in content:
            if "toolUse" in block:
                block["toolUse"]["input"] = json.loads(block["toolUse"]["input"])
        return self._said({"role": "assistant", "content": content}, stop, usage)

    @staticmethod
    def _add(block, delta):
        if "text" in delta:
            block["text"] = block.get("text", "") + delta["text"]
        elif "toolUse" in delta:
            block["toolUse"]["input"] += delta["toolUse"]["input"]
        else:
            reasoning = block.setdefault("reasoningContent", {}).setdefault("reasoningText", {"text": ""})
            for key, value in delta["reasoningContent"].items():
                reasoning[key] = reasoning.get(key, "") + value

    def _said(self, message, stop, usage) -> Said:
        content = message["content"]
        return Said(
            text="".join(block.get("text", "") for block in content),
            calls=[(block["toolUse"]["name"], block["toolUse"]["input"]) for block in content if "toolUse" in block],
            reasoning="".join(block["reasoningContent"]["reasoningText"]["text"] for block in content
                              if "reasoningContent" in block),
            refused=stop == "content_filtered", finish=stop, uncached=usage["inputTokens"],
            cache_read=usage["cacheReadInputTokens"], cache_write=usage["cacheWriteInputTokens"],
            output=usage["outputTokens"], native=message)
