"""A case over HTTP whose photos are in a bucket: all of it, and a bucket that goes away in the middle."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from s3_server import S3Server, s3_server
from sites import OTHER, SCRATCH, Case, Site

from claims.db import FILE, Database


@pytest.fixture
def url(migrated_file: Path, tmp_path: Path) -> str:
    """SQLite: the service does its jobs itself, with the store that it opened."""
    shutil.copy(migrated_file, tmp_path / FILE)
    return Database.in_folder(tmp_path).url


@pytest.fixture
def server() -> Iterator[S3Server]:
    with s3_server() as running:
        yield running


@pytest.fixture
def case(open_site: Callable[..., Site], server: S3Server) -> Case:
    return open_site(**server.settings()).case()


def test_from_report_to_offer(case: Case, tmp_path: Path) -> None:
    offered = case.offered()
    assert offered["state"]["code"] == "assessed"
    assert offered["offer"]["total"] == sum(line["total"] for line in offered["assessment"]["estimate"]["lines"])
    photo = offered["photos"][0]["sha256"]
    assert case.ask("GET", f"/photos/{photo}").content == SCRATCH.photos[0]
    assert not (tmp_path / "photos").exists()


def test_a_bucket_that_goes_away_loses_no_case(case: Case, server: S3Server) -> None:
    assert case.send(SCRATCH.photos[0]).status_code == 201
    server.stop()
    for refused in (case.send(OTHER.photos[0]), case.ask("GET", f"/photos/{case.now()['photos'][0]['sha256']}")):
        assert (refused.status_code, refused.json()["code"]) == (503, "storage.unavailable")
    assert len(case.now()["photos"]) == 1
    server.start()
    assert case.send(OTHER.photos[0]).status_code == 201
    assert len(case.now()["photos"]) == 2
