"""Files that are there whole or not at all, whatever stops the process that writes them."""

import contextlib
import errno
import logging
import os
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

from model.errors import RescoreError
from model.naming import shown_name

_log = logging.getLogger(__name__)

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_HASH_LINE: Final = 65


def write_whole(path: Path, content: bytes, *, aside: Path, lasting: bool = False) -> None:
    """Write beside (in the folder ``aside`` of the same file system) and rename; the last one who writes wins.

    ``lasting``: it is there after a power cut, too. Raises ``RescoreError`` ``no_space`` or ``not_writable``.
    """
    with _coded(path):
        _write(path, content, aside, lasting)


def remove(path: Path) -> None:
    """The file is no longer there. Raises ``RescoreError`` ``not_writable``."""
    with _coded(path):
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def _coded(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        code = "no_space" if error.errno in _FULL else "not_writable"
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        raise RescoreError(code, reason, folder=shown_name(str(path.parent)), reason=reason) from error


def _write(path: Path, content: bytes, aside: Path, lasting: bool) -> None:
    aside.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=aside)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            if lasting:
                file.flush()
                os.fsync(descriptor)
        _move(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _move(name: str, path: Path) -> None:
    try:
        os.replace(name, path)  # noqa: PTH105 - one call fewer for each of many files
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.replace(name, path)  # noqa: PTH105


def checked(form: bytes, content: bytes) -> bytes:
    """``form`` (a line), the SHA-256 of ``content`` (a line), ``content``."""
    return _heading(form, content) + content


def read_checked(path: Path, form: bytes) -> bytes | None:
    """The content of a file of ``checked``; None where there is none, or not the one that was written."""
    try:
        told = path.read_bytes()
    except OSError:
        return None
    content = told[len(form) + _HASH_LINE :]
    if told.startswith(_heading(form, content)):
        return content
    _log.warning("a cache file is damaged or of another form, and is made again: %s", path.name)
    return None


def _heading(form: bytes, content: bytes) -> bytes:
    return form + sha256(content).hexdigest().encode() + b"\n"
