"""Servers on this machine's own interface: one of plain files, one that speaks like S3."""

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, unquote, urlsplit
from xml.sax.saxutils import escape

MODIFIED = "Mon, 01 Jan 2024 00:00:00 GMT"


class Server:
    """What a server holds, how it answers, and what it was asked."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.status: dict[str, int] = {}
        self.moved: dict[str, str] = {}
        self.tags = True
        self.lengths = True
        self.closes = False  # says that the connection ends with the answer
        self.cut = 0  # bytes that are told and do not come
        self.host = ""
        self.stop: Callable[[], None] = lambda: None

    def url(self, path: str) -> str:
        """Address of a file of this server."""
        return f"http://{self.host}/{path}"


class _Handler(BaseHTTPRequestHandler):
    held: Server
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def log_message(self, *_: object) -> None:
        """Nothing on stderr."""

    def _answer(self, *, body: bool) -> None:
        held, parts = self.held, urlsplit(self.path)
        path = unquote(parts.path.strip("/"))
        held.asked.append(f"{self.command} {path}")
        held.headers.append({name.lower(): each for name, each in self.headers.items()})
        if "list-type" in parse_qs(parts.query):
            prefix = parse_qs(parts.query).get("prefix", [""])[0]
            return self._send(200, _listing(held.files, path, prefix), body=True)
        if path in held.moved:
            return self._send(302, b"", body=False, Location=held.moved[path])
        status = held.status.get(path, 200 if path in held.files else 404)
        return self._send(status, held.files.get(path, b""), body=body and status == 200)

    def _send(self, status: int, content: bytes, *, body: bool, **headers: str) -> None:
        held = self.held
        if held.tags and status == 200:
            tag = hashlib.md5(content).hexdigest()
            headers |= {"ETag": f'"{tag}"', "Last-Modified": MODIFIED}
        if held.lengths:
            headers["Content-Length"] = str(len(content) if status == 200 else 0)
        if held.closes:
            headers["Connection"] = "close"
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if body:
            with suppress(ConnectionError):  # whoever asked may have gone
                self.wfile.write(content[: len(content) - held.cut])
        self.close_connection = True


def _listing(files: dict[str, bytes], bucket: str, prefix: str) -> bytes:
    rows = "".join(
        f"<Contents><Key>{escape(name.removeprefix(f'{bucket}/'))}</Key>"
        "<LastModified>2024-01-01T00:00:00.000Z</LastModified>"
        f"<ETag>&quot;{hashlib.md5(content).hexdigest()}&quot;</ETag>"
        f"<Size>{len(content)}</Size></Contents>"
        for name, content in sorted(files.items())
        if name.startswith(f"{bucket}/{prefix}")
    )
    head = f"<Name>{quote(bucket)}</Name><IsTruncated>false</IsTruncated>"
    return f'<?xml version="1.0"?><ListBucketResult>{head}{rows}</ListBucketResult>'.encode()


@contextmanager
def serving() -> Iterator[Server]:
    """A server on a port of the loopback interface, ended with the ``with`` block."""
    held = Server()
    handler = type("Handler", (_Handler,), {"held": held})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    stopped = False

    def stop() -> None:
        nonlocal stopped
        if not stopped:
            stopped = True
            server.shutdown()
            server.server_close()
            thread.join()

    held.host, held.stop = f"127.0.0.1:{server.server_port}", stop
    try:
        yield held
    finally:
        stop()
