"""Working days as they were announced: festivals, weekends worked in return, and the edge of what is known."""

from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from claims.calendar import Calendar, WorkingDays
from claims.note_json import note_json, note_of
from model.errors import RulesError
from model.texts import LANGUAGES, Texts

SHANGHAI = ZoneInfo("Asia/Shanghai")
CHINA = Calendar.load("CN")
TEXT = files("data").joinpath("rules", "calendar_cn.yaml").read_text("utf-8")
DAYS = WorkingDays(calendar=CHINA, zone=SHANGHAI, opens=time(9), closes=time(18))

moments = st.datetimes(datetime(2024, 11, 1), datetime(2027, 3, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
terms = st.integers(1, 30)
spans = st.timedeltas(timedelta(), timedelta(days=40))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def days_off_by_weekday(year: int) -> tuple[list[str], list[str]]:
    """Working days that are off, and weekend days that are worked."""
    days = [date(year, 1, 1) + timedelta(days=count) for count in range(365)]
    off = [f"{day:%m-%d}" for day in days if day.weekday() < 5 and not CHINA.works(day)]
    return off, [f"{day:%m-%d}" for day in days if day.weekday() >= 5 and CHINA.works(day)]


def test_2025_as_chinesecalendar_and_holidays_have_it() -> None:
    off = "01-01 01-28 01-29 01-30 01-31 02-03 02-04 04-04 05-01 05-02 05-05 06-02 10-01 10-02 10-03 10-06 10-07 10-08"
    assert days_off_by_weekday(2025) == (off.split(), ["01-26", "02-08", "04-27", "09-28", "10-11"])


def test_2026_as_chinesecalendar_and_holidays_have_it() -> None:
    off = (
        "01-01 01-02 02-16 02-17 02-18 02-19 02-20 02-23 04-06 05-01 05-04 05-05 06-19 09-25 "
        "10-01 10-02 10-05 10-06 10-07"
    )
    assert days_off_by_weekday(2026) == (off.split(), ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"])


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-03-04T10:00", 1, "2026-03-05T18:00"),  # an ordinary Wednesday
        ("2026-03-04T10:00", 3, "2026-03-09T18:00"),  # over a weekend
        ("2026-03-04T00:00", 1, "2026-03-05T18:00"),  # the day itself never counts, however early
        ("2026-03-04T23:59", 1, "2026-03-05T18:00"),
        ("2026-03-07T12:00", 1, "2026-03-09T18:00"),  # reported on a Saturday
        ("2026-02-13T10:00", 1, "2026-02-14T18:00"),  # Saturday worked before the Spring Festival
        ("2026-02-13T10:00", 2, "2026-02-24T18:00"),  # over the festival, 15 to 23 February
        ("2026-02-17T10:00", 3, "2026-02-26T18:00"),  # reported on New Year's Day of the lunar year
        ("2026-02-26T10:00", 3, "2026-03-02T18:00"),  # Saturday 28 February worked, month end
        ("2026-09-18T10:00", 1, "2026-09-20T18:00"),  # Sunday worked before the National Day
        ("2026-09-30T10:00", 1, "2026-10-08T18:00"),
        ("2026-09-30T10:00", 3, "2026-10-10T18:00"),  # Saturday worked after it
        ("2026-09-24T10:00", 7, "2026-10-12T18:00"),  # over both: 28 to 30 September, 8 to 10 and 12 October
        ("2025-12-31T10:00", 1, "2026-01-04T18:00"),  # year end, Sunday worked
        ("2025-12-30T10:00", 2, "2026-01-04T18:00"),
    ],
)
def test_terms(start: str, days: int, due: str) -> None:
    assert DAYS.add(local(start), days) == local(due)


def test_due_times_are_utc_and_other_zones_count_their_own_day() -> None:
    late_in_utc = datetime(2026, 3, 4, 17, tzinfo=UTC)  # 01:00 on Thursday in Shanghai
    assert DAYS.add(late_in_utc, 1) == datetime(2026, 3, 6, 10, tzinfo=UTC)
    assert DAYS.add(late_in_utc, 1).tzinfo is UTC


def test_a_zone_with_summer_time_closes_at_its_own_hour() -> None:
    chicago = WorkingDays(
        calendar=Calendar.load("US"), zone=ZoneInfo("America/Chicago"), opens=time(9), closes=time(18)
    )
    winter = chicago.add(datetime(2026, 3, 5, 18, tzinfo=UTC), 1)
    summer = chicago.add(datetime(2026, 3, 6, 18, tzinfo=UTC), 1)
    assert (winter.hour, summer.hour) == (0, 23)
    assert {moment.astimezone(chicago.zone).hour for moment in (winter, summer)} == {18}


@given(moments)
def test_shanghai_has_no_summer_time(moment: datetime) -> None:
    assert moment.astimezone(SHANGHAI).utcoffset() == timedelta(hours=8)


@given(moments, terms)
def test_a_term_ends_at_the_close_of_a_later_working_day(start: datetime, days: int) -> None:
    due = DAYS.add(start, days).astimezone(SHANGHAI)
    assert CHINA.works(due.date())
    assert due.time() == time(18)
    between = (start.astimezone(SHANGHAI).date() + timedelta(days=n) for n in range(1, 90))
    assert sum(CHINA.works(day) for day in between if day <= due.date()) == days


@given(moments, moments, terms, terms)
def test_later_starts_and_longer_terms_never_end_earlier(a: datetime, b: datetime, few: int, more: int) -> None:
    (a, b), (few, more) = sorted((a, b)), sorted((few, more))
    assert DAYS.add(a, few) <= DAYS.add(b, few) <= DAYS.add(b, more)


@given(moments, spans)
def test_business_hours_later_is_the_inverse_of_business_hours_between(start: datetime, by: timedelta) -> None:
    work = by / 4
    reached = DAYS.later(start, work)
    assert DAYS.worked(start, reached) == work
    if work:
        assert CHINA.works(reached.astimezone(SHANGHAI).date())
        assert time(9) < reached.astimezone(SHANGHAI).time() <= time(18)
    else:
        assert reached == start


@given(st.lists(moments, min_size=3, max_size=3).map(sorted))
def test_business_hours_add_up(cuts: list[datetime]) -> None:
    parts = [DAYS.worked(begin, end) for begin, end in pairwise(cuts)]
    assert sum(parts, timedelta()) == DAYS.worked(cuts[0], cuts[-1])
    assert DAYS.worked(cuts[-1], cuts[0]) in (timedelta(), DAYS.worked(cuts[0], cuts[-1]))


@pytest.mark.parametrize(
    ("begin", "end", "hours"),
    [
        ("2026-03-04T10:00", "2026-03-04T12:30", 2.5),
        ("2026-03-04T17:00", "2026-03-05T10:00", 2),
        ("2026-03-06T17:00", "2026-03-09T10:00", 2),  # over a weekend
        ("2026-02-14T17:00", "2026-02-24T10:00", 2),  # over the Spring Festival
        ("2026-03-04T19:00", "2026-03-05T08:00", 0),  # at night
        ("2026-10-01T09:00", "2026-10-08T09:00", 0),  # a whole National Day
    ],
)
def test_business_hours_between(begin: str, end: str, hours: float) -> None:
    assert DAYS.worked(local(begin), local(end)) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("begin", "end", "en", "zh"),
    [
        ("2026-12-31T10:00", "2027-01-01T18:00", "2027-01-01", "2027年1月1日"),  # by its weekday: surely a holiday
        ("2024-12-31T10:00", "2025-01-02T18:00", "2024-12-31", "2024年12月31日"),
    ],
)
def test_beyond_what_is_known_every_answer_says_so(begin: str, end: str, en: str, zh: str) -> None:
    [warning] = DAYS.beyond_known(local(begin), local(end))
    assert note_of(note_json(warning)) == warning
    said = {language: Texts.load(language).say(warning) for language in LANGUAGES}
    assert en in said["en"]
    assert zh in said["zh"]
    assert en not in said["zh"]


def test_within_what_is_known_nothing_is_said() -> None:
    assert DAYS.beyond_known(local("2026-12-30T10:00"), local("2026-12-31T18:00")) == ()


def test_beyond_what_is_known_only_weekends_are_free() -> None:
    assert DAYS.add(local("2026-12-31T10:00"), 2) == local("2027-01-04T18:00")
    year = (date(2027, 1, 1) + timedelta(days=count) for count in range(365))
    assert all(CHINA.works(day) == (day.weekday() < 5) for day in year)


def test_a_market_without_a_calendar_knows_nothing() -> None:
    calendar = Calendar.load("CA-BC")
    assert calendar.works(date(2026, 10, 1))
    assert not calendar.works(date(2026, 10, 3))
    assert not calendar.known(date(2026, 10, 1))


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        DAYS.add(datetime(2026, 3, 4), 1)  # noqa: DTZ001 - the case


@pytest.mark.parametrize("days", [0, -1])
def test_a_term_has_a_day(days: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        DAYS.add(local("2026-03-04T10:00"), days)


def test_a_day_closes_after_it_opens() -> None:
    with pytest.raises(ValueError, match="closes after"):
        WorkingDays(calendar=CHINA, zone=SHANGHAI, opens=time(18), closes=time(9))


def year_2026(tree: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = tree["years"][2026]
    return found


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda tree: year_2026(tree)["worked_weekends"].append(date(2026, 3, 4)), "2026-03-04 is worked in return"),
        (lambda tree: year_2026(tree)["worked_weekends"].append(date(2026, 10, 3)), "2026-10-03 is worked in return"),
        (lambda tree: year_2026(tree)["worked_weekends"].append(date(2027, 1, 2)), "2027-01-02 is not in the known"),
        (
            lambda tree: year_2026(tree)["holidays"].append(
                {"name": "x", "from": date(2026, 10, 7), "to": date(2026, 10, 8)}
            ),
            "2026-10-07 is off twice",
        ),
        (
            lambda tree: year_2026(tree)["holidays"].append(
                {"name": "x", "from": date(2026, 11, 8), "to": date(2026, 11, 7)}
            ),
            "x ends before it begins",
        ),
        (lambda tree: tree.update(known_until=date(2027, 12, 31)), "2027 lies in the known days"),
        (lambda tree: year_2026(tree).pop("source"), "source"),
        (lambda tree: tree.update(extra=1), "extra"),
    ],
)
def test_a_calendar_that_contradicts_itself_is_refused(change: Any, said: str) -> None:
    tree = yaml.safe_load(TEXT)
    change(tree)
    with pytest.raises(RulesError, match=said) as raised:
        Calendar.from_yaml(yaml.safe_dump(tree, allow_unicode=True))
    assert raised.value.code == "rules.invalid"


def test_the_version_follows_the_content() -> None:
    assert Calendar.from_yaml(TEXT).version == CHINA.version
    assert Calendar.from_yaml(TEXT + "\n").version != CHINA.version
