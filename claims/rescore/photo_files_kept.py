"""Photos of the service's own cases, from its photo store: sealed, and named by the SHA-256 of their content."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

from claims import key_file
from claims.photo_store import LocalPhotoStore, PhotoStore
from claims.rescore.photo_files import PhotoGone
from claims.secrecy import Sealer
from model.errors import SecrecyError, StorageError

_GONE: Final = {
    "storage.photo_missing": "photo_missing",
    "storage.photo_altered": "photo_altered",
    "storage.unavailable": "photo_unreachable",
}


@dataclass(frozen=True, slots=True)
class LocalStore:
    """Opens the photo folder of an installation. It holds paths; the keys are read by the process that opens it."""

    folder: Path
    keys: Path

    def __call__(self) -> PhotoStore:
        """Raises ``SecrecyError`` for keys that are not there, or not for their owner alone."""
        return LocalPhotoStore(self.folder, Sealer(key_file.read(self.keys).seal))


@dataclass(frozen=True, slots=True)
class KeptPhotos:
    """``open_store`` travels between processes in place of the store: a ``LocalStore``, or a function of the rim that
    opens what the settings of its own process name. It is called once in each process."""

    open_store: Callable[[], PhotoStore] = field(repr=False)

    def stamp(self, uri: str) -> str:
        """The name itself: another content has another. The store is asked whether it has the file."""
        store = _opened(self.open_store)
        with _coded():
            if not store.exists(uri):
                raise PhotoGone("photo_missing")
        return uri

    def read(self, uri: str) -> bytes:
        """The content, checked against its name."""
        store = _opened(self.open_store)
        with _coded():
            return store.open(uri)


@lru_cache(1)
def _opened(open_store: Callable[[], PhotoStore]) -> PhotoStore:
    return open_store()


@contextmanager
def _coded() -> Iterator[None]:
    try:
        yield
    except ValueError:
        raise PhotoGone("photo_no_address") from None
    except SecrecyError as error:
        raise PhotoGone("photo_sealed", error.code) from None
    except StorageError as error:
        raise PhotoGone(_GONE.get(error.code, "photo_unreadable"), error.code) from None
