import httpx2
from google import genai
from google.genai import errors as failures
from google.genai import types

from . import PICTURE, Question, Said, Vendor


class Gemini(Vendor):
    name = "gemini"
    protocol = "gemini"
    errors = {
        "401": (failures.ClientError, 400), "403": (failures.ClientError, 403), "404": (failures.ClientError, 404),
        "429": (failures.ClientError, 429), "insufficient_quota": (failures.ClientError, 429),
        "500": (failures.ServerError, 500), "503": (failures.ServerError, 503),
        "too-long": (failures.ClientError, 400),
    }
    event_error = failures.ServerError
    broken_error = (failures.UnknownApiResponseError,)
    cut_error = (httpx2.RemoteProtocolError, httpx2.ReadError)
    says_cache_writes = False
    can_forbid_parallel_calls = False
    finishes = {"stop": "STOP", "length": "MAX_TOKENS", "calls": "STOP", "refusal": "PROHIBITED_CONTENT"}

    def open(self):
        self.client = self.ends.enter_context(genai.Client(
            api_key=self.key, http_options=types.HttpOptions(
                base_url=self.url, retry_options=types.HttpRetryOptions(attempts=1))))

    def status(self, error):
        return error.code

    def ask(self, question: Question, stream: bool) -> Said:
        return self._send(question, [self._content(question)], stream)

    def tell(self, question, said, results, stream):
        names = [name for name, _ in said.calls]
        told = [types.Part.from_function_response(name=name, response={"result": result})
                for name, result in zip(names, results, strict=True)]
        contents = [self._content(question), said.native, types.Content(role="user", parts=told)]
        return self._send(question, contents, stream)

    def _content(self, question):
        parts = [types.Part.from_text(text=question.text)]
        if question.picture:
            parts.append(types.Part.from_bytes(data=PICTURE, mime_type="image/png"))
        return types.Content(role="user", parts=parts)

    def _send(self, question, contents, stream) -> Said:
        config = types.GenerateContentConfig(
            system_instruction=question.system, max_output_tokens=question.most,
            thinking_config=types.ThinkingConfig(include_thoughts=True))
        if question.tools:
            config.tools = [types.Tool(function_declarations=[
                types.FunctionDeclaration(name=tool.name, description=tool.description,
                                          parameters_json_schema=tool.schema) for tool in question.tools])]
            config.automatic_function_calling = types.AutomaticFunctionCallingConfig(disable=True)
        if question.named:
            config.tool_config = types.ToolConfig(function_calling_config=types.FunctionCallingConfig(
                mode="ANY", allowed_function_names=[question.named]))
        if question.schema:
            config.response_mime_type = "application/json"
            config.response_json_schema = question.schema
        options = {"model": question.model, "contents": contents, "config": config}
        if not stream:
            return self._said([self.client.models.generate_content(**options)])
        return self._said(list(self.client.models.generate_content_stream(**options)))

    def _said(self, responses) -> Said:
        parts = [part for response in responses for candidate in response.candidates or []
                 for part in candidate.content.parts or []]
        last = responses[-1]
        blocked = last.prompt_feedback and last.prompt_feedback.block_reason
        usage = last.usage_metadata
        return Said(
            text="".join(part.text or "" for part in parts if not part.thought),
            calls=[(part.function_call.name, part.function_call.args) for part in parts if part.function_call],
            reasoning="".join(part.text for part in parts if part.thought),
            refused=bool(blocked),
            finish=(blocked or last.candidates[0].finish_reason).value,
            uncached=usage.prompt_token_count - (usage.cached_content_token_count or 0),
            cache_read=usage.cached_content_token_count or 0, output=usage.candidates_token_count or 0,
            reasoned=usage.thoughts_token_count or 0, native=types.Content(role="model", parts=parts))


class VertexGemini(Gemini):
    """The same client on Vertex's paths, with a token of the platform's."""

    name = "vertex-gemini"
    protocol = "vertex-gemini"
    errors = Gemini.errors | {"401": (failures.ClientError, 401)}

    def open(self):
        from google.oauth2.credentials import Credentials

        self.client = self.ends.enter_context(genai.Client(
            vertexai=True, project="a-project", location="europe-west1", credentials=Credentials(self.key),
            http_options=types.HttpOptions(
                base_url=self.url, api_version="v1", retry_options=types.HttpRetryOptions(attempts=1))))
