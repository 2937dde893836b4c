"""A moment is the same in every zone; a time without one is no moment."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest

from claims.utc import as_text, utc

SHANGHAI = timezone(timedelta(hours=8))
MOMENT = datetime(2026, 11, 22, 16, 0, 0, 5, SHANGHAI)


def test_a_moment_is_kept_in_utc_and_has_one_spelling() -> None:
    assert utc(MOMENT) == MOMENT
    assert utc(MOMENT).tzinfo is UTC
    assert as_text(MOMENT) == as_text(utc(MOMENT)) == "2026-11-22T08:00:00.000005Z"


@pytest.mark.parametrize("said", [utc, as_text])
def test_a_time_without_a_zone_is_refused(said: Callable[[datetime], object]) -> None:
    with pytest.raises(ValueError, match="a time without a zone"):
        said(MOMENT.replace(tzinfo=None))
