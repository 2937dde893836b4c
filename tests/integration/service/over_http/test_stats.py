"""Public figures over HTTP: right, counted at most once a minute, and limited as all requests are."""

from collections.abc import Callable

import pytest
from sites import Case, Site
from sqlalchemy import Connection, event


@pytest.fixture
def counts(site: Site) -> list[str]:
    """Statements that count clocks."""
    asked: list[str] = []

    def note(_: Connection, __: object, statement: str, *___: object) -> None:
        if "FROM deadlines" in statement and "GROUP BY" in statement and "audience" in statement:
            asked.append(statement)

    event.listen(site.client.app.state.service.books.engine, "before_cursor_execute", note)  # type: ignore[attr-defined]
    return asked


def test_the_hit_rate_is_counted_once_a_minute(case: Case, counts: list[str]) -> None:
    site = case.site
    assert site.ask("GET", "/v1/stats/sla").json()["rates"] == []
    case.ask("POST", "/complaints", json={"words": "x"})
    site.clock.turn(seconds=59)
    assert site.ask("GET", "/v1/stats/sla").json()["rates"] == []
    assert len(counts) == 1
    site.clock.turn(hours=3)
    told = [site.ask("GET", "/v1/stats/sla", token).json() for token in (None, case.token, site.app)]
    assert told[0] == told[1] == told[2]
    assert [(one["kind"], one["n"], one["met"]) for one in told[0]["rates"]] == [("complaint_reply", 1, 0)]
    assert len(counts) == 2
    site.ask("GET", "/v1/stats/sla?days=7")
    assert len(counts) == 3


def test_strangers_may_not_ask_without_end(open_site: Callable[..., Site]) -> None:
    site = open_site(rate_address=3)
    answers = [site.ask("GET", "/v1/stats/sla") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[3].headers["Retry-After"]
