"""The document of keys as a file that only its owner reads: made once, whole or not at all."""

import os
import secrets
import stat
from pathlib import Path

from claims.keys import Keys
from model.errors import SecrecyError

NAME = "keys.json"


def read_or_create(home: Path) -> Keys:
    """The keys in ``home``; fresh ones where there is no file yet. Of several processes that begin, one makes them.

    Raises ``SecrecyError`` as ``read`` does, and ``secrecy.key_file_unwritable``. A caller that already has sealed rows
    calls ``read``: fresh keys would open none of them.
    """
    path = home / NAME
    try:
        return read(path)
    except SecrecyError as error:
        if error.code != "secrecy.key_file_missing":
            raise
    _create(path, Keys.new().text())
    return read(path)


def read(path: Path) -> Keys:
    """Raises ``SecrecyError``: ``key_file_missing``, ``key_file_unreadable``, ``key_file_exposed`` or ``keys_invalid``.

    Exposed is a file that others may read, a link, or anything but a file.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise SecrecyError("key_file_missing", path.name, file=path.name) from None
    except OSError as error:
        raise SecrecyError("key_file_unreadable", f"{path.name}: {error.strerror}", file=path.name) from error
    with os.fdopen(descriptor, "r", encoding="utf-8") as source:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_mode & 0o077:
            raise SecrecyError("key_file_exposed", path.name, file=path.name)
        try:
            return Keys.read(source.read())
        except UnicodeDecodeError:
            raise SecrecyError("keys_invalid", path.name, file=path.name) from None


def _create(path: Path, text: str) -> None:
    """Written under another name, flushed, then linked: a link never replaces a file that someone else made first."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as target:
                target.write(text)
                target.flush()
                os.fsync(descriptor)
            _link(draft, path)
        finally:
            draft.unlink()
        _flush_folder(path.parent)
    except OSError as error:
        raise SecrecyError("key_file_unwritable", f"{path.name}: {error.strerror}", file=path.name) from error


def _link(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)
    except FileExistsError:
        return


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
