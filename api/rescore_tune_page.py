"""The policy simulator's outcome as one HTML file that needs nothing else: no script, no request."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log
from typing import Final

from api.report.sheet import LANG_TAGS
from api.report.standalone import style_hash, style_of, template
from api.rescore_report.axis import Axis, Tick
from claims.rescore.figures.results.values import Share
from claims.rescore.tune.curve import Outcome, Point
from model.notes import Note
from model.texts import Texts

WIDTH: Final = 640
HEIGHT: Final = 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 20, 16, 48
_STYLES: Final = ("css/tokens.css", "css/base.css", "css/tune.css")


@dataclass(frozen=True, slots=True)
class Mark:
    """A point of the chart in units of its view box; ``low`` and ``high`` are the ends of its whisker."""

    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Shares of offers to the right, shares of wrong ones upwards."""

    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    bound: float
    path: tuple[Mark, ...]
    frontier: tuple[Mark, ...]
    in_force: Mark | None
    proposed: Mark | None

    @classmethod
    def of(cls, found: Outcome) -> "Chart":
        """Points without offers have no error, and no place."""
        proposed = found.proposed and found.proposed.point
        points = [one for one in (*found.path, *found.frontier, found.in_force, proposed) if one and one.error.n]
        across = Axis.over((0.0, *(_value(one.offers) for one in points)), least=0.0, most=1.0)
        highs = [min(one.error.high or 0.0, 2 * _value(one.error) + found.bound) for one in points]
        up = Axis.over((0.0, 1.5 * found.bound, *highs), least=0.0, most=1.0)
        place = _Place(across, up)
        return cls(
            across=tuple(Tick(place.x(tick.at), tick.text) for tick in across.ticks(percent)),
            up=tuple(Tick(place.y(tick.at), tick.text) for tick in up.ticks(percent)),
            bound=place.y(up.at(found.bound)),
            path=place.marks(found.path),
            frontier=place.marks(found.frontier),
            in_force=next(iter(place.marks([found.in_force])), None),
            proposed=next(iter(place.marks([proposed] if proposed else [])), None),
        )


@dataclass(frozen=True, slots=True)
class _Place:
    across: Axis
    up: Axis

    def x(self, at: float) -> float:
        return round(_LEFT + at / 100 * (WIDTH - _LEFT - _RIGHT), 1)

    def y(self, at: float) -> float:
        return round(HEIGHT - _BOTTOM - at / 100 * (HEIGHT - _TOP - _BOTTOM), 1)

    def marks(self, points: Sequence[Point]) -> tuple[Mark, ...]:
        return tuple(
            Mark(
                self.x(self.across.at(_value(one.offers))),
                *(self.y(self.up.at(share or 0.0)) for share in (one.error.value, one.error.low, one.error.high)),
            )
            for one in points
            if one.error.n
        )


@dataclass(frozen=True, slots=True)
class Words:
    """One language: ``words("title")`` is the sentence ``tune_page.title``."""

    texts: Texts

    def __call__(self, code: str, **facts: object) -> str:
        return self.texts.say(Note(f"tune_page.{code}", facts))

    def share(self, share: Share) -> str:
        return self("table.none") if share.value is None else f"{share.value:.1%}"

    def interval(self, share: Share) -> str:
        return self("table.none") if share.low is None or share.high is None else f"{share.low:.1%} – {share.high:.1%}"

    def percent(self, share: float) -> str:
        return percent(share)


def page(found: Outcome, language: str) -> str:
    """The page. Raises ``RulesError`` for a language that is not spoken."""
    style = style_of(*_STYLES)
    return template("rescore/tune.html.j2").render(
        say=Words(Texts.load(language)),
        tag=LANG_TAGS[language],
        style=style,
        style_hash=style_hash(style),
        found=found,
        chart=Chart.of(found),
        width=WIDTH,
        height=HEIGHT,
        left=_LEFT,
        right=WIDTH - _RIGHT,
        top=_TOP,
        bottom=HEIGHT - _BOTTOM,
        needed=ceil(log(1 - found.confidence) / log(1 - found.bound)),
    )


def _value(share: Share) -> float:
    return share.value or 0.0


def percent(share: float) -> str:
    """Up to two digits after the point, as few as say it."""
    return f"{100 * share:.2f}".rstrip("0").rstrip(".") + "%"
