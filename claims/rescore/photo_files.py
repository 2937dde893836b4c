"""Where the photos of historical cases are read from: files, buckets, and what tells that one has changed.

No message names a file: people name photos after number plates.
"""

import os
import posixpath
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol, Self

from claims.rescore import photo_files_s3
from claims.rescore.photo_files_s3 import ObjectGone, S3Access, is_s3
from inference.images import IntakeLimits
from model.errors import PhotoRejected, QuickClaimError
from model.notes import Note

_OBJECTS: Final = {
    "object.missing": "photo_missing",
    "object.forbidden": "photo_forbidden",
    "object.unreachable": "photo_unreachable",
    "object.no_address": "photo_no_address",
}


class PhotoGone(QuickClaimError):  # noqa: N818 - a fact about a case, not a fault of ours
    """A photo of a case cannot be had now; the case waits for another run."""

    prefix = "rescore"

    @property
    def note(self) -> Note:
        """Why, as a person reads it."""
        return Note(self.code, self.facts)


class PhotoFiles(Protocol):
    """Photos by what the cases call them (``HistoricalCase.photos``). Instances travel between processes.

    Both methods raise ``PhotoGone``: ``photo_missing``, ``photo_not_a_file``, ``photo_unreadable``,
    ``photo_too_large``, ``photo_forbidden``, ``photo_unreachable``, ``photo_no_address``; of the service's own store
    ``photo_altered`` and ``photo_sealed``.
    """

    def stamp(self, uri: str) -> str:
        """Changes when the file does; nothing of the file is read."""

    def read(self, uri: str) -> bytes:
        """The file."""


@dataclass(frozen=True, slots=True)
class LocalAndS3:
    """Files of this machine and objects of buckets. Relative paths start at ``base``: a folder, or ``s3://…``."""

    base: str = field(repr=False)
    s3: S3Access = field(default_factory=S3Access)
    limits: IntakeLimits = field(default_factory=IntakeLimits)

    @classmethod
    def beside(cls, manifest: str, s3: S3Access | None = None) -> Self:
        """For the photos of a manifest: they start at its folder."""
        above = posixpath.dirname(manifest) if is_s3(manifest) else str(Path(manifest).absolute().parent)
        return cls(above, s3 or S3Access())

    def stamp(self, uri: str) -> str:
        """Size and time of modification in nanoseconds, or the ETag and the size."""
        place = self._place(uri)
        if is_s3(place):
            with _of_bucket():
                found = photo_files_s3.head(place, self.s3)
            self._check(found["size"])
            return f"{found['e_tag'] or found['last_modified'].isoformat()} {found['size']}"
        with _of_disk():
            local = os.stat(place)  # noqa: PTH116 - a Path takes no longer a text with every address
        self._check_file(local)
        return f"{local.st_mtime_ns} {local.st_size}"

    def read(self, uri: str) -> bytes:
        """Read whole: a photo has a few megabytes."""
        place = self._place(uri)
        if is_s3(place):
            with _of_bucket():
                found = photo_files_s3.get(place, self.s3)
                self._check(found.meta["size"])
                with photo_files_s3.coded():
                    return bytes(found.bytes())
        with _of_disk(), _opened(place) as descriptor:
            self._check_file(os.fstat(descriptor))
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                content = file.read(self.limits.max_bytes + 1)
        self._check(len(content))
        return content

    def _place(self, uri: str) -> str:
        if is_s3(uri) or uri.startswith("/"):
            return uri
        if "://" in uri:
            raise PhotoGone("photo_no_address")
        if is_s3(self.base):
            bucket, _, above = self.base.removeprefix(photo_files_s3.SCHEME).partition("/")
            return photo_files_s3.SCHEME + bucket + posixpath.normpath(f"/{above}/{uri}")
        return os.path.join(self.base, uri)  # noqa: PTH118 - ``Path`` would drop what ``open`` refuses

    def _check_file(self, found: os.stat_result) -> None:
        """A pipe would be waited for, a device read for ever."""
        if not stat.S_ISREG(found.st_mode):
            raise PhotoGone("photo_not_a_file")
        self._check(found.st_size)

    def _check(self, size: int) -> None:
        """An empty file is none of our business: it is read, and is no photo."""
        try:
            self.limits.check_bytes(max(1, size))
        except PhotoRejected as large:
            raise PhotoGone("photo_too_large", large.detail, **large.facts) from None


@contextmanager
def _opened(path: str) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _of_disk() -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, NotADirectoryError):
        raise PhotoGone("photo_missing") from None
    except (OSError, ValueError) as error:
        raise PhotoGone("photo_unreadable", type(error).__name__) from None


@contextmanager
def _of_bucket() -> Iterator[None]:
    try:
        yield
    except ObjectGone as gone:
        raise PhotoGone(_OBJECTS[gone.code], gone.detail) from None
