"""What an installation keeps is opened with its own keys, or not at all."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from api.settings import Settings
from api.stores import open_stores
from claims import key_file
from claims.desk.app_access import add
from claims.desk.console import Console
from claims.keys import Keys
from claims.repository import apps
from model.errors import SecrecyError

AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


def open_and_write(settings: Settings) -> Keys:
    with open_stores(settings) as stores:
        with Console.open(stores.books, AT) as console:
            add(console, f"app {len(apps.everyone(console.book))}")
        return stores.keys


def test_everything_is_made_in_the_home_folder(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    first = open_and_write(settings)
    assert open_and_write(settings) == first == key_file.read(settings.home / key_file.NAME)
    with open_stores(settings) as stores, stores.books.reading() as book:
        assert [app.name for app in apps.everyone(book)] == ["app 0", "app 1"]


def test_fresh_keys_are_never_made_for_rows_that_others_sealed(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    open_and_write(settings)
    (tmp_path / key_file.NAME).unlink()
    with pytest.raises(SecrecyError, match="key_file_missing"), open_stores(settings):
        pass
    assert not (tmp_path / key_file.NAME).exists()


def test_tables_alone_do_not_count_as_rows(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with open_stores(settings):
        pass
    (tmp_path / key_file.NAME).unlink()
    assert open_and_write(settings) == key_file.read(tmp_path / key_file.NAME)


def test_keys_of_a_setting_and_of_a_file(tmp_path: Path) -> None:
    keys, file = Keys.new(), tmp_path / "mounted.json"
    file.write_text(keys.text())
    file.chmod(0o600)
    assert open_and_write(Settings(home=tmp_path / "one", keys=SecretStr(keys.text()))) == keys
    assert open_and_write(Settings(home=tmp_path / "two", key_file=file)) == keys
    assert not list(tmp_path.rglob(key_file.NAME))
    with (
        pytest.raises(SecrecyError, match="key_file_missing"),
        open_stores(Settings(home=tmp_path / "three", key_file=tmp_path / "other.json")),
    ):
        pass
