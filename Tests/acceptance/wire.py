"""HTTP/1.1 over asyncio's sockets: cheap enough to load a server from the same machine, and open to rudeness."""

import asyncio
import socket


class Response:
    def __init__(self, connection: "Connection", status: int, headers: dict[str, str]):
        self.connection = connection
        self.status = status
        self.headers = headers

    async def pieces(self):
        """The body as it comes, without its framing."""
        reader = self.connection.reader
        if "chunked" in self.headers.get("transfer-encoding", ""):
            while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
                yield (await reader.readexactly(size + 2))[:-2]
            await reader.readuntil(b"\r\n")
        else:
            left = int(self.headers.get("content-length", 0))
            while left:
                piece = await reader.read(min(left, 65536))
                if not piece:
                    raise asyncio.IncompleteReadError(b"", left)
                left -= len(piece)
                yield piece
        if self.headers.get("connection", "").lower() == "close":
            self.connection.close()

    async def read(self) -> bytes:
        return b"".join([piece async for piece in self.pieces()])

    async def lines(self):
        """The body's lines, as they come."""
        rest = b""
        async for piece in self.pieces():
            *whole, rest = (rest + piece).split(b"\n")
            for line in whole:
                yield line
        if rest:
            yield rest


class Connection:
    """One connection; requests one after another."""

    def __init__(self, port: int):
        self.port = port
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    @property
    def is_open(self) -> bool:
        return self.writer is not None and not self.writer.is_closing() and not self.reader.at_eof()

    async def open(self, receive_buffer: int | None = None):
        made = socket.socket()
        made.setblocking(False)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if receive_buffer:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        try:
            await asyncio.get_running_loop().sock_connect(made, ("127.0.0.1", self.port))
            self.reader, self.writer = await asyncio.open_connection(sock=made, limit=receive_buffer or 65536)
        except BaseException:
            made.close()
            raise

    def close(self):
        if self.writer:
            self.writer.close()

    def abort(self):
        if self.writer:
            self.writer.transport.abort()

    def put(self, method: str, path: str, headers: dict[str, str], body: bytes = b"", chunk: int | None = None):
        """Hands a request over; in chunks of so many bytes where that is given."""
        framing = "Transfer-Encoding: chunked" if chunk else f"Content-Length: {len(body)}"
        named = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.writer.write(f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{named}{framing}\r\n\r\n".encode())
        if chunk:
            for start in range(0, len(body), chunk):
                piece = body[start:start + chunk]
                self.writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            self.writer.write(b"0\r\n\r\n")
        else:
            self.writer.write(body)

    async def head(self) -> Response:
        """The next response, up to its body."""
        status, *lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        return Response(self, int(status.split(" ")[1]), headers)
