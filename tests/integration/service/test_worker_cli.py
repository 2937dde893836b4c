"""``quickclaim worker`` as an operator runs it, with the real detector, on a real PostgreSQL."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from desks import customer, known_notice, open_house, scene
from https_receiver import receiving
from prometheus_client.parser import text_string_to_metric_families

from claims import db, key_file, schema
from claims.actors import Actor, ActorKind
from claims.desk import assessing, opening
from claims.desk.photos import add_photos, look
from claims.facts import VehicleFacts
from claims.ids import new_id
from claims.jobs.queued import tables
from claims.jobs.queued.queue import PostgresQueue
from claims.keys import Keys
from claims.notice import Notice
from claims.repository import apps, claims, outbox
from claims.repository.apps import App
from claims.repository.book import Books, Secrets
from claims.repository.outbox import Webhook
from claims.states import CaseState, Role

COMMAND = [str(Path(sys.executable).with_name("quickclaim")), "worker"]


@pytest.fixture
def url(postgres: Any) -> Iterator[str]:
    """A database without tables."""
    fresh = postgres.fresh()
    yield fresh
    postgres.drop(fresh)


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return key_file.read_or_create(tmp_path)


@pytest.fixture
def books(url: str, keys: Keys) -> Iterator[Books]:
    """With our tables only."""
    opened = Books(db.open_engine(db.Database(url=url)), Secrets.of(keys))
    schema.upgrade(opened.engine)
    yield opened
    opened.engine.dispose()


def environment(home: Path, **settings: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QUICKCLAIM_")}
    own = {"HOME": str(home), "LANGUAGE": "en", **settings}
    return {**kept, **{f"QUICKCLAIM_{name}": value for name, value in own.items()}}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def figure(port: int, name: str) -> float:
    """A figure as Prometheus would read it, all labels together."""
    text = httpx2.get(f"http://127.0.0.1:{port}/metrics").text
    families = text_string_to_metric_families(text)
    return sum(sample.value for family in families for sample in family.samples if sample.name == name)


def start(home: Path, *arguments: str, **settings: str) -> subprocess.Popen[str]:
    env = environment(home, **settings)
    return subprocess.Popen([*COMMAND, *arguments], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def until(true: Callable[[], bool], process: subprocess.Popen[str], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.1)


def test_it_looks_at_cases_tells_their_apps_and_ends_when_it_is_told_to(
    books: Books, url: str, keys: Keys, tmp_path: Path, notice: Notice
) -> None:
    tables.upgrade(books.engine)
    at, scratch = datetime.now(UTC), scene("01-scratched-door-two-views")
    house = open_house(books, tmp_path, keys, scratch)
    app = Actor(kind=ActorKind.APP, id=new_id(at), role=Role.APP)
    with receiving(None) as receiver:
        address = f"http://127.0.0.1:{receiver.port}/hook"
        webhook = Webhook(id=new_id(at), app=app.id, url=address, secrets=(b"s" * 32,), made_at=at)
        with books.writing() as book:
            apps.add(book, App(id=app.id, name="insurer", made_at=at))
            outbox.add_webhook(book, webhook)
        with house.desk(app, at) as desk:
            reported = known_notice(notice, at - timedelta(hours=5))
            claim = opening.open_claim(desk, reported, VehicleFacts(vehicle_class="CN2_60_150k")).claim.id
        seen = [look(house, content, "p.jpg", at=at) for content in scratch.photos]
        with house.desk(app, at) as desk:
            add_photos(desk, claim, seen)
        with house.desk(customer(at, claim), at) as desk:
            asked = assessing.ask(desk, claim)
            PostgresQueue().again(desk.book, asked.job.id, at)

        def state() -> CaseState:
            with books.reading() as book:
                found = claims.get(book, claim)
            assert found is not None
            return found.state

        assert state() is CaseState.ASSESSING
        port = free_port()
        with start(tmp_path, "--metrics-port", str(port), DATABASE=url, PLAIN_WEBHOOKS="true") as process:
            until(lambda: state() is not CaseState.ASSESSING, process)
            until(lambda: figure(port, "quickclaim_assessments_total") == 1, process)
            assert figure(port, "quickclaim_photos_used_total") == len(scratch.photos)
            until(lambda: b"report_number" in b"".join(request.body for request in receiver.got), process)
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, ""), err
    assert "Traceback" not in err
    assert "hook" not in err


@pytest.mark.usefixtures("books")
def test_without_the_carrier_s_tables_it_says_what_to_do(url: str, tmp_path: Path) -> None:
    out, err = ended(start(tmp_path, DATABASE=url))
    assert err.splitlines()[-1].startswith("error: storage.not_upgraded: "), err
    assert out == ""


def test_a_port_that_is_taken_is_told(books: Books, url: str, tmp_path: Path) -> None:
    tables.upgrade(books.engine)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        _, err = ended(start(tmp_path, "--metrics-port", str(port), DATABASE=url))
    assert err.splitlines()[-1].startswith("error: service.cannot_listen: "), err
    assert str(port) in err


def test_the_embedded_default_needs_none(tmp_path: Path) -> None:
    out, err = ended(start(tmp_path))
    assert err.startswith("error: service.no_worker_needed: ")
    assert (out, err.count("\n")) == ("", 1)
    assert list(tmp_path.iterdir()) == []


def ended(process: subprocess.Popen[str]) -> tuple[str, str]:
    out, err = process.communicate(timeout=120)
    assert process.returncode == 1
    return out, err
