"""Objects of S3 buckets, over ``obstore`` (extra ``s3``), for manifests and photos that lie there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from model.errors import QuickClaimError

if TYPE_CHECKING:
    from obstore import GetResult, ObjectMeta
    from obstore.store import ClientConfig, RetryConfig, S3Config, S3Store

SCHEME: Final = "s3://"
_OPEN: Final = 32
_PATIENCE: Final["RetryConfig"] = {"max_retries": 2, "retry_timeout": timedelta(seconds=15)}


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Access:
    """How buckets are reached. It travels to other processes; its ``repr`` holds no secret.

    What is None comes from the usual ``AWS_*`` variables, which ``obstore`` reads: keys, the region, the role of the
    machine. Plain http is spoken only to an ``endpoint`` that says so. ``timeout_s`` is that of one request; a request
    that fails is made at most twice again.
    """

    endpoint: str | None = None
    region: str | None = None
    key_id: str | None = field(default=None, repr=False)
    secret: str | None = field(default=None, repr=False)
    timeout_s: float = 30.0


class ObjectGone(QuickClaimError):  # noqa: N818 - as ``PhotoGone``
    """An object of a bucket cannot be had: ``missing``, ``forbidden``, ``unreachable``, ``no_address``."""

    prefix = "object"


def is_s3(address: str) -> bool:
    """Whether it names an object of a bucket, ``s3://bucket/key``."""
    return address.startswith(SCHEME)


def head(address: str, access: S3Access) -> "ObjectMeta":
    """Size and ETag of an object, in one request. Raises ``ObjectGone``."""
    bucket, key = _parts(address)
    with coded():
        return _store(bucket, access).head(key)


def get(address: str, access: S3Access) -> "GetResult":
    """An object, of which nothing is read yet; reading it belongs into ``coded``. Raises ``ObjectGone``."""
    bucket, key = _parts(address)
    with coded():
        return _store(bucket, access).get(key)


@contextmanager
def coded() -> Iterator[None]:
    """Faults of a bucket as ``ObjectGone``. What it says of itself may name keys and is not repeated."""
    from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

    try:
        yield
    except FileNotFoundError:
        raise ObjectGone("missing") from None
    except (PermissionDeniedError, UnauthenticatedError):
        raise ObjectGone("forbidden") from None
    except ValueError:
        raise ObjectGone("no_address") from None
    except (BaseError, OSError) as error:
        raise ObjectGone("unreachable", type(error).__name__) from None


def _parts(address: str) -> tuple[str, str]:
    bucket, _, key = address.removeprefix(SCHEME).partition("/")
    if not bucket or not key:
        raise ObjectGone("no_address")
    return bucket, key


@lru_cache(_OPEN)
def _store(bucket: str, access: S3Access) -> "S3Store":
    """One for each bucket and process: it keeps its connections."""
    from obstore.store import S3Store

    client: ClientConfig = {
        "allow_http": (access.endpoint or "").startswith("http://"),
        "connect_timeout": timedelta(seconds=min(5.0, access.timeout_s)),
        "timeout": timedelta(seconds=access.timeout_s),
    }
    given = {
        "endpoint": access.endpoint,
        "region": access.region,
        "access_key_id": access.key_id,
        "secret_access_key": access.secret,
    }
    config: S3Config = {name: value for name, value in given.items() if value is not None}  # type: ignore[assignment]
    return S3Store(bucket, config=config, client_options=client, retry_config=_PATIENCE)
