"""A multipart body, read as it arrives, with every limit checked before the bytes are kept.

Starlette's own form parser has no limit on the size of a file and takes a body that stops in the middle for complete.
Photos stay in memory: nothing of a quick estimate ever touches a disk.
"""

import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from anyio import fail_after
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from api.line import Share
from claims.observe import PhotoSource
from model.errors import RequestError, ServiceError
from model.naming import last_step

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

PHOTOS = "photos"
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadLimits:
    """What one request may hold, and how long it may take.

    ``idle_s`` between two pieces; in every ``window_s`` on average ``slowest`` bytes per second, so that a fast start
    does not pay for standing still later; ``total_s`` for all of it.
    """

    photos: int
    photo_bytes: int
    request_bytes: int
    fields: int = 64
    field_bytes: int = 64 * 1024
    idle_s: float = 20.0
    window_s: float = 20.0
    slowest: int = 16 * 1024
    total_s: float = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """The photos in the order they were sent, and every other field by name."""

    photos: tuple[PhotoSource, ...]
    fields: dict[str, str]


async def read_upload(request: Request, limits: UploadLimits, share: Share) -> Upload:
    """Read a ``multipart/form-data`` body. Every byte that is kept is taken from ``share``.

    Raises ``RequestError`` ``request.*`` as soon as a limit is passed, and ``ServiceError`` ``service.busy`` as soon as
    the uploads of all requests take too much memory.
    """
    parts = _Parts(limits)
    parser = MultipartParser(_boundary(request), parts.callbacks())
    check_length(request, limits)
    chunks = chunks_of(request, limits)
    try:
        async for chunk in chunks:
            share.take(len(chunk))
            parser.write(chunk)
    except ClientDisconnect as error:
        raise RequestError("truncated") from error
    except (FormParserError, RequestError, ServiceError) as error:
        parts.forget()
        share.give_back()
        await _drain(chunks)
        if isinstance(error, FormParserError):
            raise RequestError("malformed") from error
        raise
    return parts.upload()


async def _drain(chunks: AsyncIterator[bytes]) -> None:
    """Let the sender finish, within the same limits: a browser that is cut off while sending never sees the answer."""
    with suppress(RequestError, ClientDisconnect):
        async for _ in chunks:
            pass


def _name(sent: str, index: int) -> str:
    """What a sender calls a file: the last step of the path, no longer than need be; numbered if that says nothing."""
    name = last_step(sent).strip()[:128]
    return f"photo-{index + 1}" if name in {"", ".", ".."} else name


@dataclass(slots=True)
class _Part:
    name: str = ""
    file: str | None = None
    header: bytes = b""
    value: bytes = b""
    disposition: bytes = b""
    data: bytearray = field(default_factory=bytearray)


class _Parts:
    """Collects the parts of one body; the parser calls it back."""

    def __init__(self, limits: UploadLimits) -> None:
        self._limits = limits
        self._photos: list[PhotoSource] = []
        self._fields: dict[str, str] = {}
        self._empty = 0
        self._part = _Part()
        self._most = 0
        self._complete = False

    def forget(self) -> None:
        """Keep nothing of what came."""
        self._photos, self._fields, self._part = [], {}, _Part()

    def callbacks(self) -> "MultipartCallbacks":
        """By the names that python-multipart knows."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def upload(self) -> Upload:
        """What came. Raises ``request.truncated`` when the closing boundary never did, ``request.no_photos``."""
        if not self._complete:
            raise RequestError("truncated")
        if not self._photos:
            raise RequestError("no_photos")
        return Upload(photos=tuple(self._photos), fields=self._fields)

    def _begin(self) -> None:
        self._part = _Part()

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._part.header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._part.value += data[start:end]

    def _header_end(self) -> None:
        if self._part.header.lower() == b"content-disposition":
            self._part.disposition = self._part.value
        self._part.header = self._part.value = b""

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._part.disposition)
        if b"name" not in options:
            raise RequestError("malformed")
        self._part.name = _text(options[b"name"])
        if b"filename" in options:
            self._part.file = _text(options[b"filename"])
        self._check_counts()

    def _check_counts(self) -> None:
        limits, name = self._limits, self._part.name
        if len(self._fields) + self._empty >= limits.fields:
            raise RequestError("too_many_fields", limit=limits.fields)
        if name == PHOTOS:
            if len(self._photos) >= limits.photos:
                raise RequestError("too_many_photos", limit=limits.photos)
            self._most = limits.photo_bytes
            return
        if name in self._fields:
            raise RequestError("repeated_field")
        self._most = limits.field_bytes

    def _data(self, data: bytes, start: int, end: int) -> None:
        part = self._part
        if len(part.data) + end - start > self._most:
            code = "photo_too_large" if part.name == PHOTOS else "field_too_large"
            raise RequestError(code, limit=_size(self._most))
        part.data += data[start:end]

    def _end(self) -> None:
        part = self._part
        if part.name != PHOTOS:
            self._fields[part.name] = _text(bytes(part.data))
        elif part.data or part.file:  # a form without a chosen file sends a part without name and content
            name = _name(part.file or "", len(self._photos))
            self._photos.append(PhotoSource(name=name, content=bytes(part.data)))
        else:
            self._empty += 1
        self._part = _Part()

    def _finish(self) -> None:
        self._complete = True


def _boundary(request: Request) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data":
        raise RequestError("not_multipart")
    boundary = options.get(b"boundary", b"")
    if not 1 <= len(boundary) <= 70:  # RFC 2046, 5.1.1
        raise RequestError("malformed")
    return boundary


def check_length(request: Request, limits: UploadLimits) -> None:
    """Raises ``request.too_large`` for a body that announces more than may come."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limits.request_bytes:
        raise RequestError("too_large", limit=_size(limits.request_bytes))


async def chunks_of(request: Request, limits: UploadLimits) -> AsyncIterator[bytes]:
    """The body as it comes. Raises ``request.too_large`` and, for a sender that stalls, ``request.too_slow``."""
    stream = request.stream().__aiter__()
    pace = _Pace(limits)
    while True:
        try:
            with fail_after(pace.patience()):
                chunk = await anext(stream, None)
        except TimeoutError as error:
            raise RequestError("too_slow") from error
        if chunk is None:
            return
        pace.count(len(chunk))
        yield chunk


class _Pace:
    """How much of one body came, and how fast."""

    def __init__(self, limits: UploadLimits) -> None:
        self._limits = limits
        self._received = self._before = 0
        self._began = self._window = time.monotonic()

    def patience(self) -> float:
        """Seconds to wait for the next piece."""
        return min(self._limits.idle_s, self._began + self._limits.total_s - time.monotonic())

    def count(self, count: int) -> None:
        """Raises ``request.too_large`` and ``request.too_slow``."""
        limits, now = self._limits, time.monotonic()
        self._received += count
        if self._received > limits.request_bytes:
            raise RequestError("too_large", limit=_size(limits.request_bytes))
        if now - self._window < limits.window_s:
            return
        if self._received - self._before < limits.slowest * (now - self._window):
            raise RequestError("too_slow")
        self._window, self._before = now, self._received


def _size(count: int) -> str:
    return f"{count // _MIB} MB" if count >= _MIB else f"{count // 1024} kB"


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
