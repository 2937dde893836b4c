"""The folder of a run: one process at a time, one run for ever."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from claims.rescore.basis import HIDDEN, Basis
from model.errors import RescoreError
from model.naming import shown_name

_LOCK: Final = "lock"


@contextmanager
def only_run(out: Path) -> Iterator[None]:
    """The folder is this process's while the block runs; the system lets go of it when the process dies.

    Raises ``RescoreError`` ``in_use`` where another one has it, ``not_writable``.
    """
    hidden, folder = out / HIDDEN, shown_name(str(out))
    try:
        hidden.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(hidden / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise RescoreError("not_writable", folder=folder, reason=error.strerror) from error
    try:
        _take(descriptor, folder)
        shutil.rmtree(hidden / "new", ignore_errors=True)  # what killed processes left
        yield
    finally:
        os.close(descriptor)


def begin(out: Path, basis: Basis, *, resume: bool, day_chosen: bool = False) -> Basis:
    """Write down what the run rests on, or find that it rests on the same; within ``only_run``.

    A run that goes on keeps its day, whatever day it is now, unless one was chosen. Where its cases are read from, and
    the language of its report, are those of its last start. Raises ``RescoreError``
    ``out_not_empty`` without ``resume`` in a folder with anything in it, ``other_run`` that names what differs.
    """
    before = Basis.read(out)
    if before is None:
        if not _empty(out):
            raise RescoreError("out_not_empty", folder=shown_name(str(out)))
        basis.write(out)
        return basis
    if not resume:
        raise RescoreError("out_not_empty", folder=shown_name(str(out)))
    asked = replace(basis, today=before.today, on=basis.on if day_chosen else before.on)
    if different := before.differences(asked):
        raise RescoreError("other_run", ", ".join(different), folder=shown_name(str(out)), different=different)
    kept = replace(before, told=basis.told, origin=basis.origin, language=basis.language)
    if kept != before:
        kept.write(out)
    return kept


def _take(descriptor: int, folder: str) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise RescoreError("in_use", folder=folder) from None


def _empty(out: Path) -> bool:
    """A start that ended before ``run.json`` leaves nothing but our own folder."""
    with suppress(OSError):
        return {path.name for path in out.iterdir()} <= {HIDDEN}
    return True
