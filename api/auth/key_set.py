"""The key set of an identity provider, read from a file or fetched from the one address that is set for it."""

import json
import ssl
import time
from collections.abc import Callable, Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import SplitResult, urlsplit

MOST_BYTES: Final = 256 * 1024
Fetch = Callable[[], Mapping[str, Any]]


def source(keys: str, *, timeout_s: float = 5.0) -> Fetch:
    """What brings the document of ``keys``, an address or a path; ``timeout_s`` for each step, twice that for all.

    Calling it raises ``OSError`` where nothing comes within the time, ``ValueError`` for anything but a JSON object of
    at most ``MOST_BYTES``. No redirect is followed and no proxy of the environment asked.
    """
    if "://" in keys:
        return lambda: _document(_fetched(urlsplit(keys), timeout_s))
    return lambda: _document(_file(Path(keys)))


def _file(path: Path) -> bytes:
    with path.open("rb") as opened:
        return opened.read(MOST_BYTES + 1)


def _fetched(address: SplitResult, timeout_s: float) -> bytes:
    connection = _connection(address, timeout_s)
    path = f"{address.path or '/'}{'?' + address.query if address.query else ''}"
    try:
        connection.request("GET", path, headers={"Accept": "application/json", "Accept-Encoding": "identity"})
        answer = connection.getresponse()
        if answer.status != 200:
            raise OSError(f"status {answer.status}")
        return _body(answer, until=time.monotonic() + 2 * timeout_s)
    except HTTPException as error:
        raise OSError(type(error).__name__) from None
    finally:
        connection.close()


def _connection(address: SplitResult, timeout_s: float) -> HTTPConnection:
    host = address.hostname or ""
    if address.scheme == "https":
        return HTTPSConnection(host, address.port, timeout=timeout_s, context=ssl.create_default_context())
    return HTTPConnection(host, address.port, timeout=timeout_s)


def _body(answer: HTTPResponse, until: float) -> bytes:
    content = b""
    while len(content) <= MOST_BYTES and (piece := answer.read1(MOST_BYTES)):
        content += piece
        if time.monotonic() > until:
            raise OSError("too slow")
    return content


def _document(content: bytes) -> Mapping[str, Any]:
    if len(content) > MOST_BYTES:
        raise ValueError("too large for a key set")
    try:
        found = json.loads(content)
    except RecursionError:
        raise ValueError("no key set") from None
    if not isinstance(found, dict):
        raise ValueError("no key set")
    return cast(Mapping[str, Any], found)
