"""Both databases, real ones: a SQLite file and a PostgreSQL server, each migrated once and copied for every test."""

import os
import pwd
import secrets as random_names
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine, create_engine, text

from claims import db, schema
from claims.actors import Actor, ActorKind
from claims.facts import CaseFacts
from claims.ids import new_id
from claims.jobs.queued import tables
from claims.keys import Keys
from claims.notice import Contact, LossPlace, Notice, OtherParty
from claims.repository import claims, people
from claims.repository.book import Books, Secrets
from claims.repository.claims import Claim
from claims.repository.people import Person
from claims.states import CaseState, Owner, Role

AT = datetime(2026, 11, 22, 8, 30, 0, 123456, tzinfo=UTC)
REQUIRED = "QUICKCLAIM_TEST_POSTGRES"
_ROOM = 2**30


@dataclass(frozen=True)
class Server:
    """A PostgreSQL cluster of this test session, reached over a socket in a folder of its own."""

    folder: Path
    template: str = "migrated"

    def url(self, name: str) -> str:
        return f"postgresql://quickclaim@/{name}?host={self.folder}"

    @cached_property
    def engine(self) -> Engine:
        """Outside a transaction, as ``CREATE DATABASE`` wants it."""
        url = self.url("postgres").replace("://", "+psycopg://")
        return create_engine(url, isolation_level="AUTOCOMMIT", pool_size=1, pool_pre_ping=True)

    def run(self, statement: str) -> None:
        with self.engine.connect() as connection:
            connection.execute(text(statement))

    def fresh(self, template: str = "template1") -> str:
        """The URL of a new database. Files are copied: a log of them costs four times as much."""
        name = f"t{random_names.token_hex(6)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} {self._copying}")
        return self.url(name)

    @cached_property
    def _copying(self) -> str:
        with self.engine.connect() as connection:
            version = connection.dialect.server_version_info or (0,)
        return "STRATEGY FILE_COPY" if version >= (15,) else ""

    def drop(self, url: str) -> None:
        self.run(f"DROP DATABASE IF EXISTS {url.partition('@/')[2].partition('?')[0]} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    programs = _programs()
    if programs is None:
        missing = "PostgreSQL is not installed (Debian: apt-get install postgresql)"
        if os.environ.get(REQUIRED) == "required":
            pytest.fail(missing)
        pytest.skip(missing)
    folder = Path(tempfile.mkdtemp(prefix="qc-pg-", dir=_in_memory()))
    try:
        yield from _running(programs, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _in_memory() -> Path | None:
    """A folder that no disk is behind, where there is one with enough room; else None."""
    shared = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    roomy = shared.is_dir() and os.access(shared, os.W_OK) and shutil.disk_usage(shared).free > _ROOM
    return shared if roomy else None


def _programs() -> Path | None:
    on_path = shutil.which("initdb")
    found = [Path(on_path).resolve().parent] if on_path else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return next((folder for folder in reversed(found) if (folder / "pg_ctl").exists()), None)


def _running(programs: Path, folder: Path) -> Iterator[Server]:
    """The server refuses to run as root, so root runs it as somebody else."""
    data = folder / "data"
    owner = _somebody() if os.geteuid() == 0 else None
    if owner:
        shutil.chown(folder, owner)
    run_as = ["runuser", "-u", owner, "--"] if owner else []

    def call(program: str, *arguments: str) -> None:
        command = [*run_as, str(programs / program), "-D", str(data), *arguments]
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr

    call("initdb", "-U", "quickclaim", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
    fast = "-c fsync=off -c full_page_writes=off -c autovacuum=off -c shared_buffers=32MB"
    options = f"-k {folder} -c listen_addresses='' -c max_connections=60 {fast}"
    call("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        server = Server(folder)
        server.run(f"CREATE DATABASE {server.template}")
        engine = db.open_engine(db.Database(url=server.url(server.template)))
        schema.upgrade(engine)
        tables.upgrade(engine)
        engine.dispose()
        yield server
        server.engine.dispose()
    finally:
        call("pg_ctl", "-w", "-m", "immediate", "stop")


def _somebody() -> str:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    pytest.skip("there is no user postgres or nobody to run PostgreSQL as")


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sqlite")
    engine = db.open_engine(db.Database.in_folder(folder))
    schema.upgrade(engine)
    engine.dispose()
    return folder / db.FILE


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without tables."""
    if request.param == "sqlite":
        yield db.Database.in_folder(tmp_path).url
        return
    server: Server = request.getfixturevalue("postgres")
    url = server.fresh()
    yield url
    server.drop(url)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with all tables and no rows."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / db.FILE)
        yield db.Database.in_folder(tmp_path).url
        return
    server: Server = request.getfixturevalue("postgres")
    url = server.fresh(server.template)
    yield url
    server.drop(url)


@pytest.fixture(scope="session")
def keys() -> Keys:
    return Keys.new()


@pytest.fixture
def open_books(url: str, keys: Keys) -> Iterator[Callable[..., Books]]:
    """``open_books(wait_s=…)``: another pool on the same database, as another process has it."""
    opened: list[Books] = []

    def make(wait_s: float = 30.0) -> Books:
        opened.append(Books(db.open_engine(db.Database(url=url, wait_s=wait_s)), Secrets.of(keys)))
        return opened[-1]

    yield make
    for books in opened:
        books.engine.dispose()


@pytest.fixture
def books(open_books: Callable[..., Books]) -> Books:
    return open_books()


@pytest.fixture
def a_claim() -> Callable[..., Claim]:
    """A case that was just reported; ``a_claim(state=…)`` for another."""

    def make(**changed: object) -> Claim:
        given = {
            "id": new_id(AT),
            "state": CaseState.REPORTED,
            "owner": Owner.CUSTOMER,
            "region": "CN",
            "opened_at": AT,
            "state_since": AT,
            "facts": CaseFacts(single_party=True, lost_at=datetime(2026, 11, 20, 18, 0, tzinfo=UTC)),
        }
        return Claim(**{**given, **changed})  # type: ignore[arg-type]

    return make


@pytest.fixture
def add_claim(books: Books, a_claim: Callable[..., Claim]) -> Callable[..., Claim]:
    """The same, committed."""

    def make(**changed: object) -> Claim:
        with books.writing() as book:
            return claims.add(book, a_claim(**changed))

    return make


@pytest.fixture
def add_person(books: Books) -> Callable[..., UUID]:
    """Somebody of the staff, committed: ``add_person("login")``."""

    def make(login: str = "li.na", role: Role = Role.SENIOR) -> UUID:
        with books.writing() as book:
            person = Person(id=new_id(AT), subject=login, name="李娜", role=role, made_at=AT)
            assert people.add(book, person)
            return person.id

    return make


@pytest.fixture(scope="session")
def notice() -> Notice:
    """One with everything personal that a notice can hold."""
    return Notice(
        policy_number="PDAA202631010000012345",
        plate="沪A12345",
        vin="LSVAU218XN2183294",
        engine_number="EA888123456",
        happened_at=datetime(2026, 11, 20, 10, 0, tzinfo=UTC),
        place=LossPlace(text="人民广场地下车库B2", latitude=31.2304, longitude=121.4737, highway=False),
        cause="parking",
        course="倒车时碰到立柱",
        other_parties=(OtherParty(plate="沪B67890", left_the_scene=True),),
        single_party=True,
        injury=False,
        contact=Contact(name="王小明", phone="13812345678", language="zh", channel="sms"),
    )


@pytest.fixture(scope="session")
def adjuster() -> Actor:
    return Actor(kind=ActorKind.STAFF, id=UUID(int=7), role=Role.SENIOR)
