"""HTTP/1.1 by hand: bytes in, whole responses out, over a plain socket or one in TLS."""

import socket

import httpx


class Connection:
    def __init__(self, url: str, tls=None, seconds: float = 8):
        parsed = httpx.URL(url)
        self.socket = socket.create_connection((parsed.host, parsed.port), timeout=seconds)
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_hostname=parsed.host)
        self._file = self.socket.makefile("rb")

    def send(self, *parts: bytes):
        self.socket.sendall(b"".join(parts))

    def head(self) -> tuple[int, dict[str, str]]:
        version, status, *_ = self._file.readline().split()
        assert version in (b"HTTP/1.0", b"HTTP/1.1")
        headers = {}
        while (line := self._file.readline().strip()):
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        return int(status), headers

    def response(self) -> tuple[int, dict[str, str], bytes]:
        status, headers = self.head()
        return status, headers, self._file.read(int(headers.get("content-length", "0")))

    def rest(self) -> bytes:
        """All until the server closes."""
        return self._file.read()

    def close(self):
        self._file.close()
        self.socket.close()
