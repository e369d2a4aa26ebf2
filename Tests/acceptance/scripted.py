"""Providers written for one test: an HTTP server in this process."""

import contextlib
import http.server
import json
import threading


# A piece that stands for the end of the connection in the middle of the answer.
CUT = b"<cut>"


@contextlib.contextmanager
def provider(answer):
    """Serves `answer(body, headers)` -> (status, content type or None, pieces of the body); gives its base URL."""
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            status, content_type, pieces = answer(body, self.headers)
            self.send_response(status)
            if content_type:
                self.send_header("Content-Type", content_type)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for piece in filter(None, pieces):
                if piece is CUT:
                    self.close_connection = True
                    return
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1"
        finally:
            server.shutdown()
            thread.join()


def parrot(body: str, headers) -> tuple[int, str, list[bytes]]:
    """An error that repeats everything it was told, the key included."""
    message = f"Bad key {headers['Authorization']} for {body}"
    error = {"error": {"message": message, "type": "x", "param": None, "code": message}}
    return 401, "application/json", [json.dumps(error).encode()]


def teller(told: str):
    """Says `told`, and then, by the model asked for, ends well or fails in a way that repeats all it knows."""
    def event(body: dict) -> bytes:
        return b"data: " + json.dumps(body).encode() + b"\n\n"

    def answer(body: str, headers) -> tuple[int, str, list[bytes]]:
        asked = json.loads(body)
        model = asked["model"]
        error = {"error": {"message": f"Failed with {headers['Authorization']} on {body} after {told}"}}
        if model == "sim-big":
            return 500, "text/html", [f"<h1>{error}</h1>".encode()]
        usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
        if not asked.get("stream"):
            choice = {"index": 0, "message": {"role": "assistant", "content": told}, "finish_reason": "stop"}
            whole = {"id": "x", "model": model, "choices": [choice], "usage": usage}
            text = json.dumps(error if model == "sim-2" else whole).encode()
            return 200, "application/json", [text[:-20], CUT] if model == "sim-echo" else [text]
        delta = event({"id": "x", "model": model, "choices": [{"index": 0, "delta": {"content": told}}]})
        last = event({"id": "x", "model": model, "usage": usage,
                      "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}) + b"data: [DONE]\n\n"
        ends = {"sim-2": event(error), "sim-echo": CUT}
        return 200, "text/event-stream", [delta, ends.get(model, last)]

    return answer
