"""Photo files in a bucket, sealed; the rim opens it (``api.buckets``).

An object appears whole or not at all, and is there when the call returns: no drafts, no flushing.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Protocol

from claims.photo_store import KEEP, Known, checked, opened, place
from claims.secrecy import Sealer
from model.errors import StorageError


class Bucket(Protocol):
    """Objects by their path. Every method raises ``OSError`` where the bucket is not there or does not answer."""

    def put(self, path: str, content: bytes) -> None:
        """Write an object."""

    def get(self, path: str) -> bytes:
        """Read an object. Raises ``FileNotFoundError``."""

    def exists(self, path: str) -> bool:
        """Whether there is one."""

    def listed(self) -> Iterable[tuple[str, datetime]]:
        """Paths of all objects, and when each was last written, by the bucket's clock."""

    def written(self, path: str) -> datetime:
        """When it was last written. Raises ``FileNotFoundError``."""

    def delete(self, path: str) -> None:
        """Take it away."""


@dataclass(frozen=True, slots=True)
class BucketPhotoStore:
    """Objects ``ab/cd/abcd…``."""

    bucket: Bucket = field(repr=False)
    sealer: Sealer

    def put(self, content: bytes, *, at: datetime) -> str:  # noqa: ARG002 - a bucket has its own clock
        """Written even where it is there already: that renews the time that ``sweep`` looks at."""
        digest = sha256(content).hexdigest()
        with _coded():
            self.bucket.put(_path(digest), self.sealer.seal_bytes(content, place(digest)))
        return digest

    def open(self, digest: str) -> bytes:
        """Read whole."""
        path = _path(digest)
        with _coded():
            try:
                sealed = self.bucket.get(path)
            except FileNotFoundError:
                raise StorageError("photo_missing", digest) from None
        return opened(self.sealer, sealed, digest)

    def exists(self, digest: str) -> bool:
        """Asks the bucket."""
        path = _path(digest)
        with _coded():
            return self.bucket.exists(path)

    def sweep(self, known: Known, *, at: datetime) -> int:
        """A bucket has no lock: the time is read last, a moment before the removal. Run one sweep at a time."""
        with _coded():
            found = [(path, path.rpartition("/")[2]) for path, written in self.bucket.listed() if _is_old(written, at)]
        return sum(self._swept(digest, known, at) for path, digest in found if _is_ours(path, digest))

    def _swept(self, digest: str, known: Known, at: datetime) -> bool:
        if known(digest):
            return False
        path = _path(digest)
        with _coded():
            try:
                if not _is_old(self.bucket.written(path), at):
                    return False
            except FileNotFoundError:
                return False
            self.bucket.delete(path)
        return True


def _path(digest: str) -> str:
    return f"{checked(digest)[:2]}/{digest[2:4]}/{digest}"


def _is_ours(path: str, digest: str) -> bool:
    """Whatever else lies in the bucket is left alone."""
    try:
        return path == _path(digest)
    except ValueError:
        return False


def _is_old(written: datetime, at: datetime) -> bool:
    return written < at - KEEP


@contextmanager
def _coded() -> Iterator[None]:
    """Faults of the bucket as a code; what it says of itself may name keys and is not repeated."""
    try:
        yield
    except OSError as error:
        raise StorageError("unavailable", f"the bucket: {type(error).__name__}") from None
