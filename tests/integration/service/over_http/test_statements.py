"""How often one claim's life asks the database, so that it does not creep up unseen."""

from collections import Counter
from collections.abc import Iterator
from threading import current_thread
from typing import Any

import pytest
from sites import OTHER, SCRATCH, Case, Site
from sqlalchemy import Connection, Engine, event

MOST = {"open": 21, "photos": 12, "assess": 69}
"""As they were counted, with one of a log that begins; on PostgreSQL the worker counts for itself."""


@pytest.fixture
def counted(site: Site) -> Iterator[Counter[str]]:
    """Statements of the service, whichever connection carries them, without those that time alone decides on: periodic
    work, and who looks for jobs."""
    found, engine = Counter[str](), site.client.app.state.service.books.engine  # type: ignore[attr-defined]

    def statement(connection: Connection, _: Any, text: str, *__: Any) -> None:
        looks = current_thread().name.startswith("tick-") or " jobs" in text
        if connection.engine.url == engine.url and not looks and not text.startswith(("PRAGMA", "BEGIN")):
            found["statements"] += 1

    event.listen(Engine, "before_cursor_execute", statement)
    yield found
    event.remove(Engine, "before_cursor_execute", statement)


def test_the_life_of_a_claim_asks_the_database_so_often(site: Site, counted: Counter[str]) -> None:
    found = {}
    case = site.case()
    found["open"] = counted.pop("statements")
    assert case.send(*SCRATCH.photos).status_code == 201
    found["photos"] = counted.pop("statements")
    assert case.assessed()["assessment"]
    found["assess"] = counted.pop("statements")
    assert {name: count for name, count in found.items() if count > MOST[name]} == {}, found


def test_more_photos_are_no_more_statements(site: Site, counted: Counter[str]) -> None:
    def sent(case: Case, *photos: bytes) -> int:
        counted.clear()
        assert case.send(*photos).status_code == 201
        return counted["statements"]

    one, both = site.case(), site.case()
    assert sent(both, *SCRATCH.photos) == sent(one, OTHER.photos[0])
