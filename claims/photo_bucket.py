"""Photo files in a bucket, sealed, over an ``fsspec`` file system such as ``s3fs``; the rim opens it.

An object appears whole or not at all, and is there when the call returns: no drafts, no flushing. ``s3fs`` must not
remember listings (``use_listings_cache=False``): other processes put objects too.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Protocol

from claims.photo_store import KEEP, Known, checked, opened, place
from claims.secrecy import Sealer
from model.errors import StorageError


class Bucket(Protocol):
    """What is used of ``fsspec.AbstractFileSystem``."""

    def pipe_file(self, path: str, value: bytes) -> object:
        """Write an object."""

    def cat_file(self, path: str) -> bytes:
        """Read an object. Raises ``FileNotFoundError``."""

    def exists(self, path: str) -> bool:
        """Whether there is one."""

    def find(self, path: str) -> list[str]:
        """Paths of all objects below."""

    def modified(self, path: str) -> datetime:
        """When it was last written, by the bucket's clock. Raises ``FileNotFoundError``."""

    def rm_file(self, path: str) -> object:
        """Take it away."""


@dataclass(frozen=True, slots=True)
class BucketPhotoStore:
    """Objects ``<root>/ab/cd/abcd…``; ``root`` is a bucket, with a prefix where it is shared."""

    bucket: Bucket = field(repr=False)
    root: str
    sealer: Sealer

    def put(self, content: bytes, *, at: datetime) -> str:  # noqa: ARG002 - a bucket has its own clock
        """Written even where it is there already: that renews the time that ``sweep`` looks at."""
        digest = sha256(content).hexdigest()
        with _coded(digest):
            self.bucket.pipe_file(self._path(digest), self.sealer.seal_bytes(content, place(digest)))
        return digest

    def open(self, digest: str) -> bytes:
        """Read whole."""
        with _coded(digest):
            return opened(self.sealer, self.bucket.cat_file(self._path(digest)), digest)

    def exists(self, digest: str) -> bool:
        """Asks the bucket."""
        with _coded(digest):
            return bool(self.bucket.exists(self._path(digest)))

    def sweep(self, known: Known, *, at: datetime) -> int:
        """A bucket has no lock: the time is read last, a moment before the removal. Run one sweep at a time."""
        with _coded("sweep"):
            names = [path.rpartition("/")[2] for path in self.bucket.find(self.root)]
        return sum(self._swept(name, known, at) for name in names if len(name) == sha256().digest_size * 2)

    def _swept(self, digest: str, known: Known, at: datetime) -> bool:
        path = self._path(digest)
        with _coded(digest):
            if not self._is_old(path, at) or known(digest) or not self._is_old(path, at):
                return False
            self.bucket.rm_file(path)
        return True

    def _is_old(self, path: str, at: datetime) -> bool:
        try:
            written = self.bucket.modified(path)
        except FileNotFoundError:
            return False
        return (written if written.tzinfo else written.replace(tzinfo=UTC)) < at - KEEP

    def _path(self, digest: str) -> str:
        return f"{self.root}/{checked(digest)[:2]}/{digest[2:4]}/{digest}"


@contextmanager
def _coded(digest: str) -> Iterator[None]:
    """Faults of the bucket as codes; what it says of itself may name keys and is not repeated."""
    try:
        yield
    except FileNotFoundError as error:
        raise StorageError("photo_missing", digest) from error
    except OSError as error:
        raise StorageError("unavailable", f"the bucket: {type(error).__name__}") from error
