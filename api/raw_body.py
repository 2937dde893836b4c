"""One file as the body of a request, read as it arrives, within the limits of an upload."""

from starlette.requests import ClientDisconnect, Request

from api.line import Share
from api.upload import UploadLimits, check_length, chunks_of
from model.errors import RequestError

_MIB = 1024 * 1024


async def read_body(request: Request, limits: UploadLimits, share: Share) -> bytes:
    """The body. Every byte that is kept is taken from ``share``.

    Raises ``RequestError``: ``photo_too_large``, ``too_large``, ``too_slow``, ``truncated``; ``ServiceError`` ``busy``.
    """
    check_length(request, limits)
    content = bytearray()
    try:
        async for chunk in chunks_of(request, limits):
            share.take(len(chunk))
            content += chunk
            if len(content) > limits.photo_bytes:
                raise RequestError("photo_too_large", limit=f"{limits.photo_bytes // _MIB} MB")
    except ClientDisconnect as error:
        raise RequestError("truncated") from error
    return bytes(content)
