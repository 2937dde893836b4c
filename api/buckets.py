"""Buckets that speak S3, over ``obstore`` (extra ``s3``).

What the settings leave open comes from the usual ``AWS_*`` variables, which ``obstore`` reads: keys, the region, the
role of the machine. Plain http is spoken only to an endpoint that ``QUICKCLAIM_S3_ENDPOINT`` names.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final

from obstore.exceptions import BaseError
from obstore.store import S3Store

from api.settings import Settings
from model.errors import SettingsError

if TYPE_CHECKING:
    from obstore.store import ClientConfig, ObjectStore, RetryConfig, S3Config

SCHEME: Final = "s3://"
_NO_BUCKET: Final = "NoSuchBucket"
_PATIENCE: Final["RetryConfig"] = {"max_retries": 3, "retry_timeout": timedelta(seconds=15)}


@dataclass(frozen=True, slots=True)
class ObjectBucket:
    """A store of ``obstore`` as ``claims.photo_bucket.Bucket``. Its faults are ``OSError`` without what they say."""

    store: "ObjectStore" = field(repr=False)

    def put(self, path: str, content: bytes) -> None:
        """Whole, in one request up to 5 MiB, else in parts that appear together."""
        with _plain():
            self.store.put(path, content)

    def get(self, path: str) -> bytes:
        """Read whole."""
        with _plain():
            return bytes(self.store.get(path).bytes())

    def exists(self, path: str) -> bool:
        """One request."""
        try:
            self.written(path)
        except FileNotFoundError:
            return False
        return True

    def listed(self) -> Iterator[tuple[str, datetime]]:
        """A thousand objects a request."""
        with _plain():
            for page in self.store.list():
                yield from ((one["path"], one["last_modified"]) for one in page)

    def written(self, path: str) -> datetime:
        """One request."""
        with _plain():
            return self.store.head(path)["last_modified"]

    def delete(self, path: str) -> None:
        """One that is not there is no fault."""
        with _plain():
            self.store.delete(path)


def open_bucket(settings: Settings) -> ObjectBucket:
    """The bucket of ``QUICKCLAIM_PHOTOS``, asked once whether it answers.

    Raises ``SettingsError`` ``settings.no_bucket`` where it does not, is not there, or is closed to these keys.
    """
    name, _, prefix = (settings.photos or "").removeprefix(SCHEME).partition("/")
    plain = (settings.s3_endpoint or "").startswith("http://")
    client: ClientConfig = {
        "allow_http": plain,
        "connect_timeout": timedelta(seconds=5),
        "timeout": timedelta(seconds=30),
    }
    try:
        config = _config(settings)
        store = S3Store(name, prefix=prefix or None, config=config, client_options=client, retry_config=_PATIENCE)
        bucket = ObjectBucket(store)
        next(islice(bucket.listed(), 1), None)
    except (BaseError, OSError) as error:
        raise SettingsError("no_bucket", type(error).__name__, bucket=name) from None
    return bucket


def _config(settings: Settings) -> "S3Config":
    given: S3Config = {}
    if settings.s3_endpoint:
        given["endpoint"] = settings.s3_endpoint
    if settings.s3_region:
        given["region"] = settings.s3_region
    if settings.s3_key_id:
        given["access_key_id"] = settings.s3_key_id.get_secret_value()
    if settings.s3_secret:
        given["secret_access_key"] = settings.s3_secret.get_secret_value()
    return given


@contextmanager
def _plain() -> Iterator[None]:
    """An object that is not there is told from a bucket that is not."""
    try:
        yield
    except FileNotFoundError as error:
        if _NO_BUCKET in str(error):
            raise OSError(_NO_BUCKET) from None
        raise FileNotFoundError from None
    except BaseError as error:
        raise OSError(type(error).__name__) from None
