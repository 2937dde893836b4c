"""Imported tables: whole or not at all, versioned, and only what was imported is ever used."""

from importlib.resources import files
from pathlib import Path

import pytest

from claims.price_store import (
    TableKind,
    check_file,
    import_file,
    in_force,
    load_catalogue,
    shipped_version,
    use,
    versions,
)
from model.errors import PriceTableError, UsageError

PARTS = files("data").joinpath("prices", "parts.csv").read_bytes()
RATES = files("data").joinpath("prices", "labour_rates.csv").read_bytes()


def file(folder: Path, content: bytes, name: str = "mine.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("home", [None, "empty"])
def test_shipped_tables_until_one_is_imported(tmp_path: Path, home: str | None) -> None:
    catalogue, rates = load_catalogue(tmp_path / home if home else None)
    assert catalogue.version.startswith("demo-")
    assert len(catalogue.rows) == 198
    assert len(rates.rows) == 12


def test_import_puts_a_version_in_force(tmp_path: Path) -> None:
    taken = import_file(file(tmp_path, PARTS), tmp_path / "home", name="insurer 2027")
    catalogue, rates = load_catalogue(tmp_path / "home")
    assert taken.kind is TableKind.PARTS
    assert catalogue.version == taken.version
    assert catalogue.version.startswith("insurer-2027@")
    assert rates.version.startswith("demo-"), "rates were not imported"


def test_rates_are_told_from_prices(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert import_file(file(tmp_path, RATES), home).kind is TableKind.RATES
    assert load_catalogue(home)[1].version.startswith("mine@")


def test_later_import_wins_and_earlier_stays(tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = import_file(file(tmp_path, PARTS), home)
    second = import_file(file(tmp_path, PARTS.replace(b",950,", b",960,")), home)
    assert load_catalogue(home)[0].version == second.version != first.version
    assert set(versions(home, TableKind.PARTS)) == {first.version, second.version}
    import_file(file(tmp_path, PARTS), home)
    assert load_catalogue(home)[0].version == first.version


def test_bad_file_changes_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    good = import_file(file(tmp_path, PARTS), home)
    before = sorted(path.relative_to(home) for path in home.rglob("*"))
    with pytest.raises(PriceTableError) as caught:
        import_file(file(tmp_path, PARTS.replace(b",950,", b",x,")), home)
    assert caught.value.code == "prices.bad_cells"
    assert sorted(path.relative_to(home) for path in home.rglob("*")) == before
    assert load_catalogue(home)[0].version == good.version


def test_check_changes_nothing(tmp_path: Path) -> None:
    checked = check_file(file(tmp_path, PARTS))
    assert (checked.rows, checked.kind) == (198, TableKind.PARTS)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.csv"]


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"a,b\n1,2\n", "prices.unknown_table"), (b"", "prices.empty"), (None, "prices.unreadable")],
)
def test_refusals(tmp_path: Path, content: bytes | None, code: str) -> None:
    path = tmp_path / "absent.csv" if content is None else file(tmp_path, content)
    with pytest.raises(PriceTableError) as caught:
        check_file(path)
    assert caught.value.code == code


def test_a_stored_table_that_changed_is_not_used(tmp_path: Path) -> None:
    home = tmp_path / "home"
    taken = import_file(file(tmp_path, PARTS), home)
    stored = home / "prices" / "parts" / f"{taken.version}.csv"
    stored.write_bytes(PARTS.replace(b",950,", b",95,"))
    with pytest.raises(PriceTableError, match="stored_changed"):
        load_catalogue(home)
    stored.unlink()
    with pytest.raises(PriceTableError, match="stored_missing"):
        load_catalogue(home)


def test_an_interrupted_import_leaves_the_old_version(tmp_path: Path) -> None:
    home = tmp_path / "home"
    good = import_file(file(tmp_path, PARTS), home)
    file(home / "prices" / "parts", PARTS[:1000], ".half.part")
    assert load_catalogue(home)[0].version == good.version
    assert versions(home, TableKind.PARTS) == [good.version]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"../../etc/passwd", b"\n\n", b"mine@12345"])
def test_what_is_no_version_is_never_taken_for_one(tmp_path: Path, content: bytes) -> None:
    home = tmp_path / "home"
    good = import_file(file(tmp_path, PARTS), home)
    file(home / "prices" / "parts", content, "active")
    with pytest.raises(PriceTableError) as caught:
        load_catalogue(home)
    assert caught.value.code == "prices.active_unreadable"
    assert use(good.version, home) is TableKind.PARTS
    assert load_catalogue(home)[0].version == good.version


def test_a_home_that_is_no_folder_is_a_coded_error(tmp_path: Path) -> None:
    home = file(tmp_path, b"", "home")
    with pytest.raises(PriceTableError) as caught:
        load_catalogue(home)
    assert caught.value.code == "prices.active_unreadable"
    with pytest.raises(PriceTableError) as caught:
        import_file(file(tmp_path, PARTS), home)
    assert caught.value.code == "prices.store_unwritable"


def test_an_earlier_version_and_the_shipped_one_can_be_used_again(tmp_path: Path) -> None:
    home = tmp_path / "home"
    shipped = load_catalogue(None)[0].version
    assert in_force(home, TableKind.PARTS) == shipped_version(TableKind.PARTS) == shipped
    first = import_file(file(tmp_path, PARTS), home)
    second = import_file(file(tmp_path, PARTS.replace(b",950,", b",960,")), home)
    for version in (first.version, shipped, second.version, shipped, shipped):
        assert use(version, home) is TableKind.PARTS
        assert load_catalogue(home)[0].version == in_force(home, TableKind.PARTS) == version
    assert set(versions(home, TableKind.PARTS)) == {first.version, second.version}


def test_a_version_that_cannot_be_used_leaves_the_one_in_force(tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = import_file(file(tmp_path, PARTS), home)
    second = import_file(file(tmp_path, PARTS.replace(b",950,", b",960,")), home)
    with pytest.raises(UsageError) as caught:
        use("../active", home)
    known = caught.value.facts["known"]
    assert isinstance(known, tuple)
    assert {first.version, second.version, shipped_version(TableKind.RATES)} <= set(known)
    (home / "prices" / "parts" / f"{first.version}.csv").write_bytes(b"changed")
    with pytest.raises(PriceTableError, match="stored_changed"):
        use(first.version, home)
    assert in_force(home, TableKind.PARTS) == second.version
