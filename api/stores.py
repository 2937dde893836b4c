"""What one installation keeps, opened: its keys, its tables, its photo files."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from api.settings import Settings
from claims import anchor_file, key_file
from claims.anchor_file import AnchorFile
from claims.audit import GENESIS
from claims.db import Database, is_embedded, open_engine
from claims.desk.auditing import seal
from claims.keys import Keys
from claims.photo_store import LocalPhotoStore, PhotoStore
from claims.repository import audit_head
from claims.repository.audit_head import Kept
from claims.repository.book import Books, Secrets
from claims.schema import require_current, upgrade
from claims.secrecy import Sealer
from model.errors import SettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Open until the block of ``open_stores`` ends."""

    books: Books
    photos: PhotoStore
    keys: Keys = field(repr=False)


@contextmanager
def open_stores(settings: Settings) -> Iterator[Stores]:
    """The database that the settings name, or a file in the home folder, which is brought up to date here.

    On PostgreSQL ``quickclaim db upgrade`` does that, once for all processes. Raises ``StorageError`` for a database
    that cannot be used as it is, ``SecrecyError`` for keys that cannot, ``SettingsError`` for a bucket that cannot.
    """
    engine = open_engine(Database(url=settings.database) if settings.database else Database.in_folder(settings.home))
    try:
        done = upgrade(engine) if is_embedded(engine) else None
        if done is None:
            require_current(engine)
        keys = _keys(settings, lambda: _untouched(Books(engine, Secrets.of(Keys.new()))))
        books = Books(engine, Secrets.of(keys), anchors_of(settings))
        if done is not None and done.before not in {None, done.after}:
            seal(books)
        yield Stores(books=books, photos=_photos(settings, books.secrets.sealer), keys=keys)
    finally:
        engine.dispose()


def keys_at_hand(settings: Settings) -> Keys | None:
    """The keys of the installation where they can be found; none are made. Raises ``SecrecyError`` for wrong ones."""
    given = settings.keys or settings.key_file or (settings.home / key_file.NAME).exists()
    return _keys(settings, lambda: False) if given else None


def anchors_of(settings: Settings) -> AnchorFile:
    """Where links of the audit log are kept beside the database."""
    return AnchorFile(settings.audit_anchors or settings.home / anchor_file.NAME)


def _keys(settings: Settings, untouched: Callable[[], bool]) -> Keys:
    """Fresh keys only where nothing was ever sealed: they would open none of it."""
    if settings.keys is not None:
        return Keys.read(settings.keys.get_secret_value())
    path = settings.key_file or settings.home / key_file.NAME
    if settings.key_file is None and not path.exists() and untouched():
        return key_file.read_or_create(settings.home)
    return key_file.read(path)


def _photos(settings: Settings, sealer: Sealer) -> PhotoStore:
    if settings.photos is None:
        return LocalPhotoStore(settings.home / "photos", sealer)
    from claims.photo_bucket import BucketPhotoStore

    try:
        from api.buckets import open_bucket
    except ModuleNotFoundError as error:
        raise SettingsError("extra_missing", str(error.name), extra="s3") from error
    return BucketPhotoStore(open_bucket(settings), sealer)


def _untouched(books: Books) -> bool:
    """Whatever was done left an entry in the log."""
    with books.reading() as book:
        return audit_head.kept(book) == Kept(GENESIS, None)
