"""Photo files under the SHA-256 of their content, sealed: a local folder, and a twin in memory.

A file is there before any row names it. A crash leaves at most a file without a row, which ``sweep`` takes away when
nobody has put it for ``KEEP``; a row without its file cannot be.
"""

import errno
import fcntl
import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol

from claims.secrecy import Place, Sealer
from model.errors import SecrecyError, StorageError

KEEP: Final = timedelta(days=1)
"""No use case takes so long between putting a file and committing its row."""

Known = Callable[[str], bool]
"""Whether any row names the file of a SHA-256, asked of the database in a transaction of its own."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_DRAFT = ".part"
_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})


class PhotoStore(Protocol):
    """Where photo files are. Contents are bytes as they were uploaded; they are sealed at rest."""

    def put(self, content: bytes, *, at: datetime) -> str:
        """The SHA-256 (hex) under which the content is on disk when this returns. The same content twice is one file.

        Raises ``StorageError``: ``photo_unwritable``, ``full``.
        """

    def open(self, digest: str) -> bytes:
        """The content. Raises ``StorageError`` ``photo_missing`` or ``photo_altered``."""

    def exists(self, digest: str) -> bool:
        """Whether there is such a file."""

    def sweep(self, known: Known, *, at: datetime) -> int:
        """How many files without a row, last put before ``at`` less ``KEEP``, were taken away."""


def place(digest: str) -> Place:
    """What a file is sealed for: under another name it cannot be opened."""
    return Place("photos", digest, "content")


def opened(sealer: Sealer, sealed: bytes, digest: str) -> bytes:
    """The content of a sealed file. Raises ``StorageError`` ``photo_altered``."""
    try:
        content = sealer.open_bytes(sealed, place(digest))
    except SecrecyError as error:
        if error.code == "secrecy.unknown_key":
            raise
        raise StorageError("photo_altered", error.code) from None
    if sha256(content).hexdigest() != digest:
        raise StorageError("photo_altered", "the content is not that of the name")
    return content


def checked(digest: str) -> str:
    """``digest``, which becomes a path. Raises ``ValueError`` for anything else."""
    if not _DIGEST.fullmatch(digest):
        raise ValueError("not a SHA-256")
    return digest


@dataclass(frozen=True, slots=True)
class LocalPhotoStore:
    """Files of a folder, ``ab/cd/abcd…``, for their owner alone. Several processes may share it."""

    folder: Path
    sealer: Sealer

    def put(self, content: bytes, *, at: datetime) -> str:
        """The file's time is ``at``: when it was last put, which is what ``sweep`` looks at."""
        digest = sha256(content).hexdigest()
        path = self._path(digest)
        with _coded(digest), self._lock(fcntl.LOCK_SH):
            if not self._renewed(path, digest, at):
                self._write(path, self.sealer.seal_bytes(content, place(digest)), at)
            self._flush_names(path.parent)
        return digest

    def open(self, digest: str) -> bytes:
        """Read whole: a photo has a few megabytes."""
        with _coded(digest):
            return opened(self.sealer, self._path(digest).read_bytes(), digest)

    def exists(self, digest: str) -> bool:
        """Asks the file system only."""
        return self._path(digest).is_file()

    def sweep(self, known: Known, *, at: datetime) -> int:
        """Drafts of processes that died go as well."""
        return sum(self._swept(path, known, at) for path in sorted(self.folder.glob("??/??/*")))

    def _path(self, digest: str) -> Path:
        return self.folder / checked(digest)[:2] / digest[2:4] / digest

    def _renewed(self, path: Path, digest: str, at: datetime) -> bool:
        """Whether a sound file is there already, marked as put now. One that cannot be opened is written anew."""
        try:
            opened(self.sealer, path.read_bytes(), digest)
        except (FileNotFoundError, StorageError, SecrecyError):
            return False
        _mark(path, at)
        return True

    def _write(self, path: Path, sealed: bytes, at: datetime) -> None:
        """Whole or not at all: flushed under another name, then renamed."""
        for above in (path.parent.parent, path.parent):
            above.mkdir(mode=0o700, exist_ok=True)
        draft = path.with_name(f".{secrets.token_hex(8)}{_DRAFT}")
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as target:
                target.write(sealed)
                target.flush()
                os.fsync(descriptor)
            _mark(draft, at)
            draft.replace(path)
        except BaseException:
            with suppress(FileNotFoundError):
                draft.unlink()
            raise

    def _flush_names(self, folder: Path) -> None:
        """Every time, new file or not: whoever made the name may have died before it was flushed."""
        for above in (folder, folder.parent, self.folder):
            descriptor = os.open(above, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def _swept(self, path: Path, known: Known, at: datetime) -> bool:
        """Under a lock that no ``put`` shares: none can count on the file between the look and the removal."""
        is_photo = _DIGEST.fullmatch(path.name) is not None
        if not is_photo and not path.name.endswith(_DRAFT):
            return False
        with _coded(path.name), self._lock(fcntl.LOCK_EX):
            if not _is_old(path, at) or (is_photo and known(path.name)):
                return False
            path.unlink()
        return True

    @contextmanager
    def _lock(self, kind: int) -> Iterator[None]:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, kind)
            yield
        finally:
            os.close(descriptor)


@dataclass(frozen=True, slots=True)
class MemoryPhotoStore:
    """The twin for tests: sealed as well, gone with the process."""

    sealer: Sealer
    files: dict[str, tuple[bytes, datetime]] = field(default_factory=dict, repr=False)

    def put(self, content: bytes, *, at: datetime) -> str:
        digest = sha256(content).hexdigest()
        self.files[digest] = self.sealer.seal_bytes(content, place(digest)), at
        return digest

    def open(self, digest: str) -> bytes:
        if not self.exists(digest):
            raise StorageError("photo_missing", "no such file")
        return opened(self.sealer, self.files[digest][0], digest)

    def exists(self, digest: str) -> bool:
        return checked(digest) in self.files

    def sweep(self, known: Known, *, at: datetime) -> int:
        old = [digest for digest, (_, put) in self.files.items() if put < at - KEEP and not known(digest)]
        for digest in old:
            del self.files[digest]
        return len(old)


@contextmanager
def _coded(digest: str) -> Iterator[None]:
    """Faults of the file system as codes; the name of a photo file says nothing about anybody."""
    try:
        yield
    except FileNotFoundError as error:
        raise StorageError("photo_missing", digest) from error
    except OSError as error:
        full = error.errno in _NO_SPACE
        raise StorageError("full" if full else "photo_unwritable", str(error.strerror)) from error


def _mark(path: Path, at: datetime) -> None:
    os.utime(path, (at.timestamp(), at.timestamp()))


def _is_old(path: Path, at: datetime) -> bool:
    try:
        return path.stat().st_mtime < (at - KEEP).timestamp()
    except FileNotFoundError:
        return False
