"""Migrations from nothing give exactly the tables that the code uses, all of them or none, on both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

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


def test_many_may_begin_at_the_same_time(engine: Engine) -> None:
    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(lambda _: schema.upgrade(engine), range(4)))
    assert sorted(str(one.before) for one in done) == ["0004", "0004", "0004", "None"]


def test_an_upgrade_that_fails_halfway_leaves_nothing(engine: Engine) -> None:
    """The last step finds a table in its way; the first ones are undone."""
    with db.writing(engine) as connection:
        connection.execute(text("CREATE TABLE audit_head (in_the_way integer)"))
    with pytest.raises(Exception, match="audit_head"):
        schema.upgrade(engine)
    assert inspect(engine).get_table_names() == ["audit_head"]


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
