"""One serving process for each home folder: SQLite's jobs count on it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from model.errors import ServiceError, StorageError

NAME: Final = "service.lock"


@contextmanager
def only_process(home: Path) -> Iterator[None]:
    """The folder is this process's while the block runs; the system lets go of it when the process dies.

    Raises ``ServiceError`` ``service.home_in_use`` where another one has it, ``StorageError`` ``storage.unwritable``.
    """
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(home / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StorageError("unwritable", f"{NAME}: {error.strerror}", file=NAME) from error
    try:
        _take(descriptor)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ServiceError("home_in_use", "another process serves this home folder") from None
