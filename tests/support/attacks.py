"""Uploads that mean no good, and a service on a real socket to send them to, byte by byte."""

import io
import socket
import struct
import threading
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from starlette.types import ASGIApp

BOUNDARY: Final = "b"
END: Final = b"--b--\r\n"
_WAIT_S: Final = 60.0


def part(name: str, content: bytes, filename: str | None = None) -> bytes:
    """One part of a multipart body."""
    file = f'; filename="{filename}"' if filename is not None else ""
    return f'--b\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode() + content + b"\r\n"


def bomb(side: int = 30_000) -> bytes:
    """A PNG of 900 megapixels in a few kilobytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(100_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def archive() -> bytes:
    """A zip file of zeros, a thousand times as large as it looks."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a", bytes(10_000_000))
    return out.getvalue()


@contextmanager
def on_a_socket(app: ASGIApp) -> Iterator[tuple[str, int]]:
    """Host and port of an application that is running already, while the block runs."""
    config = uvicorn.Config(app, lifespan="off", log_config=None, access_log=False, server_header=False)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()
        finally:
            server.should_exit = True
            thread.join(_WAIT_S)


def exchange(address: tuple[str, int], *pieces: bytes, pause_s: float = 0.0) -> tuple[int, bytes]:
    """Status and body that a raw request is answered with; status 0 for none."""
    with socket.create_connection(address, _WAIT_S) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(pause_s)
        except OSError:  # the service had enough
            pass
        return _answer(connection)


def request(path: str, token: str, body: bytes = b"", **headers: str) -> bytes:
    """A POST of a multipart body. ``headers`` with ``_`` for ``-`` replace its own; an empty one is left out."""
    own = {
        "Host": "localhost",
        "Authorization": f"Bearer {token}",
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        "Content-Length": str(len(body)),
        "Connection": "close",
    }
    told = {**own, **{name.replace("_", "-"): value for name, value in headers.items()}}
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items() if value)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def _answer(connection: socket.socket) -> tuple[int, bytes]:
    received = b""
    try:
        while piece := connection.recv(65536):
            received += piece
    except OSError:
        pass
    head, _, body = received.partition(b"\r\n\r\n")
    return (int(head.split()[1]) if head else 0), body
