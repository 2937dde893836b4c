"""From settings and options to a run that may begin: what looks, by which rules, and where cases and photos are."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from api.rescore_once import Once
from api.settings import Settings
from claims.observation_bytes import looked_with
from claims.observe import Eyes
from claims.rescore.basis import Basis
from claims.rescore.case import Row
from claims.rescore.lazy_detector import LazyDetector
from claims.rescore.manifest import read_rows
from claims.rescore.manifest_columns import Tell
from claims.rescore.origin import FromDatabase, Origin
from claims.rescore.photo_files import LocalAndS3
from claims.rescore.photo_files_s3 import S3Access
from claims.rescore.work import ShippedDetector, Work
from claims.rulebook import Rulebook
from inference.images import IntakeLimits
from model.errors import RescoreError
from model.manifest import Manifest
from model.naming import shown_name
from model.registry import model_dir, shipped_weights

if TYPE_CHECKING:
    from claims.photo_store import PhotoStore
    from claims.rescore.history import Cases

_CACHE: Final = "rescore"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command line asks for. ``cases``: a manifest, or those of the service. ``on``: the day whose prices
    hold, None for each case's own; ``day_chosen``: somebody said so, and a run that goes on must have the same.
    ``threads``: cores of one process's network. ``language`` of the report, None where nobody will read one."""

    cases: str | FromDatabase
    out: Path
    cache: Path | None = None
    previous: Path | None = None
    on: date | None = None
    day_chosen: bool = False
    limit: int | None = None
    threads: int | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A run that may begin. ``rows`` reads the cases for a run on this basis, as often as it is asked; ``told`` is what
    was told of the whole manifest by then."""

    work: Work
    basis: Basis
    rows: Callable[[Basis], Iterator[Row]]
    manifest: Manifest
    previous: Basis | None
    told: Once


def prepare(asked: Asked, settings: Settings, today: date, held: ExitStack, tell: Tell) -> Prepared:
    """``held`` keeps the database open; ``tell`` hears once what concerns the whole manifest.

    Raises ``ModelError``, ``PriceTableError``, ``RulesError``, ``RescoreError``;
    ``StorageError`` or ``SecrecyError`` for the service's own cases."""
    rulebook = Rulebook.load(settings.home, settings.policy)
    detector = _detector(settings, asked.threads)
    eyes = Eyes(detector=LazyDetector(detector), limits=IntakeLimits(), rulebook=rulebook)
    previous = None if asked.previous is None else _previous(asked.previous)
    work = Work(
        out=asked.out.absolute(),
        cache=(asked.cache or settings.home / "cache" / _CACHE).absolute(),
        files=LocalAndS3("/"),
        detector=detector,
        sources=rulebook.sources,
        looked_with=looked_with(eyes),
        earlier=previous.as_earlier(asked.previous.absolute()) if previous and asked.previous else None,
    )
    basis = Basis(
        versions={"model": eyes.version, **rulebook.versions},
        looked_with=work.looked_with,
        sources=rulebook.sources,
        on=asked.on,
        today=today,
        region=settings.region,
        earlier=None if previous is None else previous.footing,
        told={"cases": shown_name(PurePosixPath(asked.cases).name) if isinstance(asked.cases, str) else "quickclaim"},
        origin=Origin.seen_from(asked.out, asked.cases, asked.limit),
        language=asked.language,
    )
    once = Once(tell)
    work, rows = _cases(asked, settings, work, rulebook, held, once)
    return Prepared(
        work=work,
        basis=basis,
        rows=_limited(rows, asked.limit),
        manifest=eyes.detector.manifest,
        previous=previous,
        told=once,
    )


def open_photos() -> "PhotoStore":
    """The photo store that the settings of this process name. It travels to other processes by its name."""
    from api.stores import open_stores

    with open_stores(Settings.read()) as stores:
        return stores.photos


def _detector(settings: Settings, threads: int | None) -> ShippedDetector:
    return ShippedDetector(
        folder=model_dir(shipped_weights(), settings.detector),
        backend=settings.backend,
        threads=threads or settings.threads,
        cache_dir=settings.home / "cache" if settings.backend == "openvino" else None,
        checkpoint=settings.checkpoint,
    )


def _previous(out: Path) -> Basis:
    basis = Basis.read(out)
    if basis is None:
        raise RescoreError("no_run", folder=shown_name(str(out)))
    return basis


def _cases(
    asked: Asked, settings: Settings, work: Work, rulebook: Rulebook, held: ExitStack, tell: Tell
) -> tuple[Work, Callable[[Basis], Iterator[Row]]]:
    """The work with what opens the photos of the cases, and what reads the cases."""
    if isinstance(asked.cases, FromDatabase):
        return _of_database(asked.cases, settings, work, rulebook, held)
    manifest, access = asked.cases, _s3(settings)
    return (
        replace(work, files=LocalAndS3.beside(manifest, access)),
        lambda basis: read_rows(manifest, on=basis.today, region=basis.region, s3=access, tell=tell),
    )


def _of_database(
    asked: FromDatabase, settings: Settings, work: Work, rulebook: Rulebook, held: ExitStack
) -> tuple[Work, Callable[[Basis], Iterator[Row]]]:
    from api.stores import open_stores
    from claims.rescore.history import read_cases, rules_of
    from claims.rescore.photo_files_kept import KeptPhotos

    books = held.enter_context(open_stores(settings)).books
    wanted = _wanted(asked, ZoneInfo(rulebook.policy.market(settings.region).timezone))
    return (
        replace(work, files=KeptPhotos(open_photos), kept=rules_of(books)),
        lambda _: read_cases(books, wanted, rulebook.policy),
    )


def _wanted(asked: FromDatabase, zone: ZoneInfo) -> "Cases":
    from claims.rescore.history import Cases

    def begins(day: date | None) -> datetime | None:
        return None if day is None else datetime.combine(day, time(), zone)

    return Cases(since=begins(asked.since), until=begins(asked.until), states=asked.states, model=asked.model)


def _limited(rows: Callable[[Basis], Iterator[Row]], limit: int | None) -> Callable[[Basis], Iterator[Row]]:
    return lambda basis: islice(rows(basis), limit)


def _s3(settings: Settings) -> S3Access:
    key, secret = settings.s3_key_id, settings.s3_secret
    return S3Access(
        endpoint=settings.s3_endpoint,
        region=settings.s3_region,
        key_id=None if key is None else key.get_secret_value(),
        secret=None if secret is None else secret.get_secret_value(),
    )
