"""Migrations from nothing give exactly the tables that the code uses, all of them or none, on both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, MetaData, Table, inspect, select, text

from claims import db, schema
from claims.tables import metadata
from model.errors import StorageError


@pytest.fixture
def engine(empty_url: str) -> Iterator[Engine]:
    opened = db.open_engine(db.Database(url=empty_url, wait_s=30))
    yield opened
    opened.dispose()


def test_migrations_give_the_tables_of_the_code(engine: Engine) -> None:
    assert schema.upgrade(engine) == schema.Upgrade(None, schema.head())
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
        found = set(inspect(connection).get_table_names())
    assert found == {*metadata.tables, "alembic_version"}
    assert len(found) > 20


def test_unique_keys_and_references_are_there(engine: Engine) -> None:
    """``compare_metadata`` passes over some of them on SQLite."""
    schema.upgrade(engine)
    looked = inspect(engine)
    for table in metadata.sorted_tables:
        expected = {constraint.name for constraint in table.constraints if constraint.name}
        found = {item["name"] for item in looked.get_unique_constraints(table.name)}
        found |= {item["name"] for item in looked.get_foreign_keys(table.name)}
        found |= {item["name"] for item in looked.get_check_constraints(table.name)}
        assert expected - found <= {f"pk_{table.name}"}, table.name
        assert {index.name for index in table.indexes} <= {item["name"] for item in looked.get_indexes(table.name)}


def test_upgrading_again_changes_nothing(engine: Engine) -> None:
    schema.upgrade(engine)
    assert schema.upgrade(engine) == schema.Upgrade(schema.head(), schema.head())
    schema.require_current(engine)


ONE_OF: dict[type, Any] = {
    UUID: UUID(int=1),
    bool: True,
    int: 1,
    float: 0.5,
    date: date(2026, 11, 22),
    datetime: datetime(2026, 11, 22, 8, 30, 0, 123456, tzinfo=UTC),
    str: f"{1:032x}",
}
"""A value of every type; all ids are the same, so that every reference has its row."""


def fill(connection: Connection, tables: MetaData) -> None:
    """A row in each table that has none."""
    for table in tables.sorted_tables:
        if connection.execute(select(table)).first() is None:
            row = {column.name: ONE_OF[column.type.python_type] for column in table.c}
            shortened = {name: row[name][: getattr(table.c[name].type, "length", None)] for name in texts_of(table)}
            connection.execute(table.insert().values({**row, **shortened}))


def texts_of(table: Table) -> list[str]:
    return [column.name for column in table.c if column.type.python_type is str]


def rows_of(connection: Connection, tables: MetaData) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of these tables, in these columns, but for the one that names the revision."""
    every = {table.name: connection.execute(select(table)).all() for table in tables.sorted_tables}
    return {name: [tuple(row) for row in rows] for name, rows in every.items() if name != "alembic_version"}


@pytest.mark.parametrize("revision", [f"{number:04}" for number in range(1, 13)])
def test_rows_of_an_earlier_version_stay(engine: Engine, revision: str) -> None:
    earlier, later = MetaData(), MetaData()
    with db.writing(engine) as connection:
        config = schema._config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        earlier.reflect(connection)
        fill(connection, earlier)
        before = rows_of(connection, earlier)
    assert all(before.values())
    assert schema.upgrade(engine) == schema.Upgrade(revision, schema.head())
    with db.reading(engine) as connection:
        later.reflect(connection)
        assert rows_of(connection, earlier) == before
        new = {name: rows for name, rows in rows_of(connection, later).items() if name not in before}
        assert set(before) | set(new) == set(metadata.tables)
        assert {name for name, rows in new.items() if rows} <= {"audit_head"}


def test_many_may_begin_at_the_same_time(engine: Engine) -> None:
    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(lambda _: schema.upgrade(engine), range(4)))
    assert sorted(str(one.before) for one in done) == [*[schema.head()] * 3, "None"]


def test_an_upgrade_that_fails_halfway_leaves_nothing(engine: Engine) -> None:
    """A late step finds a table in its way; the first ones are undone."""
    with db.writing(engine) as connection:
        connection.execute(text("CREATE TABLE audit_anchors (in_the_way integer)"))
    with pytest.raises(Exception, match="audit_anchors"):
        schema.upgrade(engine)
    assert inspect(engine).get_table_names() == ["audit_anchors"]


def test_tables_of_a_later_version_are_left_alone(engine: Engine) -> None:
    schema.upgrade(engine)
    with db.writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for ask in (schema.upgrade, schema.require_current):
        with pytest.raises(StorageError) as refusal:
            ask(engine)
        assert refusal.value.code == "storage.newer"


def test_a_database_without_tables_says_so(engine: Engine) -> None:
    with pytest.raises(StorageError) as refusal:
        schema.require_current(engine)
    assert refusal.value.code == "storage.not_upgraded"
    with pytest.raises(StorageError) as refusal, db.reading(engine) as connection:
        connection.execute(text("SELECT * FROM claims"))
    assert refusal.value.code == "storage.not_upgraded"
