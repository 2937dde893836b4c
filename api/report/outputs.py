"""Where reports and drawn photos may be written: never over a photo of the case, never half, never in a lost folder."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from claims.observe import PhotoSource
from model.errors import UsageError
from model.naming import shown_name

_MODE = 0o644
"""A report is an ordinary file; a temporary one would be readable by its owner alone."""


def check_outputs(report: Path | None, overlay: Path | None, sources: Sequence[PhotoSource]) -> None:
    """Raises ``UsageError`` for what can be known to fail before photos are looked at."""
    if report:
        check_file(report, sources)
    if overlay:
        with writing(overlay):
            _check_parent(overlay)
            if overlay.exists() and not overlay.is_dir():
                raise _refusal("output_unwritable", overlay)


def check_file(path: Path, sources: Sequence[PhotoSource]) -> None:
    """Raises ``UsageError`` ``usage.no_such_folder``, ``usage.output_is_folder``, ``usage.output_is_input``."""
    with writing(path):
        _check_parent(path)
        if path.is_dir():
            raise _refusal("output_is_folder", path)
        if path.exists() and not path.is_file():
            raise _refusal("output_unwritable", path)
        spare_inputs(path, sources)


def make_folder(path: Path) -> None:
    """The last level of ``path``; a mistyped way to it is refused. Raises ``UsageError``."""
    with writing(path):
        _check_parent(path)
        path.mkdir(exist_ok=True)


def spare_inputs(path: Path, sources: Sequence[PhotoSource]) -> None:
    """Raises ``UsageError`` ``usage.output_is_input`` when ``path`` is one of the photos."""
    photos = [source.content for source in sources if isinstance(source.content, Path)]
    if path.exists() and any(photo.exists() and path.samefile(photo) for photo in photos):
        raise _refusal("output_is_input", path)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A new file beside ``path`` that takes its place in one step at the end; a link is replaced, not followed."""
    with writing(path):
        # Made here and now under a name of its own: nothing that lies there can be written through or lost.
        handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
        os.close(handle)
        part = Path(name)
        try:
            part.chmod(_MODE)
            yield part
            part.replace(path)
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Raises ``UsageError`` ``usage.output_unwritable`` when the system refuses."""
    try:
        yield
    except OSError as error:
        raise _refusal("output_unwritable", path, error.strerror or "") from error


def _check_parent(path: Path) -> None:
    if path.parent.is_dir():
        return
    if path.parent.exists():
        raise _refusal("output_unwritable", path)
    folder = shown_name(str(path.parent))
    raise UsageError("no_such_folder", folder, folder=folder, file=shown_name(path.name))


def _refusal(code: str, path: Path, why: str = "") -> UsageError:
    name = shown_name(path.name)
    return UsageError(code, f"{name}: {why}" if why else name, file=name)
