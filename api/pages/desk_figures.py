"""``/desk/figures``: how it goes, as charts with their tables."""

from dataclasses import dataclass

from fastapi import APIRouter, Depends, Request, Response

from api.deps import InService, InTexts, Now
from api.documents import never_kept
from api.pages.desk_charts import HEIGHT, WIDTH, BarChart, LineChart, Value, bar_chart, counted, line_chart
from api.pages.desk_frame import desk_page, refused, to_sign_in, zone_of
from api.pages.visitors import StaffMember
from api.working import looking
from claims.desk.dashboard import LOW, SAMPLE, Dashboard, Week, dashboard_of
from model.errors import QuickClaimError
from model.notes import Note
from model.texts import Texts
from model.wilson import wilson

router = APIRouter(include_in_schema=False, dependencies=[Depends(never_kept)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Charts:
    """What is drawn, and the values behind it."""

    offers: LineChart
    offered: tuple[Value, ...]
    promises: BarChart
    overrides: BarChart
    ages: BarChart
    mean: LineChart
    low: LineChart


@router.get("/desk/figures")
async def figures(request: Request, caller: StaffMember, service: InService, texts: InTexts, at: Now) -> Response:
    """For everybody of the staff."""
    if caller is None:
        return to_sign_in(request)
    try:
        found = await looking(service.house, caller.actor, at, dashboard_of)
    except QuickClaimError as error:
        return refused(error, request, texts, service, caller)
    zone = zone_of(service, service.settings.region)
    days = [f"{week.begins.astimezone(zone):%m-%d}" for week in found.weeks]
    return desk_page(
        "desk/figures.html.j2",
        request,
        texts,
        service,
        caller,
        charts=_charts(found, days, texts),
        weeks=list(zip(days, found.weeks, strict=True)),
        width=WIDTH,
        height=HEIGHT,
        limit=round(LOW * 100),
        sample=SAMPLE,
        now=at.astimezone(zone),
    )


def _charts(found: Dashboard, days: list[str], texts: Texts) -> Charts:
    offered = tuple(_offered(day, week) for day, week in zip(days, found.weeks, strict=True))
    promises = [
        Value(f"{texts.name(one.kind)} · {texts.name(one.audience)}", one.rate, one.n, one.low, one.high)
        for one in found.promises
    ]
    overrides = [
        Value(texts.say(Note(f"name.part.{part or 'unknown'}")), one.rate, one.n, one.low, one.high)
        for part, one in found.overrides.items()
    ]
    ages = [texts.sentences[f"desk_page.figures.age_{number}"] for number in range(len(found.ages))]
    return Charts(
        offers=line_chart(offered),
        offered=offered,
        promises=bar_chart(promises),
        overrides=bar_chart(overrides),
        ages=counted(ages, found.ages),
        mean=line_chart([Value(day, week.mean, week.damages) for day, week in zip(days, found.weeks, strict=True)]),
        low=line_chart([Value(day, week.low, week.damages) for day, week in zip(days, found.weeks, strict=True)]),
    )


def _offered(day: str, week: Week) -> Value:
    share = week.offered
    if not share.n:
        return Value(day, None, 0)
    low, high = wilson(share.hits, share.n)
    return Value(day, share.hits / share.n, share.n, low, high)
